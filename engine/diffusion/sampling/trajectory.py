"""The path of a sample: what is given, and the clocks that the rest runs through, worked out before the first step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from engine.diffusion.process.denoiser import Clocks, TextFeatures
from engine.diffusion.process.joint_process import JointProcess
from engine.diffusion.sampling.guidance import GuidanceTerms, GuidanceWeights, append_map_dims
from engine.diffusion.sampling.guide_protocols import AnyGuide


@dataclass(frozen=True)
class SamplingTask:
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
    weights: GuidanceWeights

    def clock_maps(self, process: JointProcess, running: ClockPair) -> Clocks:
        """The clock of every pixel: 0 where it is kept, T where it stays unknown."""
        image_runs, layout_runs, unknown = self._running_masks
        layout = layout_runs * append_map_dims(running.layout) + unknown * process.transitions.max_clock
        image = (image_runs * append_map_dims(running.image)).expand_as(self.layout)
        return Clocks(image, layout.expand_as(self.layout), running.image, running.layout)

    @cached_property
    def keep_image_or_none(self) -> Tensor | None:
        """`keep_image`; None if it is true nowhere."""
        return self.keep_image if bool(self.keep_image.any()) else None

    @cached_property
    def _running_masks(self) -> tuple[Tensor, Tensor, Tensor]:
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
class TimestepSpacing:
    """How a half's clock falls while the path's share u falls evenly from 1: t = T start (1 - (1-u)^rise)^bend.

    `rise` over 1 gives large clocks more of the steps, where what is large in a picture is decided (its light, its
    sky), `bend` over 1 small ones, where what is thin is. A `start` just under 1 shows the network the noise that it
    begins with: at T it is shown nothing.
    """

    rise: float = 1.0
    bend: float = 1.0
    start: float = 1.0

    def clocks_at(self, max_clock: int, remaining: Tensor) -> Tensor:
        """int64 clocks of T = `top` at the falling shares u of a path, [steps + 1, B]; no two of them that lie between
        0 and T are one, if there are enough.
        """
        clocks = (max_clock * self.start * (1 - (1 - remaining) ** self.rise) ** self.bend).round().long()
        begun, left = (remaining < 1).cumsum(0), (remaining > 0).flip(0).cumsum(0).flip(0)
        return torch.minimum(torch.maximum(clocks, left), (max_clock - begun).clamp(min=0)) * (remaining > 0)


@dataclass(frozen=True)
class SamplerSettings:
    """How to sample; `lead` (Δ) and `interval` (where the image is guided) are shares of T.

    `seams` are how far, in pixels, an image that is drawn on takes on the tone of what is given; none for the plain
    process. `solver` is a name of `SOLVERS`. After each step come `corrections` of the image by Langevin dynamics at
    the ratio `snr`. `threshold` is the quantile of dynamic thresholding, 0 for none.
    """

    steps: int = 10
    lead: float = 0.3
    image_spacing: TimestepSpacing = TimestepSpacing()
    layout_spacing: TimestepSpacing = TimestepSpacing()
    guidance_interval: tuple[float, float] = (0.2, 0.8)
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
class ClockPair:
    """The running clock of each half, int64 [B], or [steps + 1, B] of a path; 0 for a half of which nothing runs."""

    image: Tensor
    layout: Tensor


def clock_trajectory(process: JointProcess, task: SamplingTask, settings: SamplerSettings) -> ClockPair:
    """The path of the clocks from the start to the end, on the CPU.

    u_image = min(T, τ)/T, u_layout = clip(τ - Δ, 0, T)/T, τ evenly from T + Δ to 0; without a lead where one half runs
    alone.
    """
    max_clock, steps = process.image_schedule.max_clock, settings.steps
    image_runs = ~task.keep_image.flatten(1).all(1).cpu()
    layout_runs = ~(task.keep_layout | task.unknown).flatten(1).all(1).cpu()
    lead = torch.where(image_runs & layout_runs, round(settings.lead * max_clock), 0)
    tau = (max_clock + lead) * torch.arange(steps, -1, -1)[:, None] // steps
    image = settings.image_spacing.clocks_at(max_clock, tau.clamp(max=max_clock) / max_clock)
    layout = settings.layout_spacing.clocks_at(max_clock, (tau - lead).clamp(0, max_clock) / max_clock)
    return ClockPair(image * image_runs, layout * layout_runs)


@dataclass(frozen=True)
class StepPlan:
    """One step of a path, ready on the device: the running clocks and the guidance before and after it.

    The image `waits` in every sample, some layout `draws`, some layout `arrives` at clock 0; `all_flows` and
    `all_draws` if every pixel of every image, or layout, moves. By now some pixel of a layout is given, and all of
    every layout are known.
    """

    clocks: ClockPair
    next_clocks: ClockPair
    guidance: GuidanceTerms
    next_guidance: GuidanceTerms
    image_waits: bool
    whole_image_moves: bool
    layout_moves: bool
    whole_layout_moves: bool
    layout_reaches_zero: bool
    layout_given: bool
    layout_known: bool


def step_plans(
    process: JointProcess, task: SamplingTask, settings: SamplerSettings, trajectory: ClockPair
) -> list[StepPlan]:
    """The steps of a path.

    The image is guided within its interval, the layout as long as it runs; neither towards another half of which
    nothing is known yet, for then both branches see the same.
    """
    device, max_clock = task.image.device, process.image_schedule.max_clock
    low, high = (share * max_clock for share in settings.guidance_interval)
    image, layout = trajectory.image, trajectory.layout
    inside, runs = (image > 0) & (image >= low) & (image <= high), layout > 0
    kept_image, kept, unknown = (
        mask.flatten(1).any(1).cpu() for mask in (task.keep_image, task.keep_layout, task.unknown)
    )
    layout_known = kept | (runs[0] & (layout < max_clock))
    image_known = kept_image | ((image[0] > 0) & (image < max_clock))
    weights = task.weights
    guidance_terms = GuidanceTerms.per_step(
        weights.where(inside, inside & layout_known), weights.where(runs, runs & image_known), device
    )
    clock_pairs = [ClockPair(*clocks) for clocks in zip(image.to(device), layout.to(device), strict=True)]
    image_moves, layout_moves = image.diff(dim=0) < 0, layout.diff(dim=0) < 0
    conditions = (
        ~image_moves.any(1),
        (image_moves & ~kept_image).all(1),
        layout_moves.any(1),
        (layout_moves & ~(kept | unknown)).all(1),
        (layout_moves & (layout[1:] == 0)).any(1),
        (kept | ~runs).any(1),
        (~unknown & ~runs).all(1),
    )
    flags = [each.tolist() for each in conditions]
    return [
        StepPlan(*parts)
        for parts in zip(clock_pairs, clock_pairs[1:], guidance_terms, guidance_terms[1:], *flags, strict=False)
    ]
