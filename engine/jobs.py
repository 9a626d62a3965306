"""Which request is computed next: one live slot in which the latest wins, a queue for all others, and one for exports.

Shared by the thread that reads commands, the compute thread and the export thread. A job ends in exactly one answer:
the thread that took it gives it, the reader for those that were dropped while they waited.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

from engine.protocol import Export, Generate, Settle

Request = Generate | Export | Settle
R = TypeVar("R", bound=Request, covariant=True)


class Job(Generic[R]):
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


class Jobs:
    """Waiting and running jobs."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._live: Job[Generate] | None = None
        self._queue: deque[Job[Generate]] = deque()
        self._exports: deque[Job[Export | Settle]] = deque()
        self._running: list[Job[Request]] = []
        self._closed = False

    def add(self, request: Request) -> list[Job[Request]]:
        """Let a request wait for its thread; returns the jobs it dropped, which never started."""
        with self._changed:
            self._changed.notify_all()
            if not isinstance(request, Generate):
                self._exports.append(Job(request))
                return []
            job = Job(request)
            if not request.live:
                self._queue.append(job)
                return []
            for running in self._running:
                if isinstance(running.request, Generate) and running.request.live:
                    running.cancel()
            dropped, self._live = self._live, job
            return [dropped] if dropped else []

    def cancel(self, id: str) -> list[Job[Request]]:
        """Flag the running job with this id; returns the waiting ones with it, which are dropped."""
        with self._changed:
            self._changed.notify_all()
            for job in self._running:
                if job.request.id == id:
                    job.cancel()
            waiting: list[Job[Request] | None] = [self._live, *self._queue, *self._exports]
            dropped = [job for job in waiting if job and job.request.id == id]
            self._queue = deque(job for job in self._queue if job not in dropped)
            self._exports = deque(job for job in self._exports if job not in dropped)
            if self._live in dropped:
                self._live = None
            return dropped

    def pause(self, id: str, paused: bool) -> None:
        """Let the export with this id rest, or go on; nothing happens if there is none."""
        with self._changed:
            for job in (*self._running, *self._exports):
                if job.request.id == id:
                    job.paused = paused
            self._changed.notify_all()

    def take(self) -> Job[Generate] | None:
        """Wait for the next job: the live one, or the oldest of the queue. None once this is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._live or self._queue)
            return self._start_live() or self._start(self._queue.popleft() if self._queue else None)

    def take_live(self) -> Job[Generate] | None:
        """The waiting live job, if there is one now: it may run between the steps of another."""
        with self._changed:
            return self._start_live()

    def take_export(self) -> Job[Export | Settle] | None:
        """Wait for the oldest export. None once this is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._exports)
            return self._start(self._exports.popleft() if self._exports else None)

    def turn(self, export: Job[Request]) -> bool:
        """Wait until the next step of an export may come: all else goes first. False if it is cancelled."""
        with self._changed:
            self._changed.wait_for(lambda: export.cancelled or not (export.paused or self._generating))
            return not export.cancelled

    def rest(self, seconds: float) -> bool:
        """Wait until for so long no picture was asked for or drawn, but for exports. False once this is closed."""
        with self._changed:
            while not self._closed:
                self._changed.wait_for(lambda: self._closed or not self._generating)
                if not self._changed.wait_for(lambda: self._closed or self._generating, seconds):
                    return True
            return False

    def finish(self, job: Job[Request]) -> None:
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
    def _generating(self) -> bool:
        running = any(isinstance(job.request, Generate) for job in self._running)
        return running or self._live is not None or bool(self._queue)

    def _start_live(self) -> Job[Generate] | None:
        job, self._live = self._live, None
        return self._start(job)

    def _start(self, job: Job[R] | None) -> Job[R] | None:
        if job is None or self._closed:
            return None
        self._running.append(job)
        return job
