"""All that `evaluate` measured, as one JSON file and as lines for the terminal."""

from __future__ import annotations

import msgspec
import numpy as np

from engine.metrics.generated_samples import TASK_TITLES
from engine.metrics.metric_entries import METRICS, CostEntry, Metric, MetricEntry, MissingEvaluator
from engine.metrics.prompt_adherence import ClassAdherence
from engine.metrics.prompt_generalisation import PHRASING_TITLES as TITLES_OF_PHRASINGS
from engine.metrics.prompt_generalisation import PhrasingScore
from engine.metrics.sweeps import SweepPoint


class CandidateSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A contender as it is told of."""

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
    """A sample of text → both and the training frame nearest to it; `mirrored` left to right. `features` say by what
    it is; without any, by pixels.
    """

    contender: str
    sample: int
    frame: int
    mirrored: bool
    distance: float
    features: str


class EvaluationReport(msgspec.Struct, frozen=True, kw_only=True):
    """`iou` is by task, contender and class, nan where a class does not occur; `gamma` is what all real pictures went
    through, as in training.
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
        """The figures as a person reads them, a line for each contender and task."""
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
        for one in self.phrased:
            asked = one.asked
            lines.append(
                f"phrasings held out, {TITLES_OF_PHRASINGS[one.kind]}: {asked.value:.2f} ({asked.low:.2f} to "
                f"{asked.high:.2f}) of {asked.n}, unasked {one.unasked:.2f}"
            )
        return lines
