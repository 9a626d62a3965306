"""The loss of a base: of both halves over the pixels that count, with self-conditioning, and of the text probe."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.diffusion.process.denoiser import CleanEstimate, DiffusionState, Prediction, TextFeatures
from engine.diffusion.process.joint_process import JointProcess, LossWeighting
from engine.network.text_tower import build_text_tower
from engine.packs.pack import build_network
from engine.packs.pack_config import PackFile
from engine.packs.pixel_standardisation import PixelStandardisation
from engine.training.core.distributed import SINGLE_PROCESS, DistributedState
from engine.training.joint.batches import Batch

TEXT_LOSS_WEIGHT = 0.1
"""Weight of the probe's loss, which tells from the pooled text which classes are mentioned, and which as absent."""


class JointModel(nn.Module):
    """The U-Net, the text tower, and the probe whose loss teaches the tower what words mean."""

    def __init__(self, file: PackFile, process: JointProcess) -> None:
        super().__init__()
        self.tower = build_text_tower(file.text, file.info.vocabulary)
        self.unet = build_network(file, process, (self.tower.pooled_width, self.tower.token_width))
        self.probe = nn.Linear(self.tower.pooled_width, 3 * len(file.info.classes))


@dataclass
class LossMeter:
    """Running means of the losses by name: each half by task and by tenth of the clock, and the text probe's."""

    sums: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, name: str, value: float) -> None:
        """Count a value towards the mean of its name."""
        self.sums[name] += value
        self.counts[name] += 1

    def means(self) -> dict[str, float]:
        """The means by name, rounded to five places."""
        return {name: round(self.sums[name] / self.counts[name], 5) for name in sorted(self.sums)}


@dataclass(frozen=True)
class JointObjective:
    """Computes the loss of a batch. `forward` is the U-Net, perhaps compiled; `layout_weight` is λ."""

    model: JointModel
    forward: Callable[[DiffusionState, TextFeatures, CleanEstimate], Prediction]
    process: JointProcess
    standardisation: PixelStandardisation
    loss_options: LossWeighting
    layout_weight: float
    distributed_state: DistributedState = SINGLE_PROCESS

    def loss(self, batch: Batch, meter: LossMeter) -> Tensor:
        """v-MSE + λ CE/ln K over the pixels that count, and the text probe's cross-entropy."""
        x_0 = self.standardisation.standardise(batch.image)
        device, rows = x_0.device, len(x_0) * self.distributed_state.world_size
        noise = torch.randn((rows, *x_0.shape[1:]), device=device)[self.distributed_state.batch_rows]
        uniform = torch.rand((rows, 1, *x_0.shape[2:]), device=device)[self.distributed_state.batch_rows]
        if self.distributed_state.rank:  # or the rows of all processes would share their dropout
            torch.manual_seed(torch.initial_seed() + self.distributed_state.rank)
        state = self.process.q_sample(x_0, batch.layout, batch.clocks, noise, uniform)
        with torch.autocast(device.type, torch.bfloat16):
            text = self.model.tower(self.model.tower.tokenize(batch.captions).to(device))
            mention_logits = self.model.probe(text.pooled).float()
            previous = self.self_conditioning(state, text)
            prediction = self.forward(state, text, previous)
        losses = self.process.losses(prediction, x_0, batch.layout, noise, state, batch.known, self.loss_options)
        image, layout = losses.image * batch.image_has_loss, losses.layout * batch.layout_has_loss
        text_loss = F.cross_entropy(
            mention_logits.reshape(-1, 3), batch.class_mentions.reshape(-1), ignore_index=-1, reduction="sum"
        ) / max(1, batch.class_mentions.numel())
        self.log_losses(batch, image.detach(), layout.detach(), text_loss.detach(), meter)
        return image.mean() + self.layout_weight * layout.mean() + TEXT_LOSS_WEIGHT * text_loss

    @torch.no_grad()
    def self_conditioning(self, state: DiffusionState, text: TextFeatures) -> CleanEstimate:
        """The estimate to condition on: the network's own first one for half of the batch, none for the rest."""
        half = len(state.image) // 2
        first = state[:half]
        x, k = state.image, self.process.num_classes
        no_estimate = CleanEstimate(torch.zeros_like(first.image), x.new_full((half, k, *x.shape[2:]), 1 / k))
        first_estimate = self.process.clean_estimate(first, self.forward(first, text[:half], no_estimate))
        rest = len(x) - half
        return CleanEstimate(
            torch.cat([first_estimate.image, torch.zeros_like(x[half:])]),
            torch.cat([first_estimate.layout, x.new_full((rest, k, *x.shape[2:]), 1 / k)]),
        )

    def log_losses(self, batch: Batch, image: Tensor, layout: Tensor, text_loss: Tensor, meter: LossMeter) -> None:
        """Add the losses [B] of both halves, and the text's, to the meter."""
        meter.add("text", float(text_loss))
        values = {"image": image.tolist(), "layout": layout.tolist()}
        clocks = {"image": batch.clocks.image_running.tolist(), "layout": batch.clocks.layout_running.tolist()}
        counts = {"image": batch.image_has_loss.tolist(), "layout": batch.layout_has_loss.tolist()}
        top = self.process.image_schedule.max_clock
        for half in ("image", "layout"):
            for kind, value, clock, has_loss in zip(
                batch.task_kinds, values[half], clocks[half], counts[half], strict=True
            ):
                if has_loss and clock > 0:
                    meter.add(f"{half}/{kind}", value)
                    meter.add(f"{half}/clock {int(clock * 10 / (top + 1))}", value)
