"""What is minimised: both halves' losses over the pixels that count, with self-conditioning, and the text probe's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.diffusion.denoiser import Estimate, Prediction, State, TextFeatures
from engine.diffusion.process import JointProcess, Training
from engine.network.text import text_tower
from engine.packs import PackFile, build_network
from engine.training.batches import Batch
from engine.training.parallel import ALONE, Part

TEXT_LOSS = 0.1
"""The weight of hearing from the pooled text alone which classes are named, and which as absent."""


class Model(nn.Module):
    """The U-Net, the text tower and the probe that teaches the tower what words mean."""

    def __init__(self, file: PackFile, process: JointProcess) -> None:
        super().__init__()
        self.tower = text_tower(file.text, file.info.vocabulary)
        self.unet = build_network(file, process, (self.tower.pooled_width, self.tower.token_width))
        self.probe = nn.Linear(self.tower.pooled_width, 3 * len(file.info.classes))


@dataclass
class Meter:
    """Running means of the losses: all, by task, and by tenth of the clock."""

    sums: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    counts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, name: str, value: float) -> None:
        self.sums[name] += value
        self.counts[name] += 1

    def means(self) -> dict[str, float]:
        return {name: round(self.sums[name] / self.counts[name], 5) for name in sorted(self.sums)}


@dataclass(frozen=True)
class Objective:
    """The loss of a batch. `forward` is the U-Net, perhaps compiled; `layout_weight` is λ."""

    model: Model
    forward: Callable[[State, TextFeatures, Estimate], Prediction]
    process: JointProcess
    mean: Tensor
    deviation: Tensor
    training: Training
    layout_weight: float
    part: Part = ALONE

    def loss(self, batch: Batch, meter: Meter) -> Tensor:
        """v-MSE + λ CE/ln K over the pixels that count, and the text probe's cross-entropy."""
        x_0 = (batch.image - self.mean) / self.deviation
        device, rows = x_0.device, len(x_0) * self.part.size
        noise = torch.randn((rows, *x_0.shape[1:]), device=device)[self.part.own]
        uniform = torch.rand((rows, 1, *x_0.shape[2:]), device=device)[self.part.own]
        if self.part.rank:  # what the network drops out is not the same for the rows of others
            torch.manual_seed(torch.initial_seed() + self.part.rank)
        state = self.process.q_sample(x_0, batch.layout, batch.clocks, noise, uniform)
        with torch.autocast(device.type, torch.bfloat16):
            text = self.model.tower(self.model.tower.tokenize(batch.tokens_of).to(device))
            said = self.model.probe(text.pooled).float()
            previous = self.previous(state, text)
            prediction = self.forward(state, text, previous)
        losses = self.process.losses(prediction, x_0, batch.layout, noise, state, batch.known, self.training)
        image, layout = losses.image * batch.image_counts, losses.layout * batch.layout_counts
        heard = F.cross_entropy(said.reshape(-1, 3), batch.says.reshape(-1), ignore_index=-1, reduction="sum") / max(
            1, batch.says.numel()
        )
        self.log(batch, image.detach(), layout.detach(), heard.detach(), meter)
        return image.mean() + self.layout_weight * layout.mean() + TEXT_LOSS * heard

    @torch.no_grad()
    def previous(self, state: State, text: TextFeatures) -> Estimate:
        """Self-conditioning: half of the batch is shown the network's own first estimate."""
        half = len(state.image) // 2
        first = state[:half]
        x, k = state.image, self.process.classes
        nothing = Estimate(torch.zeros_like(first.image), x.new_full((half, k, *x.shape[2:]), 1 / k))
        told = self.process.estimate(first, self.forward(first, text[:half], nothing))
        rest = len(x) - half
        return Estimate(
            torch.cat([told.image, torch.zeros_like(x[half:])]),
            torch.cat([told.layout, x.new_full((rest, k, *x.shape[2:]), 1 / k)]),
        )

    def log(self, batch: Batch, image: Tensor, layout: Tensor, heard: Tensor, meter: Meter) -> None:
        meter.add("text", float(heard))
        values = {"image": image.tolist(), "layout": layout.tolist()}
        clocks = {"image": batch.clocks.image_running.tolist(), "layout": batch.clocks.layout_running.tolist()}
        counts = {"image": batch.image_counts.tolist(), "layout": batch.layout_counts.tolist()}
        top = self.process.image.clocks
        for half in ("image", "layout"):
            for kind, value, clock, on in zip(batch.kinds, values[half], clocks[half], counts[half], strict=True):
                if on and clock > 0:
                    meter.add(f"{half}/{kind}", value)
                    meter.add(f"{half}/clock {int(clock * 10 / (top + 1))}", value)
