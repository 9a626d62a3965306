"""The export thread: exports, one after the other, beside the compute thread and behind it.

A thread of its own, so that nothing that an export reads, judges or writes keeps a picture waiting; its steps come
only while nothing else is to be computed. torch is imported by what it calls.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.failures import explain
from engine.jobs import Job, Jobs
from engine.protocol import Cancelled, Export, Exported, Exporting, Failed, Settle
from engine.server import Post, cancelled, failed

if TYPE_CHECKING:
    from engine.export.order import How, Order

CPU_BATCH = 2
"""Pairs drawn together on a CPU: a picture that is asked for shares the cores with one step of them at most."""
TOLD_PER_SECOND = 4


class Stopped(Exception):
    """The export was cancelled."""


def run(jobs: Jobs, post: Post, device: str) -> None:
    """Answer exports until the jobs are closed."""
    while (job := jobs.take_export()) is not None:
        answer = _answer(job, jobs, post, device)
        jobs.finish(job)
        post(answer)


def _answer(job: Job[Export | Settle], jobs: Jobs, post: Post, device: str) -> Exported | Cancelled | Failed:
    request = job.request
    try:
        if isinstance(request, Settle):
            return _settled(request)
        return _exported(request, Pace(job, request.count, jobs, post), device)
    except Stopped:
        return cancelled(request)
    except Exception as error:
        return failed(explain(error, "the export"), request)


def _exported(request: Export, pace: Pace, device: str) -> Exported:
    from engine.export.run import Watch, export

    made = export(order_of(request), how_of(request, device), Watch(step=pace.step, written=pace.written))
    return Exported(id=request.id, pairs=made.pairs, new=made.new, rejected=made.rejected)


def _settled(request: Settle) -> Exported:
    from engine.export.settling import settle

    made = settle(Path(request.out))
    return Exported(id=request.id, pairs=made.pairs, new=made.new, rejected=made.rejected)


class Pace:
    """Lets an export take its turn, and tells how far it is: `step` and `written` are those of its Watch."""

    def __init__(self, job: Job[Export | Settle], count: int, jobs: Jobs, post: Post) -> None:
        self._job, self._count, self._jobs, self._post = job, count, jobs, post
        self._before: tuple[int, int] | None = None  # pairs that were there, and that were rejected, at the start
        self._now = (0, 0)
        self._begun: float | None = None  # of the step that runs
        self._drawn = self._spent = 0.0
        self._told = 0.0

    def step(self, pictures: float) -> None:
        """A step has ended; returns when the next one may begin. Raises Stopped."""
        if self._begun is not None:
            self._spent += time.perf_counter() - self._begun
            self._drawn += pictures
        self._tell()
        if not self._jobs.turn(self._job):
            raise Stopped
        self._begun = time.perf_counter()

    def written(self, kept: int, rejected: int) -> None:
        """So many pairs are there, and so many were rejected."""
        self._now = (kept, rejected)
        if self._before is None:
            self._before = self._now
            self._tell()

    def _tell(self) -> None:
        now = time.perf_counter()
        if now - self._told < 1 / TOLD_PER_SECOND:
            return
        self._told = now
        kept, rejected = self._now
        rate = self._rate()
        left = self._count - (self._before or self._now)[0] - self._drawn * self._share()
        eta = max(0.0, left) / rate if rate else None
        self._post(Exporting(id=self._job.request.id, pairs=kept, rejected=rejected, per_second=rate, eta=eta))

    def _rate(self) -> float:
        return self._share() * self._drawn / self._spent if self._spent else 0.0

    def _share(self) -> float:
        """Of the pairs that are drawn, those that are kept; as if one more had been."""
        before = self._before or self._now
        kept, rejected = self._now[0] - before[0], self._now[1] - before[1]
        return (kept + 1) / (kept + rejected + 1)


def order_of(request: Export) -> Order:
    """What is asked for, as the command line says it. Raises BadRequest."""
    from engine.export.order import Filters, FormatName, Order

    return Order(
        pack=request.pack,
        format=FormatName(request.form),
        first_seed=request.first_seed,
        prompts=_path(request.prompts),
        caption_grammar=request.caption_grammar,
        layouts=_path(request.layouts),
        images=_path(request.images),
        areas=request.areas,
        canvas=request.canvas,
        steps=request.steps,
        sampler=request.sampler,
        guidance=request.guidance,
        full=request.full,
        filters=Filters(
            agreement=request.agreement,
            named=request.named,
            apart=request.apart,
            reference=_path(request.reference),
        ),
    )


def how_of(request: Export, device: str) -> How:
    """Where it is made, and how many pairs at once."""
    from engine import packs
    from engine.export.order import BATCH, How

    batch = CPU_BATCH if packs.choose_device(device).type == "cpu" else BATCH
    return How(out=Path(request.out), count=request.count, batch=batch, device=device)


def _path(place: str | None) -> Path | None:
    return None if place is None else Path(place)
