"""Pairs per second from text to files, and peak memory, for 10 pairs and for ten times as many."""

from __future__ import annotations

import math
import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import torch

from engine.bench.bench_setup import SEED, BenchSetup
from engine.bench.report import BenchResult, BenchRow
from engine.bench.timing import Spread
from engine.metrics.cost import peak_memory_mib

PAIR_COUNTS = (10, 100)
CPU = torch.device("cpu")


class PairCost(NamedTuple):
    """Cost of many pairs: seconds from the first to the last, and the process's peak memory in MiB or nan."""

    seconds: float
    peak_mib: float


def measure(setup: BenchSetup) -> BenchResult:
    """Measures a row for each number of pairs, in a process of its own, so that the peak memory is its own."""
    counts = PAIR_COUNTS[:1] if setup.quick else PAIR_COUNTS
    pack, device = str(setup.pack.folder), setup.pack.device.type
    rows: list[BenchRow] = []
    for count in counts:
        rate = setup.stopwatch.matmul_rate()
        cost = make_pairs_in_process(pack, device, count)
        seconds_per_pair = Spread.of([cost.seconds / count])
        figures: dict[str, float | Spread] = {"pairs a second": count / cost.seconds}
        if math.isfinite(cost.peak_mib):
            figures["MiB at most"] = cost.peak_mib
        ratio = (
            Spread.of([seconds_per_pair.median / (rows[0].seconds or seconds_per_pair).median])
            if rows
            else Spread.of([1.0])
        )
        rows.append(
            BenchRow(
                name=f"{count} pairs, for each", seconds=seconds_per_pair, ratio=ratio, rate=rate, figures=figures
            )
        )
    return BenchResult(name="pairs", title="Pairs from text to files", rows=rows)


def make_pairs_in_process(pack: str, device: str, count: int) -> PairCost:
    """Runs `make_pairs` in a new process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(make_pairs, pack, device, count).result()


def make_pairs(pack: str, device: str, count: int) -> PairCost:
    """Draws and writes pairs after one that warms up."""
    from engine.sample_command.plan import SampleOrder
    from engine.sample_command.run import run_order

    with tempfile.TemporaryDirectory() as folder:
        orders = [
            SampleOrder(pack=pack, out=Path(folder), prompt="", seed=SEED, count=pair_count, device=device)
            for pair_count in (1, count)
        ]
        run_order(orders[0])
        begun = time.perf_counter()
        run_order(orders[1])
        return PairCost(time.perf_counter() - begun, peak_memory_mib(CPU))
