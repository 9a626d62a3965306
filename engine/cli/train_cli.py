"""`train` and what else is trained."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.cli_options import DeviceChoice, DeviceOption, PackOption, app


@app.command()
def train(
    config: Annotated[
        Path | None, typer.Argument(help="A TOML file, such as engine/training/recipes/street.toml.")
    ] = None,
    init: Annotated[
        Path | None, typer.Option(help="A folder with your own data: look at it and write such a file.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file that --init writes; the folder's name without it.")
    ] = None,
) -> None:
    """Train the pack that CONFIG describes; the same command goes on from the last checkpoint."""
    if (config is None) == (init is None) or (out is not None and init is None):
        raise typer.BadParameter("Give a configuration, or --init with a folder and perhaps --out with a file.")
    if init is not None:
        write_template(init, out)
    elif config is not None:
        run_training(config)


def write_template(folder: Path, path: Path | None) -> None:
    """Look at a data set and write a configuration for it."""
    from engine.training import config_template as init

    written, survey = init.write_template(folder, path)
    train, val = (len(survey.source.split_items(split)) for split in ("train", "val"))
    typer.echo(
        f"{survey.source.format_name}: {train} pairs for training, {val} held out, {len(survey.shares)} classes."
    )
    if survey.captioned_pairs:
        typer.echo(f"{survey.captioned_pairs} pairs have captions.")
    typer.echo(f"Read through {written}, name its classes, and then: diptych-engine train {written}")


def run_training(config: Path) -> None:
    """Train, or go on."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

    from engine.training.core.training_config import read_config
    from engine.training.joint.joint_trainer import train_pack

    progress_format = (
        "{task.completed:,.0f}/{task.total:,.0f} images, loss {task.fields[loss]:.3f}, {task.fields[rate]:.1f}/s"
    )
    pack = train_pack(read_config(config), (BarColumn(), TextColumn(progress_format), TimeRemainingColumn()))
    if os.environ.get("RANK", "0") == "0":  # of several processes one says it
        typer.echo(f"The pack is in {pack}; try: diptych-engine sample --pack {pack} --prompt '' --out out")


@app.command()
def train_upscaler(
    config: Annotated[Path, typer.Argument(help="The TOML file of a pack's training run, for its data.")],
    pack: PackOption = "street",
    images: Annotated[int, typer.Option(min=1, help="How many crops to see.")] = 80_000,
    out: Annotated[Path | None, typer.Option(help="The file to write. Without it, in the pack's folder.")] = None,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Train what draws a pack's pairs at full size; the same command goes on from the last checkpoint."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

    from engine.interface import pack_catalogue
    from engine.packs import pack as packs
    from engine.training.core.training_config import read_config
    from engine.training.tasks import upscaler_task

    progress_format = "{task.completed:,.0f}/{task.total:,.0f} crops, loss {task.fields[loss]:.3f}"
    loaded = packs.read_pack(pack_catalogue.find_pack_folder(pack), device.value)
    path = out or loaded.folder / pack_catalogue.UPSCALER_FILE
    columns = (BarColumn(), TextColumn(progress_format), TimeRemainingColumn())
    facts = upscaler_task.train_upscaler(read_config(config), loaded, images, path, columns)
    typer.echo(f"{facts.held_out} pictures held out, at {facts.factor} times the size:")
    for name, scores in (("upscaled", facts.upscaled), ("enlarged", facts.enlarged)):
        typer.echo(
            f"  {name}: PSNR {scores.psnr:.2f} dB, distance of features {scores.distance:.3f}, the segmenter finds "
            f"pixel accuracy {scores.accuracy:.3f}, mIoU {scores.mean_iou:.3f}"
        )
    distances = ", ".join(f"{one.distance:.3f}" for one in facts.curve)
    typer.echo(f"  in {facts.steps} evaluations; distances by 1, 2, … on some: {distances}")
    typer.echo(f"  real: pixel accuracy {facts.real.accuracy:.3f}, mIoU {facts.real.mean_iou:.3f}")
    typer.echo(f"The upscaler is in {path}; try: diptych-engine sample --pack {pack} --prompt '' --full --out out")


@app.command()
def distil(
    config: Annotated[Path, typer.Argument(help="The TOML file of a pack's training run, for its data.")],
    pack: PackOption = "street",
    images: Annotated[int, typer.Option(min=1, help="How many tasks to draw.")] = 2_000,
    out: Annotated[Path | None, typer.Option(help="The file to write. Without it, in the pack's folder.")] = None,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Teach a network to draw in few steps what a pack draws; the same command goes on from the last checkpoint."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

    from engine.interface import pack_catalogue
    from engine.packs import pack as packs
    from engine.training.core.training_config import read_config
    from engine.training.tasks import distillation as distil

    progress_format = "{task.completed:,.0f}/{task.total:,.0f} tasks, loss {task.fields[loss]:.4f}"
    loaded = packs.read_pack(pack_catalogue.find_pack_folder(pack), device.value)
    path = out or loaded.folder / pack_catalogue.DISTILLED_FILE
    columns = (BarColumn(), TextColumn(progress_format), TimeRemainingColumn())
    facts = distil.distil_pack(read_config(config), loaded, images, path, columns)
    typer.echo(f"Layout → image for {facts.held_out} layouts held out; the segmenter finds pixel accuracy, mIoU:")
    for evaluations, found in enumerate(facts.curve, 1):
        typer.echo(f"  by {evaluations} evaluations: {found.accuracy:.3f}, {found.mean_iou:.3f}")
    typer.echo(f"  by the pack's {facts.evaluations}: {facts.own.accuracy:.3f}, {facts.own.mean_iou:.3f}")
    typer.echo(f"  real: {facts.real.accuracy:.3f}, {facts.real.mean_iou:.3f}")
    typer.echo(f"The network is in {path}; try: diptych-engine sample --pack {pack} --sampler distilled --out out …")


@app.command()
def train_classifier(
    config: Annotated[Path, typer.Argument(help="The TOML file of a pack's training run, for its data.")],
    out: Annotated[Path, typer.Option(help="The file to write.")],
    pack: PackOption = "street",
    images: Annotated[int, typer.Option(min=1, help="How many to see.")] = 20_000,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Train a classifier of noised pictures, for --guide classes:OUT|car,-person."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

    from engine.interface import pack_catalogue
    from engine.packs import pack as packs
    from engine.training.core.training_config import read_config
    from engine.training.tasks import classifier_task

    progress_format = "{task.completed:,.0f}/{task.total:,.0f} images, loss {task.fields[loss]:.3f}"
    loaded = packs.read_pack(pack_catalogue.find_pack_folder(pack), device.value)
    columns = (BarColumn(), TextColumn(progress_format), TimeRemainingColumn())
    loss = classifier_task.train_classifier(read_config(config), loaded, images, out, columns)
    typer.echo(f"The classifier is in {out}; its loss at the end was {loss:.3f}.")
