"""Trains a pack's segmenter on real pairs, never on what a pack has drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rich.progress import ProgressColumn
from torch import Tensor
from torch.nn import functional as F

from engine.data.taxonomy import read_taxonomy
from engine.judges import files, segmenter
from engine.judges.segmenter import SegmenterFacts
from engine.metrics.segmentation import confusion, score
from engine.network.segmenter import SegmenterUNet
from engine.packs import Pack
from engine.protocol import UNKNOWN
from engine.training.batches import Frames, freely_exposed
from engine.training.config import TrainConfig
from engine.training.judge import Course, Plan, checked, held_out

BATCH = 16
RATE = 2e-3


class Lessons:
    """Batches and their loss. `forward` is the network, perhaps compiled."""

    def __init__(self, config: TrainConfig, pack: Pack, frames: Frames, network: SegmenterUNet) -> None:
        self.frames, self.gamma, self.device = frames, pack.file.pixels.gamma, pack.device
        self.forward = torch.compile(network) if config.compile else network
        pixels = pack.file.pixels
        self.mean, self.deviation = (
            torch.tensor(v, device=pack.device)[:, None, None] for v in (pixels.mean, pixels.deviation)
        )

    def loss(self, random: np.random.Generator) -> Tensor:
        """Cross-entropy over the known pixels of a batch."""
        pairs = [self.frames.draw(random) for _ in range(BATCH)]
        pictures = np.stack([freely_exposed(pair.image, self.gamma, random) for pair in pairs])
        truth = torch.from_numpy(np.stack([pair.layout for pair in pairs]).astype(np.int64)).to(self.device)
        rgb = torch.from_numpy(pictures).to(self.device).movedim(-1, 1).float() / 255
        with torch.autocast(self.device.type, torch.bfloat16):
            logits: Tensor = self.forward((rgb - self.mean) / self.deviation)
        total = F.cross_entropy(logits, truth, ignore_index=UNKNOWN, reduction="sum")
        return total / (truth != UNKNOWN).sum().clamp(min=1)


def course(config: TrainConfig, pack: Pack, images: int, out: Path) -> tuple[Course, Lessons]:
    """A fresh network and what it learns from. Raises BadConfig or BadFile."""
    plan = Plan(checked(config, pack, out), images, BATCH, RATE, config.seed)
    frames = Frames(config, read_taxonomy(config.taxonomy))
    torch.manual_seed(config.seed)
    network = SegmenterUNet(len(pack.info.classes)).to(pack.device).to(memory_format=torch.channels_last)
    return Course(network, plan, out, inner), Lessons(config, pack, frames, network)


def inner(name: str, parameter: Tensor) -> bool:
    """The convolutions between stem and head are moved by Muon."""
    return parameter.ndim == 4 and not name.startswith(("stem", "head"))


def train_segmenter(
    config: TrainConfig, pack: Pack, images: int, out: Path, columns: Sequence[ProgressColumn]
) -> SegmenterFacts:
    """Train on the data of a configuration, for a pack; writes `out` and returns its figures on DATA/val.

    Raises BadConfig or BadFile.
    """
    exam = held_out(config, pack)  # what would fail later fails now
    taught, lessons = course(config, pack, images, out)
    network = taught.run(lessons.loss, columns)
    assert isinstance(network, SegmenterUNet)
    judge = segmenter.of(network, pack.file, pack.device)
    predicted = judge.layouts(exam.images)
    all_of, sure = (
        score(confusion(zip(truth, predicted, strict=True), len(pack.info.classes)))
        for truth in (exam.layouts, exam.believed)
    )
    facts = SegmenterFacts(
        purpose=taught.plan.purpose,
        images_seen=taught.step * BATCH,
        held_out=len(exam.images),
        accuracy=all_of.accuracy,
        mean_iou=all_of.mean_iou,
        believed=(sure.accuracy, sure.mean_iou),
    )
    files.save(out, network.state_dict(), facts)
    taught.finish()
    return facts
