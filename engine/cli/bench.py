"""`bench`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from engine.cli.options import Device, DeviceOption, OutOption, PackOption, app


class Only(StrEnum):
    gcdp = "gcdp"
    diffusers = "diffusers"
    share = "share"
    studio = "studio"
    pairs = "pairs"
    overhead = "overhead"


@app.command()
def bench(
    out: OutOption,
    pack: PackOption = "street",
    only: Annotated[list[Only] | None, typer.Option(help="Measure this one; may be given again.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="See whether everything runs; the figures say little.")
    ] = False,
    device: DeviceOption = Device.auto,
) -> None:
    """Measure what a pack costs beside its peers; bench.json and bench.md in OUT. Keep the machine quiet meanwhile."""
    from engine import library, packs
    from engine.bench.report import table
    from engine.bench.run import run

    loaded = packs.load(library.find_pack(pack), device.value)
    for done in run(loaded, out, [one.value for one in only or ()], quick):
        typer.echo("\n".join(table(done)) + "\n")
    typer.echo(f"Wrote {out / 'bench.json'} and {out / 'bench.md'}")
