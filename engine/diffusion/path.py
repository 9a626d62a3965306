"""The path of a sample: what is given, and the clocks that the rest runs through, worked out before the first step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from engine.diffusion.denoiser import Clocks, TextFeatures
from engine.diffusion.guidance import Asked, Weights, spread
from engine.diffusion.guides import AnyGuide
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
        image_runs, layout_runs, unknown = self._masks
        layout = layout_runs * spread(moment.layout) + unknown * process.layout.clocks
        image = (image_runs * spread(moment.image)).expand_as(self.layout)
        return Clocks(image, layout.expand_as(self.layout), moment.image, moment.layout)

    @cached_property
    def kept(self) -> Tensor | None:
        """`keep_image`; None if it is true nowhere."""
        return self.keep_image if bool(self.keep_image.any()) else None

    @cached_property
    def _masks(self) -> tuple[Tensor, Tensor, Tensor]:
        """Where the image runs, where the layout runs and where it stays unknown, 0 or 1 in int64; [1, 1, 1, 1] for
        a mask that says the same of all pixels.
        """
        masks = ~self.keep_image, ~(self.keep_layout | self.unknown), self.unknown
        first = [mask[:1, :, :1, :1] for mask in masks]
        image, layout, unknown = (
            (one if bool((mask == one).all()) else mask).long() for mask, one in zip(masks, first, strict=True)
        )
        return image, layout, unknown


@dataclass(frozen=True)
class Pace:
    """How a half's clock falls while the path's share u falls evenly from 1: t = T start (1 - (1-u)^rise)^bend.

    `rise` over 1 gives large clocks more of the steps, where what is large in a picture is decided (its light, its
    sky), `bend` over 1 small ones, where what is thin is. A `start` just under 1 shows the network the noise that it
    begins with: at T it is shown nothing.
    """

    rise: float = 1.0
    bend: float = 1.0
    start: float = 1.0

    def clocks(self, top: int, share: Tensor) -> Tensor:
        """int64 clocks of T = `top` at the falling shares u of a path, [steps + 1, B]; no two of them that lie between
        0 and T are one, if there are enough.
        """
        clocks = (top * self.start * (1 - (1 - share) ** self.rise) ** self.bend).round().long()
        begun, left = (share < 1).cumsum(0), (share > 0).flip(0).cumsum(0).flip(0)
        return torch.minimum(torch.maximum(clocks, left), (top - begun).clamp(min=0)) * (share > 0)


@dataclass(frozen=True)
class Settings:
    """How to sample; `lead` (Δ) and `interval` (where the image is guided) are shares of T.

    `seams` are how far, in pixels, an image that is drawn on takes on the tone of what is given; none for the plain
    process. `solver` is a name of `SOLVERS`. After each step come `corrections` of the image by Langevin dynamics at
    the ratio `snr`. `threshold` is the quantile of dynamic thresholding, 0 for none.
    """

    steps: int = 10
    lead: float = 0.3
    image_pace: Pace = Pace()
    layout_pace: Pace = Pace()
    interval: tuple[float, float] = (0.2, 0.8)
    image_limits: tuple[float, float] = (-torch.inf, torch.inf)
    solver: str = "ddim"
    corrections: int = 0
    snr: float = 0.16
    guides: tuple[AnyGuide, ...] = ()
    threshold: float = 0.0
    seams: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.threshold and not all(map(math.isfinite, self.image_limits)):
            raise ValueError("dynamic thresholding needs limits of the image")


@dataclass(frozen=True)
class Moment:
    """The running clock of each half, int64 [B], or [steps + 1, B] of a path; 0 for a half of which nothing runs."""

    image: Tensor
    layout: Tensor


def moments(process: JointProcess, task: Task, settings: Settings) -> Moment:
    """The path of the clocks from the start to the end, on the CPU.

    u_image = min(T, τ)/T, u_layout = clip(τ - Δ, 0, T)/T, τ evenly from T + Δ to 0; without a lead where one half runs
    alone.
    """
    top, steps = process.image.clocks, settings.steps
    image_runs = ~task.keep_image.flatten(1).all(1).cpu()
    layout_runs = ~(task.keep_layout | task.unknown).flatten(1).all(1).cpu()
    lead = torch.where(image_runs & layout_runs, round(settings.lead * top), 0)
    tau = (top + lead) * torch.arange(steps, -1, -1)[:, None] // steps
    image = settings.image_pace.clocks(top, tau.clamp(max=top) / top)
    layout = settings.layout_pace.clocks(top, (tau - lead).clamp(0, top) / top)
    return Moment(image * image_runs, layout * layout_runs)


@dataclass(frozen=True)
class Leg:
    """One step of a path, ready on the device: the running clocks and the guidance before and after it.

    The image `waits` in every sample, some layout `draws`, some layout `arrives` at clock 0; `all_flows` and
    `all_draws` if every pixel of every image, or layout, moves. By now some pixel of a layout is given, and all of
    every layout are known.
    """

    now: Moment
    then: Moment
    asked: Asked
    asked_then: Asked
    waits: bool
    all_flows: bool
    draws: bool
    all_draws: bool
    arrives: bool
    layout_given: bool
    layout_known: bool


def legs(process: JointProcess, task: Task, settings: Settings, path: Moment) -> list[Leg]:
    """The steps of a path.

    The image is guided within its interval, the layout as long as it runs; neither towards another half of which
    nothing is known yet, for then both branches see the same.
    """
    device, top = task.image.device, process.image.clocks
    low, high = (share * top for share in settings.interval)
    image, layout = path.image, path.layout
    inside, runs = (image > 0) & (image >= low) & (image <= high), layout > 0
    kept_image, kept, unknown = (
        mask.flatten(1).any(1).cpu() for mask in (task.keep_image, task.keep_layout, task.unknown)
    )
    layout_known = kept | (runs[0] & (layout < top))
    image_known = kept_image | ((image[0] > 0) & (image < top))
    weights = task.weights
    asked = Asked.each(weights.where(inside, inside & layout_known), weights.where(runs, runs & image_known), device)
    at = [Moment(*clocks) for clocks in zip(image.to(device), layout.to(device), strict=True)]
    flows, moves = image.diff(dim=0) < 0, layout.diff(dim=0) < 0
    told = (
        ~flows.any(1),
        (flows & ~kept_image).all(1),
        moves.any(1),
        (moves & ~(kept | unknown)).all(1),
        (moves & (layout[1:] == 0)).any(1),
        (kept | ~runs).any(1),
        (~unknown & ~runs).all(1),
    )
    facts = [each.tolist() for each in told]
    return [Leg(*parts) for parts in zip(at, at[1:], asked, asked[1:], *facts, strict=False)]
