"""What measures: `evaluate` and `playground`."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.cli.options import DataOption, Device, DeviceOption, OutOption, PackOption, app


@app.command()
def evaluate(
    data: DataOption,
    out: OutOption,
    pack: PackOption = "street",
    count: Annotated[int, typer.Option(min=0, help="How many pairs of val; 0 is all.")] = 0,
    steps: Annotated[int, typer.Option(min=1, max=1000, help="For image → layout.")] = 4,
    prompts: Annotated[int, typer.Option(min=0, help="Results per class for the text; 0 leaves it out.")] = 16,
    likelihood: Annotated[bool, typer.Option(help="Only the variational bounds, as likelihood.json.")] = False,
    device: DeviceOption = Device.auto,
) -> None:
    """Measure a pack on real pairs; figures to report.json and a contact sheet, both in OUT."""
    from engine import library, packs
    from engine.metrics import report

    loaded = packs.load(library.find_pack(pack), device.value)
    if likelihood:
        found = report.bounds(loaded, data, out, count).lines()
    else:
        found = report.evaluate(loaded, data, out, count, steps, prompts).lines()
    for line in found:
        typer.echo(line)


@app.command()
def playground(
    out: OutOption,
    count: Annotated[int, typer.Option(min=100, help="Draws for each figure.")] = 4000,
) -> None:
    """Measure the samplers where the truth is known; figures to playground.json and pictures, all in OUT."""
    import json

    from engine.files import write_whole
    from engine.playground.figures import draw_all
    from engine.playground.study import study

    figures = study(count)
    write_whole(out / "playground.json", json.dumps(figures, indent=1).encode() + b"\n")
    for path in draw_all(out, figures, min(count, 2000)):
        typer.echo(path)
