"""Which request is computed next: one live slot in which the latest wins, and a queue for all others.

Shared by the thread that reads commands and the compute thread. A job ends in exactly one answer: the compute
thread answers for every job that it took, the reader for those that were dropped while they waited.
"""

from __future__ import annotations

import threading
from collections import deque

from engine.protocol import Generate


class Job:
    """One request on its way; cancelling raises a flag that the compute thread reads between steps."""

    def __init__(self, request: Generate) -> None:
        self.request = request
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
        self._live: Job | None = None
        self._queue: deque[Job] = deque()
        self._running: list[Job] = []
        self._closed = False

    def add(self, request: Generate) -> list[Job]:
        """Let a request wait for the compute thread; returns the jobs it dropped, which never started."""
        job = Job(request)
        with self._changed:
            self._changed.notify()
            if not request.live:
                self._queue.append(job)
                return []
            for running in self._running:
                if running.request.live:
                    running.cancel()
            dropped, self._live = self._live, job
            return [dropped] if dropped else []

    def cancel(self, id: str) -> list[Job]:
        """Flag the running job with this id; returns the waiting ones with it, which are dropped."""
        with self._changed:
            for job in self._running:
                if job.request.id == id:
                    job.cancel()
            dropped = [job for job in (self._live, *self._queue) if job and job.request.id == id]
            self._queue = deque(job for job in self._queue if job not in dropped)
            if self._live in dropped:
                self._live = None
            return dropped

    def take(self) -> Job | None:
        """Wait for the next job: the live one, or the oldest of the queue. None once this is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._live or self._queue)
            return self._start_live() or self._start(self._queue.popleft() if self._queue else None)

    def take_live(self) -> Job | None:
        """The waiting live job, if there is one now: it may run between the steps of another."""
        with self._changed:
            return self._start_live()

    def finish(self, job: Job) -> None:
        """The compute thread has answered for this job."""
        with self._changed:
            self._running.remove(job)

    def close(self) -> None:
        """Forget what waits, cancel what runs, and let `take` return None from now on."""
        with self._changed:
            self._closed, self._live = True, None
            self._queue.clear()
            for job in self._running:
                job.cancel()
            self._changed.notify_all()

    def _start_live(self) -> Job | None:
        job, self._live = self._live, None
        return self._start(job)

    def _start(self, job: Job | None) -> Job | None:
        if job is None or self._closed:
            return None
        self._running.append(job)
        return job
