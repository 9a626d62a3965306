"""Which request is computed next: one live slot in which the latest wins, a queue for all others, and one for exports.

Shared by the thread that reads commands, the compute thread and the export thread. A job ends in exactly one answer:
the thread that took it gives it, the reader for those that were dropped while they waited.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

from engine.interface.protocol import Export, Generate, Purge

JobRequest = Generate | Export | Purge
R = TypeVar("R", bound=JobRequest, covariant=True)


class RequestJob(Generic[R]):
    """One request on its way; cancelling raises a flag that its thread reads between steps."""

    def __init__(self, request: R) -> None:
        self.request = request
        self.paused = False
        self._stop = threading.Event()

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()

    def cancel(self) -> None:
        self._stop.set()


class RequestScheduler:
    """Waiting and running jobs."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._live: RequestJob[Generate] | None = None
        self._queue: deque[RequestJob[Generate]] = deque()
        self._exports: deque[RequestJob[Export | Purge]] = deque()
        self._running: list[RequestJob[JobRequest]] = []
        self._closed = False

    def add(self, request: JobRequest) -> list[RequestJob[JobRequest]]:
        """Let a request wait for its thread; returns the jobs it dropped, which never started."""
        with self._changed:
            self._changed.notify_all()
            if not isinstance(request, Generate):
                self._exports.append(RequestJob(request))
                return []
            job = RequestJob(request)
            if not request.live:
                self._queue.append(job)
                return []
            for running in self._running:
                if isinstance(running.request, Generate) and running.request.live:
                    running.cancel()
            dropped, self._live = self._live, job
            return [dropped] if dropped else []

    def cancel(self, job_id: str) -> list[RequestJob[JobRequest]]:
        """Flag the running job with this id; returns the waiting ones with it, which are dropped."""
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
        """Let the export with this id rest, or go on; nothing happens if there is none."""
        with self._changed:
            for job in (*self._running, *self._exports):
                if job.request.id == job_id:
                    job.paused = paused
            self._changed.notify_all()

    def take(self) -> RequestJob[Generate] | None:
        """Wait for the next job: the live one, or the oldest of the queue. None once this is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._live or self._queue)
            return self._start_live() or self._start(self._queue.popleft() if self._queue else None)

    def take_live(self) -> RequestJob[Generate] | None:
        """The waiting live job, if there is one now: it may run between the steps of another."""
        with self._changed:
            return self._start_live()

    def take_export(self) -> RequestJob[Export | Purge] | None:
        """Wait for the oldest export. None once this is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._exports)
            return self._start(self._exports.popleft() if self._exports else None)

    def wait_for_turn(self, job: RequestJob[JobRequest]) -> bool:
        """Wait until the next step of an export may come: all else goes first. False if it is cancelled."""
        with self._changed:
            self._changed.wait_for(lambda: job.cancelled or not (job.paused or self._is_generating))
            return not job.cancelled

    def wait_until_idle(self, seconds: float) -> bool:
        """Wait until for so long no picture was asked for or drawn, but for exports. False once this is closed."""
        with self._changed:
            while not self._closed:
                self._changed.wait_for(lambda: self._closed or not self._is_generating)
                if not self._changed.wait_for(lambda: self._closed or self._is_generating, seconds):
                    return True
            return False

    def finish(self, job: RequestJob[JobRequest]) -> None:
        """The thread that took this job has answered for it."""
        with self._changed:
            self._running.remove(job)
            self._changed.notify_all()

    def close(self) -> None:
        """Forget what waits, cancel what runs, and let `take` and `take_export` return None from now on."""
        with self._changed:
            self._closed, self._live = True, None
            self._queue.clear()
            self._exports.clear()
            for job in self._running:
                job.cancel()
            self._changed.notify_all()

    @property
    def _is_generating(self) -> bool:
        running = any(isinstance(job.request, Generate) for job in self._running)
        return running or self._live is not None or bool(self._queue)

    def _start_live(self) -> RequestJob[Generate] | None:
        job, self._live = self._live, None
        return self._start(job)

    def _start(self, job: RequestJob[R] | None) -> RequestJob[R] | None:
        if job is None or self._closed:
            return None
        self._running.append(job)
        return job
