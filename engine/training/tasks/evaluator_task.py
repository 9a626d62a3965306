"""What tasks that learn from frames share, and how evaluators are trained and evaluated."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
import torch
from rich.progress import ProgressColumn

from engine.data.pairs import DatasetPair, LabelNoise, label_noise_to_unknown, read_pair
from engine.data.source_detection import split_items
from engine.data.taxonomy import layout_mapping, taxonomy_classes
from engine.interface.errors import BadConfig
from engine.interface.protocol import Pixels
from engine.interface.raster import fit_image, fit_layout
from engine.packs.companion_files import PackCompatibility, WeightsMetadata
from engine.packs.pack import Pack
from engine.training.core.frames import TrainingFrames
from engine.training.core.optimisation import one_cycle
from engine.training.core.training_config import TrainConfig
from engine.training.core.training_run import TrainingPlan, TrainingRun, TrainingTask
from engine.training.joint.batches import augment_exposure_freely

EMA_DECAY = 0.998
CHECKPOINT_SECONDS = 60.0
"""Seconds between checkpoints."""


class FrameSource(NamedTuple):
    """Frames to learn from, and the gamma that brings their images to the brightness of what a pack generates."""

    frames: TrainingFrames
    gamma: float


class ValidationSet(NamedTuple):
    """Images held out of training, each with its layout, and with its layout without doubtful pixels (`UNKNOWN`)."""

    images: list[Pixels]
    layouts: list[Pixels]
    certain_layouts: list[Pixels]


class FrameTask(TrainingTask[np.random.Generator]):
    """A task for a pack that draws each batch from frames, with the generator of its step.

    Its network is on the pack's device. With several sources, each supplies an equal share of a batch.
    """

    batch: int
    learning_rate: ClassVar[float]

    def __init__(self, config: TrainConfig, pack: Pack, sources: Sequence[FrameSource]) -> None:
        self.config, self.pack, self.sources = config, pack, sources

    @classmethod
    def default_sources(cls, config: TrainConfig, pack: Pack) -> list[FrameSource]:
        """The training frames of the configuration's data. Raises BadConfig or BadFile."""
        frames = TrainingFrames(config, taxonomy_classes(config.taxonomy))
        return [FrameSource(frames, pack.file.pixels.gamma)]

    def batches(self, steps: range) -> Iterator[np.random.Generator]:
        """The generator that draws the batch of each step, once the sources hold that step's frames."""
        for step in steps:
            for source in self.sources:
                source.frames.advance_to(step * self.batch // len(self.sources))
            yield np.random.default_rng((self.config.seed, step))

    def draw_pairs(self, random: np.random.Generator, count: int) -> list[DatasetPair]:
        """Windows of the sources' frames, each image with a random exposure."""
        sources = [self.sources[index % len(self.sources)] for index in range(count)]
        pairs = [source.frames.draw_pair(random) for source in sources]
        return [
            DatasetPair(augment_exposure_freely(pair.image, source.gamma, random), pair.layout)
            for pair, source in zip(pairs, sources, strict=True)
        ]


MetadataT = TypeVar("MetadataT", bound=WeightsMetadata)


class EvaluatorTask(FrameTask, Generic[MetadataT]):
    """A task whose result is evaluated on images held out and written beside the pack's weights."""

    file_name: ClassVar[str]

    @classmethod
    def validation_set(cls, config: TrainConfig, pack: Pack) -> ValidationSet:
        """What the result is evaluated on: the pairs of DATA/val at the pack's size. Raises BadFile."""
        return read_validation_set(config, pack)

    @abstractmethod
    def evaluate_and_save(self, validation_set: ValidationSet, metadata: WeightsMetadata, out: Path) -> MetadataT:
        """Evaluate the network and write it with its scores; returns them with `metadata`. Raises BadFile."""


FrameTaskT = TypeVar("FrameTaskT", bound=FrameTask)


def begin_training_run(
    task_type: type[FrameTaskT],
    config: TrainConfig,
    pack: Pack,
    images: int,
    out: Path,
    sources: Sequence[FrameSource] | None = None,
) -> tuple[TrainingRun[np.random.Generator], FrameTaskT]:
    """A fresh task and its run; without sources it learns from the configuration's data.

    Raises BadConfig if the configuration or `out` do not fit, BadFile if the data cannot be read.
    """
    compatibility = checked_compatibility(config, pack, out)
    sources = sources or task_type.default_sources(config, pack)
    torch.manual_seed(config.seed)
    task = task_type(config, pack, sources)
    plan = TrainingPlan(
        images=images,
        batch=task.batch,
        seed=config.seed,
        learning_rate=task.learning_rate,
        learning_rate_factor=one_cycle(max(1, images // task.batch)),
        ema_decay=EMA_DECAY,
        checkpoint_seconds=CHECKPOINT_SECONDS,
        signature={
            "purpose": compatibility,
            "images": images,
            "batch": task.batch,
            "rate": task.learning_rate,
            "seed": config.seed,
        },
    )
    return TrainingRun(task, plan, out.with_name(out.name + ".checkpoint")), task


def train_task(
    task_type: type[EvaluatorTask[MetadataT]],
    config: TrainConfig,
    pack: Pack,
    images: int,
    out: Path,
    columns: Sequence[ProgressColumn],
    sources: Sequence[FrameSource] | None = None,
) -> MetadataT:
    """Train a network for a pack, from the last checkpoint if there is one.

    Writes `out` and returns its scores on DATA/val. Raises BadConfig or BadFile.
    """
    validation_set = task_type.validation_set(config, pack)  # data that cannot be read fail now
    training_run, task = begin_training_run(task_type, config, pack, images, out, sources)
    training_run.run(columns)
    training_run.use_averaged_weights()
    metadata = WeightsMetadata(
        purpose=PackCompatibility.from_pack_file(pack.file),
        images_seen=training_run.images_seen,
        held_out=len(validation_set.images),
    )
    evaluated = task.evaluate_and_save(validation_set, metadata, out)
    training_run.remove_checkpoint()
    return evaluated


def checked_compatibility(config: TrainConfig, pack: Pack, out: Path) -> PackCompatibility:
    """What a network trained for a pack must fit. Raises BadConfig if the data are not its, or `out` is a folder."""
    compatibility = PackCompatibility.from_pack_file(pack.file)
    if tuple(words.name for words in taxonomy_classes(config.taxonomy)) != compatibility.classes:
        raise BadConfig(f"“{config.taxonomy}” has other classes than “{pack.info.name}”.", "Use the pack's own data.")
    if (config.height, config.width) != (compatibility.height, compatibility.width):
        raise BadConfig(
            f"“{pack.info.name}” has {compatibility.height}×{compatibility.width} pixels, the configuration "
            f"{config.height}×{config.width}.",
            "Use the pack's own configuration.",
        )
    if out.is_dir():
        raise BadConfig(f"{out} is a folder.", "Name the file to write.")
    return compatibility


def read_validation_set(config: TrainConfig, pack: Pack, factor: int = 1) -> ValidationSet:
    """The pairs of DATA/val, cropped to `factor` times the pack's size. Raises BadFile."""
    mapping, data, info = layout_mapping(config.taxonomy), pack.file.data, pack.info
    label_noise = LabelNoise.by_names(data.border, data.thin, [words.name for words in info.classes])
    height, width = info.height * factor, info.width * factor
    validation_set = ValidationSet([], [], [])
    for item in split_items(Path(config.data), "val", mapping.file_classes):
        pair = read_pair(item, mapping)
        certain_pair = DatasetPair(pair.image, label_noise_to_unknown(pair.layout, label_noise))
        pieces = (data.split_pair(whole, info) for whole in (pair, certain_pair))
        for piece, certain_piece in zip(*pieces, strict=True):
            validation_set.images.append(fit_image(piece.image, height, width).pixels)
            validation_set.layouts.append(fit_layout(piece.layout, height, width).pixels)
            validation_set.certain_layouts.append(fit_layout(certain_piece.layout, height, width).pixels)
    return validation_set
