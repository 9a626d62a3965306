"""Guidance by gradients: any loss of what the network makes of a state bends both halves towards less of it.

Image: ε̂ = ε + s √(1-ᾱ_t) ∇_{x_t} L [Dhariwal & Nichol 2021; Bansal et al. 2023], through the network.
Layout: the logits of y_0 lose s ∂L/∂logits before the reverse kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

import torch
from torch import Tensor

from engine.diffusion.denoiser import Estimate, Prediction, State
from engine.diffusion.process import JointProcess


class Guide(Protocol):
    """A loss per sample, [B], of a state and its clean estimates x̂_0 [B, 3, H, W] and ŷ_0 [B, K, H, W].

    It holds its own scale s. Losses are sums over pixels, so that a scale means the same at any size.
    """

    def __call__(self, state: State, x_0: Tensor, y_0: Tensor) -> Tensor: ...


def shifted(
    process: JointProcess, state: State, guides: Sequence[Guide], ask: Callable[[State], Prediction]
) -> Prediction:
    """What `ask` says of a state, [branches · B, …], every branch bent by the gradients of the first one's loss."""
    with torch.enable_grad():
        image = state.image.detach().requires_grad_()
        seen = replace(state, image=image)
        told = ask(seen)
        first = Prediction(told.image[: len(image)], told.logits[: len(image)])
        estimate: Estimate = process.estimate(seen, first)
        loss = sum((guide(seen, *estimate).sum() for guide in guides), torch.zeros((), device=image.device))
        by_image, by_logits = torch.autograd.grad(loss, (image, first.logits), allow_unused=True)
    shift = torch.zeros_like(image) if by_image is None else by_image
    a = process.image.inner(state.clocks.image, shift.dtype)
    epsilon = (1 - a).sqrt() * shift
    output = {"epsilon": epsilon, "v": epsilon / a.sqrt(), "x_0": -((1 - a) / a).sqrt() * epsilon}[process.output]
    logits = torch.zeros_like(first.logits) if by_logits is None else by_logits
    times = (len(told.image) // len(image), 1, 1, 1)
    return Prediction(told.image.detach() + output.repeat(times), told.logits.detach() - logits.repeat(times))
