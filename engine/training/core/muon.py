"""Muon, an optimiser whose momentum matrix is orthogonalised before each step  [Jordan et al. 2024]."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import overload

import torch
from torch import Tensor


def orthogonalise(matrices: Tensor) -> Tensor:
    """Approximate orthogonal factors of matrices [N, rows, columns], by five Newton-Schulz steps in bfloat16."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrices.bfloat16()
    tall = x.shape[1] > x.shape[2]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    result: Tensor = x.mT if tall else x
    return result


class Muon(torch.optim.Optimizer):
    """Optimiser of weights with two or more dimensions; a convolution is a matrix with a row for each output channel.

    Steps have the size of Adam's (rms 0.2), so that one learning rate serves both  [Liu et al. 2025].
    """

    def __init__(self, parameters: Iterable[Tensor], lr: float, momentum: float = 0.95, decay: float = 0.01) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "decay": decay})

    @overload
    def step(self, closure: None = None) -> None: ...

    @overload
    def step(self, closure: Callable[[], float]) -> float: ...

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Update the parameters by their gradients, after calling the closure that computes them, if there is one."""
        with torch.enable_grad():
            loss = None if closure is None else closure()
        for group in self.param_groups:
            shapes = defaultdict(list)
            for parameter in group["params"]:
                if parameter.grad is not None:
                    shapes[parameter.flatten(1).shape].append(parameter)
            for (rows, columns), parameters in shapes.items():
                updates = torch.stack([self.nesterov_momentum(p, group["momentum"]) for p in parameters])
                size = group["lr"] * 0.2 * max(rows, columns) ** 0.5
                for parameter, update in zip(parameters, orthogonalise(updates), strict=True):
                    parameter.mul_(1 - group["lr"] * group["decay"])
                    parameter.sub_(update.reshape(parameter.shape).to(parameter.dtype), alpha=size)
        return loss

    def nesterov_momentum(self, parameter: Tensor, beta: float) -> Tensor:
        """The Nesterov momentum of a parameter's gradient, as a matrix [rows, columns]."""
        gradient = parameter.grad
        assert gradient is not None
        buffer = self.state[parameter].setdefault("momentum", torch.zeros_like(gradient))
        buffer.lerp_(gradient, 1 - beta)
        return gradient.lerp(buffer, beta).flatten(1)
