"""Prompt generalisation: phrasings that training captions never contain, by what they ask for.

Training captions come from a grammar (`engine.prompts.captions`) that cannot produce these phrasings. Rules read most
negations, sides, counts and times of day before the network, which then does not see these words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np

from engine.data.taxonomy import regular_plural
from engine.interface.protocol import ClassInfo, Pixels
from engine.metrics.bootstrap import BootstrapEstimate, bootstrap_estimate, weighted_mean
from engine.metrics.prompt_adherence import layout_classes
from engine.prompts.captions import count_runs

PhrasingKind = Literal["paraphrase", "negation", "side", "count", "light"]
PHRASING_TITLES: dict[PhrasingKind, str] = {
    "paraphrase": "the class is there",
    "negation": "the class is not there",
    "side": "the class is there, most of it on the side named",
    "count": "there are more of many than of one",
    "light": "it is brighter by day than at night",
}
PARAPHRASE_PHRASINGS = (
    "there is {one} in this picture",
    "show me {many}",
    "{many} wherever you look",
    "could I see {one} here?",
)
NEGATION_PHRASINGS = "not a single {noun}", "free of {many}", "there aren't any {many}", "nothing of {many} to be seen"
SIDE_PHRASINGS = (
    ("over there at the left: {one}", "to our left stands {one}"),
    ("right hand side: {one}", "{one}, far right"),
)
COUNT_PHRASINGS = "exactly one {noun}", "dozens of {many}"
BRIGHTNESS_PHRASINGS = "it is night and hardly any light", "the sun shines very brightly"
BASELINE_FACTOR = 16
"""Number of results without a prompt, by day and by night, as a multiple of those of one phrasing."""
MAX_TRAIN_SHARE = 0.5
"""Largest share of training frames that may hold a class: the presence of more frequent ones says little."""


class PhrasingScore(msgspec.Struct, frozen=True, kw_only=True):
    """Share of results that fulfil the phrasings of a kind, and share that would without a prompt: one half for
    comparisons, in which a tie counts as a half.
    """

    kind: PhrasingKind
    asked: BootstrapEstimate
    unasked: float


@dataclass(frozen=True)
class PhrasingSamples:
    """Results of text → both, RGB [H, W, 3] and ids [H, W]."""

    images: Sequence[Pixels]
    layouts: Sequence[Pixels]


DrawSamples = Callable[[Sequence[str], Sequence[int]], PhrasingSamples]
"""Draws a result for each prompt and its seed."""


@dataclass(frozen=True)
class Phrasing:
    """A phrasing, and what it asks for: a class by its id, and for kind “side” which side."""

    kind: Literal["paraphrase", "negation", "side"]
    text: str
    class_id: int
    to_the_right: bool = False

    def is_fulfilled_by(self, layout: Pixels) -> bool:
        """Whether ids [H, W] fulfil the phrasing."""
        is_present = bool(layout_classes(layout, self.class_id + 1)[self.class_id])
        if self.kind != "side":
            return is_present == (self.kind == "paraphrase")
        columns = (layout == self.class_id).sum(0)
        left, right = columns[: len(columns) // 2].sum(), columns[len(columns) // 2 :].sum()
        return is_present and bool(right > left if self.to_the_right else left > right)


def held_out_phrasings(classes: Sequence[ClassInfo], train_shares: Sequence[float]) -> Iterator[Phrasing]:
    """Yields the phrasings of each class that is in some, but under half of the training frames."""
    for index, (info, share) in enumerate(zip(classes, train_shares, strict=True)):
        if 0 < share < MAX_TRAIN_SHARE:
            yield from (Phrasing("paraphrase", fill_phrasing(text, info), index) for text in PARAPHRASE_PHRASINGS)
            yield from (Phrasing("negation", fill_phrasing(text, info), index) for text in NEGATION_PHRASINGS)
            for at_the_right, texts in enumerate(SIDE_PHRASINGS):
                yield from (Phrasing("side", fill_phrasing(text, info), index, bool(at_the_right)) for text in texts)


def fill_phrasing(text: str, info: ClassInfo) -> str:
    """Fills a class into a phrasing."""
    single = f"some {info.name}" if info.mass else f"a {info.name}"
    many = info.name if info.mass else info.plural or regular_plural(info.name)
    return text.format(one=single, many=many, noun=info.name)


def score_phrasings(
    draw: DrawSamples, classes: Sequence[ClassInfo], train_shares: Sequence[float], count: int
) -> list[PhrasingScore]:
    """Scores every kind of phrasing with `count` results each, against `BASELINE_FACTOR` times as many unprompted."""
    phrasings = list(held_out_phrasings(classes, train_shares))
    baseline_seeds = range(BASELINE_FACTOR * count)
    unprompted = draw([""] * len(baseline_seeds), baseline_seeds).layouts
    drawn = draw_each(draw, [phrasing.text for phrasing in phrasings], count)
    scores = []
    for kind in ("paraphrase", "negation", "side"):
        answers = [
            (phrasing, result) for phrasing, result in zip(phrasings, drawn, strict=True) if phrasing.kind == kind
        ]
        fulfilled = [phrasing.is_fulfilled_by(layout) for phrasing, result in answers for layout in result.layouts]
        by_chance = [phrasing.is_fulfilled_by(layout) for phrasing, _ in answers for layout in unprompted]
        scores += phrasing_scores(kind, fulfilled, by_chance)
    scores += phrasing_scores("count", count_comparisons(draw, classes, train_shares, count), [0.5])
    night, day = (draw([text] * len(baseline_seeds), baseline_seeds).images for text in BRIGHTNESS_PHRASINGS)
    brighter = [comparison_score(float(b.mean()), float(a.mean())) for a, b in zip(night, day, strict=True)]
    return scores + phrasing_scores("light", brighter, [0.5])


def count_comparisons(
    draw: DrawSamples, classes: Sequence[ClassInfo], train_shares: Sequence[float], count: int
) -> list[float]:
    """Compares, for each countable class, the objects in results that ask for many with those that ask for one."""
    countable = [
        index for index, info in enumerate(classes) if not info.mass and 0 < train_shares[index] < MAX_TRAIN_SHARE
    ]
    single, many = (
        draw_each(draw, [fill_phrasing(text, classes[index]) for index in countable], count)
        for text in COUNT_PHRASINGS
    )
    return [
        comparison_score(*(count_runs((layout == index).sum(0)) for layout in (b, a)))
        for index, few_results, many_results in zip(countable, single, many, strict=True)
        for a, b in zip(few_results.layouts, many_results.layouts, strict=True)
    ]


def draw_each(draw: DrawSamples, texts: Sequence[str], count: int) -> list[PhrasingSamples]:
    """Draws `count` results of each text in one call, each with its own seed."""
    if not texts:
        return []
    total = len(texts) * count
    drawn = draw([text for text in texts for _ in range(count)], range(total))
    starts = range(0, total, count)
    return [
        PhrasingSamples(drawn.images[start : start + count], drawn.layouts[start : start + count]) for start in starts
    ]


def comparison_score(first: float, second: float) -> float:
    """Scores 1 if the first is larger, 0 if it is smaller, and ½ for a tie."""
    return (first > second) + 0.5 * (first == second)


def phrasing_scores(kind: PhrasingKind, fulfilled: Sequence[float], unasked: Sequence[float]) -> list[PhrasingScore]:
    """Scores a kind of phrasing; empty if there are no results."""
    if not fulfilled:
        return []
    return [
        PhrasingScore(
            kind=kind,
            asked=bootstrap_estimate(weighted_mean(fulfilled), len(fulfilled)),
            unasked=float(np.mean(unasked)),
        )
    ]
