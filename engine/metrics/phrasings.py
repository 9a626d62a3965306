"""Is a prompt understood in words of no caption? Phrasings held out of training, by what they ask for.

The captions that a pack learns from come from a grammar (`engine.data.captions`); none of these can come from it. By
rule `read_wish` knows most negations, which do not reach the network as they are, `read_told` sides and counts, and
`read_light` day and night.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np

from engine.data.captions import pieces
from engine.data.taxonomy import plural_of
from engine.metrics.bootstrap import Figure, figure, mean
from engine.metrics.hearing import holds
from engine.protocol import ClassInfo, Pixels

Kind = Literal["paraphrase", "negation", "side", "count", "light"]
TITLES: dict[Kind, str] = {
    "paraphrase": "the class is there",
    "negation": "the class is not there",
    "side": "the class is there, most of it on the side named",
    "count": "there are more of many than of one",
    "light": "it is brighter by day than at night",
}
PARAPHRASES = "there is {one} in this picture", "show me {many}", "{many} wherever you look", "could I see {one} here?"
NEGATIONS = "not a single {noun}", "free of {many}", "there aren't any {many}", "nothing of {many} to be seen"
SIDES = ("over there at the left: {one}", "to our left stands {one}"), ("right hand side: {one}", "{one}, far right")
COUNTS = "exactly one {noun}", "dozens of {many}"
LIGHT = "it is night and hardly any light", "the sun shines very brightly"
FREE = 16
"""How many times as many results there are without a prompt as of one phrasing, and by day and by night."""
COMMON = 0.5
"""What more of the training frames hold than this says nothing by being there."""


class Phrased(msgspec.Struct, frozen=True, kw_only=True):
    """The share of results that are as they were told to be, and the share that are so if nothing is said; of a
    comparison, in which a tie counts as a half, that is a half.
    """

    kind: Kind
    asked: Figure
    unasked: float


@dataclass(frozen=True)
class Drawn:
    """Results of text → both: RGB [H, W, 3] and ids [H, W] each."""

    images: Sequence[Pixels]
    layouts: Sequence[Pixels]


Draw = Callable[[Sequence[str], Sequence[int]], Drawn]
"""A result for each prompt and its seed."""


@dataclass(frozen=True)
class Asked:
    """What a phrasing asks for: a class by its id, and of a side whether it is the right one."""

    kind: Literal["paraphrase", "negation", "side"]
    text: str
    class_id: int
    to_the_right: bool = False

    def fulfilled(self, layout: Pixels) -> bool:
        """Whether ids [H, W] are as they were told to be."""
        there = bool(holds(layout, self.class_id + 1)[self.class_id])
        if self.kind != "side":
            return there == (self.kind == "paraphrase")
        columns = (layout == self.class_id).sum(0)
        left, right = columns[: len(columns) // 2].sum(), columns[len(columns) // 2 :].sum()
        return there and bool(right > left if self.to_the_right else left > right)


def phrasings(classes: Sequence[ClassInfo], in_train: Sequence[float]) -> Iterator[Asked]:
    """All that ask for one class, of those that are in under half of the training frames, but in some."""
    for index, (one, share) in enumerate(zip(classes, in_train, strict=True)):
        if 0 < share < COMMON:
            yield from (Asked("paraphrase", told(text, one), index) for text in PARAPHRASES)
            yield from (Asked("negation", told(text, one), index) for text in NEGATIONS)
            for at_the_right, texts in enumerate(SIDES):
                yield from (Asked("side", told(text, one), index, bool(at_the_right)) for text in texts)


def told(text: str, one: ClassInfo) -> str:
    """A phrasing about a class."""
    single = f"some {one.name}" if one.mass else f"a {one.name}"
    many = one.name if one.mass else one.plural or plural_of(one.name)
    return text.format(one=single, many=many, noun=one.name)


def judge(draw: Draw, classes: Sequence[ClassInfo], in_train: Sequence[float], count: int) -> list[Phrased]:
    """Every phrasing with `count` results, all with seeds of their own, and `FREE` times as many without a prompt."""
    asked = list(phrasings(classes, in_train))
    free = draw([""] * (FREE * count), range(FREE * count)).layouts
    drawn = every(draw, [one.text for one in asked], count)
    results = []
    for kind in ("paraphrase", "negation", "side"):
        some = [(one, result) for one, result in zip(asked, drawn, strict=True) if one.kind == kind]
        found = [one.fulfilled(layout) for one, result in some for layout in result.layouts]
        results += phrased(kind, found, [one.fulfilled(layout) for one, _ in some for layout in free])
    things = [index for index, one in enumerate(classes) if not one.mass and 0 < in_train[index] < COMMON]
    few, many = (every(draw, [told(text, classes[index]) for index in things], count) for text in COUNTS)
    more = [
        over(*(pieces((layout == index).sum(0)) for layout in (b, a)))
        for index, one, other in zip(things, few, many, strict=True)
        for a, b in zip(one.layouts, other.layouts, strict=True)
    ]
    results += phrased("count", more, [0.5])
    night, day = (draw([text] * (FREE * count), range(FREE * count)).images for text in LIGHT)
    brighter = [over(float(b.mean()), float(a.mean())) for a, b in zip(night, day, strict=True)]
    return results + phrased("light", brighter, [0.5])


def every(draw: Draw, texts: Sequence[str], count: int) -> list[Drawn]:
    """`count` results of each text, all drawn together, and none with another one's seed."""
    if not texts:
        return []
    total = len(texts) * count
    drawn = draw([text for text in texts for _ in range(count)], range(total))
    starts = range(0, total, count)
    return [Drawn(drawn.images[start : start + count], drawn.layouts[start : start + count]) for start in starts]


def over(one: float, other: float) -> float:
    """1 if the one is more, 0 if it is less, and half if they are the same."""
    return (one > other) + 0.5 * (one == other)


def phrased(kind: Kind, found: Sequence[float], unasked: Sequence[float]) -> list[Phrased]:
    """The figures of a kind, if anything was asked."""
    if not found:
        return []
    return [Phrased(kind=kind, asked=figure(mean(found), len(found)), unasked=float(np.mean(unasked)))]
