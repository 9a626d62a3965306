"""Training of a pack's segmenter, on real pairs only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.evaluators import segmenter
from engine.evaluators.segmentation_scores import confusion_matrix, segmentation_score
from engine.evaluators.segmenter import SegmenterMetadata
from engine.interface.protocol import UNKNOWN
from engine.network.segmenter_unet import SegmenterUNet
from engine.packs import companion_files
from engine.packs.companion_files import WeightsMetadata
from engine.packs.pack import Pack
from engine.training.core.training_config import TrainConfig
from engine.training.tasks.evaluator_task import EvaluatorTask, FrameSource, ValidationSet


class SegmenterTask(EvaluatorTask[SegmenterMetadata]):
    """Trains the pack's segmenter, from windows of real images to their layouts."""

    file_name, batch, learning_rate = segmenter.FILE, 16, 2e-3

    def __init__(self, config: TrainConfig, pack: Pack, sources: Sequence[FrameSource]) -> None:
        super().__init__(config, pack, sources)
        network = SegmenterUNet(len(pack.info.classes)).to(pack.device)
        self.network: SegmenterUNet = network.to(memory_format=torch.channels_last)
        self.forward = torch.compile(self.network) if config.compile else self.network

    def uses_muon(self, name: str, parameter: Tensor) -> bool:
        """Whether a parameter is a convolution between stem and head."""
        return parameter.ndim == 4 and not name.startswith(("stem", "head"))

    def loss(self, random: np.random.Generator) -> Tensor:
        """Cross-entropy over the known pixels of a batch."""
        pairs = self.draw_pairs(random, self.batch)
        truth = torch.from_numpy(np.stack([pair.layout for pair in pairs]).astype(np.int64)).to(self.pack.device)
        images = np.stack([pair.image for pair in pairs])
        with torch.autocast(self.pack.device.type, torch.bfloat16):
            logits: Tensor = self.forward(self.pack.standardisation.standardise_pixels(images))
        total = F.cross_entropy(logits, truth, ignore_index=UNKNOWN, reduction="sum")
        return total / (truth != UNKNOWN).sum().clamp(min=1)

    def evaluate_and_save(
        self, validation_set: ValidationSet, metadata: WeightsMetadata, out: Path
    ) -> SegmenterMetadata:
        """Score the segmenter on all known pixels and on those that are not doubtful, and write it. Raises BadFile."""
        predicted = segmenter.segmenter_from_network(self.network, self.pack.file, self.pack.device).predict_layouts(
            validation_set.images
        )
        all_pixels, certain_pixels = (
            segmentation_score(confusion_matrix(zip(truth, predicted, strict=True), len(self.pack.info.classes)))
            for truth in (validation_set.layouts, validation_set.certain_layouts)
        )
        segmenter_metadata = SegmenterMetadata(
            **msgspec.structs.asdict(metadata),
            accuracy=all_pixels.accuracy,
            mean_iou=all_pixels.mean_iou,
            believed=(certain_pixels.accuracy, certain_pixels.mean_iou),
        )
        companion_files.save(out, self.network.state_dict(), segmenter_metadata)
        return segmenter_metadata
