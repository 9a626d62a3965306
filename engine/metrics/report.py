"""The evaluation report: contents of report.json, and a summary for the terminal."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.metrics.generated_samples import TASK_TITLES
from engine.metrics.metric_entries import METRICS, CostEntry, Metric, MetricEntry, MissingEvaluator
from engine.metrics.prompt_adherence import ClassAdherence
from engine.metrics.prompt_generalisation import PHRASING_TITLES, PhrasingScore
from engine.metrics.sweeps import SweepPoint


class CandidateSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Description of a candidate: its pack, and how it is sampled."""

    name: str
    title: str
    images_seen: int
    sampler: str
    steps: int
    guidance: float
    cross_guidance: float
    resamplings: int
    segment: bool


class NearestSample(msgspec.Struct, frozen=True, kw_only=True):
    """A sample of text → both and the training frame nearest to it, which may be mirrored left to right. `features`
    names the features in which it is nearest; empty means pixels.
    """

    contender: str
    sample: int
    frame: int
    mirrored: bool
    distance: float
    features: str


class EvaluationReport(msgspec.Struct, frozen=True, kw_only=True):
    """Contents of report.json. `iou` is by task, candidate and class, nan where a class does not occur; `gamma` is the
    exponent applied to all real pictures, as in training.
    """

    pack: str
    pictures: int
    frames: int
    gamma: float
    features: list[str]
    lacking: list[MissingEvaluator]
    contenders: list[CandidateSummary]
    metrics: list[Metric]
    figures: list[MetricEntry]
    costs: list[CostEntry]
    iou: dict[str, dict[str, dict[str, float]]]
    heard: list[ClassAdherence]
    phrased: list[PhrasingScore]
    near: list[NearestSample]
    sweeps: list[SweepPoint]
    bits: str = "diptych-engine evaluate --likelihood"

    def summary_lines(self) -> list[str]:
        """Summarises the figures in text, a line for each candidate and task."""
        lines = [f"{self.pictures} real pairs; features: {', '.join(self.features) or 'none'}"]
        lines += map(str, self.lacking)
        shown_features = ("", *self.features[:1])
        for task, candidate in dict.fromkeys((entry.task, entry.contender) for entry in self.figures):
            parts = [
                f"{METRICS[entry.metric].title} {entry.figure.value:.4g}"
                for entry in self.figures
                if (entry.task, entry.contender) == (task, candidate) and entry.features in shown_features
            ]
            lines.append(f"{TASK_TITLES[task]}, {candidate}: {'; '.join(parts)}")
        if self.heard:
            means = [
                np.mean([getattr(score, key) for score in self.heard]) for key in ("unprompted", "named", "absent")
            ]
            lines.append(
                "classes in under half of the training frames: drawn unprompted {:.2f}, named {:.2f}, "
                "named absent {:.2f}".format(*means)
            )
        return lines + [
            f"phrasings held out, {PHRASING_TITLES[score.kind]}: {score.asked.format(2)} of {score.asked.n}, "
            f"unasked {score.unasked:.2f}"
            for score in self.phrased
        ]
