"""The bound against probabilities summed over every path, integrals on a grid, and the bins of all 256 values."""

from __future__ import annotations

import math
from itertools import product

import pytest
import torch
from torch import Tensor

from engine.diffusion.process import bound, categorical, gaussian
from engine.diffusion.process.categorical import ReverseKernel
from engine.diffusion.process.denoiser import DiffusionState
from engine.diffusion.process.schedule import NoiseSchedule
from engine.playground.playground_study import two_pixel_nats
from tests.engine.diffusion.brute_force import (
    EXACT_TOLERANCE,
    TRANSITION_KINDS,
    TransitionKind,
    chain_matrix,
    clock_map,
    one_hot,
    pixel_probabilities,
    schedule_of,
)
from tests.engine.diffusion.optimal_denoiser import clocks_at

PRIOR = torch.tensor([0.55, 0.25, 0.15, 0.05], dtype=torch.float64)
PAIRS = torch.tensor(
    [[0.40, 0.05, 0.02, 0.0], [0.05, 0.2, 0.03, 0.02], [0.02, 0.05, 0.1, 0.0], [0.0, 0.02, 0.0, 0.04]]
)
TICKS = schedule_of(1, 0.95, 0.8, 0.5, 0.2, 1e-13)


def ids(value: int) -> Tensor:
    return torch.full((1, 1, 1, 1), value)


def one_pixel(kind: TransitionKind, kernel: ReverseKernel, y_0: int) -> float:
    """The bound of one pixel in nats, in expectation over every y_t, with the exact head p(y_0 | y_t)."""
    transitions = kind.build(TICKS)
    total = float(bound.layout_prior_kl(transitions, ids(y_0)))
    for t in range(1, TICKS.max_clock + 1):
        to_t = chain_matrix(kind, TICKS, 0, t)
        for y_t in range(transitions.num_states):
            if to_t[y_0, y_t] == 0:
                continue
            head = PRIOR * to_t[:4, y_t]
            move = bound.layout_step_kl(
                transitions,
                kernel,
                pixel_probabilities(head / head.sum()),
                ids(y_0),
                ids(y_t),
                clock_map(t - 1),
                clock_map(t),
            )
            total += float(to_t[y_0, y_t]) * float(move)
    return total


@pytest.mark.parametrize("kind", TRANSITION_KINDS, ids=str)
@pytest.mark.parametrize("y_0", range(4))
def test_of_one_pixel_is_its_improbability_with_the_sum_kernel(kind: TransitionKind, y_0: int) -> None:
    assert abs(one_pixel(kind, "sum", y_0) + math.log(PRIOR[y_0])) < 1e-10


@pytest.mark.parametrize("kind", TRANSITION_KINDS, ids=str)
def test_of_one_pixel_is_above_the_entropy_with_the_product_kernel(kind: TransitionKind) -> None:
    """But for the mask, where both kernels are one."""
    entropy = -float((PRIOR * PRIOR.log()).sum())
    mean = sum(float(PRIOR[y_0]) * one_pixel(kind, "product", y_0) for y_0 in range(4))
    assert mean == pytest.approx(entropy, abs=1e-10) if kind.name == "absorbing" else mean > entropy + 0.02


def test_of_two_correlated_pixels_is_above_their_entropy() -> None:
    """Given z_t the pixels move one by one, which no network can mend."""
    kind, transitions = TRANSITION_KINDS[0], TRANSITION_KINDS[0].build(TICKS)
    table = PAIRS.double() / PAIRS.double().sum()
    entropy = -float((table * table.clamp(min=1e-300).log()).sum())
    total = 0.0
    for y_0 in product(range(4), repeat=2):
        if table[y_0] == 0:
            continue
        total += float(table[y_0]) * sum(float(bound.layout_prior_kl(transitions, ids(y))) for y in y_0)
        for t in range(1, TICKS.max_clock + 1):
            to_t = chain_matrix(kind, TICKS, 0, t)
            for y_t in product(range(4), repeat=2):
                weight = table[y_0] * to_t[y_0[0], y_t[0]] * to_t[y_0[1], y_t[1]]
                joint = table * to_t[:, y_t[0], None] * to_t[None, :, y_t[1]]
                heads = joint.sum(1) / joint.sum(), joint.sum(0) / joint.sum()
                for head, clean, now in zip(heads, y_0, y_t, strict=True):
                    move = bound.layout_step_kl(
                        transitions,
                        "sum",
                        pixel_probabilities(head),
                        ids(clean),
                        ids(now),
                        clock_map(t - 1),
                        clock_map(t),
                    )
                    total += float(weight * move)
    assert entropy + 0.01 < total < entropy + 0.3
    found = two_pixel_nats(transitions, table, "sum")
    assert found == (pytest.approx(entropy, abs=1e-10), pytest.approx(total, abs=1e-10))
    assert two_pixel_nats(transitions, table, "product")[1] > total + 0.01


@pytest.mark.parametrize("kind", TRANSITION_KINDS, ids=str)
def test_a_tick_is_the_move_by_one_clock_and_nothing_at_clock_0(kind: TransitionKind) -> None:
    transitions = kind.build(NoiseSchedule.from_name())
    head = pixel_probabilities(PRIOR).expand(1, 4, 1, 2)
    y = torch.tensor([[[[1, 2]]]])
    clocks = clocks_at(400, 0)
    clocks.layout[..., 0] = 300
    found = bound.layout_one_clock_kl(
        transitions, "sum", head, y, DiffusionState(torch.zeros(1, 3, 1, 2), y, clocks)
    ).flatten()
    alone = bound.layout_step_kl(
        transitions, "sum", pixel_probabilities(PRIOR), ids(1), ids(1), clock_map(299), clock_map(300)
    )
    assert float(found[1]) == 0
    assert float(found[0]) == pytest.approx(float(alone), abs=1e-12)


def test_the_layout_s_end_is_nothing_after_the_full_schedule() -> None:
    for kind in TRANSITION_KINDS:
        assert float(bound.layout_prior_kl(kind.build(NoiseSchedule.from_name()), ids(1))) < 1e-6


def log_normal(x: Tensor, mean: float, variance: float) -> Tensor:
    return -0.5 * ((x - mean) ** 2 / variance + math.log(2 * math.pi * variance))


@pytest.mark.parametrize("variance", ["posterior", "step"])
@pytest.mark.parametrize(("s", "t"), [(1, 2), (1, 4), (3, 4)])
def test_image_move_is_the_integral_of_the_log_ratio(variance: bound.VarianceType, s: int, t: int) -> None:
    x_0, guess, x_t = (torch.full((1, 1, 1, 1), v, dtype=torch.float64) for v in (0.7, 0.3, -0.4))
    posteriors = [gaussian.q_posterior(TICKS, x, x_t, clock_map(s), clock_map(t)) for x in (x_0, guess)]
    (m_q, v_q), (m_p, v_p) = (tuple(map(float, one)) for one in posteriors)
    if variance == "step":
        v_p = 1 - float(TICKS.alpha_bar[t] / TICKS.alpha_bar[s])
    grid = torch.linspace(m_q - 12 * math.sqrt(v_q), m_q + 12 * math.sqrt(v_q), 100_001, dtype=torch.float64)
    log_q = log_normal(grid, m_q, v_q)
    expected = torch.trapezoid(log_q.exp() * (log_q - log_normal(grid, m_p, v_p)), grid)
    found = bound.image_step_kl(TICKS, x_0, guess, x_t, clock_map(s), clock_map(t), variance)
    torch.testing.assert_close(found.squeeze(), expected, **EXACT_TOLERANCE)


def test_image_end_is_the_divergence_from_noise() -> None:
    schedule, x_0 = schedule_of(1, 0.5, 0.2), torch.tensor([0.8], dtype=torch.float64)
    mean, variance = math.sqrt(0.2) * 0.8, 0.8
    expected = 0.5 * (variance + mean**2 - 1 - math.log(variance))
    assert float(bound.image_prior_kl(schedule, x_0)) == pytest.approx(expected, abs=1e-12)


def bins(values: Tensor) -> tuple[Tensor, Tensor]:
    """Edges of the bins of values in [-1, 1], open at both ends."""
    lower = (values - 1 / 255).where(values > -1, -torch.inf)
    return lower, (values + 1 / 255).where(values < 1, torch.inf)


@pytest.mark.parametrize(("mean", "deviation"), [(0.2, 0.05), (-1.3, 0.3), (0.0, 1e-3), (0.999, 2.0)])
def test_decoder_shares_all_mass_among_the_256_values(mean: float, deviation: float) -> None:
    normal = (torch.tensor(v, dtype=torch.float64) for v in (mean, deviation**2))
    nats = bound.discretised_gaussian_nll(*bins(torch.linspace(-1, 1, 256, dtype=torch.float64)), *normal)
    assert float((-nats).exp().sum()) == pytest.approx(1, abs=1e-10)


@pytest.mark.parametrize("x_0", [-1.0, -0.5 + 1 / 510, 1.0])
def test_decoder_is_the_mass_of_one_bin_even_in_the_far_tail(x_0: float) -> None:
    normal = (torch.tensor(v, dtype=torch.float64) for v in (0.1, 0.04**2))
    nats = float(bound.discretised_gaussian_nll(*bins(torch.tensor(x_0, dtype=torch.float64)), *normal))
    edges = [(x_0 + sign / 255 - 0.1) / 0.04 for sign in (-1, 1)]
    a = -math.inf if x_0 == -1 else edges[0]
    b = math.inf if x_0 == 1 else edges[1]
    small, large = (a, b) if b < 0 else (-b, -a)  # the same mass, in the left tail
    mass = (math.erfc(-large / math.sqrt(2)) - (0 if small == -math.inf else math.erfc(-small / math.sqrt(2)))) / 2
    assert nats == pytest.approx(-math.log(mass), rel=1e-10)


@pytest.mark.parametrize("kind", TRANSITION_KINDS, ids=str)
@pytest.mark.parametrize("kernel", ["sum", "product"])
def test_a_tick_has_finite_gradients_at_clocks_0_running_and_t(kind: TransitionKind, kernel: ReverseKernel) -> None:
    transitions = kind.build(NoiseSchedule.from_name(odds=1 / 64))
    logits = torch.randn((1, 4, 1, 3), generator=torch.Generator().manual_seed(0)).requires_grad_()
    y_0, y_t = torch.tensor([[[[1, 2, 3]]]]), torch.tensor([[[[1, 2, transitions.num_states - 1]]]])
    clocks = clocks_at(0, 0, (1, 3))
    clocks.layout[..., :] = torch.tensor([0, 300, 1000])
    state = DiffusionState(torch.zeros(1, 3, 1, 3), y_t, clocks)
    tick = bound.layout_one_clock_kl(transitions, kernel, categorical.class_softmax(logits), y_0, state)
    (gradient,) = torch.autograd.grad(tick.sum(), logits)
    assert bool(tick.isfinite().all())
    assert bool(gradient.isfinite().all())


def test_the_exact_head_of_the_forward_process_costs_nothing_to_follow() -> None:
    """A head that is certain and right: the only cost is at the end."""
    uniform = TRANSITION_KINDS[0].build(TICKS)
    for t in range(1, 6):
        move = bound.layout_step_kl(uniform, "sum", one_hot(2, 4), ids(2), ids(1), clock_map(t - 1), clock_map(t))
        assert abs(float(move)) < 1e-10
