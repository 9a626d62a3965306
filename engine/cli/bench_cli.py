"""The command `bench`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from engine.cli.cli_options import DeviceChoice, DeviceOption, OutOption, PackOption, app
from engine.cli.cli_progress import read_named_pack


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
    only: Annotated[list[BenchmarkChoice] | None, typer.Option(help="Measure only this; may be given again.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Check that everything runs; the figures mean little.")
    ] = False,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Measure a pack's cost and that of comparable models; writes bench.json and bench.md. Needs an idle machine."""
    from engine.bench.report import markdown_table
    from engine.bench.run import run_benchmarks

    loaded = read_named_pack(pack, device)
    for finished in run_benchmarks(loaded, out, [choice.value for choice in only or ()], quick):
        typer.echo("\n".join(markdown_table(finished)) + "\n")
    typer.echo(f"Wrote {out / 'bench.json'} and {out / 'bench.md'}")
