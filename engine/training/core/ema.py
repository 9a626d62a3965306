"""The exponential moving average of a network's weights, which is sampled from and shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel


def build_averaged_model(network: nn.Module, decay: float) -> AveragedModel:
    """A copy of `network` that `update_parameters(network)` moves towards it after each optimiser step.

    The decay starts low, so that the first weights are soon forgotten: min(decay, (1 + n)/(10 + n)) at update n.
    """

    @torch.no_grad()
    def move_average(averaged: Sequence[Tensor], current: Sequence[Tensor], update: Tensor | int) -> None:
        n = int(update)
        torch._foreach_lerp_(list(averaged), list(current), 1 - min(decay, (1 + n) / (10 + n)))

    averaged_model = AveragedModel(network, multi_avg_fn=move_average)
    averaged_model.n_averaged.fill_(1)  # the initial weights count as the first, or the first update would copy
    return averaged_model


def update_count(averaged_model: AveragedModel) -> int:
    """How often the average was updated."""
    return int(averaged_model.n_averaged) - 1


def averaged_parameters(averaged_model: AveragedModel) -> dict[str, Tensor]:
    """The averaged parameters by name, without buffers."""
    return {name: parameter.detach() for name, parameter in averaged_model.module.named_parameters()}


@torch.no_grad()
def load_average(averaged_model: AveragedModel, parameters: Mapping[str, Tensor], updates: int) -> None:
    """Restore the average from its parameters and its number of updates. Raises KeyError or RuntimeError."""
    for name, parameter in averaged_model.module.named_parameters():
        parameter.copy_(parameters[name])
    averaged_model.n_averaged.fill_(updates + 1)
