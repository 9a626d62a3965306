"""A toy world of a few pictures, in which the optimal network is a sum over all of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from engine.diffusion.process.categorical import one_hot
from engine.diffusion.process.denoiser import CleanEstimate, Clocks, DiffusionState, Prediction, TextFeatures
from engine.diffusion.process.joint_process import JointProcess
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.process.transitions import UniformTransitions
from engine.diffusion.sampling.guidance import GuidanceWeights
from engine.diffusion.sampling.trajectory import SamplingTask

IMPOSSIBLE_LOG_PROBABILITY = -1e4
PROCESS = JointProcess(NoiseSchedule.from_name(), UniformTransitions(NoiseSchedule.from_name(odds=1 / 8), 3))


@dataclass
class OptimalDenoiser:
    """Pictures [N, 3, H, W] with layouts [N, 1, H, W], and probabilities [N]; a `Denoiser`.

    A text is a log-probability per picture, in `pooled`. Every call is recorded in `calls`.
    """

    images: Tensor
    layouts: Tensor
    probabilities: Tensor
    calls: list[tuple[DiffusionState, TextFeatures, CleanEstimate | None]] = field(default_factory=list)

    def __call__(self, state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None) -> Prediction:
        self.calls.append((state, text, previous))
        weights = self.posterior(state, text).to(torch.float32)
        x_0 = torch.einsum("bn,nchw->bchw", weights, self.images)
        y_0 = torch.einsum("bn,nkhw->bkhw", weights, one_hot(self.layouts, PROCESS.num_classes))
        a = PROCESS.image_schedule.alpha_bar_at(state.clocks.image)
        v = (a.sqrt() * state.image - x_0) / (1 - a).sqrt().clamp(min=1e-9)
        return Prediction(torch.where(state.clocks.image == 0, 0, v), y_0.clamp(min=1e-30).log())

    def posterior(self, state: DiffusionState, text: TextFeatures) -> Tensor:
        """p(picture | everything in the state), float64 [B, N]."""
        total = text.pooled.double() + self.probabilities.double().log()
        t, a = (
            state.clocks.image[:, None],
            PROCESS.image_schedule.alpha_bar_at(state.clocks.image, torch.float64)[:, None],
        )
        square = (state.image[:, None].double() - a.sqrt() * self.images.double()).square().sum(2, keepdim=True)
        fits = torch.where(t == 0, IMPOSSIBLE_LOG_PROBABILITY * square, -0.5 * square / (1 - a).clamp(min=1e-12))
        total = total + torch.where(t == PROCESS.image_schedule.max_clock, 0, fits).sum((2, 3, 4))
        t, a = (
            state.clocks.layout[:, None],
            PROCESS.transitions.schedule.alpha_bar_at(state.clocks.layout, torch.float64)[:, None],
        )
        same = (state.layout[:, None] == self.layouts).double()
        fits = (a * same + (1 - a) / PROCESS.num_classes).log().clamp(min=IMPOSSIBLE_LOG_PROBABILITY)
        return (total + torch.where(t == PROCESS.transitions.max_clock, 0, fits).sum((2, 3, 4))).softmax(1)

    def matching_picture(self, state: DiffusionState) -> Tensor:
        """Which picture each result is, int64 [B]; -1 for none."""
        near = (state.image[:, None] - self.images).abs().amax((2, 3, 4)) < 0.3
        same = (state.layout[:, None] == self.layouts).flatten(2).all(2)
        both = near & same
        return torch.where(both.any(1), both.int().argmax(1), -1)


def four_pictures() -> OptimalDenoiser:
    """Four pictures of two pixels: two that share a layout, two that share an image."""
    layouts = torch.tensor([[0, 1], [0, 1], [2, 1], [2, 0]]).reshape(4, 1, 1, 2)
    images = torch.tensor([[1.0, -1.0], [-1.0, -1.0], [0.5, 1.0], [0.5, 1.0]]).reshape(4, 1, 1, 2)
    return OptimalDenoiser(images.repeat(1, 3, 1, 1), layouts, torch.tensor([0.3, 0.1, 0.4, 0.2]))


def text_features(batch: int, *log_weights: float) -> TextFeatures:
    """A text that multiplies the pictures' shares; without arguments one that says nothing."""
    pooled = torch.tensor(log_weights or (0.0,) * 4).expand(batch, -1)
    return TextFeatures(pooled, torch.zeros(batch, 1, 1), torch.ones(batch, 1, dtype=torch.bool))


def empty_task(batch: int = 1, size: tuple[int, int] = (1, 2)) -> SamplingTask:
    """Nothing given; seeds 0, 1, …"""
    shape = (batch, 1, *size)
    none = torch.zeros(shape, dtype=torch.bool)
    return SamplingTask(
        image=torch.zeros(batch, 3, *size),
        keep_image=none,
        layout=torch.zeros(shape, dtype=torch.int64),
        keep_layout=none,
        unknown=none,
        text=text_features(batch),
        negative=text_features(batch),
        seeds=range(batch),
        weights=GuidanceWeights(torch.ones(batch), torch.ones(batch)),
    )


def with_layout(task: SamplingTask, *ids: int | None) -> SamplingTask:
    """Keep these ids in every sample, from the first pixel on; None leaves a pixel to the network."""
    keep = torch.tensor([value is not None for value in ids]).reshape(1, 1, 1, -1)
    values = torch.tensor([value or 0 for value in ids]).reshape(1, 1, 1, -1)
    return replace(task, layout=values.expand_as(task.layout), keep_layout=keep.expand_as(task.layout))


def with_image(task: SamplingTask, *greys: float | None) -> SamplingTask:
    """The same for the image."""
    keep = torch.tensor([value is not None for value in greys]).reshape(1, 1, 1, -1)
    values = torch.tensor([value or 0.0 for value in greys]).reshape(1, 1, 1, -1)
    return replace(task, image=values.expand_as(task.image), keep_image=keep.expand_as(task.keep_image))


def clocks_at(image: int, layout: int, size: tuple[int, int] = (1, 2)) -> Clocks:
    """Clocks of one sample in which everything runs."""
    one = torch.ones((1, 1, *size), dtype=torch.int64)
    return Clocks(one * image, one * layout, torch.tensor([image]), torch.tensor([layout]))
