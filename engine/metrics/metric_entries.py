"""Metrics and their measured values: of which candidate, at which task, with interval and floors."""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.metrics.bootstrap import BootstrapEstimate

MetricDirection = Literal["less", "more", "floor"]
"""Which values of a metric are better; `floor` means near its floor."""


class Metric(msgspec.Struct, frozen=True):
    """A metric: its key, its title, which values are better, and its definition."""

    key: str
    title: str
    better: MetricDirection
    meaning: str


METRICS = {
    metric.key: metric
    for metric in (
        Metric("fsd_layouts", "FSD of layouts", "less", "Fréchet distance of class areas in percent, drawn layouts"),
        Metric("fsd_maps", "FSD of maps", "less", "the same of the segmenter's maps of the pictures"),
        Metric("alignment", "alignment mIoU", "more", "drawn layout against the segmenter's map of the drawn image"),
        Metric("faithfulness", "layout faithfulness mIoU", "more", "given layout against the map of the drawn image"),
        Metric("segmentation", "image → layout mIoU", "more", "drawn layout against the true one"),
        Metric("accuracy", "image → layout pixel accuracy", "more", "drawn layout against the true one"),
        Metric("mended", "mended mIoU", "more", "drawn layout against the true one where both were hidden"),
        Metric("recall", "semantic recall", "more", "classes that the caption names found in the map, from 8 pixels"),
        Metric("recall_gain", "… over shuffled captions", "more", "the same less what other captions' pictures hold"),
        Metric("precision", "semantic precision", "more", "classes that the caption names absent left out of the map"),
        Metric("precision_gain", "… over shuffled captions", "more", "the same less what other pictures leave out"),
        Metric("drawn_recall", "recall in layouts", "more", "classes that the caption names found in drawn layouts"),
        Metric("drawn_recall_gain", "… over shuffled captions", "more", "the same less what other pictures hold"),
        Metric("kid", "KID", "less", "kernel distance of features, unbiased; the one to quote below 1000 pictures"),
        Metric("fd", "FD", "less", "Fréchet distance of features; read it against its floors at the same n"),
        Metric(
            "is", "Inception score", "more", "exp of the mean KL of a picture's classes to those of all, one split"
        ),
        Metric("clip_score", "CLIP score", "more", "cosine of image and caption"),
        Metric("r_precision", "R-precision", "more", "the own caption fits best of 100"),
        Metric("near_features", "nearest training picture (features)", "floor", "Euclidean, of unit length"),
        Metric("near_pixels", "nearest training picture (pixels)", "floor", "RMS of 255 at a quarter of the sides"),
        Metric("copies", "nearer than 95 % of val", "floor", "share of samples so near to a training picture"),
        Metric("changed", "kept pixels changed", "less", "of all that was given, in all results"),
    )
}
METRICS_BY_EVALUATOR = {
    "segmenter": ("fsd_maps", "alignment", "faithfulness", "recall", "precision"),
    "features": ("kid", "fd", "is", "near_features"),
    "clip": ("clip_score", "r_precision"),
}
"""Metrics that need a segmenter, any feature extractor, or the CLIP pair."""


class MissingEvaluator(msgspec.Struct, frozen=True):
    """An evaluator that a pack lacks, the command that trains it, and the metrics that are left out without it."""

    judge: str
    command: str
    metrics: tuple[str, ...]

    def __str__(self) -> str:
        titles = ", ".join(METRICS[key].title for key in self.metrics)
        return f"Not measured, as there is no {self.judge}: {titles}. Make one with diptych-engine {self.command}."


class MetricEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A measured figure. `floors` are figures of real pictures against real ones at the same n, or of the evaluator on
    real pictures; `features` names the features of a distance.
    """

    task: str
    contender: str
    metric: str
    figure: BootstrapEstimate
    floors: dict[str, float]
    features: str = ""
    note: str = ""


class CostEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Cost of one result: `teraflops` of all its evaluations; `rate`, TFLOP/s, measured along with `seconds`."""

    task: str
    contender: str
    evaluations: float
    rows: float
    teraflops: float
    seconds: float
    peak_mib: float
    rate: float
