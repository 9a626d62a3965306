"""How many pairs a second reach the disk, and in how much memory: 10 pairs, and ten times as many."""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from engine.bench.report import Bench, Row
from engine.bench.setup import SEED, Setup
from engine.bench.timing import Spread

COUNTS = (10, 100)


class Made(NamedTuple):
    """What so many pairs took: seconds from the first to the last, and the most memory in bytes (0: unknown here)."""

    seconds: float
    memory: int


def measure(setup: Setup) -> Bench:
    """A row for each number of pairs; each is made by a process of its own, whose memory is then its own too."""
    counts = COUNTS[:1] if setup.quick else COUNTS
    pack, device = str(setup.pack.folder), setup.pack.device.type
    rows: list[Row] = []
    for count in counts:
        rate = setup.watch.matmul_rate()
        made = alone(pack, device, count)
        each = Spread.of([made.seconds / count])
        figures: dict[str, float | Spread] = {"pairs a second": count / made.seconds}
        if made.memory:
            figures["MiB at most"] = made.memory / 2**20
        ratio = Spread.of([each.median / (rows[0].seconds or each).median]) if rows else Spread.of([1.0])
        rows.append(Row(name=f"{count} pairs, for each", seconds=each, ratio=ratio, rate=rate, figures=figures))
    return Bench(name="pairs", title="Pairs from text to files", rows=rows)


def alone(pack: str, device: str, count: int) -> Made:
    """`make` in a fresh process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(make, pack, device, count).result()


def make(pack: str, device: str, count: int) -> Made:
    """Draw and write so many pairs after one that warms up."""
    from engine.batch.plan import Order
    from engine.batch.run import run

    with tempfile.TemporaryDirectory() as folder:
        orders = [
            Order(pack=pack, out=Path(folder), prompt="", seed=SEED, count=some, device=device) for some in (1, count)
        ]
        run(orders[0])
        begun = time.perf_counter()
        run(orders[1])
        return Made(time.perf_counter() - begun, peak_memory())


def peak_memory() -> int:
    """The most memory that this process ever had, in bytes; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
