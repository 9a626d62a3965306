"""The window's figures, by the program beside the tests: a checkout has it, an installed wheel does not."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from engine.bench.report import Bench, Row
from engine.bench.setup import Setup
from engine.bench.timing import Spread

SCRIPT = Path(__file__).parents[2] / "tests" / "bench" / "studio_figures.py"
TITLE = "The studio's window with the street pack"
PATIENCE = 600


def measure(setup: Setup) -> Bench:
    """A row for each figure that the program tells in milliseconds."""
    if not SCRIPT.is_file():
        missing = Row(name="the window", note="Measured in a checkout of the repository only.")
        return Bench(name="studio", title=TITLE, rows=[missing])
    rate = setup.watch.matmul_rate()
    command = [sys.executable, str(SCRIPT), "--runs", str(setup.turns)]
    try:
        run = subprocess.run(command, cwd=SCRIPT.parents[2], capture_output=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return Bench(name="studio", title=TITLE, rows=[Row(name="the window", note=f"Not done in {PATIENCE} s.")])
    rows = rows_of(run.stdout.decode("utf-8", "replace"), (rate + setup.watch.matmul_rate()) / 2)
    if run.returncode or not rows:
        last = run.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        rows.append(Row(name="the window", note=f"{SCRIPT.name} left with {run.returncode}: {' '.join(last)}"))
    return Bench(name="studio", title=TITLE, rows=rows)


def rows_of(told: str, rate: float) -> list[Row]:
    """Rows of lines such as “  request to done        490 ms”."""
    found = re.findall(r"^ *(.+?) {2,}(\d+) ms$", told, re.MULTILINE)
    return [Row(name=name, seconds=Spread.of([int(value) / 1000]), rate=rate) for name, value in found]
