"""Guidance by gradients: any loss of what the network makes of a state bends both halves towards less of it.

Image: ε̂ = ε + s √(1-ᾱ_t) ∇_{x_t} L [Dhariwal & Nichol 2021; Bansal et al. 2023], through the network.
Layout: the logits of y_0 lose s ∂L/∂logits before the reverse kernel.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
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


class LayoutGuide(ABC):
    """What is wanted of the layout alone is said to its head alone: through the network a loss of it would be met by
    images that fool the network, and cost as much again.
    """

    @abstractmethod
    def bent(self, state: State, logits: Tensor) -> Tensor:
        """The logits of y_0, [B, K, H, W], as they should be."""


class ImageGuide(ABC):
    """What is wanted of the image alone is done to x̂_0 itself, and the solver goes on from there."""

    @abstractmethod
    def bent(self, state: State, x_0: Tensor) -> Tensor:
        """x̂_0, [B, 3, H, W], as it should be."""


AnyGuide = Guide | LayoutGuide | ImageGuide


def shifted(
    process: JointProcess, state: State, guides: Sequence[AnyGuide], ask: Callable[[State], Prediction]
) -> Prediction:
    """What `ask` says of a state, [branches · B, …], every branch bent as the first one has to be."""
    losses = [guide for guide in guides if not isinstance(guide, LayoutGuide | ImageGuide)]
    told = through_network(process, state, losses, ask) if losses else ask(state)
    first = told.logits[: len(state.image)]
    bent = first
    for guide in guides:
        if isinstance(guide, LayoutGuide):
            bent = guide.bent(state, bent)
    times = (len(told.image) // len(first), 1, 1, 1)
    return told if bent is first else Prediction(told.image, told.logits + (bent - first).repeat(times))


def through_network(
    process: JointProcess, state: State, guides: Sequence[Guide], ask: Callable[[State], Prediction]
) -> Prediction:
    """Both halves bent by the gradients of all losses."""
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
