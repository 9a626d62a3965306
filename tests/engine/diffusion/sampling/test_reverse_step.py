"""One step of the reverse process: what is there for speed changes no value."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from engine.diffusion.process.denoiser import CleanEstimate
from engine.diffusion.sampling.guided_denoiser import GuidedDenoiser
from engine.diffusion.sampling.randomness import SeededNoise
from engine.diffusion.sampling.reverse_step import ReverseProcess
from engine.diffusion.sampling.sampler import initial_state, sample
from engine.diffusion.sampling.solvers import SOLVERS, Trajectory
from engine.diffusion.sampling.trajectory import (
    SamplerSettings,
    SamplingTask,
    StepShortcuts,
    clock_trajectory,
    step_plans,
)
from tests.engine.diffusion.optimal_denoiser import PROCESS, empty_task, four_pictures, with_image, with_layout

NO_SHORTCUTS = StepShortcuts(
    image_runs=True,
    image_moves_on=True,
    whole_image_moves=False,
    layout_runs=True,
    layout_moves=True,
    whole_layout_moves=False,
    layout_reaches_zero=True,
    layout_given=True,
    whole_layout_given=False,
)


@pytest.mark.parametrize("solver", ["ddim", "ddpm", "unipc", "heun"])
@pytest.mark.parametrize(
    "given",
    [
        empty_task(5),
        with_layout(empty_task(5), 0, 1),
        with_layout(empty_task(5), None, 1),
        with_image(empty_task(5), 0.5, 1.0),
        with_image(with_layout(empty_task(5), 0, None), None, -1.0),
        replace(empty_task(5), unknown=torch.ones(5, 1, 1, 2, dtype=torch.bool)),
    ],
    ids=["both", "layout given", "part of the layout given", "image given", "parts of both given", "layout unknown"],
)
def test_shortcuts_only_spare_work(given: SamplingTask, solver: str) -> None:
    settings = SamplerSettings(steps=6, lead=0.4, solver=solver)
    clocks = clock_trajectory(PROCESS, given, settings)
    noise = SeededNoise(given.seeds, torch.device("cpu"))
    reverse = ReverseProcess(
        GuidedDenoiser(PROCESS, four_pictures(), given, settings),
        SOLVERS[solver](Trajectory(PROCESS.image_schedule, clocks.image, given.image)),
        noise,
    )
    plans = step_plans(PROCESS, given, settings, clocks)
    state = initial_state(PROCESS, given, plans[0].clocks, noise)
    estimate: CleanEstimate | None = None
    for plan, step in zip(plans, sample(PROCESS, four_pictures(), given, settings), strict=True):
        state, estimate, _ = reverse.step(state, estimate, replace(plan, shortcuts=NO_SHORTCUTS))
        assert torch.equal(state.image, step.state.image)
        assert torch.equal(state.layout, step.state.layout)
        assert torch.equal(estimate.image, step.estimate.image)
        assert torch.equal(estimate.layout, step.estimate.layout)
