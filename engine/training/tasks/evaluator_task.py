"""How judges are trained: what their lessons share, and what they are examined on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Generic, NamedTuple, TypeVar

import numpy as np
import torch
from rich.progress import ProgressColumn
from torch import Tensor, nn

from engine.data.pairs import DatasetPair, LabelNoise, label_noise_to_unknown, read_pair
from engine.data.source_detection import split_items
from engine.data.taxonomy import layout_mapping, taxonomy_classes
from engine.interface.errors import BadConfig
from engine.interface.protocol import Pixels
from engine.interface.raster import fit_image, fit_layout
from engine.packs.companion_files import PackCompatibility, WeightsMetadata
from engine.packs.pack import Pack
from engine.training.core.frames import TrainingFrames
from engine.training.core.training_config import TrainConfig
from engine.training.core.training_run import TrainingPlan, TrainingRun
from engine.training.joint.batches import augment_exposure_freely


class FrameSource(NamedTuple):
    """Frames to learn from, and the gamma that brings their pictures into the light of what a pack draws."""

    frames: TrainingFrames
    gamma: float


class ValidationSet(NamedTuple):
    """Pictures that no judge sees in training, each with its layout, and with what of that is not in doubt."""

    images: list[Pixels]
    layouts: list[Pixels]
    certain_layouts: list[Pixels]


MetadataT = TypeVar("MetadataT", bound=WeightsMetadata)


class TrainingTask(ABC, Generic[MetadataT]):
    """What a judge learns and how it is examined. Its network is on the pack's device; its stocks have turns."""

    file_name: ClassVar[str]
    batch: ClassVar[int]
    learning_rate: ClassVar[float]
    network: nn.Module

    def __init__(self, config: TrainConfig, pack: Pack, sources: Sequence[FrameSource]) -> None:
        self.config, self.pack, self.sources = config, pack, sources
        pixels = pack.file.pixels
        self.mean, self.deviation = (
            torch.tensor(v, device=pack.device)[:, None, None] for v in (pixels.mean, pixels.deviation)
        )

    def draw_pairs(self, random: np.random.Generator, count: int) -> list[DatasetPair]:
        """Windows of the stocks' frames, each picture in a light of its own."""
        sources = [self.sources[index % len(self.sources)] for index in range(count)]
        pairs = [stock.frames.draw_pair(random) for stock in sources]
        return [
            DatasetPair(augment_exposure_freely(pair.image, stock.gamma, random), pair.layout)
            for pair, stock in zip(pairs, sources, strict=True)
        ]

    def standardised(self, pairs: Sequence[DatasetPair]) -> Tensor:
        """Their pictures, [B, 3, H, W] on the pack's device."""
        rgb = torch.from_numpy(np.stack([pair.image for pair in pairs])).to(self.pack.device)
        return (rgb.movedim(-1, 1).float() / 255 - self.mean) / self.deviation

    @staticmethod
    @abstractmethod
    def uses_muon(name: str, parameter: Tensor) -> bool:
        """Which weights Muon moves."""

    @abstractmethod
    def loss(self, random: np.random.Generator) -> Tensor:
        """The loss of a batch that is drawn with the generator."""

    @abstractmethod
    def evaluate_and_save(self, validation_set: ValidationSet, metadata: WeightsMetadata, out: Path) -> MetadataT:
        """Examine what was learnt and write it to a file, with its figures beside the facts. Raises BadFile."""


def begin_training_run(
    task_type: type[TrainingTask[MetadataT]],
    config: TrainConfig,
    pack: Pack,
    images: int,
    out: Path,
    sources: Sequence[FrameSource] | None = None,
) -> tuple[TrainingRun, TrainingTask[MetadataT]]:
    """A fresh network and what it learns from: the configuration's data, or stocks. Raises BadConfig or BadFile."""
    plan = TrainingPlan(
        checked_purpose(config, pack, out), images, task_type.batch, task_type.learning_rate, config.seed
    )
    sources = sources or [
        FrameSource(TrainingFrames(config, taxonomy_classes(config.taxonomy)), pack.file.pixels.gamma)
    ]
    torch.manual_seed(config.seed)
    task = task_type(config, pack, sources)
    return TrainingRun(task.network, plan, out, task.uses_muon), task


def train_task(
    task_type: type[TrainingTask[MetadataT]],
    config: TrainConfig,
    pack: Pack,
    images: int,
    out: Path,
    columns: Sequence[ProgressColumn],
    sources: Sequence[FrameSource] | None = None,
) -> MetadataT:
    """Train a judge for a pack; writes `out` and returns its figures on DATA/val. Raises BadConfig or BadFile."""
    validation_set = read_validation_set(config, pack)  # what would fail later fails now
    training_run, task = begin_training_run(task_type, config, pack, images, out, sources)
    run_training_task(training_run, task, columns)
    images_seen, held_out_count = training_run.step * task_type.batch, len(validation_set.images)
    metadata = task.evaluate_and_save(
        validation_set,
        WeightsMetadata(purpose=training_run.plan.purpose, images_seen=images_seen, held_out=held_out_count),
        out,
    )
    training_run.remove_checkpoint()
    return metadata


def run_training_task(
    training_run: TrainingRun, task: TrainingTask[MetadataT], columns: Sequence[ProgressColumn]
) -> None:
    """Give all lessons that are left."""

    def loss(random: np.random.Generator) -> Tensor:
        for stock in task.sources:
            stock.frames.advance_to(training_run.step * task.batch // len(task.sources))
        return task.loss(random)

    training_run.run(loss, columns)


def checked_purpose(config: TrainConfig, pack: Pack, out: Path) -> PackCompatibility:
    """What a judge is for. Raises BadConfig if the data are another pack's, or `out` is a folder."""
    purpose = PackCompatibility.from_pack_file(pack.file)
    if tuple(words.name for words in taxonomy_classes(config.taxonomy)) != purpose.classes:
        raise BadConfig(f"“{config.taxonomy}” has other classes than “{pack.info.name}”.", "Take the pack's own data.")
    if (config.height, config.width) != (purpose.height, purpose.width):
        raise BadConfig(
            f"“{pack.info.name}” has {purpose.height}×{purpose.width} pixels, the configuration "
            f"{config.height}×{config.width}.",
            "Take the pack's own configuration.",
        )
    if out.is_dir():
        raise BadConfig(f"{out} is a folder.", "Name the file to write.")
    return purpose


def read_validation_set(config: TrainConfig, pack: Pack, factor: int = 1) -> ValidationSet:
    """The pairs of DATA/val, cropped to the pack's size or to `factor` times that. Raises BadFile."""
    mapping, data, info = layout_mapping(config.taxonomy), pack.file.data, pack.info
    names = [one.name for one in info.classes]
    label_noise = LabelNoise(data.border, tuple(names.index(name) for name in data.thin))
    height, width = info.height * factor, info.width * factor
    validation_set = ValidationSet([], [], [])
    for item in split_items(Path(config.data), "val", mapping.file_classes):
        pair = read_pair(item, mapping)
        certain = DatasetPair(pair.image, label_noise_to_unknown(pair.layout, label_noise))
        for whole, believed in zip(*(data.split_pair(one, info) for one in (pair, certain)), strict=True):
            validation_set.images.append(fit_image(whole.image, height, width).pixels)
            validation_set.layouts.append(fit_layout(whole.layout, height, width).pixels)
            validation_set.certain_layouts.append(fit_layout(believed.layout, height, width).pixels)
    return validation_set
