"""The plan of a sample: what is given, and the clocks that the rest runs through, worked out before the first step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from engine.diffusion.process.denoiser import Clocks, TextFeatures
from engine.diffusion.process.joint_process import JointProcess
from engine.diffusion.sampling.guidance import GuidanceTerms, GuidanceWeights, append_map_dims
from engine.diffusion.sampling.guide_protocols import AnyGuide


@dataclass(frozen=True)
class SamplingTask:
    """What is given, for a batch: values where `keep_…` is true (bool [B, 1, H, W]) are kept bit for bit.

    image: [B, 3, H, W], standardised. layout: ids int64 [B, 1, H, W]. The layout is never drawn where `unknown` is
    true. `negative` takes the place of the empty text in guidance. One seed per sample.
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
        """The clock of every pixel: 0 where it is kept, T where it stays unknown, else its half's running clock."""
        image_runs, layout_runs, unknown = self._running_masks
        layout = layout_runs * append_map_dims(running.layout) + unknown * process.transitions.max_clock
        image = (image_runs * append_map_dims(running.image)).expand_as(self.layout)
        return Clocks(image, layout.expand_as(self.layout), running.image, running.layout)

    def with_given_image(self, image: Tensor, given: Tensor) -> Tensor:
        """`image` [B, 3, H, W] with the pixels of `given` where the task's image is kept."""
        return torch.where(self.keep_image, given, image) if self._image_is_given else image

    @cached_property
    def image_is_partly_given(self) -> bool:
        """Whether in some sample some pixels of the image are kept and others are not."""
        keep = self.keep_image.flatten(1)
        return self._image_is_given and bool((keep.any(1) & ~keep.all(1)).any())

    @cached_property
    def _image_is_given(self) -> bool:
        """Whether any pixel of an image is kept; the device is waited for once and not in every step."""
        return bool(self.keep_image.any())

    @cached_property
    def _running_masks(self) -> tuple[Tensor, Tensor, Tensor]:
        """Where the image runs, where the layout runs and where it stays unknown, 0 or 1 in int64; [1, 1, 1, 1] for
        a mask with one value for all pixels.
        """
        masks = ~self.keep_image, ~(self.keep_layout | self.unknown), self.unknown
        first = [mask[:1, :, :1, :1] for mask in masks]
        image, layout, unknown = (
            (value if bool((mask == value).all()) else mask).long() for mask, value in zip(masks, first, strict=True)
        )
        return image, layout, unknown


@dataclass(frozen=True)
class TimestepSpacing:
    """How a half's clock falls while the remaining share u of its path falls evenly from 1 to 0.

    t = T start (1 - (1-u)^rise)^bend. `rise` over 1 gives large clocks more of the steps, where the large things of a
    picture are decided (its light, its sky); `bend` over 1 gives them to small clocks, where thin things are. A
    `start` just under 1 shows the network the noise that it begins with: at T it is fed zeros.
    """

    rise: float = 1.0
    bend: float = 1.0
    start: float = 1.0

    def clocks_at(self, max_clock: int, remaining: Tensor) -> Tensor:
        """Clocks int64 [steps + 1, B] for T = `max_clock` at the falling shares `remaining` [steps + 1, B].

        Clocks between 0 and T differ from step to step, as long as there are enough of them.
        """
        clocks = (max_clock * self.start * (1 - (1 - remaining) ** self.rise) ** self.bend).round().long()
        begun, left = (remaining < 1).cumsum(0), (remaining > 0).flip(0).cumsum(0).flip(0)
        return torch.minimum(torch.maximum(clocks, left), (max_clock - begun).clamp(min=0)) * (remaining > 0)


@dataclass(frozen=True)
class DenoisingSettings:
    """How the network is evaluated in any sampler.

    `guidance_interval` holds the smallest and the largest clock, as shares of T, at which the image is guided by
    weights. x̂_0 stays within `image_limits`; `threshold` is the quantile of dynamic thresholding, 0 for clamping.
    """

    steps: int = 10
    _: KW_ONLY
    guidance_interval: tuple[float, float] = (0.2, 0.8)
    image_limits: tuple[float, float] = (-torch.inf, torch.inf)
    guides: tuple[AnyGuide, ...] = ()
    threshold: float = 0.0

    def __post_init__(self) -> None:
        if self.threshold and not all(map(math.isfinite, self.image_limits)):
            raise ValueError("dynamic thresholding needs limits of the image")

    @property
    def limits_image(self) -> bool:
        """Whether x̂_0 is limited at all."""
        return any(map(math.isfinite, self.image_limits))


@dataclass(frozen=True)
class SamplerSettings(DenoisingSettings):
    """How to sample by clocks.

    `lead` (Δ) is the share of T by which the layout is ahead where both halves run. `solver` is a key of `SOLVERS`.
    After each step come `corrections` of the image by Langevin dynamics at the signal-to-noise ratio `snr`. `seams`
    are the distances in pixels over which a partly given image takes on the tone of its given part, from far to near.
    """

    lead: float = 0.3
    image_spacing: TimestepSpacing = TimestepSpacing()
    layout_spacing: TimestepSpacing = TimestepSpacing()
    _: KW_ONLY
    solver: str = "ddim"
    corrections: int = 0
    snr: float = 0.16
    seams: tuple[int, ...] = ()


@dataclass(frozen=True)
class ClockPair:
    """The running clock of each half, int64 [B], or [steps + 1, B] of a path; 0 for a half of which nothing runs."""

    image: Tensor
    layout: Tensor


def clock_trajectory(process: JointProcess, task: SamplingTask, settings: SamplerSettings) -> ClockPair:
    """The path of both clocks, int64 [steps + 1, B], on the CPU.

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


class StepShortcuts(NamedTuple):
    """Facts about all samples of a batch at one step, which only spare work: no value of a result depends on them.

    They are read on the CPU before the first step, so that no step waits for the device.
    """

    image_runs: bool
    """Some image has a pixel that runs."""
    image_moves_on: bool
    """Some image moves to a clock above 0, so that a second evaluation at the next clock has a use."""
    whole_image_moves: bool
    """Every pixel of every image moves."""
    layout_runs: bool
    """Some layout has a pixel that runs."""
    layout_moves: bool
    """Some layout moves in this step."""
    whole_layout_moves: bool
    """Every pixel of every layout moves."""
    layout_reaches_zero: bool
    """Some layout moves to clock 0."""
    layout_given: bool
    """Some pixel of a layout has clock 0 before the step."""
    whole_layout_given: bool
    """Every pixel of every layout has clock 0 before the step."""


@dataclass(frozen=True)
class StepPlan:
    """One step of a path: the running clocks and the guidance before and after it, [B] on the task's device."""

    clocks: ClockPair
    next_clocks: ClockPair
    guidance: GuidanceTerms
    next_guidance: GuidanceTerms
    shortcuts: StepShortcuts


def step_plans(
    process: JointProcess, task: SamplingTask, settings: SamplerSettings, trajectory: ClockPair
) -> list[StepPlan]:
    """The steps of a path of clocks."""
    device = task.image.device
    guidance = guidance_along(process, task, settings, trajectory)
    shortcuts = step_shortcuts(task, trajectory)
    clocks = [ClockPair(*pair) for pair in zip(trajectory.image.to(device), trajectory.layout.to(device), strict=True)]
    return [StepPlan(*parts) for parts in zip(clocks, clocks[1:], guidance, guidance[1:], shortcuts, strict=False)]


def guidance_along(
    process: JointProcess, task: SamplingTask, settings: SamplerSettings, trajectory: ClockPair
) -> list[GuidanceTerms]:
    """The guidance at each clock of a path, steps + 1.

    The image is guided within its interval, the layout as long as it runs. Neither is guided towards another half of
    which nothing is known yet: both branches would see the same.
    """
    image, layout, max_clock = trajectory.image, trajectory.layout, process.image_schedule.max_clock
    low, high = (share * max_clock for share in settings.guidance_interval)
    inside, layout_runs = (image > 0) & (image >= low) & (image <= high), layout > 0
    any_image_kept, any_layout_kept = _any_pixel(task.keep_image), _any_pixel(task.keep_layout)
    layout_known = any_layout_kept | (layout_runs[0] & (layout < max_clock))
    image_known = any_image_kept | ((image[0] > 0) & (image < max_clock))
    return GuidanceTerms.per_step(
        task.weights.where(inside, inside & layout_known),
        task.weights.where(layout_runs, layout_runs & image_known),
        task.image.device,
    )


def step_shortcuts(task: SamplingTask, trajectory: ClockPair) -> list[StepShortcuts]:
    """The facts about each step of a path."""
    image, layout = trajectory.image, trajectory.layout
    image_kept, layout_kept, unknown = map(_any_pixel, (task.keep_image, task.keep_layout, task.unknown))
    image_moves, layout_moves, layout_runs = image.diff(dim=0) < 0, layout.diff(dim=0) < 0, layout[:-1] > 0
    facts = {
        "image_runs": (image[0] > 0).any().expand(len(image_moves)),
        "image_moves_on": (image_moves & (image[1:] > 0)).any(1),
        "whole_image_moves": (image_moves & ~image_kept).all(1),
        "layout_runs": (layout[0] > 0).any().expand(len(layout_moves)),
        "layout_moves": layout_moves.any(1),
        "whole_layout_moves": (layout_moves & ~(layout_kept | unknown)).all(1),
        "layout_reaches_zero": (layout_moves & (layout[1:] == 0)).any(1),
        "layout_given": (layout_kept | ~layout_runs).any(1),
        "whole_layout_given": (~unknown & ~layout_runs).all(1),
    }
    columns = {name: values.tolist() for name, values in facts.items()}
    return [
        StepShortcuts(**{name: column[index] for name, column in columns.items()}) for index in range(len(image_moves))
    ]


def _any_pixel(mask: Tensor) -> Tensor:
    """Whether a mask [B, 1, H, W] is true anywhere, bool [B] on the CPU."""
    return mask.flatten(1).any(1).cpu()
