"""The export thread: it runs exports one after the other, at a lower priority than the compute thread.

Reading, filtering and writing pairs never delays a request, as that has its own thread; the steps of the sampler wait
until no request is waiting or running. torch is imported by the functions called here.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from engine.interface.error_messages import to_engine_error
from engine.interface.protocol import Cancelled, Export, Exported, Exporting, Failed, Purge
from engine.serve.jobs import RequestJob, RequestScheduler
from engine.serve.server import PostEvent, cancelled_event, failed_event

if TYPE_CHECKING:
    from engine.interface.dataset.export_order import ExportOrder, ExportRunOptions

CPU_BATCH_SIZE = 2
"""Pairs drawn together on a CPU. A request that comes meanwhile shares the cores with one step of them at most."""
PROGRESS_EVENTS_PER_SECOND = 4


class ExportStopped(Exception):
    """Ends an export that was cancelled."""


def run_export_loop(jobs: RequestScheduler, post: PostEvent, device: str) -> None:
    """Answer exports and purges until the scheduler is closed."""
    while (job := jobs.take_export()) is not None:
        answer = _answer(job, jobs, post, device)
        jobs.finish(job)
        post(answer)


def _answer(
    job: RequestJob[Export | Purge], jobs: RequestScheduler, post: PostEvent, device: str
) -> Exported | Cancelled | Failed:
    request = job.request
    try:
        if isinstance(request, Purge):
            return _run_purge(request)
        return _run_export(request, ExportProgress(job, request.count, jobs, post), device)
    except ExportStopped:
        return cancelled_event(request)
    except Exception as error:
        return failed_event(to_engine_error(error, "the export"), request)


def _run_export(request: Export, progress: ExportProgress, device: str) -> Exported:
    from engine.export.progress_hooks import ProgressHooks
    from engine.export.run import export_dataset

    summary = export_dataset(
        order_from_request(request),
        run_options_from_request(request, device),
        ProgressHooks(on_step=progress.wait_for_next_step, on_written=progress.pairs_written),
    )
    return Exported(id=request.id, pairs=summary.pairs, new=summary.new, rejected=summary.rejected)


def _run_purge(request: Purge) -> Exported:
    from engine.export.purge import purge_dataset

    summary = purge_dataset(Path(request.out))
    return Exported(id=request.id, pairs=summary.pairs, new=summary.new, rejected=summary.rejected)


class ExportProgress:
    """Makes an export wait for its turn, and posts its progress. Its methods are the export's `ProgressHooks`."""

    def __init__(self, job: RequestJob[Export | Purge], count: int, jobs: RequestScheduler, post: PostEvent) -> None:
        self._job, self._count, self._jobs, self._post = job, count, jobs, post
        self._counts = (0, 0)  # kept and rejected pairs
        self._initial_counts: tuple[int, int] | None = None  # those at the start of the export
        self._step_started: float | None = None  # when the running step began
        self._pairs_drawn = self._step_seconds = 0.0
        self._posted_at = 0.0

    def wait_for_next_step(self, pairs_drawn: float) -> None:
        """Count the pairs that the last step amounts to, and wait until the next step may begin.

        Raises ExportStopped if the export was cancelled.
        """
        if self._step_started is not None:
            self._step_seconds += time.perf_counter() - self._step_started
            self._pairs_drawn += pairs_drawn
        self._post_progress()
        if not self._jobs.wait_for_turn(self._job):
            raise ExportStopped
        self._step_started = time.perf_counter()

    def pairs_written(self, kept: int, rejected: int) -> None:
        """Take note of how many pairs the data set now holds, and how many were rejected."""
        self._counts = (kept, rejected)
        if self._initial_counts is None:
            self._initial_counts = self._counts
            self._post_progress()

    def _post_progress(self) -> None:
        now = time.perf_counter()
        if now - self._posted_at < 1 / PROGRESS_EVENTS_PER_SECOND:
            return
        self._posted_at = now
        kept, rejected = self._counts
        rate = self._kept_per_second()
        left = self._count - (self._initial_counts or self._counts)[0] - self._pairs_drawn * self._kept_fraction()
        eta = max(0.0, left) / rate if rate else None
        self._post(Exporting(id=self._job.request.id, pairs=kept, rejected=rejected, per_second=rate, eta=eta))

    def _kept_per_second(self) -> float:
        return self._kept_fraction() * self._pairs_drawn / self._step_seconds if self._step_seconds else 0.0

    def _kept_fraction(self) -> float:
        """The share of drawn pairs that were kept, with one more kept pair so that it is never 0."""
        initial = self._initial_counts or self._counts
        kept, rejected = self._counts[0] - initial[0], self._counts[1] - initial[1]
        return (kept + 1) / (kept + rejected + 1)


def order_from_request(request: Export) -> ExportOrder:
    """The request as the order that the command line would give. Raises BadRequest."""
    from engine.interface.dataset.export_order import ExportOrder, FormatName, PairFilters

    return ExportOrder(
        pack=request.pack,
        format=FormatName(request.form),
        first_seed=request.first_seed,
        prompts=_optional_path(request.prompts),
        caption_grammar=request.caption_grammar,
        layouts=_optional_path(request.layouts),
        images=_optional_path(request.images),
        areas=request.areas,
        canvas=request.canvas,
        steps=request.steps,
        sampler=request.sampler,
        guidance=request.guidance,
        full=request.full,
        filters=PairFilters(
            agreement=request.agreement,
            named=request.named,
            apart=request.apart,
            reference=_optional_path(request.reference),
        ),
    )


def run_options_from_request(request: Export, device: str) -> ExportRunOptions:
    """Where and in which batches to make the data set of a request."""
    from engine.interface.dataset.export_order import DEFAULT_BATCH, ExportRunOptions
    from engine.packs import pack

    batch = CPU_BATCH_SIZE if pack.choose_device(device).type == "cpu" else DEFAULT_BATCH
    return ExportRunOptions(out=Path(request.out), count=request.count, batch=batch, device=device)


def _optional_path(path: str | None) -> Path | None:
    return None if path is None else Path(path)
