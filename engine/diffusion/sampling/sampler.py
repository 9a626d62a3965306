"""Sampling by clocks: one generator of steps that serves every task.

Given pixels have clock 0 and never change; the running ones go from T to 0 in a few steps. The image moves by a
solver, the layout by the exact skip transition. Where both run the layout leads, so that it decides what the image
shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch

from engine.diffusion.process.denoiser import CleanEstimate, Denoiser, DiffusionState
from engine.diffusion.process.joint_process import JointProcess
from engine.diffusion.sampling.guided_denoiser import GuidedDenoiser
from engine.diffusion.sampling.randomness import SeededNoise
from engine.diffusion.sampling.reverse_step import ReverseProcess
from engine.diffusion.sampling.solvers import SOLVERS, Trajectory
from engine.diffusion.sampling.trajectory import ClockPair, SamplerSettings, SamplingTask, clock_trajectory, step_plans


@dataclass(frozen=True)
class SamplingStep:
    """The sample after step `index` of `total`.

    `estimate` is the clean pair as the network predicts it from `previous_state`; previews show it.
    """

    index: int
    total: int
    state: DiffusionState
    estimate: CleanEstimate
    previous_state: DiffusionState


def sample(
    process: JointProcess, denoiser: Denoiser, task: SamplingTask, settings: SamplerSettings
) -> Iterator[SamplingStep]:
    """Draw z_0 given what the task gives; yields after every step, and the last state is the result.

    z_T from the prior; at each step ẑ_0 from the network at z_t, x_s by the solver, y_s from p(y_s | z_t). The caller
    owns cancelling, previews and progress.
    """
    clocks = clock_trajectory(process, task, settings)
    plans = step_plans(process, task, settings, clocks)
    noise = SeededNoise(task.seeds, task.image.device)
    trajectory = Trajectory(process.image_schedule, clocks.image, task.image, corrected=settings.corrections > 0)
    guided_denoiser = GuidedDenoiser(process, denoiser, task, settings, settings.seams)
    reverse = ReverseProcess(guided_denoiser, SOLVERS[settings.solver](trajectory), noise)

    state = initial_state(process, task, plans[0].clocks, noise)
    estimate: CleanEstimate | None = None
    for index, plan in enumerate(plans, 1):
        previous_state = state
        state, estimate, _ = reverse.step(previous_state, estimate, plan)
        for _ in range(settings.corrections if index < settings.steps else 0):
            state = reverse.correct(state, estimate, plan, settings.snr)
        yield SamplingStep(index, settings.steps, state, estimate, previous_state)


def initial_state(process: JointProcess, task: SamplingTask, clocks: ClockPair, noise: SeededNoise) -> DiffusionState:
    """z_T: noise and the layout's prior, with the given pixels in their place."""
    image = noise.normal(*task.image.shape[1:])
    layout = process.sample_layout_prior(noise.uniform(*task.layout.shape[1:]))
    return DiffusionState(
        torch.where(task.keep_image, task.image, image),
        torch.where(task.keep_layout, task.layout, layout),
        task.clock_maps(process, clocks),
    )
