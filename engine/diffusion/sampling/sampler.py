"""Sampling by clocks: one generator of steps that serves every task.

What is given has clock 0 and never changes; what runs goes from T to 0 in a few steps. The image moves by a solver,
the layout by the exact skip transition, and where both run the layout leads: it decides what the image is of.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from engine.diffusion.process import categorical, gaussian
from engine.diffusion.process.denoiser import CleanEstimate, Clocks, Denoiser, DiffusionState, concatenate_batches
from engine.diffusion.process.joint_process import ImageEstimate, JointProcess
from engine.diffusion.sampling.guidance import (
    GuidanceBranch,
    GuidanceTerms,
    append_map_dims,
    build_branches,
    guide_image_output,
    guide_transition_probs,
    predict_branches,
)
from engine.diffusion.sampling.guide_protocols import ImageGuide, apply_guides
from engine.diffusion.sampling.randomness import SeededNoise
from engine.diffusion.sampling.seams import remove_seams
from engine.diffusion.sampling.solvers import SOLVERS, Solver, SolverStep, Trajectory, langevin_correction
from engine.diffusion.sampling.trajectory import SamplerSettings, SamplingTask, StepPlan, clock_trajectory, step_plans


@dataclass(frozen=True)
class SamplingStep:
    """After step `index` of `total`: the state, what the clean picture looks like by now, and the state before, which
    is what that was told from.
    """

    index: int
    total: int
    state: DiffusionState
    estimate: CleanEstimate
    previous_state: DiffusionState


@dataclass
class GuidedPrediction:
    """What the network says of one state: the logits of y_0 on every branch, [branches · B, K, H, W], and the guided
    image.
    """

    process: JointProcess
    state: DiffusionState
    branches: list[GuidanceBranch]
    logits: Tensor
    image_estimate: ImageEstimate

    @cached_property
    def branch_probs(self) -> Tensor:
        """The probabilities of y_0 on every branch, [branches · B, K, H, W]."""
        return categorical.class_softmax(self.logits)

    @property
    def layout_probs(self) -> Tensor:
        """Of the branch with every condition, [B, K, H, W]."""
        return self.branch_probs[: len(self.state.image)]

    @cached_property
    def layout_estimate(self) -> Tensor:
        """The same, but what is given where a pixel is."""
        return self.process.layout_estimate(self.state, self.layout_probs)


@dataclass
class GuidedDenoiser:
    """Asks the network about states, on all branches and under all guides; remembers the last clean estimate. The
    image has clock 0 where it is `kept`, if anywhere.
    """

    process: JointProcess
    denoiser: Denoiser
    task: SamplingTask
    settings: SamplerSettings
    keep_image: Tensor | None
    previous_estimate: CleanEstimate | None = None

    def __post_init__(self) -> None:
        kept = None if self.keep_image is None else self.keep_image.flatten(1)
        partly_given = kept is not None and bool((kept.any(1) & ~kept.all(1)).any())
        self.seam_reaches = self.settings.seams if partly_given else ()

    def __call__(self, state: DiffusionState, terms: GuidanceTerms) -> GuidedPrediction:
        def branches_of(branch_state: DiffusionState) -> list[GuidanceBranch]:
            return build_branches(
                self.process, branch_state, (self.task.text, self.task.negative), self.previous_estimate, terms
            )

        all_branches, guides = branches_of(state), self.settings.guides
        if guides:
            prediction = apply_guides(
                self.process, state, guides, lambda at: predict_branches(self.denoiser, branches_of(at))
            )
        else:
            prediction = predict_branches(self.denoiser, all_branches)
        estimate = guided_image_estimate(
            self.process, self.settings, state, all_branches, prediction.image_output, self.keep_image
        )
        guided = GuidedPrediction(self.process, state, all_branches, prediction.logits, estimate)
        if self.seam_reaches:
            guided.image_estimate = self.without_seams(guided)
        for guide in guides:
            if isinstance(guide, ImageGuide):
                x_0 = guide.guided_x_0(state, guided.image_estimate.x_0)
                guided.image_estimate = limited_image_estimate(
                    self.process, self.settings, state, x_0, self.keep_image
                )
        return guided

    def without_seams(self, guided: GuidedPrediction) -> ImageEstimate:
        """The image without an edge along what is given of it."""
        assert self.keep_image is not None, "it is given in part"
        x_0 = remove_seams(guided.image_estimate.x_0, self.keep_image, guided.layout_estimate, self.seam_reaches)
        return limited_image_estimate(self.process, self.settings, guided.state, x_0, self.keep_image)


def sample(
    process: JointProcess, denoiser: Denoiser, task: SamplingTask, settings: SamplerSettings
) -> Iterator[SamplingStep]:
    """Yield after every step; the last one holds the result. Its caller owns cancel, previews and progress."""
    size = task.image.shape[1:]
    noise_source = SeededNoise(task.seeds, task.image.device)
    trajectory = clock_trajectory(process, task, settings)
    plan = step_plans(process, task, settings, trajectory)
    image_runs, layout_runs = bool((trajectory.image[0] > 0).any()), bool((trajectory.layout[0] > 0).any())
    guided_denoiser = GuidedDenoiser(process, denoiser, task, settings, task.keep_image_or_none)
    solver = SOLVERS[settings.solver](Trajectory(process.image_schedule, trajectory.image, task.image))
    image = torch.where(task.keep_image, task.image, noise_source.normal(*size))
    layout = process.sample_layout_prior(noise_source.uniform(1, *size[1:]))
    state = DiffusionState(
        image, torch.where(task.keep_layout, task.layout, layout), task.clock_maps(process, plan[0].clocks)
    )
    for index, step_plan in enumerate(plan, 1):
        is_last = index == settings.steps
        next_clocks = task.clock_maps(process, step_plan.next_clocks)
        guided = guided_denoiser(state, step_plan.guidance)
        next_image, next_layout = state.image, state.layout
        if image_runs:
            next_image = step_image(
                process,
                solver,
                ImageStepPlan(step_plan, next_clocks, is_last, settings.corrections > 0 and index > 1),
                guided,
                guided_denoiser,
                noise_source,
            )
        if layout_runs:
            uniform = noise_source.uniform(
                1, *size[1:]
            )  # even if nothing moves in this leg: in a larger batch it might
            if step_plan.layout_moves:
                next_layout = step_layout(
                    process, guided, next_clocks, uniform, step_plan.layout_reaches_zero, step_plan.whole_layout_moves
                )
        guided_denoiser.previous_estimate = CleanEstimate(
            guided.image_estimate.x_0, step_layout_estimate(process, step_plan, guided)
        )
        state = DiffusionState(next_image, next_layout, next_clocks)
        for _ in range(settings.corrections if image_runs and not is_last else 0):
            state = langevin_corrected(
                process, settings, guided_denoiser(state, step_plan.next_guidance), noise_source
            )
        yield SamplingStep(index, settings.steps, state, guided_denoiser.previous_estimate, guided.state)


def guided_image_estimate(
    process: JointProcess,
    settings: SamplerSettings,
    state: DiffusionState,
    branches: list[GuidanceBranch],
    outputs: Tensor,
    keep_image: Tensor | None,
) -> ImageEstimate:
    """x̂_0 and ε̂ by the guided output; what is kept is x̂_0 itself. If x̂_0 is limited, ε̂ is what is left of x_t.

    All that runs of a sample shares one clock, here and in the moves: a schedule is asked once and not per pixel.
    """
    output, *rest = outputs.chunk(len(branches))
    others = [
        (o, w) for o, w in zip(rest, [branch.image_weight for branch in branches[1:]], strict=True) if w is not None
    ]
    x_t, t, output = state.image, append_map_dims(state.clocks.image_running), guide_image_output(output, others)
    estimate = process.image_estimate(x_t, output, t)
    if any(map(math.isfinite, settings.image_limits)):
        x_0 = where_optional(keep_image, x_t, estimate.x_0) if settings.threshold else estimate.x_0
        return limited_image_estimate(process, settings, state, x_0, keep_image)
    return replace(estimate, x_0=where_optional(keep_image, x_t, estimate.x_0))


def where_optional(mask: Tensor | None, inside: Tensor, outside: Tensor) -> Tensor:
    """`one` where a mask is true, else the `other`, as it is if there is no mask."""
    return outside if mask is None else torch.where(mask, inside, outside)


def limited_image_estimate(
    process: JointProcess, settings: SamplerSettings, state: DiffusionState, x_0: Tensor, keep_image: Tensor | None
) -> ImageEstimate:
    """x̂_0 within its limits, but for what is kept, and ε̂ that goes with it."""
    x_t, t, within = state.image, append_map_dims(state.clocks.image_running), limit_x_0(x_0, settings)
    return ImageEstimate(
        where_optional(keep_image, x_t, within),
        lambda: gaussian.epsilon_from_output(process.image_schedule, "x_0", x_t, within, t),
    )


def limit_x_0(x_0: Tensor, settings: SamplerSettings) -> Tensor:
    """x̂_0 within its limits, or by dynamic thresholding: shrunk so far that the quantile `threshold` of each sample's
    distances from their middle is within them  [Saharia et al. 2022].
    """
    low, high = settings.image_limits
    if settings.threshold:
        middle, half = (low + high) / 2, (high - low) / 2
        scale = ((x_0 - middle) / half).abs().flatten(1).quantile(settings.threshold, 1).clamp(min=1)
        return middle + ((x_0 - middle) / scale[:, None, None, None]).clamp(-half, half)
    return x_0.clamp(low, high)


@dataclass(frozen=True)
class ImageStepPlan:
    """A step with its clocks after it, and what solvers must know of it."""

    plan: StepPlan
    next_clocks: Clocks
    is_last: bool
    x_t_changed: bool


def step_image(
    process: JointProcess,
    solver: Solver,
    step: ImageStepPlan,
    guided: GuidedPrediction,
    guided_denoiser: GuidedDenoiser,
    noise_source: SeededNoise,
) -> Tensor:
    """The image at its next clocks."""
    state, now, next_clocks = guided.state, guided.state.clocks, step.next_clocks
    unmoved = None if step.plan.whole_image_moves else next_clocks.image >= now.image

    def evaluate(image: Tensor, t: Tensor) -> ImageEstimate:
        clocks = replace(next_clocks, layout=now.layout, layout_running=now.layout_running)
        return guided_denoiser(
            DiffusionState(where_optional(unmoved, state.image, image), state.layout, clocks), step.plan.next_guidance
        ).image_estimate

    solver_step = SolverStep(
        process.image_schedule,
        state.image,
        guided.image_estimate,
        append_map_dims(now.image_running),
        append_map_dims(next_clocks.image_running),
        step.is_last,
        step.plan.image_waits,
        step.x_t_changed,
        evaluate,
        lambda: noise_source.normal(*state.image.shape[1:]),
    )
    return where_optional(unmoved, state.image, solver(solver_step))


def step_layout(
    process: JointProcess,
    guided: GuidedPrediction,
    next_clocks: Clocks,
    uniform: Tensor,
    reaches_zero: bool,
    whole_layout_moves: bool = False,
) -> Tensor:
    """The layout at its next clocks, drawn from the guided transition; a move that `arrives` at 0 takes the likeliest
    class. What does not move stays as it is; `everywhere` says that every pixel moves.
    """
    state, s, probs = guided.state, next_clocks.layout, guided_transition_probs(process, guided, next_clocks)
    likeliest = categorical.argmax_ids(probs) if reaches_zero else None
    drawn = categorical.sample_ids_(probs, uniform)
    if likeliest is not None:
        drawn = torch.where(s == 0, likeliest, drawn)
    return drawn if whole_layout_moves else torch.where(s < state.clocks.layout, drawn, state.layout)


def guided_transition_probs(process: JointProcess, guided: GuidedPrediction, next_clocks: Clocks) -> Tensor:
    """∝ the guided p(y_s | z_t) of the layout's next clocks, [B, S, H, W]."""
    state = guided.state
    weights = [branch.layout_weight for branch in guided.branches if branch.layout_weight is not None]
    y_t_and_clocks = (
        state.layout,
        append_map_dims(next_clocks.layout_running),
        append_map_dims(state.clocks.layout_running),
    )
    if weights:
        y_t, after, before = (concatenate_batches([each] * (1 + len(weights))) for each in y_t_and_clocks)
        moves = process.unnormalised_reverse_probs(y_t, guided.branch_probs[: len(y_t)], after, before).chunk(
            1 + len(weights)
        )
        return guide_transition_probs(moves[0], list(zip(moves[1:], weights, strict=True)))
    return process.unnormalised_reverse_probs(state.layout, guided.layout_probs, *y_t_and_clocks[1:])


def step_layout_estimate(process: JointProcess, step_plan: StepPlan, guided: GuidedPrediction) -> Tensor:
    """ŷ_0 of a step, [B, K, H, W]; where the layout is given, or decided by now, it is that."""
    if step_plan.layout_known:
        return categorical.one_hot(guided.state.layout, process.num_classes, guided.logits.dtype)
    return guided.layout_estimate if step_plan.layout_given else guided.layout_probs


def langevin_corrected(
    process: JointProcess, settings: SamplerSettings, guided: GuidedPrediction, noise_source: SeededNoise
) -> DiffusionState:
    """The same state after one Langevin correction of the image."""
    state, t = guided.state, guided.state.clocks.image
    noise = noise_source.normal(*state.image.shape[1:])
    image = langevin_correction(process.image_schedule, state.image, guided.image_estimate, t, noise, settings.snr)
    runs = (t > 0) & (t < process.image_schedule.max_clock)
    return replace(state, image=torch.where(runs, image, state.image))
