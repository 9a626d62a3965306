"""`packs`: what is on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.options import Device, DeviceOption, app
from engine.errors import EngineError

packs_app = typer.Typer(no_args_is_help=True, help="Look at the packs on this machine.", rich_markup_mode=None)
app.add_typer(packs_app, name="packs")

SHEETS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
NameArgument = Annotated[str, typer.Argument(help="A pack's name, or the path of its folder.")]


@packs_app.command("list")
def list_packs() -> None:
    """All packs that can be used by name."""
    from engine import library

    rows = [("NAME", "TITLE", "SIZE", "CLASSES", "LICENCE", "FOLDER")]
    for name, folder in library.pack_folders().items():
        try:
            info = library.read_info(folder)
        except EngineError as error:
            typer.echo(f"note: {error}", err=True)
            continue
        size = f"{info.height}×{info.width}"
        rows.append((name, info.title, size, str(len(info.classes)), info.licence, str(folder)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


@packs_app.command()
def show(name: NameArgument) -> None:
    """What a pack is and knows, with its card."""
    from engine import library

    folder = library.find_pack(name)
    info = library.read_info(folder)
    typer.echo(f"{info.title} ({info.name}), {info.height}×{info.width}, licence: {info.licence or 'not stated'}")
    typer.echo(f"folder: {folder}")
    own = {"the layout of an image": info.layout_steps, "a picture from text alone": info.text_steps}
    told = ", ".join(f"{steps} for {task}" for task, steps in own.items() if steps)
    typer.echo(f"steps: {info.steps}{f' ({told})' if told else ''}, sampler: {info.sampler}")
    if info.distilled:
        typer.echo(f"distilled: {info.distilled} steps without guidance (--sampler distilled)")
    typer.echo(f"guidance: {info.guidance:g}, cross-guidance: {info.cross_guidance:g}")
    if info.upscale:
        typer.echo(f"full size: {info.height * info.upscale}×{info.width * info.upscale}")
    typer.echo(f"words: {len(info.vocabulary)}")
    for index, known in enumerate(info.classes):
        others = f" ({', '.join(known.synonyms)})" if known.synonyms else ""
        typer.echo(f"{index:4d}  {known.colour}  {known.name}{others}")
    card = folder / "CARD.md"
    typer.echo("\n" + (card.read_text("utf-8") if card.is_file() else "This pack has no card (CARD.md)."))


@packs_app.command()
def verify(name: NameArgument) -> None:
    """Check a pack's files; each problem is one line, and then the exit code is 1."""
    from engine import library, packs
    from engine.judges.verify import verify as verify_judges

    folder = library.find_pack(name)
    problems = list(dict.fromkeys([*packs.verify(folder), *verify_judges(folder)]))
    for problem in problems:
        typer.echo(" ".join(problem.split()))
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{folder} is a good pack.")


@packs_app.command()
def sheet(
    name: NameArgument,
    out: Annotated[Path, typer.Option(help="The picture to write; PNG, JPEG or WebP by its ending.")],
    device: DeviceOption = Device.auto,
) -> None:
    """Draw a contact sheet of every task from a pack's own examples; the captions of its text → both are printed."""
    from io import BytesIO

    from PIL import Image

    from engine import library, packs
    from engine.errors import BadRequest
    from engine.files import write_whole
    from engine.metrics.contact import COLUMNS, contact

    form = SHEETS.get(out.suffix.lower())
    if form is None:
        raise BadRequest(f"{out} is no kind of picture.", f"Let its name end in {', '.join(SHEETS)}.")
    drawn = contact(packs.load(library.find_pack(name), device.value))
    data = BytesIO()
    Image.fromarray(drawn.sheet).save(data, form, quality=90)
    write_whole(out, data.getvalue())
    typer.echo(f"By columns: {COLUMNS}. By rows:")
    for caption in drawn.captions:
        typer.echo(f"- {caption or 'no text'}")
