"""Who draws: this process, several others here, or a cluster's; all give the same pairs in the same order."""

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

from engine.errors import EngineError
from engine.export.drawing import Drawer, Step
from engine.export.order import Order
from engine.export.pair import Pair
from engine.memory import keep_freed

TRIES = 3


class Died(Exception):
    """A worker is gone, and what it was drawing with it."""


class Worker(Protocol):
    """Someone elsewhere who draws; one batch at a time."""

    def draw(self, seeds: Sequence[int]) -> list[Pair]:
        """Raises Died, or the EngineError that was raised there."""
        ...

    def dismiss(self) -> None: ...


Batches = Iterable[Sequence[int]]


class Crew(AbstractContextManager["Crew"], Protocol):
    """Draws batches of seeds and gives them in their order."""

    def draw(self, batches: Batches) -> Iterator[list[Pair]]: ...


class Alone:
    """This process; `step` comes between any two steps."""

    def __init__(self, order: Order, device: str, step: Step) -> None:
        self._drawer, self._step = Drawer(order, device), step

    def __enter__(self) -> Alone:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to put away."""

    def draw(self, batches: Batches) -> Iterator[list[Pair]]:
        """Batch by batch."""
        for seeds in batches:
            yield self._drawer.draw(seeds, self._step)


class Together:
    """Workers of one kind. Each has a thread that waits for it; one that dies is replaced, and its batch drawn again.

    At most two batches for each worker are under way or wait to be taken, however slow the taker is.
    """

    def __init__(self, hire: Callable[[], Worker], count: int, step: Step) -> None:
        self._hire, self._count, self._step = hire, count, step
        self._free: SimpleQueue[Worker] = SimpleQueue()
        self.everybody: list[Worker] = []
        self._threads = ThreadPoolExecutor(count, "worker")
        self._over = False

    def __enter__(self) -> Together:
        for _ in range(self._count):
            self._add()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel means now: nobody is waited for."""
        self._over = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for worker in self.everybody:
            worker.dismiss()
        self._threads.shutdown()

    def draw(self, batches: Batches) -> Iterator[list[Pair]]:
        """In the order of the batches."""
        waiting: deque[Future[list[Pair]]] = deque()
        for seeds in batches:
            waiting.append(self._threads.submit(self._drawn, seeds))
            if len(waiting) >= 2 * self._count:
                yield self._taken(waiting)
        while waiting:
            yield self._taken(waiting)

    def _taken(self, waiting: deque[Future[list[Pair]]]) -> list[Pair]:
        pairs = waiting.popleft().result()
        self._step(len(pairs))
        return pairs

    def _drawn(self, seeds: Sequence[int]) -> list[Pair]:
        for _ in range(TRIES):
            worker = self._free.get()
            try:
                pairs = worker.draw(seeds)
            except Died:
                if self._over:
                    raise
                self._add()
                continue
            except BaseException:
                self._free.put(worker)
                raise
            self._free.put(worker)
            return pairs
        raise EngineError(
            f"The pairs with the seeds {seeds[0]} to {seeds[-1]} ended {TRIES} workers.",
            "See whether their machine has memory enough, or draw fewer at once with --batch.",
        )

    def _add(self) -> None:
        worker = self._hire()
        self.everybody.append(worker)
        self._free.put(worker)


class Process:
    """A worker in a process of its own."""

    def __init__(self, order: Order, device: str, threads: int) -> None:
        spawned = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(1, spawned, _begin, (order, device, threads))

    def draw(self, seeds: Sequence[int]) -> list[Pair]:
        """Raises Died, or the EngineError that was raised there."""
        try:
            return self._pool.submit(_draw, seeds).result()
        except BrokenProcessPool as error:
            raise Died from error

    def pids(self) -> list[int]:
        """Of the process, if it runs."""
        return list(self._pool._processes or {})

    def dismiss(self) -> None:
        """End the process, whatever it is doing."""
        for process in list((self._pool._processes or {}).values()):
            process.kill()
        self._pool.shutdown(cancel_futures=True)


class _Here:
    """What a worker's process keeps between batches; made at the first, so that what is wrong is told as usual."""

    order: Order
    device: str
    drawer: Drawer | None = None


def _begin(order: Order, device: str, threads: int) -> None:
    """A worker ends when who hired it does, and leaves Ctrl-C to it."""
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()

    keep_freed()
    torch.set_num_threads(threads)
    _Here.order, _Here.device = order, device


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _draw(seeds: Sequence[int]) -> list[Pair]:
    if _Here.drawer is None:
        _Here.drawer = Drawer(_Here.order, _Here.device)
    return _Here.drawer.draw(seeds)


def processes(order: Order, device: str, count: int, step: Step) -> Together:
    """Several processes here, which share the cores."""
    threads = max(1, (os.cpu_count() or 1) // count)
    return Together(lambda: Process(order, device, threads), count, step)
