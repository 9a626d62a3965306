"""Figures of exports with the real engine: python -m tests.bench.export_figures [--pairs N] [--rounds R]

The sampler alone and the export take turns, each drawing and writing the same pairs; the rest is one large export in
a process of its own, with one step a pair, so that it is long and not slow.
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

PACK, ROUND, FILED = "street", 6 * DEFAULT_BATCH, 3000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.large:
        print(json.dumps(large(options.large, options.pairs)))
        return
    with tempfile.TemporaryDirectory() as folder:
        pace(Path(folder), options.rounds)
        filing(Path(folder))
        preview(Path(folder))
        sizes(Path(folder), options.pairs)


def pace(folder: Path, rounds: int) -> None:
    """Pairs a second of the sampler alone and of the export, in turns."""
    from engine.export.pair_generator import PairGenerator

    order = ExportOrder(pack=PACK, format=FormatName.paired, caption_grammar=True)
    drawer = PairGenerator(order, "auto")
    drawer.draw(range(DEFAULT_BATCH))
    rates: list[tuple[float, float]] = []
    for index in range(rounds):
        begun = time.perf_counter()
        for first in range(0, ROUND, DEFAULT_BATCH):
            drawer.draw(range(first, first + DEFAULT_BATCH))
        alone = time.perf_counter() - begun
        stamps: list[float] = []
        written = partial(stamp, stamps)
        export_dataset(
            order,
            ExportRunOptions(out=folder / f"pace-{index}", count=ROUND + DEFAULT_BATCH),
            ProgressHooks(on_written=written),
        )
        # without the first batch, which also loads the pack: `written` is called at the start and after each pair
        rates.append((ROUND / alone, ROUND / (stamps[-1] - stamps[DEFAULT_BATCH])))
    ratio = statistics.median(exported / alone for alone, exported in rates)
    bare = statistics.median(alone for alone, _ in rates)
    print(f"{bare:.2f} pairs/s by the sampler alone; an export has {ratio:.3f} of that")


def filing(folder: Path) -> None:
    """Pairs a second that one process writes, and their size, if they are drawn at once."""
    from engine.export.pair_generator import PairGenerator

    drawn = PairGenerator(ExportOrder(pack=PACK, format=FormatName.paired), "auto").draw(range(DEFAULT_BATCH))

    def again(drawer: PairGenerator, seeds: Sequence[int], step: object = None) -> list[GeneratedPair]:
        of_seed = zip(seeds, itertools.cycle(drawn), strict=False)
        return [
            GeneratedPair(f"{seed:09d}", pair.image, pair.layout, msgspec.structs.replace(pair.record, seed=seed))
            for seed, pair in of_seed
        ]

    for form in (FormatName.paired, FormatName.webdataset):
        stamps: list[float] = []
        how = ExportRunOptions(out=folder / f"filed-{form}", count=FILED)
        with mock.patch.object(PairGenerator, "draw", again):
            export_dataset(ExportOrder(pack=PACK, format=form), how, ProgressHooks(on_written=partial(stamp, stamps)))
        rate = (FILED - DEFAULT_BATCH) / (stamps[-1] - stamps[DEFAULT_BATCH])
        size = sum(path.stat().st_size for path in how.out.rglob("*") if path.is_file()) / FILED
        print(f"{form}: {rate:.0f} pairs/s are written, {size / 1024:.0f} KiB each")


def stamp(stamps: list[float], kept: int, rejected: int) -> None:
    """Note when a pair was written."""
    stamps.append(time.perf_counter())


def preview(folder: Path) -> None:
    """From a request to its first preview while an export runs."""
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


def sizes(folder: Path, pairs: int) -> None:
    """Memory along a large export, when its first pair comes, and how soon the whole is gone on with."""
    this = [sys.executable, "-m", "tests.bench.export_figures"]
    command = [*this, "--pairs", str(pairs), "--large", str(folder / "set")]
    for title in ("new", "again"):
        begun = time.time()
        told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        if title == "new":
            first, last = told["memory"][0][1], told["memory"][-1][1]
            rows = ", ".join(f"{count}: {mib:.0f}" for count, mib in told["memory"])
            print(f"first pair after {told['first'] - begun:.1f} s; MiB by pairs {rows} ({last / first - 1:+.1%})")
        else:
            print(f"{told['there']} finished pairs are gone on with after {told['start'] - begun:.2f} s")


def large(out: Path, pairs: int) -> dict[str, object]:
    """One export of many pairs, with one step each."""
    told: dict[str, object] = {}
    held: list[tuple[int, float]] = []
    marks = [count for count in (10, 100, 1000, 3000, 10_000, 30_000) if count <= pairs]

    def written(kept: int, rejected: int) -> None:
        if "start" not in told:
            told.update(start=time.time(), there=kept)
        elif "first" not in told:
            told["first"] = time.time()
        if kept in marks:
            held.append((kept, memory()))

    order = ExportOrder(pack=PACK, format=FormatName.paired, steps=1, guidance=1.0)
    export_dataset(order, ExportRunOptions(out=out, count=pairs), ProgressHooks(on_written=written))
    return told | {"memory": held}


def memory() -> float:
    """MiB that this process holds."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


if __name__ == "__main__":
    main()
