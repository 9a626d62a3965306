"""Prompt adherence: whether classes that a prompt names are present, and classes that it denies are absent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from engine.data.class_areas import class_pixel_counts
from engine.interface.protocol import ClassInfo, Pixels
from engine.metrics.bootstrap import FloatArray, Statistic
from engine.prompts.captions import ABSENT, MIN_CLASS_PIXELS, PRESENT, Caption

BoolArray = npt.NDArray[np.bool_]


class ClassAdherence(msgspec.Struct, frozen=True):
    """Shares of results that hold a class: without a prompt, named, and denied; and of training frames."""

    name: str
    in_train: float
    unprompted: float
    named: float
    absent: float


class CaptionMentions(NamedTuple):
    """Classes that each caption names, and classes that it denies, bool [N, K] each."""

    present: BoolArray
    absent: BoolArray

    @classmethod
    def of(cls, captions: Sequence[Caption]) -> CaptionMentions:
        class_mentions = np.stack([caption.mentions for caption in captions])
        return cls(class_mentions == PRESENT, class_mentions == ABSENT)


def layout_classes(layout: Pixels, classes: int) -> BoolArray:
    """Marks the classes that a layout holds in at least `MIN_CLASS_PIXELS` pixels, bool [K]."""
    return class_pixel_counts(layout, classes) >= MIN_CLASS_PIXELS


def layouts_classes(layouts: Sequence[Pixels], classes: int) -> BoolArray:
    """Marks the classes that each of N layouts holds, bool [N, K]."""
    return np.stack([layout_classes(layout, classes) for layout in layouts])


def adherence_share(named: BoolArray, found: BoolArray) -> Statistic:
    """Returns the share of named classes, bool [N, K], that are found in the captions' own pictures, bool [N, K]."""
    hits, named_count = (named & found).sum(1), named.sum(1)
    return lambda weights: _ratio(weights @ hits, weights @ named_count)


def shuffled_adherence_share(named: BoolArray, found: BoolArray) -> Statistic:
    """Returns the share of named classes found in all other pictures, [N, K] each: the baseline without the text."""
    hits, named_count = (named & found).sum(1), named.sum(1)

    def shuffled_share(weights: FloatArray) -> float:
        shuffled_hits = float((weights @ named) @ (weights @ found)) - weights**2 @ hits
        return _ratio(shuffled_hits, weights @ named_count * weights.sum() - weights**2 @ named_count)

    return shuffled_share


def adherence_gain(named: BoolArray, found: BoolArray) -> Statistic:
    """Returns the share minus that with shuffled captions: the part that the text accounts for."""
    own_share, shuffled_share = adherence_share(named, found), shuffled_adherence_share(named, found)
    return lambda weights: own_share(weights) - shuffled_share(weights)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


DrawLayouts = Callable[[Sequence[str], int], Sequence[Pixels]]
"""Draws the layouts of text → both for prompts, with consecutive seeds from the given one."""


def measure_class_adherence(
    draw: DrawLayouts, classes: Sequence[ClassInfo], train_shares: FloatArray, count: int, opener: str = ""
) -> list[ClassAdherence]:
    """Measures each class that is in under half of the training frames, `train_shares` [K]: in `count` prompts that
    name it, in as many that deny it, and in `4 count` results without a prompt. `opener` begins each prompt.
    """
    unprompted = layouts_classes(draw([""] * (4 * count), 0), len(classes)).mean(0)
    adherence = []
    for index, info in enumerate(classes):
        if train_shares[index] >= 0.5:
            continue
        noun = info.name if info.mass else f"a {info.name}"
        named, absent = (
            float(layouts_classes(draw([text.strip(" ,")] * count, seed), len(classes))[:, index].mean())
            for text, seed in ((f"{opener} with {noun}", 10_000), (f"{opener}, no {info.name}", 20_000))
        )
        adherence.append(
            ClassAdherence(info.name, float(train_shares[index]), float(unprompted[index]), named, absent)
        )
    return adherence
