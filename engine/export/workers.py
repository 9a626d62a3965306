"""Workers that draw pairs: this process, further processes, or a cluster's; pairs and order are the same."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager
from queue import SimpleQueue
from types import TracebackType
from typing import Protocol

from engine.export.pair_generator import PairGenerator
from engine.export.progress_hooks import StepCallback
from engine.interface.allocator import retain_freed_memory
from engine.interface.dataset.export_order import ExportOrder
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.errors import EngineError

MAX_TRIES = 3


class WorkerDied(Exception):
    """The process of a worker ended before its batch was done."""


class PairWorker(Protocol):
    """A worker outside of this process, which draws one batch at a time."""

    def draw(self, seeds: Sequence[int]) -> list[GeneratedPair]:
        """Draws a batch. Raises WorkerDied, or the EngineError that the worker raised."""
        ...

    def stop(self) -> None: ...


SeedBatches = Iterable[Sequence[int]]


class WorkerGroup(AbstractContextManager["WorkerGroup"], Protocol):
    """Draws batches of seeds and yields their pairs in order."""

    def draw(self, batches: SeedBatches) -> Iterator[list[GeneratedPair]]: ...


class InProcessWorker:
    """Draws in this process; `on_step` is called between steps of the sampler."""

    def __init__(self, order: ExportOrder, device: str, on_step: StepCallback) -> None:
        self._generator, self._on_step = PairGenerator(order, device), on_step

    def __enter__(self) -> InProcessWorker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Does nothing: there are no processes to stop."""

    def draw(self, batches: SeedBatches) -> Iterator[list[GeneratedPair]]:
        """Draws batch by batch."""
        for seeds in batches:
            yield self._generator.draw(seeds, self._on_step)


class WorkerPool:
    """Workers of one kind, each with a thread that waits for it. A worker that dies is replaced, its batch repeated.

    At most two batches per worker are being drawn or wait for the consumer, however slow it is.
    """

    def __init__(self, start_worker: Callable[[], PairWorker], count: int, on_step: StepCallback) -> None:
        self._new_worker, self._count, self._on_step = start_worker, count, on_step
        self._idle: SimpleQueue[PairWorker] = SimpleQueue()
        self.workers: list[PairWorker] = []
        self._threads = ThreadPoolExecutor(count, "worker")
        self._stopped = False

    def __enter__(self) -> WorkerPool:
        for _ in range(self._count):
            self._start_worker()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops all workers at once, without waiting for their batches."""
        self._stopped = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self.workers:
            worker.stop()
        self._threads.shutdown()

    def draw(self, batches: SeedBatches) -> Iterator[list[GeneratedPair]]:
        """Draws batches on all workers and yields their pairs in order."""
        waiting: deque[Future[list[GeneratedPair]]] = deque()
        for seeds in batches:
            waiting.append(self._threads.submit(self._draw_batch, seeds))
            if len(waiting) >= 2 * self._count:
                yield self._next_pairs(waiting)
        while waiting:
            yield self._next_pairs(waiting)

    def _next_pairs(self, waiting: deque[Future[list[GeneratedPair]]]) -> list[GeneratedPair]:
        pairs = waiting.popleft().result()
        self._on_step(len(pairs))
        return pairs

    def _draw_batch(self, seeds: Sequence[int]) -> list[GeneratedPair]:
        for _ in range(MAX_TRIES):
            worker = self._idle.get()
            try:
                pairs = worker.draw(seeds)
            except WorkerDied:
                if self._stopped:
                    raise
                self._start_worker()
                continue
            except BaseException:
                self._idle.put(worker)
                raise
            self._idle.put(worker)
            return pairs
        raise lost_batch_error(seeds)

    def _start_worker(self) -> None:
        worker = self._new_worker()
        self.workers.append(worker)
        self._idle.put(worker)


def lost_batch_error(seeds: Sequence[int]) -> EngineError:
    """Builds the error for a batch during which every worker that tried it died."""
    return EngineError(
        f"The pairs with the seeds {seeds[0]} to {seeds[-1]} ended {MAX_TRIES} workers.",
        "See whether their machine has memory enough, or draw fewer at once with --batch.",
    )


class ProcessWorker:
    """A worker in a separate process."""

    def __init__(self, order: ExportOrder, device: str, threads: int) -> None:
        spawn_context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, spawn_context, _initialise_process, (order, device, threads))

    def draw(self, seeds: Sequence[int]) -> list[GeneratedPair]:
        """Draws a batch. Raises WorkerDied, or the EngineError that the process raised."""
        try:
            return self._pool.submit(_draw_in_process, seeds).result()
        except BrokenProcessPool as error:
            raise WorkerDied from error

    def pids(self) -> list[int]:
        """Process id of the worker, if its process runs."""
        return list(self._pool._processes or {})

    def stop(self) -> None:
        """Kills the process."""
        for process in list((self._pool._processes or {}).values()):
            process.kill()
        self._pool.shutdown(cancel_futures=True)


class _WorkerProcessState:
    """State of a worker's process. The first batch creates the generator, so that its errors reach the caller."""

    order: ExportOrder
    device: str
    generator: PairGenerator | None = None


def _initialise_process(order: ExportOrder, device: str, threads: int) -> None:
    """Prepares a worker's process: it ends with its parent, and leaves Ctrl-C to it."""
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()

    retain_freed_memory()
    torch.set_num_threads(threads)
    _WorkerProcessState.order, _WorkerProcessState.device = order, device


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _draw_in_process(seeds: Sequence[int]) -> list[GeneratedPair]:
    if _WorkerProcessState.generator is None:
        _WorkerProcessState.generator = PairGenerator(_WorkerProcessState.order, _WorkerProcessState.device)
    return _WorkerProcessState.generator.draw(seeds)


def start_processes(order: ExportOrder, device: str, count: int, on_step: StepCallback) -> WorkerPool:
    """Starts several processes on this machine, which share its cores."""
    threads = max(1, (os.cpu_count() or 1) // count)
    return WorkerPool(lambda: ProcessWorker(order, device, threads), count, on_step)
