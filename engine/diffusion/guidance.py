"""Classifier-free guidance for both halves: towards the text, and towards the other half.

A weight of 1 is plain conditional sampling, 0 drops the condition (the other convention is s = w - 1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.diffusion.categorical import TINY, softmax
from engine.diffusion.denoiser import Denoiser, Estimate, Prediction, State, TextFeatures
from engine.diffusion.process import JointProcess

Weighted = Sequence[tuple[Tensor, Tensor]]
"""What a branch without one condition says, and the condition's weight, which broadcasts against it."""


def guide_image(conditional: Tensor, others: Weighted) -> Tensor:
    """ε̂ = ε_c + Σ (w-1)(ε_c - ε_∅) over (ε_∅, w)  [Ho & Salimans 2022]; the same holds for v."""
    result = conditional
    for other, weight in others:
        result = result + (weight - 1) * (conditional - other)
    return result


def guide_layout(conditional: Tensor, others: Weighted) -> Tensor:
    """p ∝ p_c Π (p_c/p_∅)^(w-1) over (p_∅, w), on transition probabilities [B, K, H, W] and not on ŷ_0."""
    if not others:
        return conditional
    log_c = conditional.clamp(min=TINY).log()
    result = log_c
    for other, weight in others:
        result = result + (weight - 1) * (log_c - other.clamp(min=TINY).log())
    return softmax(result)


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
    def of(cls, image: Weights, layout: Weights, device: torch.device) -> Asked:
        """What these weights ask for; everything is decided here, so that no step waits for the device."""
        on = [Weights(spread(half.text).to(device), spread(half.cross).to(device)) for half in (image, layout)]
        text = bool((image.text != 1).any()) or bool((layout.text != 1).any())
        return cls(text, bool((image.cross != 1).any()), bool((layout.cross != 1).any()), *on)


@dataclass(frozen=True)
class Branch:
    """One way to ask the network, and the weights of the condition that it lacks, [B, 1, 1, 1] for each half."""

    state: State
    text: TextFeatures
    previous: Estimate
    image_weight: Tensor
    layout_weight: Tensor


def branches(
    process: JointProcess,
    state: State,
    texts: tuple[TextFeatures, TextFeatures],
    previous: Estimate | None,
    asked: Asked,
) -> list[Branch]:
    """First the one with every condition, then those that some weight asks for.

    `texts` are the prompt and what takes its place. Without the other half, that half is at T and only this half's
    output is used; what is kept of this half stays kept.
    """
    image, layout = asked.image, asked.layout
    nothing = no_estimate(state, process.classes)
    known = previous or nothing
    one = torch.ones_like(image.text)
    result = [Branch(state, texts[0], known, one, one)]
    if asked.text:
        result.append(Branch(state, texts[1], known, image.text, layout.text))
    if asked.image_cross:
        result.append(Branch(without_layout(process, state), texts[0], nothing, image.cross, one))
    if asked.layout_cross:
        result.append(Branch(without_image(process, state), texts[0], nothing, one, layout.cross))
    return result


def spread(weight: Tensor) -> Tensor:
    """Per sample [B] as [B, 1, 1, 1]."""
    return weight[:, None, None, None]


def predict(denoiser: Denoiser, asked: Sequence[Branch]) -> list[Prediction]:
    """The network's answers, all branches in one batch."""
    states = [branch.state for branch in asked]
    clocks = [state.clocks for state in states]
    joined = denoiser(
        replace(
            states[0],
            image=torch.cat([state.image for state in states]),
            layout=torch.cat([state.layout for state in states]),
            clocks=replace(
                clocks[0],
                image=torch.cat([c.image for c in clocks]),
                layout=torch.cat([c.layout for c in clocks]),
                image_running=torch.cat([c.image_running for c in clocks]),
                layout_running=torch.cat([c.layout_running for c in clocks]),
            ),
        ),
        TextFeatures.cat([branch.text for branch in asked]),
        Estimate(
            torch.cat([branch.previous.image for branch in asked]),
            torch.cat([branch.previous.layout for branch in asked]),
        ),
    )
    pairs = zip(joined.image.chunk(len(asked)), joined.logits.chunk(len(asked)), strict=True)
    return [Prediction(image, logits) for image, logits in pairs]


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
