"""Sweeps: quality over cost for every solver, and over guidance, cross-guidance and the lead of the layout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from engine.diffusion.sampling.solvers import SOLVERS
from engine.interface.pack_catalogue import read_pack_info
from engine.interface.protocol import PackInfo
from engine.metrics.bootstrap import BootstrapEstimate
from engine.metrics.candidates import Candidate
from engine.metrics.generated_samples import CachedSampler, TaskName, task_requests
from engine.metrics.metric_tables import TaskMeasurement
from engine.metrics.references import References

PICTURE_COUNT = 32
STEP_COUNTS = (4, 10, 20, 50)
FEW_STEP_COUNTS = (1, 2, 3, 4, 6)
GUIDANCES = (1.0, 2.0, 3.0, 5.0, 7.0)
CROSS_GUIDANCES = (1.0, 1.5, 2.0, 3.0)
LEADS = (0.0, 0.15, 0.3, 0.5)
SWEPT_METRICS = ("faithfulness", "alignment", "kid", "recall_gain", "clip_score", "segmentation", "accuracy")


@dataclass(frozen=True)
class SweepSetting:
    """A point to measure: its sweep, task and curve, its position, and the sampling options."""

    sweep: str
    task: TaskName
    line: str
    x: float
    options: dict[str, Any] = field(default_factory=dict)


class SweepPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A measured point of a curve: `x` is the varied parameter, `rows` the pictures through the network per result."""

    sweep: str
    task: str
    line: str
    x: float
    evaluations: float
    rows: float
    figures: dict[str, BootstrapEstimate]


def sweep_settings(info: PackInfo) -> Iterator[SweepSetting]:
    """Yields all points, sweep by sweep, with those of the distilled network if the pack has one."""
    tasks: tuple[TaskName, ...] = ("layout", "text")
    for task in tasks:
        for name in SOLVERS:
            yield from (SweepSetting("steps", task, name, n, {"sampler": name, "steps": n}) for n in STEP_COUNTS)
        if info.distilled:
            yield from (
                SweepSetting("steps", task, "distilled", n, {"sampler": "distilled", "steps": n})
                for n in FEW_STEP_COUNTS
            )
    yield from (
        SweepSetting("steps", "image", info.sampler, n, {"steps": n}) for n in (*FEW_STEP_COUNTS, *STEP_COUNTS[1:])
    )
    yield from (SweepSetting("guidance", "text", "text guidance", w, {"guidance": w}) for w in GUIDANCES)
    yield from (SweepSetting("cross-guidance", "layout", "cross-guidance", w, {"cross": w}) for w in CROSS_GUIDANCES)
    yield from (SweepSetting("lead", "text", "lead of the layout", w, {"lead": w}) for w in LEADS)


def run_sweeps(sampler: CachedSampler, references: References, candidate: Candidate) -> Iterator[SweepPoint]:
    """Measures all points on the first validation pairs, with samples from the cache where they are there."""
    real = replace(references.real, val=references.real.val[:PICTURE_COUNT])
    evaluators = replace(references.evaluators, features=references.evaluators.features[:1])
    few_references = References(real, evaluators, candidate.pack.info.classes)
    for setting in sweep_settings(read_pack_info(candidate.pack.folder)):
        generate_requests = task_requests(setting.task, real, candidate.pack.info, len(real.val))
        samples = sampler.draw(
            candidate.with_options(**setting.options),
            f"{setting.sweep}, {setting.line} {setting.x:g}",
            generate_requests,
        )
        measurement = TaskMeasurement(few_references, setting.task, candidate.name, samples)
        parts = {
            "layout": (measurement.faithfulness, measurement.image_distances),
            "image": (measurement.segmentation,),
            "text": (
                measurement.alignment,
                measurement.prompt_adherence,
                measurement.image_distances,
                measurement.caption_fit,
            ),
        }[setting.task]
        figures = {e.metric: e.figure for part in parts for e in part() if e.metric in SWEPT_METRICS}
        cost = samples.cost
        yield SweepPoint(
            sweep=setting.sweep,
            task=setting.task,
            line=setting.line,
            x=setting.x,
            evaluations=cost.evaluations,
            rows=cost.rows,
            figures=figures,
        )
