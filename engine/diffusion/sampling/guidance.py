"""Classifier-free guidance for both halves: towards the text, and towards the other half.

A weight of 1 is plain conditional sampling, 0 drops the condition (the other convention is s = w - 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.diffusion.process.denoiser import (
    CleanEstimate,
    Denoiser,
    DiffusionState,
    Prediction,
    TextFeatures,
    uninformative_estimate,
)
from engine.diffusion.process.joint_process import JointProcess

WeightedOutputs = Sequence[tuple[Tensor, Tensor]]
"""The outputs of branches that lack one condition, each with that condition's weight, which broadcasts against it."""


def guide_image_output(conditional: Tensor, unconditional: WeightedOutputs) -> Tensor:
    """ε̂ = ε_c + Σ (w-1)(ε_c - ε_∅) over (ε_∅, w)  [Ho & Salimans 2022]; the same holds for v."""
    result = conditional
    for output, weight in unconditional:
        result = torch.addcmul(result, conditional - output, weight - 1)
    return result


def guide_transition_probs(conditional: Tensor, unconditional: WeightedOutputs) -> Tensor:
    """p ∝ p_c Π (p_c/p_∅)^(w-1) over (p_∅, w), on transition probabilities [B, K, H, W] and not on ŷ_0.

    Inputs and result are up to a factor per pixel; no input is 0.
    """
    if not unconditional:
        return conditional
    log_factor, *rest = ((conditional / p).log_().mul_(w - 1) for p, w in unconditional)
    for log_ratio in rest:
        log_factor += log_ratio
    return log_factor.sub_(log_factor.amax(1, keepdim=True)).exp_().mul_(conditional)


@dataclass(frozen=True)
class GuidanceWeights:
    """Guidance towards the text and towards the other half, per sample: float [B], on the CPU."""

    text: Tensor
    cross: Tensor

    def where(self, text: Tensor, cross: Tensor) -> GuidanceWeights:
        """These weights where `text` and `cross` (bool [..., B]) are true; else 1, no guidance."""
        return GuidanceWeights(torch.where(text, self.text, 1.0), torch.where(cross, self.cross, 1.0))


@dataclass(frozen=True)
class GuidanceTerms:
    """The branches that some sample needs at one clock, and their weights for each half, [B, 1, 1, 1]."""

    uses_text: bool
    uses_image_cross: bool
    uses_layout_cross: bool
    image_weights: GuidanceWeights
    layout_weights: GuidanceWeights

    @classmethod
    def per_step(cls, image: GuidanceWeights, layout: GuidanceWeights, device: torch.device) -> list[GuidanceTerms]:
        """The terms at each clock of a path, of weights [clocks, B].

        Everything is decided here, so that no step waits for the device.
        """
        text, image_cross, layout_cross = (
            needed.any(1).tolist()
            for needed in ((image.text != 1) | (layout.text != 1), image.cross != 1, layout.cross != 1)
        )
        halves = [
            [
                GuidanceWeights(*weights)
                for weights in torch.stack([half.text, half.cross], 1)[..., None, None, None].to(device)
            ]
            for half in (image, layout)
        ]
        return [cls(*terms) for terms in zip(text, image_cross, layout_cross, *halves, strict=True)]


@dataclass(frozen=True)
class GuidanceBranch:
    """One input of the network, and the weights of the condition that it lacks, [B, 1, 1, 1].

    A weight is None for the half whose guidance does not use this branch.
    """

    state: DiffusionState
    text: TextFeatures
    previous: CleanEstimate
    image_weight: Tensor | None
    layout_weight: Tensor | None


def build_branches(
    process: JointProcess,
    state: DiffusionState,
    texts: tuple[TextFeatures, TextFeatures],
    previous: CleanEstimate | None,
    terms: GuidanceTerms,
) -> list[GuidanceBranch]:
    """The branch with every condition, then those that some weight needs: without the text, the image, the layout.

    `texts` are the prompt and what takes its place. A branch without a half has that half at T and serves only the
    other half's output, whose given pixels stay given. `guided_denoiser` relies on this order.
    """
    image, layout = terms.image_weights, terms.layout_weights
    if previous is None or terms.uses_image_cross or terms.uses_layout_cross:
        empty_estimate = uninformative_estimate(state, process.num_classes)
    main_estimate = previous or empty_estimate
    result = [GuidanceBranch(state, texts[0], main_estimate, None, None)]
    if terms.uses_text:
        result.append(GuidanceBranch(state, texts[1], main_estimate, image.text, layout.text))
    if terms.uses_layout_cross:
        result.append(GuidanceBranch(drop_image(process, state), texts[0], empty_estimate, None, layout.cross))
    if terms.uses_image_cross:
        result.append(GuidanceBranch(drop_layout(process, state), texts[0], empty_estimate, image.cross, None))
    return result


def append_map_dims(values: Tensor) -> Tensor:
    """Values per sample, [B], as [B, 1, 1, 1]."""
    return values[:, None, None, None]


def predict_branches(denoiser: Denoiser, branches: Sequence[GuidanceBranch]) -> Prediction:
    """The network's predictions for all branches in one batch, [branches · B, …]."""
    if len(branches) == 1:
        return denoiser(branches[0].state, branches[0].text, branches[0].previous)
    return denoiser(
        DiffusionState.cat([branch.state for branch in branches]),
        TextFeatures.cat([branch.text for branch in branches]),
        CleanEstimate.cat([branch.previous for branch in branches]),
    )


def drop_layout(process: JointProcess, state: DiffusionState) -> DiffusionState:
    """The state with its whole layout at clock T."""
    clocks = state.clocks
    end = torch.full_like(clocks.layout, process.transitions.max_clock)
    return replace(state, clocks=replace(clocks, layout=end, layout_running=torch.zeros_like(clocks.layout_running)))


def drop_image(process: JointProcess, state: DiffusionState) -> DiffusionState:
    """The state with its whole image at clock T."""
    clocks = state.clocks
    end = torch.full_like(clocks.image, process.image_schedule.max_clock)
    return replace(state, clocks=replace(clocks, image=end, image_running=torch.zeros_like(clocks.image_running)))
