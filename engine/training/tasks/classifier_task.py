"""Trains the classifier that guides by classes: which of them are in a picture, whatever its noise."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rich.progress import Progress, ProgressColumn
from torch.nn import functional as F

from engine.data.pairs import gamma_corrected
from engine.data.taxonomy import taxonomy_classes
from engine.diffusion.process import gaussian
from engine.guides.noisy_classifier import ClassifierMetadata, NoisyClassifier, save
from engine.interface.errors import BadConfig
from engine.packs.pack import Pack
from engine.training.core.frames import TrainingFrames, class_presence
from engine.training.core.training_config import TrainConfig

LEARNING_RATE = 2e-3


def checked_metadata(config: TrainConfig, pack: Pack, path: Path) -> ClassifierMetadata:
    """What the classifier is for. Raises BadConfig if the data have other classes, or `path` is a folder."""
    metadata = ClassifierMetadata.from_pack(pack)
    if tuple(words.name for words in taxonomy_classes(config.taxonomy)) != metadata.classes:
        raise BadConfig(f"“{config.taxonomy}” has other classes than “{pack.info.name}”.", "Take the pack's own data.")
    if path.is_dir():
        raise BadConfig(f"{path} is a folder.", "Name the file to write.")
    return metadata


def train_classifier(
    config: TrainConfig, pack: Pack, images: int, path: Path, columns: Sequence[ProgressColumn]
) -> float:
    """Train on the data of a configuration, for a pack; writes `path` and returns the mean loss of the last tenth.

    Raises BadConfig or BadFile.
    """
    metadata = checked_metadata(config, pack, path)
    frames, classes = TrainingFrames(config, taxonomy_classes(config.taxonomy)), len(metadata.classes)
    torch.manual_seed(config.seed)
    random = np.random.default_rng(config.seed)
    network = NoisyClassifier(metadata).to(pack.device)
    steps = max(1, images // config.batch)
    optimiser = torch.optim.AdamW(network.parameters(), LEARNING_RATE, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps + 1)
    pixels, losses = pack.file.pixels, []
    mean, deviation = (torch.tensor(v)[:, None, None] for v in (pixels.mean, pixels.deviation))
    with Progress(*columns) as progress:
        task = progress.add_task("training", total=images, loss=0.0, rate=0.0)
        for step in range(steps):
            frames.advance_to(step * config.batch)
            pairs = [frames.draw_pair(random) for _ in range(config.batch)]
            pictures = np.stack([gamma_corrected(pair.image, pixels.gamma) for pair in pairs])
            x_0 = ((torch.from_numpy(pictures).movedim(-1, 1).float() / 255 - mean) / deviation).to(pack.device)
            present_classes = torch.from_numpy(
                np.stack([class_presence(pair.layout, classes) for pair in pairs])
            ).float()
            t = torch.from_numpy(random.integers(0, pack.process.image_schedule.max_clock + 1, config.batch)).to(
                pack.device
            )
            x_t = gaussian.q_sample(pack.process.image_schedule, x_0, t[:, None, None, None], torch.randn_like(x_0))
            loss = F.binary_cross_entropy_with_logits(network(x_t, t), present_classes.to(pack.device))
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
            progress.update(task, advance=config.batch, loss=losses[-1])
    save(path, network, metadata)
    return float(np.mean(losses[-max(1, steps // 10) :]))
