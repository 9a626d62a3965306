"""`diptych-engine evaluate`: every contender draws every task once; from that come all figures and pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

import msgspec

from engine.data.sources import items_of
from engine.data.taxonomy import reading
from engine.errors import BadRequest
from engine.export.grammar import openers
from engine.files import write_whole
from engine.generation import artist_of, sampler_of, steps_of, weights_of
from engine.metrics import cost, phrasings
from engine.metrics.contenders import Contender
from engine.metrics.curves import curves
from engine.metrics.drawing import Studio, TaskName, answered, changed, requests, unprompted
from engine.metrics.entries import METRICS, CostEntry
from engine.metrics.hearing import ClassHeard, hear_classes
from engine.metrics.judging import Judges
from engine.metrics.likelihood import Likelihood, likelihood
from engine.metrics.page import Shown, page
from engine.metrics.phrasings import Phrased
from engine.metrics.pictures import SHOWN, Sheets
from engine.metrics.real import Real, read_pairs
from engine.metrics.report import Near, Report, Who
from engine.metrics.segmentation import score
from engine.metrics.standards import Standards
from engine.metrics.sweeps import Point, sweep
from engine.metrics.tables import Measured
from engine.packs import Pack
from engine.protocol import Pixels

TASKS: tuple[TaskName, ...] = get_args(TaskName)
CACHE = "drawn"
SEGMENTER = "segmenter"


def say_nothing(title: str, done: int, of: int) -> None:
    """For those who want no progress."""


@dataclass(frozen=True)
class Plan:
    """What to measure beside the pack itself; `prompts` are results per class for what is heard and an eighth of them
    per phrasing, 0 leaves both out.
    """

    out: Path
    tasks: Sequence[TaskName] = TASKS
    sweeps: bool = False
    prompts: int = 16
    tell: Callable[[str, int, int], None] = field(default=say_nothing)


def read_tasks(text: str) -> tuple[TaskName, ...]:
    """Names with commas between them, in the usual order. Raises BadRequest."""
    asked = [part.strip() for part in text.split(",")]
    for name in asked:
        if name not in TASKS:
            raise BadRequest(f"There is no task “{name}”.", f"Use {', '.join(TASKS)}, with commas between them.")
    return tuple(task for task in TASKS if task in asked)


def evaluate(contenders: Sequence[Contender], real: Real, judges: Judges, plan: Plan) -> Report:
    """Measure all contenders and write report.json and report.html. Raises BadFile, BadRequest or BadPack."""
    first = contenders[0]
    standards = Standards(real, judges, first.pack.info.classes)
    studio = Studio(plan.out / CACHE, judges.segmenter, plan.tell)
    measured, costs = measure(contenders, standards, studio, plan.tasks)
    for index, one in enumerate(measured):
        plan.tell(f"measuring {one.contender}", index, len(measured))
        _ = one.entries
    worded = "text" in plan.tasks and plan.prompts > 0
    heard = hear(studio, first, real, plan.prompts) if worded else []
    phrased = rephrase(studio, first, real, plan.prompts) if worded else []
    points = list(sweep(studio, standards, first)) if plan.sweeps else []
    report = Report(
        pack=first.pack.info.name,
        pictures=len(real.val),
        frames=len(real.train),
        gamma=first.pack.file.pixels.gamma,
        features=[features.name for features in judges.features],
        lacking=judges.lacking,
        contenders=[who(one) for one in contenders],
        metrics=list(METRICS.values()),
        figures=[entry for one in measured for entry in one.entries],
        costs=costs,
        iou=per_class(measured, standards),
        heard=heard,
        phrased=phrased,
        near=[near for one in measured if one.task == "text" for near in nearest_frames(one, len(real.train))],
        sweeps=points,
    )
    plan.tell("writing", 0, 1)
    write_whole(plan.out / "report.json", msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    write_whole(plan.out / "report.html", page(report, shown(measured, standards, points, first)).encode())
    plan.tell("writing", 1, 1)
    return report


def measure(
    contenders: Sequence[Contender], standards: Standards, studio: Studio, tasks: Sequence[TaskName]
) -> tuple[list[Measured], list[CostEntry]]:
    """Everybody's results at every task, and what they cost. A contender that segments only draws from text."""
    real, measured, costs = standards.real, [], []
    teraflops = {one.name: cost.operations(one.pack) / 1e12 for one in contenders}
    for task in tasks:
        for one in contenders:
            if one.options.segment and task != "text":
                continue
            asked = requests(task, real, one.pack.info, len(real.val))
            drawn = studio.draw(one, task, asked)
            kept = changed(asked, drawn, one.pack.info) if task != "text" else None
            measured.append(
                Measured(standards, task, one.name, drawn, one.options.segment and not one.options.by, kept)
            )
            spent = drawn.cost
            costs.append(
                CostEntry(
                    task=task,
                    contender=one.name,
                    evaluations=spent.evaluations,
                    rows=spent.rows,
                    teraflops=spent.rows * teraflops[one.name],
                    seconds=spent.seconds,
                    peak_mib=spent.peak,
                    rate=spent.rate,
                )
            )
    return measured, costs


def hear(studio: Studio, who: Contender, real: Real, prompts: int) -> list[ClassHeard]:
    """Per class, by prompts that name it and that name it absent."""

    def draw(texts: Sequence[str], first_seed: int) -> Sequence[Pixels]:
        return studio.draw(who, f"“{texts[0]}”", unprompted(texts, first_seed, who.pack.info)).layouts

    info = who.pack.info
    opener = next(iter(openers(info)), "")
    return hear_classes(draw, info.classes, real.in_train, prompts, opener)


def rephrase(studio: Studio, who: Contender, real: Real, prompts: int) -> list[Phrased]:
    """Phrasings that are in no caption, each with an eighth of the results."""
    info = who.pack.info

    def draw(texts: Sequence[str], seeds: Sequence[int]) -> phrasings.Drawn:
        asked = [one for text, seed in zip(texts, seeds, strict=True) for one in unprompted([text], seed, info)]
        drawn = studio.draw(who, "phrasings", asked)
        return phrasings.Drawn(drawn.images, drawn.layouts)

    return phrasings.judge(draw, info.classes, real.in_train.tolist(), max(1, prompts // 8))


def who(one: Contender) -> Who:
    """What a report says of a contender."""
    info, options = one.pack.info, one.options
    (request,) = unprompted(["a street"], 0, info)
    request = answered(request, info, options)
    artist = artist_of(one.pack, request).info
    return Who(
        name=one.name,
        title=info.title,
        images_seen=one.pack.file.images_seen,
        sampler=sampler_of(one.pack, request),
        steps=steps_of(one.pack, request),
        guidance=weights_of(one.pack, request)[0],
        cross_guidance=artist.cross_guidance if request.cross_guidance is None else request.cross_guidance,
        resamplings=options.resamplings,
        segment=options.segment,
    )


def per_class(measured: Sequence[Measured], standards: Standards) -> dict[str, dict[str, dict[str, float]]]:
    """IoU by task, contender and class, with the segmenter's own on the same pictures."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for one in (one for one in measured if one.ranked):
        table = found.setdefault(one.task, {})
        ceiling = [(SEGMENTER, one.ceiling)] if one.mapped else []
        for name, counts in ((one.contender, one.judged), *ceiling):
            table[name] = dict(zip(standards.names, score(counts.sum(0)).iou.tolist(), strict=True))
    return found


def nearest_frames(one: Measured, frames: int) -> list[Near]:
    """Of every sample, its nearest training frame in the first sight."""
    near, features = one.near[0], one.standards.memories[0].features
    return [
        Near(
            contender=one.contender,
            sample=i,
            frame=index % frames,
            mirrored=index >= frames,
            distance=distance,
            features=features,
        )
        for i, (index, distance) in enumerate(zip(near.row.tolist(), near.distance.tolist(), strict=True))
    ]


def shown(measured: Sequence[Measured], standards: Standards, points: Sequence[Point], first: Contender) -> Shown:
    """All pictures of the page."""
    sheets = Sheets(standards, first.pack.info.classes)
    tasks = list(dict.fromkeys(one.task for one in measured))
    return Shown(
        captions=[caption.text for caption in standards.real.captions[:SHOWN]],
        contacts={task: sheets.contact(task, [one for one in measured if one.task == task]) for task in tasks},
        extremes={
            task: [strip for one in measured if one.task == task for strip in sheets.extremes(one)] for task in tasks
        },
        memorised=[sheets.memorised(one) for one in measured if one.task == "text"],
        curves=curves(points),
    )


def bounds(pack: Pack, data: Path, out: Path, count: int) -> Likelihood:
    """The likelihood of val pairs, of what is not in doubt in them. Raises BadFile."""
    files = items_of(data, "val", reading(pack.file.data.taxonomy).infos)
    return likelihood(pack, read_pairs(files[: count or len(files)], pack, 1.0), out)
