"""Optimisers and learning-rate schedules of all training runs."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from engine.training.core.muon import Muon

LearningRateFactor = Callable[[int], float]
"""By what the learning rate is multiplied at a step, counted from 0."""
ONE_CYCLE_WARMUP = 0.1
"""Share of a one-cycle run in which the learning rate rises."""


def build_optimisers(
    network: nn.Module, learning_rate: float, uses_muon: Callable[[str, Tensor], bool]
) -> list[torch.optim.Optimizer]:
    """AdamW for the trainable parameters of a network, and Muon for those that `uses_muon` selects by name."""
    adamw_parameters: list[nn.Parameter] = []
    muon_parameters: list[nn.Parameter] = []
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            (muon_parameters if uses_muon(name, parameter) else adamw_parameters).append(parameter)
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(adamw_parameters, learning_rate, (0.9, 0.99), weight_decay=0.01, fused=True)
    ]
    return [*optimisers, Muon(muon_parameters, learning_rate)] if muon_parameters else optimisers


def one_cycle(steps: int) -> LearningRateFactor:
    """A linear rise over the first tenth of a run, then half a cosine down to almost 0."""

    def factor(step: int) -> float:
        done = (step + 1) / (steps + 1)
        if done < ONE_CYCLE_WARMUP:
            return done / ONE_CYCLE_WARMUP
        return 0.5 * (1 + math.cos(math.pi * (done - ONE_CYCLE_WARMUP) / (1 - ONE_CYCLE_WARMUP)))

    return factor


def warmup_and_decay(images: int, batch: int, warmup_images: int, decay_share: float) -> LearningRateFactor:
    """A linear rise over `warmup_images`, then constant, then linear to 0 over the last `decay_share` of the run."""

    def factor(step: int) -> float:
        images_seen = step * batch
        remaining = (images - images_seen) / max(1.0, decay_share * images)
        return min(1.0, (images_seen + batch) / max(1, warmup_images), max(0.0, remaining))

    return factor
