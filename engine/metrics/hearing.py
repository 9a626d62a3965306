"""Is the text heard: are named classes there, and classes named absent left out?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from engine.data.captions import ABSENT, COUNTED, PRESENT, Caption
from engine.metrics.bootstrap import Array, Statistic
from engine.protocol import ClassInfo, Pixels

Bools = npt.NDArray[np.bool_]


class ClassHeard(msgspec.Struct, frozen=True):
    """Shares of results that hold a class: unprompted, when named, and when named absent; and of the train frames."""

    name: str
    in_train: float
    unprompted: float
    named: float
    absent: float


class Said(NamedTuple):
    """Which classes each caption names, and which as absent, bool [N, K]."""

    present: Bools
    absent: Bools

    @classmethod
    def of(cls, captions: Sequence[Caption]) -> Said:
        says = np.stack([caption.says for caption in captions])
        return cls(says == PRESENT, says == ABSENT)


def holds(layout: Pixels, classes: int) -> Bools:
    """Which classes a layout holds, bool [K]; a class counts from 8 pixels."""
    return np.bincount(layout[layout < classes], minlength=classes) >= COUNTED


def presence(layouts: Sequence[Pixels], classes: int) -> Bools:
    """The same of many, bool [N, K]."""
    return np.stack([holds(layout, classes) for layout in layouts])


def share(named: Bools, found: Bools) -> Statistic:
    """Of the classes that captions name, bool [N, K], the share that is found in their own pictures, bool [N, K]."""
    hits, asked = (named & found).sum(1), named.sum(1)
    return lambda weights: _ratio(weights @ hits, weights @ asked)


def shuffled(named: Bools, found: Bools) -> Statistic:
    """The same with each caption beside all other pictures: what a picture holds whatever it was asked for."""
    hits, asked = (named & found).sum(1), named.sum(1)

    def others(weights: Array) -> float:
        together = float((weights @ named) @ (weights @ found)) - weights**2 @ hits
        return _ratio(together, weights @ asked * weights.sum() - weights**2 @ asked)

    return others


def beyond(named: Bools, found: Bools) -> Statistic:
    """The share less the same with shuffled captions: what of it is owed to the text."""
    own, others = share(named, found), shuffled(named, found)
    return lambda weights: own(weights) - others(weights)


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole > 0 else float("nan")


DrawLayouts = Callable[[Sequence[str], int], Sequence[Pixels]]
"""The layouts of text → both for each prompt, with seeds counting up from one."""


def hear_classes(
    draw: DrawLayouts, classes: Sequence[ClassInfo], in_train: Array, count: int, opener: str = ""
) -> list[ClassHeard]:
    """Each class that is in under half of the training frames, in `count` prompts that name it and as many that
    name it absent, against `4 count` results without a prompt. Prompts begin with the `opener`, if there is one.
    """
    free = presence(draw([""] * (4 * count), 0), len(classes)).mean(0)
    heard = []
    for index, one in enumerate(classes):
        if in_train[index] >= 0.5:
            continue
        noun = one.name if one.mass else f"a {one.name}"
        named, absent = (
            float(presence(draw([text.strip(" ,")] * count, seed), len(classes))[:, index].mean())
            for text, seed in ((f"{opener} with {noun}", 10_000), (f"{opener}, no {one.name}", 20_000))
        )
        heard.append(ClassHeard(one.name, float(in_train[index]), float(free[index]), named, absent))
    return heard
