"""Is the text heard: are named classes there, and classes named absent left out?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from engine.interface.protocol import ClassInfo, Pixels
from engine.metrics.bootstrap import FloatArray, Statistic
from engine.prompts.captions import ABSENT, MIN_CLASS_PIXELS, PRESENT, Caption

BoolArray = npt.NDArray[np.bool_]


class ClassAdherence(msgspec.Struct, frozen=True):
    """Shares of results that hold a class: unprompted, when named, and when named absent; and of the train frames."""

    name: str
    in_train: float
    unprompted: float
    named: float
    absent: float


class CaptionMentions(NamedTuple):
    """Which classes each caption names, and which as absent, bool [N, K]."""

    present: BoolArray
    absent: BoolArray

    @classmethod
    def of(cls, captions: Sequence[Caption]) -> CaptionMentions:
        class_mentions = np.stack([caption.mentions for caption in captions])
        return cls(class_mentions == PRESENT, class_mentions == ABSENT)


def layout_classes(layout: Pixels, classes: int) -> BoolArray:
    """Which classes a layout holds, bool [K]; a class counts from 8 pixels."""
    return np.bincount(layout[layout < classes], minlength=classes) >= MIN_CLASS_PIXELS


def layouts_classes(layouts: Sequence[Pixels], classes: int) -> BoolArray:
    """The same of many, bool [N, K]."""
    return np.stack([layout_classes(layout, classes) for layout in layouts])


def adherence_share(named: BoolArray, found: BoolArray) -> Statistic:
    """Of the classes that captions name, bool [N, K], the share that is found in their own pictures, bool [N, K]."""
    hits, named_count = (named & found).sum(1), named.sum(1)
    return lambda weights: _ratio(weights @ hits, weights @ named_count)


def shuffled_adherence_share(named: BoolArray, found: BoolArray) -> Statistic:
    """The same with each caption beside all other pictures: what a picture holds whatever it was asked for."""
    hits, named_count = (named & found).sum(1), named.sum(1)

    def shuffled_share(weights: FloatArray) -> float:
        shuffled_hits = float((weights @ named) @ (weights @ found)) - weights**2 @ hits
        return _ratio(shuffled_hits, weights @ named_count * weights.sum() - weights**2 @ named_count)

    return shuffled_share


def adherence_gain(named: BoolArray, found: BoolArray) -> Statistic:
    """The share less the same with shuffled captions: what of it is owed to the text."""
    own_share, shuffled_share = adherence_share(named, found), shuffled_adherence_share(named, found)
    return lambda weights: own_share(weights) - shuffled_share(weights)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


DrawLayouts = Callable[[Sequence[str], int], Sequence[Pixels]]
"""The layouts of text → both for each prompt, with seeds counting up from one."""


def measure_class_adherence(
    draw: DrawLayouts, classes: Sequence[ClassInfo], train_shares: FloatArray, count: int, opener: str = ""
) -> list[ClassAdherence]:
    """Each class that is in under half of the training frames, in `count` prompts that name it and as many that
    name it absent, against `4 count` results without a prompt. Prompts begin with the `opener`, if there is one.
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
