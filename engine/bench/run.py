"""The benchmarks by name, and running them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import msgspec

from engine.bench import (
    gcdp_comparison,
    matmul_share,
    pair_cost,
    peer_comparison,
    report,
    step_overhead,
    studio_latency,
)
from engine.bench.bench_setup import SEED, BenchSetup
from engine.bench.report import BenchResult
from engine.bench.timing import MATMUL_SIDES, Stopwatch
from engine.packs.pack import Pack

BENCHES: dict[str, Callable[[BenchSetup], BenchResult]] = {
    "gcdp": gcdp_comparison.measure,
    "diffusers": peer_comparison.measure,
    "share": matmul_share.measure,
    "studio": studio_latency.measure,
    "pairs": pair_cost.measure,
    "overhead": step_overhead.measure,
}

QUICK_MATMUL_SIDE = 256
"""Side of the matrices whose multiplication rate a quick run measures."""


def run_benchmarks(pack: Pack, out: Path, only: Collection[str], quick: bool) -> Iterator[BenchResult]:
    """Runs benchmarks and yields each result; the files in `out` are updated after each. Raises BadFile."""
    bench_report = report.empty_report(pack.info.name, pack.device, SEED, quick)
    report.write_report(bench_report, out)  # a folder that cannot be written to is known before minutes of work
    setup = BenchSetup(
        pack,
        Stopwatch(
            pack.device, QUICK_MATMUL_SIDE if quick else MATMUL_SIDES.get(pack.device.type, MATMUL_SIDES["cpu"])
        ),
        quick,
    )
    for name, measure in BENCHES.items():
        if name in only or not only:
            bench_report = msgspec.structs.replace(bench_report, benches=[*bench_report.benches, measure(setup)])
            report.write_report(bench_report, out)
            yield bench_report.benches[-1]
