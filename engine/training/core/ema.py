"""The exponential moving average of weights that is sampled from and shipped."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


class ExponentialMovingAverage:
    """Follows a module's parameters; the decay starts low: min(decay, (1 + n)/(10 + n))."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay, self.updates = decay, 0
        self.names = [name for name, _ in module.named_parameters()]
        self.shadow = [parameter.detach().clone() for parameter in module.parameters()]

    @torch.no_grad()
    def update(self, parameters: Iterable[Tensor]) -> None:
        """Move towards the parameters, after each optimiser step."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        torch._foreach_lerp_(self.shadow, [p.detach() for p in parameters], 1 - decay)

    def state_dict(self) -> dict[str, Tensor]:
        """The averaged parameters by name."""
        return dict(zip(self.names, self.shadow, strict=True))

    @torch.no_grad()
    def load(self, state: dict[str, Tensor], updates: int) -> None:
        self.updates = updates
        for name, shadow in zip(self.names, self.shadow, strict=True):
            shadow.copy_(state[name])
