"""The order of work: one live request, of which the latest wins, a queue of other requests, and a queue of exports.

The scheduler is shared by the thread that reads commands, the compute thread and the export thread. Every job gets
exactly one answer: from the thread that took it, or from the reader if it was dropped before.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

from engine.interface.protocol import Export, Purge
from engine.requests.resolved_request import ResolvedRequest

JobRequest = ResolvedRequest | Export | Purge
R = TypeVar("R", bound=JobRequest, covariant=True)


class RequestJob(Generic[R]):
    """One request until it is answered. Cancelling sets a flag, which the job's thread reads between steps."""

    def __init__(self, request: R) -> None:
        self.request = request
        self.paused = False
        self._stop = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether the job was cancelled."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the job's thread to stop before its next step."""
        self._stop.set()


class RequestScheduler:
    """The waiting and running jobs of all threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._live: RequestJob[ResolvedRequest] | None = None
        self._queue: deque[RequestJob[ResolvedRequest]] = deque()
        self._exports: deque[RequestJob[Export | Purge]] = deque()
        self._running: list[RequestJob[JobRequest]] = []
        self._closed = False

    def add(self, request: JobRequest) -> list[RequestJob[JobRequest]]:
        """Enqueue a request. Returns the waiting live job that it replaces, if any, which then never starts."""
        with self._changed:
            self._changed.notify_all()
            if not isinstance(request, ResolvedRequest):
                self._exports.append(RequestJob(request))
                return []
            job = RequestJob(request)
            if not request.live:
                self._queue.append(job)
                return []
            for running in self._running:
                if isinstance(running.request, ResolvedRequest) and running.request.live:
                    running.cancel()
            dropped, self._live = self._live, job
            return [dropped] if dropped else []

    def cancel(self, job_id: str) -> list[RequestJob[JobRequest]]:
        """Cancel the running jobs with this id, and drop and return the waiting ones."""
        with self._changed:
            self._changed.notify_all()
            for job in self._running:
                if job.request.id == job_id:
                    job.cancel()
            waiting: list[RequestJob[JobRequest] | None] = [self._live, *self._queue, *self._exports]
            dropped = [job for job in waiting if job and job.request.id == job_id]
            self._queue = deque(job for job in self._queue if job not in dropped)
            self._exports = deque(job for job in self._exports if job not in dropped)
            if self._live in dropped:
                self._live = None
            return dropped

    def pause(self, job_id: str, paused: bool) -> None:
        """Pause or resume the export with this id, if there is one."""
        with self._changed:
            for job in (*self._running, *self._exports):
                if job.request.id == job_id:
                    job.paused = paused
            self._changed.notify_all()

    def take(self) -> RequestJob[ResolvedRequest] | None:
        """Wait for the next request: the live one, else the oldest of the queue. None once the scheduler is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._live or self._queue)
            return self._start_live() or self._start(self._queue.popleft() if self._queue else None)

    def take_live(self) -> RequestJob[ResolvedRequest] | None:
        """The waiting live request, or None at once; it may run between the steps of another job."""
        with self._changed:
            return self._start_live()

    def take_export(self) -> RequestJob[Export | Purge] | None:
        """Wait for the oldest export. None once the scheduler is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._exports)
            return self._start(self._exports.popleft() if self._exports else None)

    def wait_for_turn(self, job: RequestJob[JobRequest]) -> bool:
        """Wait until an export may take its next step: requests go first. False once the export is cancelled."""
        with self._changed:
            self._changed.wait_for(lambda: job.cancelled or not (job.paused or self._is_generating))
            return not job.cancelled

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until no request was waiting or running for `seconds`. False once the scheduler is closed."""
        with self._changed:
            while not self._closed:
                self._changed.wait_for(lambda: self._closed or not self._is_generating)
                if not self._changed.wait_for(lambda: self._closed or self._is_generating, seconds):
                    return True
            return False

    def finish(self, job: RequestJob[JobRequest]) -> None:
        """Remove a running job, whose thread is about to answer it."""
        with self._changed:
            self._running.remove(job)
            self._changed.notify_all()

    def close(self) -> None:
        """Drop the waiting jobs, cancel the running ones, and let `take` and `take_export` return None from now on."""
        with self._changed:
            self._closed, self._live = True, None
            self._queue.clear()
            self._exports.clear()
            for job in self._running:
                job.cancel()
            self._changed.notify_all()

    @property
    def _is_generating(self) -> bool:
        running = any(isinstance(job.request, ResolvedRequest) for job in self._running)
        return running or self._live is not None or bool(self._queue)

    def _start_live(self) -> RequestJob[ResolvedRequest] | None:
        job, self._live = self._live, None
        return self._start(job)

    def _start(self, job: RequestJob[R] | None) -> RequestJob[R] | None:
        if job is None or self._closed:
            return None
        self._running.append(job)
        return job
