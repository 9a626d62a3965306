"""From results to figures: what is measured of each task, with intervals over pictures and floors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.metrics import frechet, kernel
from engine.metrics.bootstrap import DISTANCES, MEANS, Array, Statistic, figure, mean
from engine.metrics.drawing import Drawn, TaskName
from engine.metrics.entries import Entry
from engine.metrics.frechet import areas
from engine.metrics.hearing import beyond, presence, share
from engine.metrics.inception import inception_score
from engine.metrics.memory import Nearest, closer
from engine.metrics.segmentation import Counts, accuracy, confusions, mean_iou
from engine.metrics.standards import Standards
from engine.metrics.wording import clip_scores, ranked_first
from engine.protocol import UNKNOWN, Pixels

COSTLY = {"fsd_layouts", "fsd_maps", "fd"}
REAL, CEILING = "real val", "segmenter on real val"


@dataclass
class Measured:
    """All figures of one contender at one task."""

    standards: Standards
    task: TaskName
    contender: str
    drawn: Drawn
    segmented: bool = False
    kept_changed: int | None = None

    @cached_property
    def maps(self) -> list[Pixels]:
        """The segmenter's of the drawn images."""
        return self.standards.map(self.drawn.images)

    @property
    def mapped(self) -> bool:
        """Whether there is a segmenter."""
        return self.standards.judges.segmenter is not None

    @property
    def ranked(self) -> bool:
        """Whether there is anything to rank pictures by."""
        return self.mapped or self.task == "image"

    @cached_property
    def judged(self) -> Counts:
        """What every picture of this task is ranked by: one confusion matrix each, [N, K, K]."""
        if self.task == "image":
            return confusions(self.standards.layouts, self.drawn.layouts, self.standards.count)
        if self.task == "layout":
            return confusions(self.standards.layouts, self.maps, self.standards.count)
        layouts = self.drawn.layouts if self.task == "text" else self.hidden_only(self.drawn.layouts)
        return confusions(layouts, self.maps, self.standards.count)

    def hidden_only(self, layouts: list[Pixels]) -> list[Pixels]:
        """Unknown where inpainting kept what was given."""
        hidden = self.standards.real.hidden
        return [np.where(mask, ids, UNKNOWN).astype(np.uint8) for mask, ids in zip(hidden, layouts, strict=True)]

    @cached_property
    def units(self) -> Array:
        """The drawn images by the CLIP pair."""
        return self.standards.unit(self.drawn.images)

    @cached_property
    def near(self) -> list[Nearest]:
        """The nearest training frames in each sight."""
        return [memory.nearest(self.drawn.images) for memory in self.standards.memories]

    @cached_property
    def entries(self) -> list[Entry]:
        """What this task is measured by."""
        parts = {
            "text": (self.layout_areas, self.map_areas, self.alignment, self.hearing, self.looks, self.wording),
            "layout": (self.map_areas, self.faithfulness, self.looks),
            "image": (self.layout_areas, self.segmentation),
            "region": (self.layout_areas, self.map_areas, self.alignment, self.mended, self.looks, self.wording),
        }[self.task]
        found = [entry for part in parts for entry in part()]
        return [*found, *(self.memory() if self.task == "text" else self.kept())]

    def entry(
        self, metric: str, statistic: Statistic, floors: dict[str, float], features: str = "", note: str = ""
    ) -> Entry:
        """One figure; those that cost a decomposition each take fewer resamples."""
        found = figure(statistic, len(self.drawn.images), DISTANCES if metric in COSTLY else MEANS)
        return Entry(
            task=self.task,
            contender=self.contender,
            metric=metric,
            figure=found,
            floors=floors,
            features=features,
            note=note,
        )

    def over_real(self, statistic: Statistic, name: str = REAL) -> dict[str, float]:
        """A floor: the same statistic's value on val."""
        return {name: statistic(np.ones(len(self.standards.images)))}

    def reached(self, of: Callable[[Counts], Statistic]) -> dict[str, float]:
        """A ceiling: what the segmenter itself reaches on val."""
        return self.over_real(of(self.ceiling), CEILING) if self.mapped else {}

    def layout_areas(self) -> Iterator[Entry]:
        real, drawn = (areas(ids, self.standards.count) for ids in (self.standards.layouts, self.drawn.layouts))
        yield self.entry("fsd_layouts", frechet.paired(real, drawn), self.standards.layout_floors)

    def map_areas(self) -> Iterator[Entry]:
        if not self.mapped:
            return
        real, drawn = (areas(ids, self.standards.count) for ids in (self.standards.maps, self.maps))
        yield self.entry("fsd_maps", frechet.paired(real, drawn), self.standards.map_floors)

    @cached_property
    def ceiling(self) -> Counts:
        """The segmenter on val against the truth, where this task has something to draw."""
        if self.task != "region":
            return self.standards.own
        return confusions(self.hidden_only(self.standards.layouts), self.standards.maps, self.standards.count)

    def alignment(self) -> Iterator[Entry]:
        if self.mapped:
            note = "by construction: the layout is the judge's own map" if self.segmented else ""
            yield self.entry("alignment", mean_iou(self.judged), self.reached(mean_iou), note=note)

    def faithfulness(self) -> Iterator[Entry]:
        if self.mapped:
            yield self.entry("faithfulness", mean_iou(self.judged), self.reached(mean_iou))

    def segmentation(self) -> Iterator[Entry]:
        for metric, of in (("segmentation", mean_iou), ("accuracy", accuracy)):
            yield self.entry(metric, of(self.judged), self.reached(of))

    def mended(self) -> Iterator[Entry]:
        counts = confusions(self.hidden_only(self.standards.layouts), self.drawn.layouts, self.standards.count)
        yield self.entry("mended", mean_iou(counts), self.reached(mean_iou))

    def hearing(self) -> Iterator[Entry]:
        said, count = self.standards.said, self.standards.count
        layouts = presence(self.drawn.layouts, count)
        parts = [("drawn_recall", said.present, layouts, self.standards.in_layouts)]
        if self.mapped:
            maps, real = presence(self.maps, count), self.standards.found
            parts = [("recall", said.present, maps, real), ("precision", said.absent, ~maps, ~real), *parts]
        for metric, named, found, truth in parts:
            yield self.entry(metric, share(named, found), self.over_real(share(named, truth)))
            yield self.entry(f"{metric}_gain", beyond(named, found), self.over_real(beyond(named, truth)))

    def looks(self) -> Iterator[Entry]:
        for by in self.standards.judges.features:
            real, drawn = self.standards.seen(by), by.see(self.drawn.images)
            floors = self.standards.distance_floors(by)
            yield self.entry("kid", kernel.paired(real.features, drawn.features), floors["kid"], by.name)
            note = "mostly bias at this n: quote KID" if len(self.drawn.images) < kernel.QUOTED_BELOW else ""
            yield self.entry("fd", frechet.paired(real.features, drawn.features), floors["fd"], by.name, note)
            variety = self.over_real(inception_score(real.probabilities))
            yield self.entry("is", inception_score(drawn.probabilities), variety, by.name)

    def wording(self) -> Iterator[Entry]:
        if self.standards.judges.clip is None:
            return
        texts, (others, strange) = self.standards.texts, self.standards.other_texts
        name = self.standards.judges.features[0].name
        images, real = self.units, self.standards.units
        floor = self.over_real(mean(clip_scores(real, texts)))
        yield self.entry("clip_score", mean(clip_scores(images, texts)), floor, name)
        floor = self.over_real(mean(ranked_first(real, texts, others, strange)))
        yield self.entry("r_precision", mean(ranked_first(images, texts, others, strange)), floor, name)

    def memory(self) -> Iterator[Entry]:
        for memory, near in zip(self.standards.memories, self.near, strict=True):
            yield self.entry(memory.metric, mean(near.distance), self.over_real(mean(memory.val)), memory.features)
        first, distance = self.standards.memories[0], self.near[0].distance
        copies, usual = closer(distance, first.val), closer(first.val, first.val)
        note = "" if first.features else "by pixels: a soft picture is near to many"
        yield self.entry("copies", mean(copies), self.over_real(mean(usual)), first.features, note)

    def kept(self) -> Iterator[Entry]:
        if self.kept_changed is not None:
            exactly = float(self.kept_changed)
            yield self.entry("changed", lambda weights: exactly, {REAL: 0.0})
