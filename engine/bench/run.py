"""The benchmarks by their names, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import msgspec

from engine.bench import gcdp, overhead, pairs, peers, report, share, studio
from engine.bench.report import Bench
from engine.bench.setup import SEED, Setup
from engine.bench.timing import SIDES, Watch
from engine.packs import Pack

BENCHES: dict[str, Callable[[Setup], Bench]] = {
    "gcdp": gcdp.measure,
    "diffusers": peers.measure,
    "share": share.measure,
    "studio": studio.measure,
    "pairs": pairs.measure,
    "overhead": overhead.measure,
}

QUICK_SIDE = 256
"""Of the matrices of the rate in a quick run."""


def run(pack: Pack, out: Path, only: Collection[str], quick: bool) -> Iterator[Bench]:
    """Each benchmark as it is done; the files in `out` hold what is done by then. Raises BadFile."""
    found = report.empty(pack.info.name, pack.device, SEED, quick)
    report.write(found, out)  # a folder that cannot be written to is known before minutes of work
    setup = Setup(pack, Watch(pack.device, QUICK_SIDE if quick else SIDES.get(pack.device.type, SIDES["cpu"])), quick)
    for name, measure in BENCHES.items():
        if name in only or not only:
            found = msgspec.structs.replace(found, benches=[*found.benches, measure(setup)])
            report.write(found, out)
            yield found.benches[-1]
