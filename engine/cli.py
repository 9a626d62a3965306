"""The command line, `diptych-engine`: its commands, which import what is heavy when they run."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import EngineError
from engine.protocol import Sampler

if TYPE_CHECKING:
    from engine.batch.run import Made


class Device(StrEnum):
    auto = "auto"
    cuda = "cuda"
    mps = "mps"
    cpu = "cpu"


class Fitting(StrEnum):
    crop = "crop"
    stretch = "stretch"
    pad = "pad"


app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
packs_app = typer.Typer(no_args_is_help=True, help="Look at the packs on this machine.", rich_markup_mode=None)
app.add_typer(packs_app, name="packs")

PackOption = Annotated[str, typer.Option(help="A pack's name, or the path of its folder.")]
NameArgument = Annotated[str, typer.Argument(help="A pack's name, or the path of its folder.")]
DeviceOption = Annotated[Device, typer.Option(help="Where to compute; auto takes a GPU if there is one.")]


@app.callback()
def describe() -> None:
    """Diptych's engine: an image and its semantic layout as two halves of one picture."""
    # Threads that spin for long while they wait for each other starve as soon as anything else runs on the machine: on
    # two busy cores a step took 20 times as long. Those that never spin take twice as long on a quiet one. This many
    # turns are some microseconds: 49 ms a step quiet, 158 ms busy. Read by OpenMP when torch is loaded.
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")


@app.command()
def serve(pack: PackOption = "street", device: DeviceOption = Device.auto) -> None:
    """Answer the studio over stdin and stdout; PACK is loaded first."""
    from engine import server, worker

    server.serve(partial(worker.run, pack=pack, device=device.value))


OutOption = Annotated[Path, typer.Option(help="The folder for the results.")]
LayoutOption = Annotated[Path | None, typer.Option(help="A layout (index PNG), or a folder of them.")]
ImageOption = Annotated[Path | None, typer.Option(help="An image, or a folder of them.")]
KeepLayoutOption = Annotated[
    Path | None,
    typer.Option(help="Keep the layout where this mask is bright; without it, where it is known."),
]
KeepImageOption = Annotated[
    Path | None, typer.Option(help="Keep the image where this mask is bright; without it, everywhere.")
]
PromptOption = Annotated[
    str | None, typer.Option(help="What to draw ('': anything), or @FILE with lines of NAME<tab>text.")
]
NegativeOption = Annotated[str, typer.Option(help="What not to draw.")]
StepsOption = Annotated[int | None, typer.Option(min=1, max=1000, help="Without it, the pack's.")]
SamplerOption = Annotated[Sampler | None, typer.Option(help="How the image moves. Without it, the pack's.")]
ResamplingsOption = Annotated[int, typer.Option(min=1, max=100, help="Draws of each step, for gcdp.")]
CorrectionsOption = Annotated[
    int, typer.Option(min=0, max=100, help="Langevin corrections of the image after each step, by all but gcdp.")
]
GuidanceOption = Annotated[
    float | None, typer.Option(min=0, max=50, help="Towards the prompt; 1 is plain. Without it, the pack's.")
]
CrossGuidanceOption = Annotated[
    float | None,
    typer.Option(min=0, max=50, help="Towards the other half; 1 is plain. Without it, the pack's."),
]
SeedOption = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Of the first result; the next count up.")]
CountOption = Annotated[int, typer.Option(min=1, help="Results for each input.")]
ExtendOption = Annotated[str, typer.Option(help="Draw on beyond the edges: left=64,right=128,top=0,bottom=0.")]
ThresholdOption = Annotated[
    float, typer.Option(min=0, max=1, help="The quantile of dynamic thresholding, about 0.995; 0 is none.")
]
GuideOption = Annotated[
    list[str] | None,
    typer.Option(help="areas:road=0.3,sky=0.2, palette:#…,#…, style:PICTURE, clip:…, classes:…, own:FILE.py:NAME."),
]
FitOption = Annotated[Fitting, typer.Option(help="How an input is brought to the pack's size.")]


@app.command()
def sample(
    out: OutOption,
    pack: PackOption = "street",
    layout: LayoutOption = None,
    image: ImageOption = None,
    keep_layout: KeepLayoutOption = None,
    keep_image: KeepImageOption = None,
    prompt: PromptOption = None,
    negative: NegativeOption = "",
    steps: StepsOption = None,
    sampler: SamplerOption = None,
    resamplings: ResamplingsOption = 1,
    corrections: CorrectionsOption = 0,
    guidance: GuidanceOption = None,
    cross_guidance: CrossGuidanceOption = None,
    seed: SeedOption = 0,
    count: CountOption = 1,
    fit: FitOption = Fitting.crop,
    extend: ExtendOption = "",
    threshold: ThresholdOption = 0.0,
    guide: GuideOption = None,
    device: DeviceOption = Device.auto,
) -> None:
    """Draw pairs of image and layout from what is given, and write them with their requests to OUT."""
    from engine.batch import plan, run

    order = plan.Order(
        pack=pack,
        out=out,
        layout=layout,
        image=image,
        keep_layout=keep_layout,
        keep_image=keep_image,
        prompt=prompt,
        negative=negative,
        steps=steps,
        sampler=sampler,
        resamplings=resamplings,
        corrections=corrections,
        guidance=guidance,
        cross_guidance=cross_guidance,
        seed=seed,
        count=count,
        fit=fit.value,
        extend=extend,
        threshold=threshold,
        guides=tuple(guide or ()),
        device=device.value,
    )
    _tell(run.run(order), out)


def _tell(made: Made, out: Path) -> None:
    """Say what was written, and where."""
    from engine.batch.plan import outputs

    if made.unknown_words:
        typer.echo(f"note: this pack never heard of: {', '.join(made.unknown_words)}", err=True)
    if len(made.names) == 1:
        typer.echo(f"Wrote {', '.join(str(path) for path in outputs(out, made.names[0]))}")
    else:
        typer.echo(f"Wrote {len(made.names)} results to {out}: {made.names[0]} to {made.names[-1]}")


@app.command()
def train(config: Annotated[Path, typer.Argument(help="A TOML file, such as engine/training/street.toml.")]) -> None:
    """Train the pack that CONFIG describes; the same command goes on from the last checkpoint."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

    from engine.training.config import read_config
    from engine.training.loop import train

    told = "{task.completed:,.0f}/{task.total:,.0f} images, loss {task.fields[loss]:.3f}, {task.fields[rate]:.1f}/s"
    pack = train(read_config(config), (BarColumn(), TextColumn(told), TimeRemainingColumn()))
    typer.echo(f"The pack is in {pack}; try: diptych-engine sample --pack {pack} --prompt '' --out out")


@app.command()
def evaluate(
    data: Annotated[Path, typer.Option(help="A folder with train/ and val/, each with images/ and layouts/.")],
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
def train_classifier(
    config: Annotated[Path, typer.Argument(help="The TOML file of a pack's training run, for its data.")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
    pack: PackOption = "street",
    images: Annotated[int, typer.Option(min=1, help="How many to see.")] = 20_000,
    device: DeviceOption = Device.auto,
) -> None:
    """Train a classifier of noised pictures, for --guide classes:OUT|car,-person."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

    from engine import library, packs
    from engine.training import classifier
    from engine.training.config import read_config

    told = "{task.completed:,.0f}/{task.total:,.0f} images, loss {task.fields[loss]:.3f}"
    loaded = packs.load(library.find_pack(pack), device.value)
    columns = (BarColumn(), TextColumn(told), TimeRemainingColumn())
    loss = classifier.train_classifier(read_config(config), loaded, images, out, columns)
    typer.echo(f"The classifier is in {out}; its loss at the end was {loss:.3f}.")


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
    typer.echo(f"steps: {info.steps}, sampler: {info.sampler}")
    typer.echo(f"guidance: {info.guidance:g}, cross-guidance: {info.cross_guidance:g}")
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

    folder = library.find_pack(name)
    problems = packs.verify(folder)
    for problem in problems:
        typer.echo(" ".join(problem.split()))
    if problems:
        raise typer.Exit(1)
    typer.echo(f"{folder} is a good pack.")


def main(arguments: Sequence[str] | None = None) -> None:
    """The script `diptych-engine`: leaves with 0, 1 and a sentence, 2 for wrong usage, 130 if stopped."""
    try:
        app(arguments, prog_name="diptych-engine")
    except EngineError as error:
        typer.echo("error: " + " ".join(str(error).split()), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
