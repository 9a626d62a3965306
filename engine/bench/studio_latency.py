"""Latencies of the studio's window, measured by a program in tests/bench, which only a checkout contains."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from engine.bench.bench_setup import BenchSetup
from engine.bench.report import BenchResult, BenchRow
from engine.bench.timing import Spread

SCRIPT = Path(__file__).parents[2] / "tests" / "bench" / "studio_figures.py"
TITLE = "The studio's window with the street pack"
TIMEOUT_SECONDS = 600


def measure(setup: BenchSetup) -> BenchResult:
    """Runs the program; each figure that it prints in milliseconds is a row."""
    if not SCRIPT.is_file():
        missing = BenchRow(name="the window", note="Measured in a checkout of the repository only.")
        return BenchResult(name="studio", title=TITLE, rows=[missing])
    rate = setup.stopwatch.matmul_rate()
    command = [sys.executable, str(SCRIPT), "--runs", str(setup.turns)]
    try:
        run = subprocess.run(command, cwd=SCRIPT.parents[2], capture_output=True, timeout=TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return BenchResult(
            name="studio", title=TITLE, rows=[BenchRow(name="the window", note=f"Not done in {TIMEOUT_SECONDS} s.")]
        )
    rows = parse_rows(run.stdout.decode("utf-8", "replace"), (rate + setup.stopwatch.matmul_rate()) / 2)
    if run.returncode or not rows:
        last = run.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        rows.append(BenchRow(name="the window", note=f"{SCRIPT.name} left with {run.returncode}: {' '.join(last)}"))
    return BenchResult(name="studio", title=TITLE, rows=rows)


def parse_rows(output: str, rate: float) -> list[BenchRow]:
    """Parses rows from lines such as “  request to done        490 ms”."""
    matches = re.findall(r"^ *(.+?) {2,}(\d+) ms$", output, re.MULTILINE)
    return [BenchRow(name=name, seconds=Spread.of([int(value) / 1000]), rate=rate) for name, value in matches]
