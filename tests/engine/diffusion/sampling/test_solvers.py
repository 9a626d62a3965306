"""Every solver on worlds whose paths are known in closed form: Gaussian pixels, and one certain picture."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from engine.diffusion.process import gaussian
from engine.diffusion.process.denoiser import CleanEstimate, DiffusionState, Prediction, TextFeatures
from engine.diffusion.process.joint_process import ImageEstimate, JointProcess
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.process.transitions import UniformTransitions
from engine.diffusion.sampling.sampler import sample
from engine.diffusion.sampling.solvers import SOLVERS, SolverStep, Trajectory
from engine.diffusion.sampling.trajectory import SamplerSettings, SamplingTask
from tests.engine.diffusion.optimal_denoiser import empty_task, text_features, with_layout

PROCESS = JointProcess(NoiseSchedule.from_name(), UniformTransitions(NoiseSchedule.from_name(), 3))
MEAN = 0.4
ODE = {"ddim": 1, "dpm++2m": 2, "unipc": 2, "heun": 2}
SDE = ("ddim-ancestral", "ddpm", "ddpm-wide", "euler-maruyama")


class Pixels:
    """Independent pixels N(MEAN, variance); a `Denoiser` that knows."""

    def __init__(
        self, variance: float, output: gaussian.PredictionType = "v", process: JointProcess = PROCESS
    ) -> None:
        self.variance, self.output, self.schedule, self.evaluations = variance, output, process.image_schedule, 0

    def __call__(self, state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None) -> Prediction:
        self.evaluations += 1
        t = state.clocks.image
        a = self.schedule.clamped_alpha_bar(t)
        gain = a.sqrt() * self.variance / (a * self.variance + 1 - a)
        x_0 = MEAN + gain * (state.image - a.sqrt() * MEAN)
        epsilon = (state.image - a.sqrt() * x_0) / (1 - a).sqrt()
        prediction = gaussian.prediction_target(self.schedule, self.output, x_0, epsilon, t)
        return Prediction(prediction, torch.zeros(len(x_0), 3, *x_0.shape[2:]))


def wide(side: int) -> SamplingTask:
    """One sample whose layout is given, with side × side pixels of three channels."""
    plain = with_layout(empty_task(), 0, 0)
    whole = torch.ones((1, 1, side, side), dtype=torch.bool)
    return replace(
        plain,
        image=torch.zeros(1, 3, side, side),
        keep_image=~whole,
        layout=whole.long() * 0,
        keep_layout=whole,
        unknown=~whole,
        text=text_features(1),
        seeds=(3,),
    )


def drawn(solver: str, steps: int, variance: float = 0.25, side: int = 8, **settings: float) -> Tensor:
    world = Pixels(variance)
    *_, last = sample(PROCESS, world, wide(side), SamplerSettings(steps=steps, solver=solver, **settings))
    return last.state.image


def flow(variance: float, side: int = 8) -> Tensor:
    """Where the probability flow takes the same noise: the quantile of noise becomes that of the pixels."""
    noise = torch.randn((1, 3, side, side), generator=torch.Generator().manual_seed(3))
    return MEAN + math.sqrt(variance) * noise


@pytest.mark.parametrize("solver", SOLVERS)
def test_one_certain_picture_is_drawn_along_its_own_noise(solver: str) -> None:
    """Every state on the way is √ᾱ x_0 + √(1-ᾱ) ε, with the first noise for the solvers that add none."""
    noise = torch.randn((1, 3, 8, 8), generator=torch.Generator().manual_seed(3))
    settings = SamplerSettings(steps=400 if solver == "euler-maruyama" else 12, solver=solver)
    for step in sample(PROCESS, Pixels(0.0), wide(8), settings):
        a = float(PROCESS.image_schedule.alpha_bar[int(step.state.clocks.image_running)])
        if solver in ODE:
            exact = math.sqrt(a) * MEAN + math.sqrt(1 - a) * noise
            assert float((step.state.image - exact).abs().max()) < 0.02
        else:
            spread = math.sqrt(1 - a)
            most = 2.2 if solver == "ddpm-wide" else 1.1  # β is more than one certain picture needs
            assert float(step.state.image.mean()) == pytest.approx(math.sqrt(a) * MEAN, abs=0.25 * spread + 0.1)
            assert 0.8 * spread - 0.05 < float(step.state.image.std()) < most * spread + 0.05
    assert float((step.state.image - MEAN).abs().max()) < (0.1 if solver == "euler-maruyama" else 1e-5)


def flow_error(solver: str, moves: int) -> float:
    """The error of going from clock 840 to 200 in equal moves, in float64."""
    schedule, draw = PROCESS.image_schedule, lambda: torch.zeros(1, 1, 1, 1, dtype=torch.float64)

    def spread(t: Tensor) -> Tensor:
        a = schedule.alpha_bar_at(t, torch.float64)
        return (0.25 * a + 1 - a).sqrt()

    def estimate(x: Tensor, t: Tensor) -> ImageEstimate:
        a = schedule.alpha_bar_at(t, torch.float64)
        x_0 = MEAN + a.sqrt() * 0.25 / spread(t) ** 2 * (x - a.sqrt() * MEAN)
        return ImageEstimate(x_0, lambda: (x - a.sqrt() * x_0) / (1 - a).sqrt())

    x = torch.full((1, 1, 1, 1), -0.9, dtype=torch.float64)
    clocks = [torch.full((1, 1, 1, 1), 840 - 640 * i // moves) for i in range(moves + 1)]
    method = SOLVERS[solver](Trajectory(schedule, torch.stack(clocks).flatten(1), x))
    begin, end = (schedule.alpha_bar_at(t, torch.float64).sqrt() * MEAN for t in (clocks[0], clocks[-1]))
    exact = end + spread(clocks[-1]) / spread(clocks[0]) * (x - begin)
    for t, s in pairwise(clocks):
        x = method(SolverStep(schedule, x, t, s, estimate(x, t), lambda moved, s=s: estimate(moved, s), draw))
    if solver == "unipc":  # the correction of the last move comes with the next prediction
        end_move = SolverStep(schedule, x, clocks[-1], clocks[-1], estimate(x, clocks[-1]), None, draw)
        x = method.correct(end_move)
    return float((x - exact).abs())


@pytest.mark.parametrize(("solver", "order"), ODE.items())
def test_the_flow_is_followed_with_the_solver_s_order(solver: str, order: int) -> None:
    """Half the step makes the error a half, or a quarter."""
    coarse, fine = flow_error(solver, 40), flow_error(solver, 160)
    assert fine < 0.01
    assert math.log2(coarse / fine) / 2 > order - 0.15


def test_second_order_beats_first_at_ten_evaluations() -> None:
    exact = flow(0.25)
    errors = {name: float((drawn(name, 10) - exact).abs().mean()) for name in ("ddim", "dpm++2m", "unipc")}
    assert errors["dpm++2m"] < errors["ddim"] / 2
    assert errors["unipc"] < errors["ddim"] / 2


@pytest.mark.parametrize("solver", [*ODE, *SDE])
def test_many_steps_draw_the_right_pixels(solver: str) -> None:
    """Mean and deviation of 30,000 pixels, four standard errors and what 250 steps leave."""
    found = drawn(solver, 250, side=100)
    assert float(found.mean()) == pytest.approx(MEAN, abs=0.02)
    assert float(found.std()) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("solver", ["ddim", "dpm++2m", "unipc"])
def test_langevin_corrections_mend_a_coarse_path(solver: str) -> None:
    plain = drawn(solver, 8, side=60)
    mended = drawn(solver, 8, side=60, corrections=5, snr=0.2)
    assert abs(float(mended.std()) - 0.5) < abs(float(plain.std()) - 0.5)
    assert float(mended.mean()) == pytest.approx(MEAN, abs=0.02)


@pytest.mark.parametrize(("solver", "evaluations"), [("ddim", 5), ("unipc", 5), ("dpm++2m", 5), ("heun", 9)])
def test_evaluations_of_five_steps(solver: str, evaluations: int) -> None:
    world = Pixels(0.25)
    list(sample(PROCESS, world, wide(2), SamplerSettings(steps=5, solver=solver)))
    assert world.evaluations == evaluations


@pytest.mark.parametrize("output", ["epsilon", "x_0"])
@pytest.mark.parametrize("solver", ["ddim", "unipc"])
def test_whatever_the_network_says_the_picture_is_the_same(output: gaussian.PredictionType, solver: str) -> None:
    settings = SamplerSettings(steps=12, solver=solver)
    *_, by_v = sample(PROCESS, Pixels(0.25), wide(8), settings)
    *_, by_other = sample(replace(PROCESS, prediction_type=output), Pixels(0.25, output), wide(8), settings)
    torch.testing.assert_close(by_other.state.image, by_v.state.image, rtol=0, atol=2e-2)


@pytest.mark.parametrize("solver", SOLVERS)
def test_kept_pixels_stay_bit_for_bit_and_nothing_is_lost_beside_them(solver: str) -> None:
    keep = torch.zeros((1, 1, 8, 8), dtype=torch.bool)
    keep[..., :3] = True
    given = replace(wide(8), image=torch.full((1, 3, 8, 8), 7.25), keep_image=keep)
    for step in sample(PROCESS, Pixels(0.25), given, SamplerSettings(steps=7, solver=solver, corrections=1)):
        assert bool((step.state.image[..., :3] == 7.25).all())
        assert bool(step.state.image.isfinite().all())


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_image_waits_while_the_layout_leads(solver: str) -> None:
    free = torch.zeros((1, 1, 8, 8), dtype=torch.bool)
    given = replace(wide(8), keep_layout=free)
    steps = list(sample(PROCESS, Pixels(0.25), given, SamplerSettings(steps=12, solver=solver, lead=0.5)))
    first = steps[0].state
    assert int(first.clocks.image_running) == 1000
    assert torch.equal(steps[1].state.image, first.image)
    assert all(bool(step.state.image.isfinite().all()) for step in steps)
    assert float(steps[-1].state.image.mean()) == pytest.approx(MEAN, abs=0.25)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("corrections", [0, 1])
def test_a_sample_is_the_same_in_any_batch_of_other_tasks(solver: str, corrections: int) -> None:
    """One with its layout given, one with its image given, one of which both run."""
    settings = SamplerSettings(steps=5, solver=solver, corrections=corrections)
    whole = torch.ones((3, 1, 4, 4), dtype=torch.bool)
    image = torch.randn((3, 3, 4, 4), generator=torch.Generator().manual_seed(1))
    keep_image, keep_layout = whole & torch.tensor([0, 1, 0]).bool()[:, None, None, None], whole.clone()
    keep_layout[1:] = False
    plain = replace(wide(4), image=image, keep_image=keep_image, layout=whole.long(), keep_layout=keep_layout)
    ones = torch.ones(3)
    batch = replace(
        plain,
        unknown=~whole,
        text=text_features(3),
        negative=text_features(3),
        seeds=(5, 6, 7),
        weights=replace(plain.weights, text=ones, cross=ones),
    )
    *_, together = sample(PROCESS, Pixels(0.25), batch, settings)
    for index in range(3):
        cut = slice(index, index + 1)
        names = ("image", "keep_image", "layout", "keep_layout", "unknown")
        one = replace(
            batch,
            **{name: getattr(batch, name)[cut] for name in names},
            text=text_features(1),
            negative=text_features(1),
            seeds=(5 + index,),
            weights=replace(batch.weights, text=ones[:1], cross=ones[:1]),
        )
        *_, alone = sample(PROCESS, Pixels(0.25), one, settings)
        assert torch.equal(alone.state.image[0], together.state.image[index])
        assert torch.equal(alone.state.layout[0], together.state.layout[index])


def test_more_steps_than_clocks_end_clean() -> None:
    process = replace(
        PROCESS,
        image_schedule=NoiseSchedule.from_name(max_clock=20),
        transitions=UniformTransitions(NoiseSchedule.from_name(max_clock=20), 3),
    )
    for solver in ("ddim", "dpm++2m", "unipc", "heun", "ddpm", "ddpm-wide"):
        world = Pixels(0.0, process=process)
        *_, last = sample(process, world, wide(4), SamplerSettings(steps=45, solver=solver))
        assert float((last.state.image - MEAN).abs().max()) < 1e-5
