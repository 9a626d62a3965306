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

from engine.data.pairs import Doubt, Pair, doubtful_to_unknown, read_pair
from engine.data.sources import items_of
from engine.data.taxonomy import read_taxonomy, reading
from engine.errors import BadConfig
from engine.judges.files import Facts, Purpose
from engine.packs import Pack
from engine.protocol import Pixels
from engine.raster import fit_image, fit_layout
from engine.training.batches import freely_exposed
from engine.training.config import TrainConfig
from engine.training.course import Course, Plan
from engine.training.frames import Frames


class Stock(NamedTuple):
    """Frames to learn from, and the gamma that brings their pictures into the light of what a pack draws."""

    frames: Frames
    gamma: float


class Exam(NamedTuple):
    """Pictures that no judge sees in training, each with its layout, and with what of that is not in doubt."""

    images: list[Pixels]
    layouts: list[Pixels]
    believed: list[Pixels]


F = TypeVar("F", bound=Facts)


class Lessons(ABC, Generic[F]):
    """What a judge learns and how it is examined. Its network is on the pack's device; its stocks have turns."""

    file: ClassVar[str]
    batch: ClassVar[int]
    rate: ClassVar[float]
    network: nn.Module

    def __init__(self, config: TrainConfig, pack: Pack, stocks: Sequence[Stock]) -> None:
        self.config, self.pack, self.stocks = config, pack, stocks
        pixels = pack.file.pixels
        self.mean, self.deviation = (
            torch.tensor(v, device=pack.device)[:, None, None] for v in (pixels.mean, pixels.deviation)
        )

    def pairs(self, random: np.random.Generator, count: int) -> list[Pair]:
        """Windows of the stocks' frames, each picture in a light of its own."""
        stocks = [self.stocks[index % len(self.stocks)] for index in range(count)]
        pairs = [stock.frames.draw(random) for stock in stocks]
        return [
            Pair(freely_exposed(pair.image, stock.gamma, random), pair.layout)
            for pair, stock in zip(pairs, stocks, strict=True)
        ]

    def standardised(self, pairs: Sequence[Pair]) -> Tensor:
        """Their pictures, [B, 3, H, W] on the pack's device."""
        rgb = torch.from_numpy(np.stack([pair.image for pair in pairs])).to(self.pack.device)
        return (rgb.movedim(-1, 1).float() / 255 - self.mean) / self.deviation

    @staticmethod
    @abstractmethod
    def inner(name: str, parameter: Tensor) -> bool:
        """Which weights Muon moves."""

    @abstractmethod
    def loss(self, random: np.random.Generator) -> Tensor:
        """The loss of a batch that is drawn with the generator."""

    @abstractmethod
    def graded(self, exam: Exam, facts: Facts, out: Path) -> F:
        """Examine what was learnt and write it to a file, with its figures beside the facts. Raises BadFile."""


def begin(
    kind: type[Lessons[F]],
    config: TrainConfig,
    pack: Pack,
    images: int,
    out: Path,
    stocks: Sequence[Stock] | None = None,
) -> tuple[Course, Lessons[F]]:
    """A fresh network and what it learns from: the configuration's data, or stocks. Raises BadConfig or BadFile."""
    plan = Plan(checked(config, pack, out), images, kind.batch, kind.rate, config.seed)
    stocks = stocks or [Stock(Frames(config, read_taxonomy(config.taxonomy)), pack.file.pixels.gamma)]
    torch.manual_seed(config.seed)
    lessons = kind(config, pack, stocks)
    return Course(lessons.network, plan, out, lessons.inner), lessons


def train(
    kind: type[Lessons[F]],
    config: TrainConfig,
    pack: Pack,
    images: int,
    out: Path,
    columns: Sequence[ProgressColumn],
    stocks: Sequence[Stock] | None = None,
) -> F:
    """Train a judge for a pack; writes `out` and returns its figures on DATA/val. Raises BadConfig or BadFile."""
    exam = held_out(config, pack)  # what would fail later fails now
    course, lessons = begin(kind, config, pack, images, out, stocks)
    run(course, lessons, columns)
    seen, held = course.step * kind.batch, len(exam.images)
    facts = lessons.graded(exam, Facts(purpose=course.plan.purpose, images_seen=seen, held_out=held), out)
    course.finish()
    return facts


def run(course: Course, lessons: Lessons[F], columns: Sequence[ProgressColumn]) -> None:
    """Give all lessons that are left."""

    def loss(random: np.random.Generator) -> Tensor:
        for stock in lessons.stocks:
            stock.frames.go_to(course.step * lessons.batch // len(lessons.stocks))
        return lessons.loss(random)

    course.run(loss, columns)


def checked(config: TrainConfig, pack: Pack, out: Path) -> Purpose:
    """What a judge is for. Raises BadConfig if the data are another pack's, or `out` is a folder."""
    purpose = Purpose.of(pack.file)
    if tuple(words.name for words in read_taxonomy(config.taxonomy)) != purpose.classes:
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


def held_out(config: TrainConfig, pack: Pack, factor: int = 1) -> Exam:
    """The pairs of DATA/val, cropped to the pack's size or to `factor` times that. Raises BadFile."""
    how, data, info = reading(config.taxonomy), pack.file.data, pack.info
    names = [one.name for one in info.classes]
    doubt = Doubt(data.border, tuple(names.index(name) for name in data.thin))
    height, width = info.height * factor, info.width * factor
    exam = Exam([], [], [])
    for item in items_of(Path(config.data), "val", how.infos):
        pair = read_pair(item, how)
        sure = Pair(pair.image, doubtful_to_unknown(pair.layout, doubt))
        for whole, believed in zip(*(data.pieces(one, info) for one in (pair, sure)), strict=True):
            exam.images.append(fit_image(whole.image, height, width).pixels)
            exam.layouts.append(fit_layout(whole.layout, height, width).pixels)
            exam.believed.append(fit_layout(believed.layout, height, width).pixels)
    return exam
