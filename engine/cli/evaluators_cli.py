"""The commands `train-segmenter`, `train-clip` and `caption`: a pack's evaluators."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from engine.cli.cli_options import DeviceChoice, DeviceOption, PackOption, app
from engine.cli.cli_progress import read_named_pack, training_columns

if TYPE_CHECKING:
    from engine.packs.companion_files import WeightsMetadata
    from engine.training.tasks.evaluator_task import EvaluatorTask

F = TypeVar("F", bound="WeightsMetadata")
ConfigArgument = Annotated[Path, typer.Argument(help="The TOML file of a pack's training run, for its data.")]
ImagesOption = Annotated[int, typer.Option(min=1, help="How many images to train on.")]
FileOption = Annotated[Path | None, typer.Option(help="The file to write. Without it, in the pack's folder.")]


@app.command()
def train_segmenter(
    config: ConfigArgument,
    pack: PackOption = "street",
    images: ImagesOption = 40_000,
    out: FileOption = None,
    seed: Annotated[int | None, typer.Option(min=0, help="For a second segmenter; the file's without it.")] = None,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Train a pack's segmenter on real pairs; the same command goes on from the last checkpoint."""
    from engine.training.tasks.segmenter_task import SegmenterTask

    facts, path = _train_evaluator(SegmenterTask, config, pack, images, out, device, seed)
    typer.echo(
        f"{facts.held_out} pictures held out: pixel accuracy {facts.accuracy:.3f}, mIoU {facts.mean_iou:.3f}; where "
        "the truth is not in doubt {:.3f}, {:.3f}".format(*facts.believed)
    )
    typer.echo(f"The segmenter is in {path}.")


@app.command()
def train_clip(
    config: ConfigArgument,
    pack: PackOption = "street",
    images: ImagesOption = 100_000,
    out: FileOption = None,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Train a pack's CLIP pair on real pictures; the same command goes on from the last checkpoint."""
    from engine.training.tasks.clip_task import ClipTask

    facts, path = _train_evaluator(ClipTask, config, pack, images, out, device)
    typer.echo(
        f"{facts.held_out} pictures held out, each with its own caption among {facts.among}: R-precision "
        f"{facts.r_precision:.3f}, mean place {facts.mean_rank:.1f}, mean cosine {facts.score:.3f}"
    )
    typer.echo(f"The pair is in {path}, with {len(facts.captions)} captions.")


def _train_evaluator(
    kind: type[EvaluatorTask[F]],
    config: Path,
    pack: str,
    images: int,
    out: Path | None,
    device: DeviceChoice,
    seed: int | None = None,
) -> tuple[F, Path]:
    """Train an evaluator. Returns its metadata and its path. Raises BadConfig, BadFile or BadPack."""
    import msgspec

    from engine.training.core.training_config import read_config
    from engine.training.tasks import evaluator_task

    training_config = read_config(config)
    if seed is not None:
        training_config = msgspec.structs.replace(training_config, seed=seed)
    loaded = read_named_pack(pack, device)
    path = out or loaded.folder / kind.file_name
    columns = training_columns()
    return evaluator_task.train_task(kind, training_config, loaded, images, path, columns), path


@app.command()
def caption(
    images: Annotated[list[Path], typer.Argument(help="Pictures of any size; their middle is used.")],
    pack: PackOption = "street",
    count: Annotated[int, typer.Option(min=1, help="Captions for each image.")] = 3,
    device: DeviceOption = DeviceChoice.auto,
) -> None:
    """Print the captions of the pack's CLIP pair that fit each image best, with their cosine."""
    from engine.evaluators import clip_pair
    from engine.interface import pack_catalogue
    from engine.interface.raster import read_image
    from engine.packs import pack as packs

    pictures = [read_image(path) for path in images]
    folder = pack_catalogue.find_pack_folder(pack)
    pair = clip_pair.read(folder / clip_pair.FILE, packs.read_pack_file(folder), packs.choose_device(device.value))
    for path, found in zip(images, pair.nearest_captions(pictures, count), strict=True):
        typer.echo(path)
        for text, score in found:
            typer.echo(f"  {score:.3f}  {text}")
