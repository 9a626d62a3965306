"""One step of the reverse process, z_t to z_s: the image by a solver, the layout by the exact skip transition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from engine.diffusion.process import categorical
from engine.diffusion.process.denoiser import CleanEstimate, Clocks, DiffusionState
from engine.diffusion.process.joint_process import ImageEstimate
from engine.diffusion.sampling.guidance import append_map_dims
from engine.diffusion.sampling.guided_denoiser import GuidedDenoiser, GuidedPrediction
from engine.diffusion.sampling.randomness import SeededNoise
from engine.diffusion.sampling.solvers import Solver, SolverStep, langevin_correction
from engine.diffusion.sampling.trajectory import StepPlan


class ReverseStep(NamedTuple):
    """The result of one step: z_s, the clean estimate at z_t, and the guided prediction that both follow from."""

    state: DiffusionState
    estimate: CleanEstimate
    prediction: GuidedPrediction


@dataclass(frozen=True)
class ReverseProcess:
    """p(z_s | z_t) of one task, by a guided network. The solver may remember earlier steps: one for each run."""

    denoiser: GuidedDenoiser
    solver: Solver
    noise: SeededNoise

    def step(self, state: DiffusionState, previous: CleanEstimate | None, plan: StepPlan) -> ReverseStep:
        """Both halves at the next clocks; given z_t they move independently. `previous` is the last clean estimate."""
        prediction = self.denoiser(state, previous, plan.guidance)
        clocks = self.denoiser.task.clock_maps(self.denoiser.process, plan.next_clocks)
        image = self.step_image(prediction, previous, clocks, plan)
        layout = self.step_layout(prediction, clocks, plan)
        estimate = CleanEstimate(prediction.image.x_0, layout_estimate(prediction, plan))
        return ReverseStep(DiffusionState(image, layout, clocks), estimate, prediction)

    def step_image(
        self, prediction: GuidedPrediction, previous: CleanEstimate | None, next_clocks: Clocks, plan: StepPlan
    ) -> Tensor:
        """x_s [B, 3, H, W] by the solver; pixels whose clock does not fall keep their value."""
        state, clocks = prediction.state, prediction.state.clocks
        if not plan.shortcuts.image_runs:
            return state.image
        still = None if plan.shortcuts.whole_image_moves else next_clocks.image >= clocks.image

        def with_still_pixels(image: Tensor) -> Tensor:
            return image if still is None else torch.where(still, state.image, image)

        def evaluate(image: Tensor) -> ImageEstimate:
            between = replace(next_clocks, layout=clocks.layout, layout_running=clocks.layout_running)
            next_state = DiffusionState(with_still_pixels(image), state.layout, between)
            return self.denoiser(next_state, previous, plan.next_guidance).image

        step = SolverStep(
            self.denoiser.process.image_schedule,
            state.image,
            append_map_dims(clocks.image_running),
            append_map_dims(next_clocks.image_running),
            prediction.image,
            evaluate if plan.shortcuts.image_moves_on else None,
            lambda: self.noise.normal(*state.image.shape[1:]),
        )
        return with_still_pixels(self.solver(step))

    def step_layout(self, prediction: GuidedPrediction, next_clocks: Clocks, plan: StepPlan) -> Tensor:
        """y_s int64 [B, 1, H, W], drawn from the guided p(y_s | z_t); the likeliest class where s = 0."""
        shortcuts, layout = plan.shortcuts, prediction.state.layout
        if not shortcuts.layout_runs:
            return layout
        # Drawn in every step, even if nothing moves here: in a larger batch another sample might move.
        uniform = self.noise.uniform(*layout.shape[1:])
        if not shortcuts.layout_moves:
            return layout
        drawn = draw_layout(prediction, next_clocks, uniform, shortcuts.layout_reaches_zero)
        moves = next_clocks.layout < prediction.state.clocks.layout
        return drawn if shortcuts.whole_layout_moves else torch.where(moves, drawn, layout)

    def correct(self, state: DiffusionState, previous: CleanEstimate, plan: StepPlan, snr: float) -> DiffusionState:
        """The state after one Langevin correction of the image at its clock."""
        if not plan.shortcuts.image_runs:
            return state
        schedule, t = self.denoiser.process.image_schedule, state.clocks.image
        estimate = self.denoiser(state, previous, plan.next_guidance).image
        noise = self.noise.normal(*state.image.shape[1:])
        image = langevin_correction(schedule, state.image, estimate, t, noise, snr)
        runs = (t > 0) & (t < schedule.max_clock)
        return replace(state, image=torch.where(runs, image, state.image))


def draw_layout(prediction: GuidedPrediction, next_clocks: Clocks, uniform: Tensor, reaches_zero: bool) -> Tensor:
    """Ids y_s [B, 1, H, W] of p(y_s | z_t), drawn with `uniform` [B, 1, H, W] in [0, 1).

    At clock 0 they are the likeliest class; `reaches_zero` is whether the next clock is 0 anywhere.
    """
    probs = prediction.layout.reverse_probs(next_clocks)
    likeliest = categorical.argmax_ids(probs) if reaches_zero else None
    drawn = categorical.sample_ids_(probs, uniform)
    return drawn if likeliest is None else torch.where(next_clocks.layout == 0, likeliest, drawn)


def layout_estimate(prediction: GuidedPrediction, plan: StepPlan) -> Tensor:
    """ŷ_0 [B, K, H, W] at a step, `prediction.layout.estimate`, worked out only as far as pixels are given."""
    layout = prediction.layout
    if plan.shortcuts.whole_layout_given:
        return categorical.one_hot(layout.state.layout, layout.process.num_classes, layout.logits.dtype)
    return layout.estimate if plan.shortcuts.layout_given else layout.conditional_probs
