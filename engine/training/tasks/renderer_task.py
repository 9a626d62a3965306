"""`train-renderer`: what a run of a renderer's training reads and writes.

All of it is in the run's folder: `drawn/`, what the pack drew for it; `checkpoint.pt`, from which the same command
goes on; a contact sheet and a line of `log.jsonl` for every checkpoint. Choices are made on frames of the training
split that are held out; val is left for the pack that ships.
"""

from __future__ import annotations

import json
import math
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from rich.progress import Progress, ProgressColumn

from engine.interface.errors import BadConfig
from engine.interface.protocol import Pixels
from engine.interface.raster import colourise, enlarge_layout, fit_image, write_image
from engine.network.renderer_critics import layout_loss
from engine.packs.companion_files import PackCompatibility
from engine.packs.pack import Pack
from engine.requests import rendering
from engine.requests.rendering import RendererMetadata
from engine.training.core.perceptual import PerceptualNetwork, load_lite0
from engine.training.core.training_config import TrainConfig
from engine.training.tasks.drawn_pictures import draw_held_out, draw_shards, full_frames, read_shards, split
from engine.training.tasks.evaluator_task import checked_compatibility
from engine.training.tasks.renderer_samples import RendererSamples, Sample
from engine.training.tasks.renderer_training import RendererTraining

CHECKPOINT, DRAWN, LOG = "checkpoint.pt", "drawn", "log.jsonl"
SHEET_ROWS, JUDGED = 12, 24
"""Pictures held out that a contact sheet shows, and that the critics' accuracy is told of."""


def run_folder(config: TrainConfig) -> Path:
    """Where a configuration's renderer is trained: beside the run of its pack."""
    return Path(config.out).with_name(f"{Path(config.out).name}-renderer")


def train_renderer(
    config: TrainConfig,
    pack: Pack,
    out: Path,
    columns: Sequence[ProgressColumn],
    *,
    folder: Path | None = None,
    start: Path | None = None,
    eyes: PerceptualNetwork | None = None,
) -> RendererMetadata:
    """Train the renderer of a pack; writes `out` and returns its figures on frames held out.

    `folder` is the run's, else `run_folder`; `start` a checkpoint of another run to begin with; `eyes` the network
    to look through, else Lite0. Raises BadConfig, BadFile or BadPack.
    """
    purpose = checked_compatibility(config, pack, out)
    eyes = eyes or load_lite0(pack.device)  # what would fail later fails now
    folder = folder or run_folder(config)
    training = prepared(config, pack, folder, eyes)
    if (folder / CHECKPOINT).is_file():
        resume(training, folder / CHECKPOINT, training.load)
    elif start is not None:
        resume(training, start, training.start_from)
    with Progress(*columns) as progress:
        total = config.renderer.images
        task = progress.add_task("training", total=total, completed=training.step * config.renderer.batch, loss=0.0)
        for terms in steps(training, folder):
            progress.update(task, advance=config.renderer.batch, loss=terms["pixels"])
    facts = graded(training, folder, purpose)
    rendering.write_renderer(out, training.averaged(), facts)
    return facts


def prepared(config: TrainConfig, pack: Pack, folder: Path, eyes: PerceptualNetwork) -> RendererTraining:
    """A run's beginning: the pack draws what is not yet drawn. Raises BadConfig, BadFile or BadPack."""
    if any(side % 32 for side in config.renderer.crop):
        raise BadConfig(f"renderer.crop is {config.renderer.crop}.", "Its sides must be multiples of 32.")
    draw_held_out(config, pack, folder / DRAWN / "held-out")
    for _ in draw_shards(config, pack, folder / DRAWN / "train", config.renderer.drawn):
        pass
    frames = full_frames(config, split(config).train)
    samples = RendererSamples(pack, frames, folder / DRAWN / "train", config.upscale, config.renderer.crop)
    return RendererTraining(config.renderer, samples, eyes, config.seed)


def resume(training: RendererTraining, path: Path, take: Callable[[dict[str, Any]], None]) -> None:
    """Take the state from a checkpoint. Raises BadConfig if it is another network's."""
    try:
        take(torch.load(path, map_location=training.device, weights_only=True))
    except (OSError, EOFError, RuntimeError, KeyError, ValueError, pickle.UnpicklingError) as error:
        why = str(error).partition("\n")[0].rstrip(".: ")
        raise BadConfig(f"{path} is not of this run: {why}.", "Remove it to begin anew.") from error


def steps(training: RendererTraining, folder: Path) -> Iterator[dict[str, float]]:
    """All steps that are left, with a checkpoint now and then and at the end; yields the terms of each."""
    folder.mkdir(parents=True, exist_ok=True)
    sums: dict[str, list[float]] = {}
    begun, first = time.monotonic(), training.step
    while training.step < training.steps:
        terms = training.train_step()
        if not math.isfinite(sum(terms.values())):
            raise BadConfig(f"The loss is not finite at step {training.step}.", "Lower `renderer.rate`.")
        for name, value in terms.items():
            sums.setdefault(name, []).append(value)
        yield terms
        spent = time.monotonic() - begun
        if spent > 60 * training.config.minutes or training.step == training.steps:
            speed = (training.step - first) * training.config.batch / spent
            report(training, folder, {"speed": speed} | {name: float(np.mean(v)) for name, v in sums.items()})
            sums, begun, first = {}, time.monotonic(), training.step
            training.samples.refresh()


def report(training: RendererTraining, folder: Path, means: dict[str, float]) -> None:
    """Checkpoint, contact sheet and a line of losses, and how well the critics judge frames held out."""
    part = folder / f"{CHECKPOINT}.part"
    torch.save(training.state(), part)
    part.replace(folder / CHECKPOINT)
    line = {"step": training.step, **means, **critics_accuracy(training, held_out(training, folder, JUDGED))}
    with (folder / LOG).open("a") as file:
        file.write(json.dumps({name: round(value, 4) for name, value in line.items()}) + "\n")
    write_image(folder / f"sheet-{training.step:06d}.png", sheet(training, held_out(training, folder, SHEET_ROWS)))


def held_out(training: RendererTraining, folder: Path, count: int) -> list[Sample]:
    """About so many frames held out with their bases, half by few steps; every other layout was enlarged."""
    found = []
    for _, pictures in read_shards(folder / DRAWN / "held-out"):
        for index, one in enumerate(pictures[:: max(1, 2 * len(pictures) // count)]):
            layout = one.layout if index % 2 else enlarge_layout(one.low, training.samples.factor)
            found.append(Sample(one.base, layout, one.image, np.zeros(layout.shape, np.bool_), True))
    return found


def critics_accuracy(training: RendererTraining, samples: Sequence[Sample]) -> dict[str, float]:
    """The share of positions that the heads judge rightly, by stride, of photographs and of what is rendered; and how
    well the decoder reads the layout in both.
    """
    batch = training.samples.collated(samples, np.random.default_rng(0))
    found = {}
    with torch.no_grad():
        rendered = training.averaged()(batch.given)
        shares = training.critics.shares(batch.given.layout)
        for name, picture in (("photograph", batch.real), ("rendered", rendered)):
            features = training.eyes(training.samples.standardisation.to_rgb(picture))
            (logits,) = training.critics(training.critics.projected(features), shares)
            for stride, logit in zip(training.eyes.strides, logits, strict=True):
                found[f"{name}/{stride}"] = float(((logit > 0) == (name == "photograph")).float().mean())
            found[f"{name} read"] = float(layout_loss(training.decoder(features[training.read]), shares[0]))
    return found


def sheet(training: RendererTraining, samples: Sequence[Sample]) -> Pixels:
    """A row for each: the layout, the base enlarged, it rendered, the photograph, and that made small and rendered."""
    network, info, source = training.averaged(), training.samples.pack.info, training.samples
    lines = []
    for one in samples:
        random = np.random.default_rng(1)
        small = fit_image(one.image, one.base.shape[0], one.base.shape[1], "stretch").pixels
        drawn, shrunk = (source.collated([row], random).given for row in (one, one._replace(base=small)))
        with torch.no_grad(), torch.autocast(training.device.type, torch.bfloat16):
            images = drawn.base, network(drawn), network(shrunk)
        pictures = [source.standardisation.to_pixels(image[0]) for image in images]
        cells = [colourise(one.layout, info.classes), pictures[0], pictures[1], one.image, pictures[2]]
        lines.append(np.concatenate(cells, 1))
    return np.concatenate(lines)


def graded(training: RendererTraining, folder: Path, purpose: PackCompatibility) -> RendererMetadata:
    """What a file says of the renderer that a run came to."""
    samples = held_out(training, folder, JUDGED)
    accuracy = critics_accuracy(training, samples)
    told = {
        name: {str(stride): accuracy[f"{name}/{stride}"] for stride in training.eyes.strides}
        for name in ("photograph", "rendered")
    }
    return RendererMetadata(
        purpose=purpose,
        images_seen=training.step * training.config.batch,
        held_out=len(samples),
        factor=training.samples.factor,
        photographs_told=told["photograph"],
        rendered_told=told["rendered"],
    )


def with_images(config: TrainConfig, images: int | None) -> TrainConfig:
    """A configuration whose renderer sees so many crops; None leaves it as it is."""
    if images is None:
        return config
    return msgspec.structs.replace(config, renderer=msgspec.structs.replace(config.renderer, images=images))
