"""Training of the classifier for guidance by classes: which of them are in an image, at any noise level."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rich.progress import ProgressColumn
from torch import Tensor
from torch.nn import functional as F

from engine.data.pairs import gamma_corrected
from engine.diffusion.process import gaussian
from engine.guides.noisy_classifier import ClassifierMetadata, NoisyClassifier, save
from engine.packs.pack import Pack
from engine.training.core.frames import class_presence
from engine.training.core.training_config import TrainConfig
from engine.training.tasks.evaluator_task import FrameSource, FrameTask, begin_training_run

EVALUATION_BATCHES = 16
FIRST_EVALUATION_SEED = 2**31


class ClassifierTask(FrameTask):
    """Trains a classifier of noised images with batches of the configuration's size."""

    learning_rate = 2e-3

    def __init__(self, config: TrainConfig, pack: Pack, sources: Sequence[FrameSource]) -> None:
        super().__init__(config, pack, sources)
        self.batch = config.batch
        self.network: NoisyClassifier = NoisyClassifier(ClassifierMetadata.from_pack(pack)).to(pack.device)

    def uses_muon(self, name: str, parameter: Tensor) -> bool:
        """Whether Muon moves a parameter, which it does with none."""
        return False

    def loss(self, random: np.random.Generator) -> Tensor:
        """Binary cross-entropy of the classes present, at clocks drawn evenly."""
        (source, *_), device = self.sources, self.pack.device
        schedule, class_count = self.pack.process.image_schedule, len(self.network.metadata.classes)
        pairs = [source.frames.draw_pair(random) for _ in range(self.batch)]
        images = np.stack([gamma_corrected(pair.image, source.gamma) for pair in pairs])
        x_0 = self.pack.standardisation.standardise_pixels(images)
        present_classes = torch.from_numpy(np.stack([class_presence(pair.layout, class_count) for pair in pairs]))
        t = torch.from_numpy(random.integers(0, schedule.max_clock + 1, self.batch)).to(device)
        x_t = gaussian.q_sample(schedule, x_0, t[:, None, None, None], torch.randn_like(x_0))
        return F.binary_cross_entropy_with_logits(self.network(x_t, t), present_classes.float().to(device))

    @torch.no_grad()
    def mean_loss(self) -> float:
        """The loss over a few more batches."""
        seeds = range(FIRST_EVALUATION_SEED, FIRST_EVALUATION_SEED + EVALUATION_BATCHES)
        return float(np.mean([float(self.loss(np.random.default_rng((self.config.seed, seed)))) for seed in seeds]))


def train_classifier(
    config: TrainConfig, pack: Pack, images: int, path: Path, columns: Sequence[ProgressColumn]
) -> float:
    """Train a classifier for a pack on the data of a configuration, from the last checkpoint if there is one.

    Writes `path` and returns the mean loss after training. Raises BadConfig or BadFile.
    """
    training_run, task = begin_training_run(ClassifierTask, config, pack, images, path)
    training_run.run(columns)
    training_run.use_averaged_weights()
    save(path, task.network, task.network.metadata)
    training_run.remove_checkpoint()
    return task.mean_loss()
