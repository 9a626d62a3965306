"""What a pack's segmenter learns: the classes of real pairs, never of what a pack has drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.judges import files, segmenter
from engine.judges.files import Facts
from engine.judges.segmenter import SegmenterFacts
from engine.metrics.segmentation import confusion, score
from engine.network.segmenter import SegmenterUNet
from engine.packs import Pack
from engine.protocol import UNKNOWN
from engine.training.config import TrainConfig
from engine.training.judge import Exam, Lessons, Stock


class SegmenterLessons(Lessons[SegmenterFacts]):
    """Windows and their layouts."""

    file, batch, rate = segmenter.FILE, 16, 2e-3

    def __init__(self, config: TrainConfig, pack: Pack, stocks: Sequence[Stock]) -> None:
        super().__init__(config, pack, stocks)
        network = SegmenterUNet(len(pack.info.classes)).to(pack.device)
        self.network: SegmenterUNet = network.to(memory_format=torch.channels_last)
        self.forward = torch.compile(self.network) if config.compile else self.network

    @staticmethod
    def inner(name: str, parameter: Tensor) -> bool:
        """The convolutions between stem and head."""
        return parameter.ndim == 4 and not name.startswith(("stem", "head"))

    def loss(self, random: np.random.Generator) -> Tensor:
        """Cross-entropy over the known pixels of a batch."""
        pairs = self.pairs(random, self.batch)
        truth = torch.from_numpy(np.stack([pair.layout for pair in pairs]).astype(np.int64)).to(self.pack.device)
        with torch.autocast(self.pack.device.type, torch.bfloat16):
            logits: Tensor = self.forward(self.standardised(pairs))
        total = F.cross_entropy(logits, truth, ignore_index=UNKNOWN, reduction="sum")
        return total / (truth != UNKNOWN).sum().clamp(min=1)

    def graded(self, exam: Exam, facts: Facts, out: Path) -> SegmenterFacts:
        """On all known pixels, and on those that are not in doubt."""
        predicted = segmenter.of(self.network, self.pack.file, self.pack.device).layouts(exam.images)
        all_of, sure = (
            score(confusion(zip(truth, predicted, strict=True), len(self.pack.info.classes)))
            for truth in (exam.layouts, exam.believed)
        )
        told = SegmenterFacts(
            **msgspec.structs.asdict(facts),
            accuracy=all_of.accuracy,
            mean_iou=all_of.mean_iou,
            believed=(sure.accuracy, sure.mean_iou),
        )
        files.save(out, self.network.state_dict(), told)
        return told
