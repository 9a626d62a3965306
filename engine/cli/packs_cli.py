"""The commands `packs …`: the packs on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.cli.cli_options import DeviceChoice, DeviceOption, app
from engine.cli.cli_progress import read_named_pack
from engine.interface.errors import EngineError

packs_app = typer.Typer(no_args_is_help=True, help="Look at the packs on this machine.", rich_markup_mode=None)
app.add_typer(packs_app, name="packs")

SHEET_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
NameArgument = Annotated[str, typer.Argument(help="A pack's name, or the path of its folder.")]


@packs_app.command("list")
def list_packs() -> None:
    """List the packs that can be used by name."""
    from engine.interface import pack_catalogue

    rows = [("NAME", "TITLE", "SIZE", "CLASSES", "LICENCE", "FOLDER")]
    for name, folder in pack_catalogue.pack_folders().items():
        try:
            info = pack_catalogue.read_pack_info(folder)
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
    """Show what a pack knows and how it draws, with its card."""
    from engine.interface import pack_catalogue

    folder = pack_catalogue.find_pack_folder(name)
    info = pack_catalogue.read_pack_info(folder)
    typer.echo(f"{info.title} ({info.name}), {info.height}×{info.width}, licence: {info.licence or 'not stated'}")
    typer.echo(f"folder: {folder}")
    task_steps = {"the layout of an image": info.layout_steps, "a picture from text alone": info.text_steps}
    task_steps_text = ", ".join(f"{steps} for {task}" for task, steps in task_steps.items() if steps)
    typer.echo(f"steps: {info.steps}{f' ({task_steps_text})' if task_steps_text else ''}, sampler: {info.sampler}")
    if info.distilled:
        typer.echo(f"distilled: {info.distilled} steps without guidance (--sampler distilled)")
    typer.echo(f"guidance: {info.guidance:g}, cross-guidance: {info.cross_guidance:g}")
    if info.upscale:
        typer.echo(f"full size: {info.height * info.upscale}×{info.width * info.upscale}")
    typer.echo(f"words: {len(info.vocabulary)}")
    for index, class_info in enumerate(info.classes):
        others = f" ({', '.join(class_info.synonyms)})" if class_info.synonyms else ""
        typer.echo(f"{index:4d}  {class_info.colour}  {class_info.name}{others}")
    card = folder / "CARD.md"
    typer.echo("\n" + (card.read_text("utf-8") if card.is_file() else "This pack has no card (CARD.md)."))


@packs_app.command()
def verify(name: NameArgument) -> None:
    """Check a pack's files and draw once; each problem is one line, and then the exit code is 1."""
    from engine.interface import pack_catalogue
    from engine.packs import pack
    from engine.requests.pack_verification import drawing_problems
    from engine.requests.pack_verification import evaluator_problems as verify_judges

    folder = pack_catalogue.find_pack_folder(name)
    problems = list(dict.fromkeys([*pack.pack_problems(folder), *verify_judges(folder)]))
    problems = problems or drawing_problems(folder)
    for problem in problems:
        typer.echo(" ".join(problem.split()))
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{folder} is a good pack.")


@packs_app.command()
def sheet(
    name: NameArgument,
    out: Annotated[Path, typer.Option(help="The picture to write; PNG, JPEG or WebP by its ending.")],
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Draw a contact sheet of every task from a pack's own examples; prints the captions of text → both."""
    from io import BytesIO

    from PIL import Image

    from engine.interface.atomic_files import write_atomically
    from engine.interface.errors import BadRequest
    from engine.metrics.contact_sheet import COLUMN_TITLES, draw_contact_sheet

    form = SHEET_FORMATS.get(out.suffix.lower())
    if form is None:
        raise BadRequest(f"{out} is not a picture's name.", f"Use a name that ends in {', '.join(SHEET_FORMATS)}.")
    contact_sheet = draw_contact_sheet(read_named_pack(name, device))
    data = BytesIO()
    Image.fromarray(contact_sheet.sheet).save(data, form, quality=90)
    write_atomically(out, data.getvalue())
    typer.echo(f"By columns: {COLUMN_TITLES}. By rows:")
    for caption in contact_sheet.captions:
        typer.echo(f"- {caption or 'no text'}")
