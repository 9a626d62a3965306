"""Quality against cost: every solver at several numbers of steps, and what guidance and the layout's lead do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from engine.diffusion.solvers import SOLVERS
from engine.library import read_info
from engine.metrics.bootstrap import Figure
from engine.metrics.contenders import Contender
from engine.metrics.drawing import Studio, TaskName, requests
from engine.metrics.standards import Standards
from engine.metrics.tables import Measured
from engine.protocol import PackInfo

PICTURES = 32
STEPS = (4, 10, 20, 50)
FEW = (1, 2, 3, 4, 6)
GUIDANCES = (1.0, 2.0, 3.0, 5.0, 7.0)
CROSS = (1.0, 1.5, 2.0, 3.0)
LEADS = (0.0, 0.15, 0.3, 0.5)
SWEPT = ("faithfulness", "alignment", "kid", "recall_gain", "clip_score", "segmentation", "accuracy")


@dataclass(frozen=True)
class Try:
    """One point to be: on which curve it lies, and the options that make it."""

    sweep: str
    task: TaskName
    line: str
    x: float
    options: dict[str, Any] = field(default_factory=dict)


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point of a curve: `x` is what was varied, `rows` how many pictures went through the network per result."""

    sweep: str
    task: str
    line: str
    x: float
    evaluations: float
    rows: float
    figures: dict[str, Figure]


def tries(info: PackInfo) -> Iterator[Try]:
    """All points, one sweep after another; those of a distilled network if the pack has one."""
    tasks: tuple[TaskName, ...] = ("layout", "text")
    for task in tasks:
        for name in SOLVERS:
            yield from (Try("steps", task, name, n, {"sampler": name, "steps": n}) for n in STEPS)
        if info.distilled:
            yield from (Try("steps", task, "distilled", n, {"sampler": "distilled", "steps": n}) for n in FEW)
    yield from (Try("steps", "image", info.sampler, n, {"steps": n}) for n in (*FEW, *STEPS[1:]))
    yield from (Try("guidance", "text", "text guidance", w, {"guidance": w}) for w in GUIDANCES)
    yield from (Try("cross-guidance", "layout", "cross-guidance", w, {"cross": w}) for w in CROSS)
    yield from (Try("lead", "text", "lead of the layout", w, {"lead": w}) for w in LEADS)


def sweep(studio: Studio, standards: Standards, who: Contender) -> Iterator[Point]:
    """Every point on the first few val pairs; what was drawn before is not drawn again."""
    real = replace(standards.real, val=standards.real.val[:PICTURES])
    judges = replace(standards.judges, features=standards.judges.features[:1])
    few = Standards(real, judges, who.pack.info.classes)
    for one in tries(read_info(who.pack.folder)):
        asked = requests(one.task, real, who.pack.info, len(real.val))
        drawn = studio.draw(who.but(**one.options), f"{one.sweep}, {one.line} {one.x:g}", asked)
        measured = Measured(few, one.task, who.name, drawn)
        parts = {
            "layout": (measured.faithfulness, measured.looks),
            "image": (measured.segmentation,),
            "text": (measured.alignment, measured.hearing, measured.looks, measured.wording),
        }[one.task]
        figures = {e.metric: e.figure for part in parts for e in part() if e.metric in SWEPT}
        cost = drawn.cost
        yield Point(
            sweep=one.sweep,
            task=one.task,
            line=one.line,
            x=one.x,
            evaluations=cost.evaluations,
            rows=cost.rows,
            figures=figures,
        )
