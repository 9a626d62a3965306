"""Throughput and memory of exports: python -m tests.bench.export_figures [--pairs N] [--rounds R]

The sampler alone and the export take turns with the same pairs. Memory is measured in one large export, in a process
of its own and with one step per pair, so that many pairs take little time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from unittest import mock

import msgspec

from engine.export.progress_hooks import ProgressHooks
from engine.export.run import export_dataset
from engine.interface.dataset.export_order import DEFAULT_BATCH, ExportOrder, ExportRunOptions, FormatName
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.protocol import Export, Exporting, Generate, Preview, Ready
from tests.engine.engine_subprocess import EngineSubprocess

PACK, ROUND_PAIRS, WRITTEN_PAIRS = "street", 6 * DEFAULT_BATCH, 3000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.large:
        print(json.dumps(measure_large_export(options.large, options.pairs)))
        return
    with tempfile.TemporaryDirectory() as folder:
        compare_with_sampler(Path(folder), options.rounds)
        measure_writing(Path(folder))
        measure_preview(Path(folder))
        measure_memory(Path(folder), options.pairs)


def compare_with_sampler(folder: Path, rounds: int) -> None:
    """Prints the pairs per second of the sampler alone and of the export, in turns."""
    from engine.export.pair_generator import PairGenerator

    order = ExportOrder(pack=PACK, format=FormatName.paired, caption_grammar=True)
    generator = PairGenerator(order, "auto")
    generator.draw(range(DEFAULT_BATCH))
    rates: list[tuple[float, float]] = []
    for index in range(rounds):
        begun = time.perf_counter()
        for first in range(0, ROUND_PAIRS, DEFAULT_BATCH):
            generator.draw(range(first, first + DEFAULT_BATCH))
        alone = time.perf_counter() - begun
        stamps: list[float] = []
        written = partial(stamp, stamps)
        export_dataset(
            order,
            ExportRunOptions(out=folder / f"pace-{index}", count=ROUND_PAIRS + DEFAULT_BATCH),
            ProgressHooks(on_written=written),
        )
        # without the first batch, which also loads the pack: `written` is called at the start and after each pair
        rates.append((ROUND_PAIRS / alone, ROUND_PAIRS / (stamps[-1] - stamps[DEFAULT_BATCH])))
    ratio = statistics.median(exported / alone for alone, exported in rates)
    bare = statistics.median(alone for alone, _ in rates)
    print(f"{bare:.2f} pairs/s by the sampler alone; an export has {ratio:.3f} of that")


def measure_writing(folder: Path) -> None:
    """Prints the pairs per second that one process writes if drawing takes no time, and their size."""
    from engine.export.pair_generator import PairGenerator

    drawn = PairGenerator(ExportOrder(pack=PACK, format=FormatName.paired), "auto").draw(range(DEFAULT_BATCH))

    def repeat_drawn(generator: PairGenerator, seeds: Sequence[int], step: object = None) -> list[GeneratedPair]:
        of_seed = zip(seeds, itertools.cycle(drawn), strict=False)
        return [
            GeneratedPair(f"{seed:09d}", pair.image, pair.layout, msgspec.structs.replace(pair.record, seed=seed))
            for seed, pair in of_seed
        ]

    for form in (FormatName.paired, FormatName.webdataset):
        stamps: list[float] = []
        run_options = ExportRunOptions(out=folder / f"written-{form}", count=WRITTEN_PAIRS)
        with mock.patch.object(PairGenerator, "draw", repeat_drawn):
            export_dataset(
                ExportOrder(pack=PACK, format=form), run_options, ProgressHooks(on_written=partial(stamp, stamps))
            )
        rate = (WRITTEN_PAIRS - DEFAULT_BATCH) / (stamps[-1] - stamps[DEFAULT_BATCH])
        size = sum(path.stat().st_size for path in run_options.out.rglob("*") if path.is_file()) / WRITTEN_PAIRS
        print(f"{form}: {rate:.0f} pairs/s are written, {size / 1024:.0f} KiB each")


def stamp(stamps: list[float], kept: int, rejected: int) -> None:
    """Records the time at which a pair was written."""
    stamps.append(time.perf_counter())


def measure_preview(folder: Path) -> None:
    """Prints the time from a request to its first preview while an export runs."""
    engine = EngineSubprocess.start_serving(PACK, folder / "log")
    while not isinstance(engine.next_event(), Ready):
        pass
    engine.send(Export(id="set", pack=PACK, out=str(folder / "behind"), count=100_000))
    event = None
    while not (isinstance(event, Exporting) and event.pairs):
        event = engine.next_event()
    waits = []
    for index in range(10):
        begun = time.perf_counter()
        engine.send(Generate(id=str(index), pack=PACK, prompt="", seed=index))
        while not (isinstance(event, Preview) and event.id == str(index)):
            event = engine.next_event()
        waits.append(time.perf_counter() - begun)
    engine.process.kill()
    print(f"first preview during an export: {statistics.median(waits):.2f} s, at most {max(waits):.2f} s")


def measure_memory(folder: Path, pairs: int) -> None:
    """Prints the memory along a large export, the time to its first pair, and the time to resume it when complete."""
    program = [sys.executable, "-m", "tests.bench.export_figures"]
    command = [*program, "--pairs", str(pairs), "--large", str(folder / "set")]
    for title in ("new", "again"):
        begun = time.time()
        figures = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        if title == "new":
            first, last = figures["memory"][0][1], figures["memory"][-1][1]
            rows = ", ".join(f"{count}: {mib:.0f}" for count, mib in figures["memory"])
            print(f"first pair after {figures['first'] - begun:.1f} s; MiB by pairs {rows} ({last / first - 1:+.1%})")
        else:
            print(f"{figures['there']} finished pairs are resumed after {figures['start'] - begun:.2f} s")


def measure_large_export(out: Path, pairs: int) -> dict[str, object]:
    """Exports many pairs with one step each; returns times and memory at some numbers of pairs."""
    figures: dict[str, object] = {}
    held: list[tuple[int, float]] = []
    marks = [count for count in (10, 100, 1000, 3000, 10_000, 30_000) if count <= pairs]

    def written(kept: int, rejected: int) -> None:
        if "start" not in figures:
            figures.update(start=time.time(), there=kept)
        elif "first" not in figures:
            figures["first"] = time.time()
        if kept in marks:
            held.append((kept, memory()))

    order = ExportOrder(pack=PACK, format=FormatName.paired, steps=1, guidance=1.0)
    export_dataset(order, ExportRunOptions(out=out, count=pairs), ProgressHooks(on_written=written))
    return figures | {"memory": held}


def memory() -> float:
    """Reads the resident memory of this process in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
