"""A world of a few pictures, in which the best possible network is a sum over all of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from engine.diffusion.categorical import one_hot
from engine.diffusion.denoiser import Clocks, Estimate, Prediction, State, TextFeatures
from engine.diffusion.guidance import Weights
from engine.diffusion.path import Task
from engine.diffusion.process import JointProcess
from engine.diffusion.schedule import Schedule
from engine.diffusion.transitions import Uniform

IMPOSSIBLE = -1e4
PROCESS = JointProcess(Schedule.named(), Uniform(Schedule.named(odds=1 / 8), 3))


@dataclass
class World:
    """Pictures [N, 3, H, W] with layouts [N, 1, H, W], and how frequent they are, [N]; a `Denoiser`.

    A text is a log-probability per picture, in `pooled`. Every question is written down in `asked`.
    """

    images: Tensor
    layouts: Tensor
    shares: Tensor
    asked: list[tuple[State, TextFeatures, Estimate | None]] = field(default_factory=list)

    def __call__(self, state: State, text: TextFeatures, previous: Estimate | None) -> Prediction:
        self.asked.append((state, text, previous))
        weights = self.posterior(state, text).to(torch.float32)
        x_0 = torch.einsum("bn,nchw->bchw", weights, self.images)
        y_0 = torch.einsum("bn,nkhw->bkhw", weights, one_hot(self.layouts, PROCESS.classes))
        a = PROCESS.image.at(state.clocks.image)
        v = (a.sqrt() * state.image - x_0) / (1 - a).sqrt().clamp(min=1e-9)
        return Prediction(torch.where(state.clocks.image == 0, 0, v), y_0.clamp(min=1e-30).log())

    def posterior(self, state: State, text: TextFeatures) -> Tensor:
        """p(picture | everything in the state), float64 [B, N]."""
        total = text.pooled.double() + self.shares.double().log()
        t, a = state.clocks.image[:, None], PROCESS.image.at(state.clocks.image, torch.float64)[:, None]
        square = (state.image[:, None].double() - a.sqrt() * self.images.double()).square().sum(2, keepdim=True)
        fits = torch.where(t == 0, IMPOSSIBLE * square, -0.5 * square / (1 - a).clamp(min=1e-12))
        total = total + torch.where(t == PROCESS.image.clocks, 0, fits).sum((2, 3, 4))
        t, a = state.clocks.layout[:, None], PROCESS.layout.schedule.at(state.clocks.layout, torch.float64)[:, None]
        same = (state.layout[:, None] == self.layouts).double()
        fits = (a * same + (1 - a) / PROCESS.classes).log().clamp(min=IMPOSSIBLE)
        return (total + torch.where(t == PROCESS.layout.clocks, 0, fits).sum((2, 3, 4))).softmax(1)

    def found(self, state: State) -> Tensor:
        """Which picture each result is, int64 [B]; -1 for none."""
        near = (state.image[:, None] - self.images).abs().amax((2, 3, 4)) < 0.3
        same = (state.layout[:, None] == self.layouts).flatten(2).all(2)
        both = near & same
        return torch.where(both.any(1), both.int().argmax(1), -1)


def street() -> World:
    """Four pictures of two pixels: two that share a layout, two that share an image."""
    layouts = torch.tensor([[0, 1], [0, 1], [2, 1], [2, 0]]).reshape(4, 1, 1, 2)
    images = torch.tensor([[1.0, -1.0], [-1.0, -1.0], [0.5, 1.0], [0.5, 1.0]]).reshape(4, 1, 1, 2)
    return World(images.repeat(1, 3, 1, 1), layouts, torch.tensor([0.3, 0.1, 0.4, 0.2]))


def texts(batch: int, *log_shares: float) -> TextFeatures:
    """A text that multiplies the pictures' shares; without arguments one that says nothing."""
    pooled = torch.tensor(log_shares or (0.0,) * 4).expand(batch, -1)
    return TextFeatures(pooled, torch.zeros(batch, 1, 1), torch.ones(batch, 1, dtype=torch.bool))


def task(batch: int = 1, size: tuple[int, int] = (1, 2)) -> Task:
    """Nothing given; seeds 0, 1, …"""
    shape = (batch, 1, *size)
    none = torch.zeros(shape, dtype=torch.bool)
    return Task(
        image=torch.zeros(batch, 3, *size),
        keep_image=none,
        layout=torch.zeros(shape, dtype=torch.int64),
        keep_layout=none,
        unknown=none,
        text=texts(batch),
        negative=texts(batch),
        seeds=range(batch),
        weights=Weights(torch.ones(batch), torch.ones(batch)),
    )


def give_layout(given: Task, *ids: int | None) -> Task:
    """Keep these ids in every sample, from the first pixel on; None leaves a pixel to the network."""
    keep = torch.tensor([value is not None for value in ids]).reshape(1, 1, 1, -1)
    values = torch.tensor([value or 0 for value in ids]).reshape(1, 1, 1, -1)
    return replace(given, layout=values.expand_as(given.layout), keep_layout=keep.expand_as(given.layout))


def give_image(given: Task, *greys: float | None) -> Task:
    """The same for the image."""
    keep = torch.tensor([value is not None for value in greys]).reshape(1, 1, 1, -1)
    values = torch.tensor([value or 0.0 for value in greys]).reshape(1, 1, 1, -1)
    return replace(given, image=values.expand_as(given.image), keep_image=keep.expand_as(given.keep_image))


def running(image: int, layout: int, size: tuple[int, int] = (1, 2)) -> Clocks:
    """Clocks of one sample in which everything runs."""
    one = torch.ones((1, 1, *size), dtype=torch.int64)
    return Clocks(one * image, one * layout, torch.tensor([image]), torch.tensor([layout]))
