"""The commands `train`, `train-upscaler`, `distil` and `train-classifier`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.cli_options import DeviceChoice, DeviceOption, PackOption, app
from engine.cli.cli_progress import read_named_pack, training_columns


@app.command()
def train(
    config: Annotated[
        Path | None, typer.Argument(help="A TOML file, such as engine/training/recipes/street.toml.")
    ] = None,
    init: Annotated[
        Path | None, typer.Option(help="A folder with your own data, for which to write such a file.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file that --init writes; named after the folder without it.")
    ] = None,
) -> None:
    """Train the pack that CONFIG describes; the same command goes on from the last checkpoint."""
    if (config is None) == (init is None) or (out is not None and init is None):
        raise typer.BadParameter("Give a configuration, or --init with a folder (and --out with a file).")
    if init is not None:
        write_template(init, out)
    elif config is not None:
        run_training(config)


def write_template(folder: Path, path: Path | None) -> None:
    """Write a training configuration for a data set, and print what was found in it."""
    from engine.training import config_template as init

    written, survey = init.write_template(folder, path)
    train, val = (len(survey.source.split_items(split)) for split in ("train", "val"))
    typer.echo(
        f"{survey.source.format_name}: {train} pairs for training, {val} held out, {len(survey.shares)} classes."
    )
    if survey.captioned_pairs:
        typer.echo(f"{survey.captioned_pairs} pairs have captions.")
    typer.echo(f"Check {written} and name its classes, then run: diptych-engine train {written}")


def run_training(config: Path) -> None:
    """Train the pack of a configuration, from its last checkpoint if there is one."""
    from engine.training.core.training_config import read_config
    from engine.training.joint.joint_trainer import train_pack

    pack = train_pack(read_config(config), training_columns(rate=True))
    if os.environ.get("RANK", "0") == "0":  # of several processes only the first prints
        typer.echo(f"The pack is in {pack}; try: diptych-engine sample --pack {pack} --prompt '' --out out")


@app.command()
def train_upscaler(
    config: Annotated[Path, typer.Argument(help="The TOML file of a pack's training run, for its data.")],
    pack: PackOption = "street",
    images: Annotated[int, typer.Option(min=1, help="How many crops to train on.")] = 80_000,
    out: Annotated[Path | None, typer.Option(help="The file to write. Without it, in the pack's folder.")] = None,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Train a pack's upscaler; the same command goes on from the last checkpoint."""
    from engine.interface import pack_catalogue
    from engine.training.core.training_config import read_config
    from engine.training.tasks import upscaler_task

    loaded = read_named_pack(pack, device)
    path = out or loaded.folder / pack_catalogue.UPSCALER_FILE
    columns = training_columns("crops")
    facts = upscaler_task.train_upscaler(read_config(config), loaded, images, path, columns)
    typer.echo(f"{facts.held_out} pictures held out, at {facts.factor} times the size:")
    for name, scores in (("upscaled", facts.upscaled), ("enlarged", facts.enlarged)):
        typer.echo(
            f"  {name}: PSNR {scores.psnr:.2f} dB, distance of features {scores.distance:.3f}, the segmenter finds "
            f"pixel accuracy {scores.accuracy:.3f}, mIoU {scores.mean_iou:.3f}"
        )
    distances = ", ".join(f"{quality.distance:.3f}" for quality in facts.curve)
    typer.echo(f"  in {facts.steps} evaluations; distances after 1, 2, … on some pictures: {distances}")
    typer.echo(f"  real: pixel accuracy {facts.real.accuracy:.3f}, mIoU {facts.real.mean_iou:.3f}")
    typer.echo(f"The upscaler is in {path}; try: diptych-engine sample --pack {pack} --prompt '' --full --out out")


@app.command()
def train_renderer(
    config: Annotated[Path, typer.Argument(help="The TOML file of a pack's training run, with its table `renderer`.")],
    pack: PackOption = "street",
    images: Annotated[int | None, typer.Option(min=1, help="How many crops to see; without it, the file's.")] = None,
    start: Annotated[Path | None, typer.Option(help="The checkpoint.pt of another renderer to begin with.")] = None,
    out: Annotated[Path | None, typer.Option(help="The file to write. Without it, in the pack's folder.")] = None,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Train what makes photographs of a pack's pairs at full size; the same command goes on from the checkpoint."""
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn

    from engine.interface import pack_catalogue
    from engine.packs import pack as packs
    from engine.training.core.training_config import read_config
    from engine.training.tasks import renderer_task

    progress_format = "{task.completed:,.0f}/{task.total:,.0f} crops, L1 {task.fields[loss]:.3f}"
    loaded = packs.read_pack(pack_catalogue.find_pack_folder(pack), device.value)
    path = out or loaded.folder / pack_catalogue.RENDERER_FILE
    columns = (BarColumn(), TextColumn(progress_format), TimeRemainingColumn())
    recipe = renderer_task.with_images(read_config(config), images)
    facts = renderer_task.train_renderer(recipe, loaded, path, columns, start=start)
    typer.echo(f"{facts.held_out} frames held out; the share of positions that the critics judge rightly, by stride:")
    for name, told in (("photographs", facts.photographs_told), ("rendered", facts.rendered_told)):
        typer.echo(f"  {name}: " + ", ".join(f"{stride}: {share:.2f}" for stride, share in told.items()))
    typer.echo(f"The run is in {renderer_task.run_folder(recipe)}; look at its contact sheets.")
    typer.echo(f"The renderer is in {path}; try: diptych-engine sample --pack {pack} --prompt '' --full --out out")


@app.command()
def distil(
    config: Annotated[Path, typer.Argument(help="The TOML file of a pack's training run, for its data.")],
    pack: PackOption = "street",
    images: Annotated[int, typer.Option(min=1, help="How many tasks to train on.")] = 2_000,
    out: Annotated[Path | None, typer.Option(help="The file to write. Without it, in the pack's folder.")] = None,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Distil a pack into a network of few steps; the same command goes on from the last checkpoint."""
    from engine.interface import pack_catalogue
    from engine.training.core.training_config import read_config
    from engine.training.tasks import distillation as distil

    loaded = read_named_pack(pack, device)
    path = out or loaded.folder / pack_catalogue.DISTILLED_FILE
    columns = training_columns("tasks", loss_digits=4)
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
    images: Annotated[int, typer.Option(min=1, help="How many images to train on.")] = 20_000,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Train a classifier of noisy pictures, for --guide classes:OUT|car,-person."""
    from engine.training.core.training_config import read_config
    from engine.training.tasks import classifier_task

    loaded = read_named_pack(pack, device)
    columns = training_columns()
    loss = classifier_task.train_classifier(read_config(config), loaded, images, out, columns)
    typer.echo(f"The classifier is in {out}; its loss at the end was {loss:.3f}.")
