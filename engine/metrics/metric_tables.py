"""The metrics of each task: computed from samples, with bootstrap intervals over pictures and with floors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.data.class_areas import class_area_percentages
from engine.evaluators.segmentation_scores import ConfusionCounts, confusion_matrices
from engine.interface.protocol import UNKNOWN, Pixels
from engine.metrics import frechet_distance, kernel_distance
from engine.metrics.bootstrap import (
    DISTANCE_RESAMPLES,
    MEAN_RESAMPLES,
    FloatArray,
    Statistic,
    bootstrap_estimate,
    weighted_mean,
)
from engine.metrics.clip_score import clip_scores, r_precision
from engine.metrics.generated_samples import GeneratedSamples, TaskName
from engine.metrics.inception_score import inception_score
from engine.metrics.memorisation import NearestFrames, near_copies
from engine.metrics.metric_entries import MetricEntry
from engine.metrics.prompt_adherence import adherence_gain, adherence_share, layouts_classes
from engine.metrics.references import References
from engine.metrics.segmentation_statistics import mean_iou, pixel_accuracy

COSTLY_METRICS = {"fsd_layouts", "fsd_maps", "fd"}
REAL_FLOOR, SEGMENTER_CEILING = "real val", "segmenter on real val"


@dataclass
class TaskMeasurement:
    """Computes all metrics of one candidate at one task, each intermediate result once."""

    references: References
    task: TaskName
    candidate: str
    samples: GeneratedSamples
    layouts_from_segmenter: bool = False
    changed_pixels: int | None = None

    @cached_property
    def maps(self) -> list[Pixels]:
        """Layouts that the segmenter predicts for the drawn images."""
        return self.references.segment(self.samples.images)

    @property
    def has_segmenter(self) -> bool:
        """Whether the pack has a segmenter."""
        return self.references.evaluators.segmenter is not None

    @property
    def has_ranking(self) -> bool:
        """Whether single pictures of this task can be ranked by mean IoU."""
        return self.has_segmenter or self.task == "image"

    @cached_property
    def ranking_confusions(self) -> ConfusionCounts:
        """Confusion matrix of each picture, [N, K, K], from whose mean IoU pictures are ranked."""
        if self.task == "image":
            return confusion_matrices(self.references.val_layouts, self.samples.layouts, self.references.class_count)
        if self.task == "layout":
            return confusion_matrices(self.references.val_layouts, self.maps, self.references.class_count)
        layouts = self.samples.layouts if self.task == "text" else self.keep_hidden_only(self.samples.layouts)
        return confusion_matrices(layouts, self.maps, self.references.class_count)

    def keep_hidden_only(self, layouts: list[Pixels]) -> list[Pixels]:
        """Sets ids to `UNKNOWN` outside the region that was inpainted."""
        hidden = self.references.real.hidden_masks
        return [np.where(mask, ids, UNKNOWN).astype(np.uint8) for mask, ids in zip(hidden, layouts, strict=True)]

    @cached_property
    def embeddings(self) -> FloatArray:
        """Embeddings of the drawn images by the CLIP pair, unit vectors [N, D]."""
        return self.references.embed_images(self.samples.images)

    @cached_property
    def nearest_frames(self) -> list[NearestFrames]:
        """Nearest training frames of the drawn images, by each memorisation reference."""
        return [memory.nearest(self.samples.images) for memory in self.references.memorisation_references]

    @cached_property
    def entries(self) -> list[MetricEntry]:
        """All metrics of this task."""
        parts = {
            "text": (
                self.layout_areas,
                self.map_areas,
                self.alignment,
                self.prompt_adherence,
                self.image_distances,
                self.caption_fit,
            ),
            "layout": (self.map_areas, self.faithfulness, self.image_distances),
            "image": (self.layout_areas, self.segmentation),
            "region": (
                self.layout_areas,
                self.map_areas,
                self.alignment,
                self.inpainting,
                self.image_distances,
                self.caption_fit,
            ),
        }[self.task]
        entries = [entry for part in parts for entry in part()]
        return [*entries, *(self.memorisation() if self.task == "text" else self.kept_pixels())]

    def make_entry(
        self, metric: str, statistic: Statistic, floors: dict[str, float], features: str = "", note: str = ""
    ) -> MetricEntry:
        """Estimates one metric; metrics that decompose a matrix per resample get fewer resamples."""
        estimate = bootstrap_estimate(
            statistic, len(self.samples.images), DISTANCE_RESAMPLES if metric in COSTLY_METRICS else MEAN_RESAMPLES
        )
        return MetricEntry(
            task=self.task,
            contender=self.candidate,
            metric=metric,
            figure=estimate,
            floors=floors,
            features=features,
            note=note,
        )

    def real_floor(self, statistic: Statistic, floor_name: str = REAL_FLOOR) -> dict[str, float]:
        """Evaluates the same statistic on the real validation pairs."""
        return {floor_name: statistic(np.ones(len(self.references.val_images)))}

    def segmenter_ceiling(self, statistic_of: Callable[[ConfusionCounts], Statistic]) -> dict[str, float]:
        """Evaluates a statistic of the segmenter on the real validation pairs; empty without a segmenter."""
        return self.real_floor(statistic_of(self.ceiling), SEGMENTER_CEILING) if self.has_segmenter else {}

    def layout_areas(self) -> Iterator[MetricEntry]:
        real, drawn = (
            class_area_percentages(ids, self.references.class_count)
            for ids in (self.references.val_layouts, self.samples.layouts)
        )
        yield self.make_entry(
            "fsd_layouts", frechet_distance.paired_frechet_distance(real, drawn), self.references.layout_floors
        )

    def map_areas(self) -> Iterator[MetricEntry]:
        if not self.has_segmenter:
            return
        real, drawn = (
            class_area_percentages(ids, self.references.class_count) for ids in (self.references.val_maps, self.maps)
        )
        yield self.make_entry(
            "fsd_maps", frechet_distance.paired_frechet_distance(real, drawn), self.references.map_floors
        )

    @cached_property
    def ceiling(self) -> ConfusionCounts:
        """Confusion matrices [N, K, K] of the segmenter on validation pairs, in the pixels that this task draws."""
        if self.task != "region":
            return self.references.val_confusions
        return confusion_matrices(
            self.keep_hidden_only(self.references.val_layouts), self.references.val_maps, self.references.class_count
        )

    def alignment(self) -> Iterator[MetricEntry]:
        if self.has_segmenter:
            note = "by construction: the layout is the segmenter's own map" if self.layouts_from_segmenter else ""
            yield self.make_entry(
                "alignment", mean_iou(self.ranking_confusions), self.segmenter_ceiling(mean_iou), note=note
            )

    def faithfulness(self) -> Iterator[MetricEntry]:
        if self.has_segmenter:
            yield self.make_entry("faithfulness", mean_iou(self.ranking_confusions), self.segmenter_ceiling(mean_iou))

    def segmentation(self) -> Iterator[MetricEntry]:
        for metric, statistic_of in (("segmentation", mean_iou), ("accuracy", pixel_accuracy)):
            yield self.make_entry(metric, statistic_of(self.ranking_confusions), self.segmenter_ceiling(statistic_of))

    def inpainting(self) -> Iterator[MetricEntry]:
        counts = confusion_matrices(
            self.keep_hidden_only(self.references.val_layouts), self.samples.layouts, self.references.class_count
        )
        yield self.make_entry("mended", mean_iou(counts), self.segmenter_ceiling(mean_iou))

    def prompt_adherence(self) -> Iterator[MetricEntry]:
        mentions, count = self.references.caption_mentions, self.references.class_count
        layouts = layouts_classes(self.samples.layouts, count)
        parts = [("drawn_recall", mentions.present, layouts, self.references.classes_in_layouts)]
        if self.has_segmenter:
            maps, real = layouts_classes(self.maps, count), self.references.classes_in_maps
            parts = [("recall", mentions.present, maps, real), ("precision", mentions.absent, ~maps, ~real), *parts]
        for metric, named, found, truth in parts:
            yield self.make_entry(
                metric, adherence_share(named, found), self.real_floor(adherence_share(named, truth))
            )
            yield self.make_entry(
                f"{metric}_gain", adherence_gain(named, found), self.real_floor(adherence_gain(named, truth))
            )

    def image_distances(self) -> Iterator[MetricEntry]:
        for extractor in self.references.evaluators.features:
            real, drawn = self.references.real_features(extractor), extractor.extract(self.samples.images)
            floors = self.references.distance_floors(extractor)
            yield self.make_entry(
                "kid",
                kernel_distance.paired_kernel_distance(real.features, drawn.features),
                floors["kid"],
                extractor.name,
            )
            note = (
                "mostly bias at this n: quote KID"
                if len(self.samples.images) < kernel_distance.KID_PREFERRED_BELOW
                else ""
            )
            yield self.make_entry(
                "fd",
                frechet_distance.paired_frechet_distance(real.features, drawn.features),
                floors["fd"],
                extractor.name,
                note,
            )
            variety = self.real_floor(inception_score(real.probabilities))
            yield self.make_entry("is", inception_score(drawn.probabilities), variety, extractor.name)

    def caption_fit(self) -> Iterator[MetricEntry]:
        if self.references.evaluators.clip is None:
            return
        texts, (others, is_other) = self.references.caption_embeddings, self.references.other_caption_embeddings
        name = self.references.evaluators.features[0].name
        images, real = self.embeddings, self.references.val_embeddings
        floor = self.real_floor(weighted_mean(clip_scores(real, texts)))
        yield self.make_entry("clip_score", weighted_mean(clip_scores(images, texts)), floor, name)
        floor = self.real_floor(weighted_mean(r_precision(real, texts, others, is_other)))
        yield self.make_entry("r_precision", weighted_mean(r_precision(images, texts, others, is_other)), floor, name)

    def memorisation(self) -> Iterator[MetricEntry]:
        for memory, near in zip(self.references.memorisation_references, self.nearest_frames, strict=True):
            yield self.make_entry(
                memory.metric,
                weighted_mean(near.distance),
                self.real_floor(weighted_mean(memory.val_distances)),
                memory.features,
            )
        first, distance = self.references.memorisation_references[0], self.nearest_frames[0].distance
        copies, val_copies = (
            near_copies(distance, first.val_distances),
            near_copies(first.val_distances, first.val_distances),
        )
        note = "" if first.features else "by pixels: a soft picture is near to many"
        yield self.make_entry(
            "copies", weighted_mean(copies), self.real_floor(weighted_mean(val_copies)), first.features, note
        )

    def kept_pixels(self) -> Iterator[MetricEntry]:
        if self.changed_pixels is not None:
            changed_count = float(self.changed_pixels)
            yield self.make_entry("changed", lambda weights: changed_count, {REAL_FLOOR: 0.0})
