"""Guides: losses, and direct changes of an estimate, that steer a sample without training.

Image: ε̂ = ε + s √(1-ᾱ_t) ∇_{x_t} L [Dhariwal & Nichol 2021; Bansal et al. 2023], through the network.
Layout: the logits of y_0 lose s ∂L/∂logits before the reverse kernel.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, Protocol

import torch
from torch import Tensor

from engine.diffusion.process.denoiser import CleanEstimate, DiffusionState, Prediction
from engine.diffusion.process.joint_process import JointProcess


class LossGuide(Protocol):
    """A loss per sample, [B], of a state and its clean estimates x̂_0 [B, 3, H, W] and ŷ_0 [B, K, H, W].

    It includes its own scale s. Losses are sums over pixels, so that a scale has the same effect at any size.
    """

    def __call__(self, state: DiffusionState, x_0: Tensor, y_0: Tensor) -> Tensor: ...


class LayoutGuide(ABC):
    """A guide of the layout alone, applied to its logits.

    A loss through the network would be met by images that fool the network, and double the cost of a step.
    """

    min_lead: ClassVar[float] = 0.0
    """The least lead of the layout's clock over the image's with this guide, as a share of T: the image has to follow
    the guided layout. A longer lead leaves each half fewer steps.
    """

    @abstractmethod
    def guided_logits(self, state: DiffusionState, logits: Tensor) -> Tensor:
        """The logits of y_0 [B, K, H, W] after guidance."""


class ImageGuide(ABC):
    """A guide of the image alone, applied to x̂_0 itself; the solver goes on from there."""

    @abstractmethod
    def guided_x_0(self, state: DiffusionState, x_0: Tensor) -> Tensor:
        """x̂_0 [B, 3, H, W] after guidance."""


AnyGuide = LossGuide | LayoutGuide | ImageGuide


def apply_guides(
    process: JointProcess,
    state: DiffusionState,
    guides: Sequence[AnyGuide],
    evaluate: Callable[[DiffusionState], Prediction],
) -> Prediction:
    """`evaluate` of a state, [branches · B, …], every branch changed as the guides change the first."""
    loss_guides = [guide for guide in guides if not isinstance(guide, LayoutGuide | ImageGuide)]
    prediction = apply_loss_guides(process, state, loss_guides, evaluate) if loss_guides else evaluate(state)
    main_logits = prediction.logits[: len(state.image)]
    new_logits = main_logits
    for guide in guides:
        if isinstance(guide, LayoutGuide):
            new_logits = guide.guided_logits(state, new_logits)
    if new_logits is main_logits:
        return prediction
    branches = len(prediction.logits) // len(main_logits)
    change = (new_logits - main_logits).repeat(branches, 1, 1, 1)
    return Prediction(prediction.image_output, prediction.logits + change)


def apply_loss_guides(
    process: JointProcess,
    state: DiffusionState,
    guides: Sequence[LossGuide],
    evaluate: Callable[[DiffusionState], Prediction],
) -> Prediction:
    """`evaluate` of a state, with both halves of every branch changed by the gradients of all losses."""
    with torch.enable_grad():
        image = state.image.detach().requires_grad_()
        differentiable_state = replace(state, image=image)
        prediction = evaluate(differentiable_state)
        main_prediction = Prediction(prediction.image_output[: len(image)], prediction.logits[: len(image)])
        estimate: CleanEstimate = process.clean_estimate(differentiable_state, main_prediction)
        loss = sum(
            (guide(differentiable_state, *estimate).sum() for guide in guides), torch.zeros((), device=image.device)
        )
        by_image, by_logits = torch.autograd.grad(loss, (image, main_prediction.logits), allow_unused=True)
    output = image_output_change(process, state, torch.zeros_like(image) if by_image is None else by_image)
    logits = torch.zeros_like(main_prediction.logits) if by_logits is None else by_logits
    times = (len(prediction.image_output) // len(image), 1, 1, 1)
    return Prediction(
        prediction.image_output.detach() + output.repeat(times), prediction.logits.detach() - logits.repeat(times)
    )


def image_output_change(process: JointProcess, state: DiffusionState, gradient: Tensor) -> Tensor:
    """The change of the network's image output that adds √(1-ᾱ_t) ∇_{x_t} L to ε̂."""
    a = process.image_schedule.clamped_alpha_bar(state.clocks.image, gradient.dtype)
    epsilon = (1 - a).sqrt() * gradient
    changes = {"epsilon": epsilon, "v": epsilon / a.sqrt(), "x_0": -((1 - a) / a).sqrt() * epsilon}
    return changes[process.prediction_type]
