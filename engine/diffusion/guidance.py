"""Classifier-free guidance for both halves: towards the text, and towards the other half.

A weight of 1 is plain conditional sampling, 0 drops the condition (the other convention is s = w - 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.diffusion.denoiser import Denoiser, Estimate, Prediction, State, TextFeatures
from engine.diffusion.process import JointProcess

Weighted = Sequence[tuple[Tensor, Tensor]]
"""What a branch without one condition says, and the condition's weight, which broadcasts against it."""


def guide_image(conditional: Tensor, others: Weighted) -> Tensor:
    """ε̂ = ε_c + Σ (w-1)(ε_c - ε_∅) over (ε_∅, w)  [Ho & Salimans 2022]; the same holds for v."""
    result = conditional
    for other, weight in others:
        result = torch.addcmul(result, conditional - other, weight - 1)
    return result


def guide_layout(conditional: Tensor, others: Weighted) -> Tensor:
    """p ∝ p_c Π (p_c/p_∅)^(w-1) over (p_∅, w), on transition probabilities [B, K, H, W] and not on ŷ_0.

    Up to a factor per pixel, as are those that it takes, none of which is 0.
    """
    if not others:
        return conditional
    bent, *rest = ((conditional / p_n).log_().mul_(w - 1) for p_n, w in others)
    for more in rest:
        bent += more
    return bent.sub_(bent.amax(1, keepdim=True)).exp_().mul_(conditional)


@dataclass(frozen=True)
class Weights:
    """Guidance towards the text and towards the other half, per sample: float [B], on the CPU."""

    text: Tensor
    cross: Tensor

    def where(self, text: Tensor, cross: Tensor) -> Weights:
        """The same, but 1 where `text` or `cross` (bool [B]) is false."""
        return Weights(torch.where(text, self.text, 1.0), torch.where(cross, self.cross, 1.0))


@dataclass(frozen=True)
class Asked:
    """Which branches some sample asks for at one moment, and their weights for each half, [B, 1, 1, 1]."""

    text: bool
    image_cross: bool
    layout_cross: bool
    image: Weights
    layout: Weights

    @classmethod
    def each(cls, image: Weights, layout: Weights, device: torch.device) -> list[Asked]:
        """What weights [moments, B] ask for; everything is decided here, so that no step waits for the device."""
        text, image_cross, layout_cross = (
            asked.any(1).tolist()
            for asked in ((image.text != 1) | (layout.text != 1), image.cross != 1, layout.cross != 1)
        )
        halves = [
            [Weights(*moment) for moment in torch.stack([half.text, half.cross], 1)[..., None, None, None].to(device)]
            for half in (image, layout)
        ]
        return [cls(*each) for each in zip(text, image_cross, layout_cross, *halves, strict=True)]


@dataclass(frozen=True)
class Branch:
    """One way to ask the network, and the weights of the condition that it lacks, [B, 1, 1, 1]; none for a half to
    which its answer says nothing.
    """

    state: State
    text: TextFeatures
    previous: Estimate
    image_weight: Tensor | None
    layout_weight: Tensor | None


def branches(
    process: JointProcess,
    state: State,
    texts: tuple[TextFeatures, TextFeatures],
    previous: Estimate | None,
    asked: Asked,
) -> list[Branch]:
    """First the one with every condition, then those that some weight asks for, the one for the image alone last.

    `texts` are the prompt and what takes its place. Without the other half, that half is at T and only this half's
    output is used; what is kept of this half stays kept.
    """
    image, layout = asked.image, asked.layout
    if previous is None or asked.image_cross or asked.layout_cross:
        nothing = no_estimate(state, process.classes)
    known = previous or nothing
    result = [Branch(state, texts[0], known, None, None)]
    if asked.text:
        result.append(Branch(state, texts[1], known, image.text, layout.text))
    if asked.layout_cross:
        result.append(Branch(without_image(process, state), texts[0], nothing, None, layout.cross))
    if asked.image_cross:
        result.append(Branch(without_layout(process, state), texts[0], nothing, image.cross, None))
    return result


def spread(weight: Tensor) -> Tensor:
    """Per sample [B] as [B, 1, 1, 1]."""
    return weight[:, None, None, None]


def predict(denoiser: Denoiser, asked: Sequence[Branch]) -> Prediction:
    """The network's answers, [branches · B, …], all in one batch."""
    if len(asked) == 1:
        return denoiser(asked[0].state, asked[0].text, asked[0].previous)
    return denoiser(
        State.cat([branch.state for branch in asked]),
        TextFeatures.cat([branch.text for branch in asked]),
        Estimate.cat([branch.previous for branch in asked]),
    )


def no_estimate(state: State, classes: int) -> Estimate:
    """What the network is fed when nothing is known yet: zeros and 1/K."""
    shape = (state.image.shape[0], classes, *state.image.shape[2:])
    return Estimate(torch.zeros_like(state.image), state.image.new_full(shape, 1 / classes))


def without_layout(process: JointProcess, state: State) -> State:
    """The same image with the whole layout at T."""
    clocks = state.clocks
    end = torch.full_like(clocks.layout, process.layout.clocks)
    return replace(state, clocks=replace(clocks, layout=end, layout_running=torch.zeros_like(clocks.layout_running)))


def without_image(process: JointProcess, state: State) -> State:
    """The same layout with the whole image at T."""
    clocks = state.clocks
    end = torch.full_like(clocks.image, process.image.clocks)
    return replace(state, clocks=replace(clocks, image=end, image_running=torch.zeros_like(clocks.image_running)))
