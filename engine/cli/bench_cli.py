"""`bench`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from engine.cli.cli_options import DeviceChoice, DeviceOption, OutOption, PackOption, app


class BenchmarkChoice(StrEnum):
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
    only: Annotated[list[BenchmarkChoice] | None, typer.Option(help="Measure this one; may be given again.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="See whether everything runs; the figures say little.")
    ] = False,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Measure what a pack costs beside its peers; bench.json and bench.md in OUT. Keep the machine quiet meanwhile."""
    from engine.bench.report import markdown_table
    from engine.bench.run import run_benchmarks
    from engine.interface import pack_catalogue
    from engine.packs import pack as packs

    loaded = packs.read_pack(pack_catalogue.find_pack_folder(pack), device.value)
    for finished in run_benchmarks(loaded, out, [one.value for one in only or ()], quick):
        typer.echo("\n".join(markdown_table(finished)) + "\n")
    typer.echo(f"Wrote {out / 'bench.json'} and {out / 'bench.md'}")
