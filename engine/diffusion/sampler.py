"""Sampling by clocks: one generator of steps that serves every task.

What is given has clock 0 and never changes; what runs goes from T to 0 in a few steps. The image moves by DDIM, the
layout by the exact skip transition, and where both run the layout leads: it decides what the image is of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from engine.diffusion import categorical, gaussian
from engine.diffusion.denoiser import Clocks, Denoiser, Estimate, Prediction, State, TextFeatures
from engine.diffusion.guidance import Branch, HalfWeights, Weights, branches, guide_image, guide_layout, predict
from engine.diffusion.process import JointProcess


@dataclass(frozen=True)
class Task:
    """What is given, for a batch: values where `keep` is true (bool [B, 1, H, W]) are kept bit for bit.

    image: [B, 3, H, W]. layout: ids [B, 1, H, W]. The layout is never drawn where `unknown` is true.
    `negative` takes the place of the empty text in guidance. One seed per sample.
    """

    image: Tensor
    keep_image: Tensor
    layout: Tensor
    keep_layout: Tensor
    unknown: Tensor
    text: TextFeatures
    negative: TextFeatures
    seeds: Sequence[int]
    weights: Weights

    def clocks(self, process: JointProcess, moment: Moment) -> Clocks:
        """The clock of every pixel: 0 where it is kept, T where it stays unknown."""
        image = torch.where(self.keep_image, 0, moment.image[:, None, None, None])
        layout = torch.where(self.keep_layout, 0, moment.layout[:, None, None, None])
        layout = torch.where(self.unknown, process.layout.clocks, layout)
        return Clocks(image, layout, moment.image, moment.layout)


@dataclass(frozen=True)
class Settings:
    """How to sample; `lead` (Δ) and `interval` (where the image is guided) are shares of T.

    `bend` over 1 gives small layout clocks more of the steps: what is thin is decided there.
    """

    steps: int = 10
    lead: float = 0.3
    bend: float = 1.0
    interval: tuple[float, float] = (0.2, 0.8)
    image_limits: tuple[float, float] = (-torch.inf, torch.inf)


@dataclass(frozen=True)
class Step:
    """After step `index` of `total`: the state, and what the clean picture looks like by now."""

    index: int
    total: int
    state: State
    estimate: Estimate


class Randomness:
    """One generator per sample, from its seed, so that a sample does not depend on its batch."""

    def __init__(self, seeds: Sequence[int], device: torch.device) -> None:
        self.generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.device = device

    def normal(self, *shape: int) -> Tensor:
        """Standard normal [B, *shape]."""
        return torch.stack([torch.randn(shape, generator=g) for g in self.generators]).to(self.device)

    def uniform(self, *shape: int) -> Tensor:
        """Uniform in [0, 1), [B, *shape]."""
        return torch.stack([torch.rand(shape, generator=g) for g in self.generators]).to(self.device)

    def integers(self, below: int, *shape: int) -> Tensor:
        """Uniform in 0 .. `below` - 1, int64 [B, 1, *shape]."""
        draws = [torch.randint(below, (1, *shape), generator=g) for g in self.generators]
        return torch.stack(draws).to(self.device)


@dataclass(frozen=True)
class Moment:
    """The running clock of each half, int64 [B]; 0 for a half of which nothing runs."""

    image: Tensor
    layout: Tensor


def moments(process: JointProcess, task: Task, settings: Settings) -> list[Moment]:
    """The clocks from the start to the end, `steps` + 1 of them.

    t_image = min(T, τ), t_layout = T (clip(τ - Δ, 0, T)/T)^bend, τ evenly from T + Δ to 0; without a lead where one
    half runs alone.
    """
    top, device = process.image.clocks, task.image.device
    image_runs = ~task.keep_image.flatten(1).all(1)
    layout_runs = ~(task.keep_layout | task.unknown).flatten(1).all(1)
    lead = torch.where(image_runs & layout_runs, round(settings.lead * top), 0)
    path = []
    for index in range(settings.steps + 1):
        tau = (top + lead) * (settings.steps - index) // settings.steps
        image, layout = tau.clamp(max=top), (tau - lead).clamp(0, top)
        layout = (top * (layout / top) ** settings.bend).round().long()
        path.append(Moment((image * image_runs).to(device), (layout * layout_runs).to(device)))
    return path


def sample(process: JointProcess, denoiser: Denoiser, task: Task, settings: Settings) -> Iterator[Step]:
    """Yield after every step; the last one holds the result. Its caller owns cancel, previews and progress."""
    height, width = task.image.shape[2:]
    random = Randomness(task.seeds, task.image.device)
    image = torch.where(task.keep_image, task.image, random.normal(3, height, width))
    layout = torch.where(task.keep_layout, task.layout, random.integers(process.classes, height, width))
    state = State(image, layout, task.clocks(process, (path := moments(process, task, settings))[0]))
    estimate: Estimate | None = None
    runs = bool((path[0].layout > 0).any())
    for index, (now, then) in enumerate(pairwise(path), 1):
        weights = weights_at(process, task, settings, now)
        asked = branches(process, state, (task.text, task.negative), estimate, weights)
        told = predict(denoiser, asked)
        end = task.clocks(process, then)
        x_0, image = move_image(process, settings, asked, told, end)
        if runs:
            layout = move_layout(process, asked, told, end, random.uniform(process.classes, height, width))
        estimate = Estimate(x_0, process.estimate(state, told[0]).layout)
        state = State(image, layout, end)
        yield Step(index, settings.steps, state, estimate)


def weights_at(process: JointProcess, task: Task, settings: Settings, now: Moment) -> HalfWeights:
    """The image is guided within its interval, the layout as long as it runs."""
    low, high = (share * process.image.clocks for share in settings.interval)
    return HalfWeights(
        task.weights.where((now.image > 0) & (now.image >= low) & (now.image <= high)),
        task.weights.where(now.layout > 0),
    )


def move_image(
    process: JointProcess, settings: Settings, asked: list[Branch], told: list[Prediction], end: Clocks
) -> tuple[Tensor, Tensor]:
    """x̂_0, and the image at its next clocks, by DDIM."""
    state = asked[0].state
    x_t, t = state.image, state.clocks.image
    others = [(answer.v, branch.image_weight) for branch, answer in zip(asked[1:], told[1:], strict=True)]
    v = guide_image(told[0].v, others)
    x_0 = gaussian.x_0_of_v(process.image, x_t, v, t).clamp(*settings.image_limits)
    x_0 = torch.where(t == 0, x_t, x_0)
    epsilon = gaussian.noise_of_v(process.image, x_t, v, t)
    moved = gaussian.ddim_step(process.image, x_0, epsilon, end.image, t)
    return x_0, torch.where(end.image < t, moved, x_t)


def move_layout(
    process: JointProcess, asked: list[Branch], told: list[Prediction], end: Clocks, uniform: Tensor
) -> Tensor:
    """The layout at its next clocks, drawn from the guided transition; the last move takes the likeliest class."""
    state = asked[0].state
    t, s = state.clocks.layout, end.layout
    y_t = categorical.one_hot(state.layout, process.classes)
    moves = [categorical.reverse(process.layout, answer.logits.softmax(1), y_t, s, t) for answer in told]
    others = [(p, branch.layout_weight) for branch, p in zip(asked[1:], moves[1:], strict=True)]
    probs = guide_layout(moves[0], others)
    drawn = torch.where(s == 0, probs.argmax(1, keepdim=True), categorical.sample(probs, uniform))
    return torch.where(s < t, drawn, state.layout)
