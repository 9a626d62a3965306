"""The Gaussian half against numeric integration, and its parameterisations against each other."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.diffusion.process import gaussian
from engine.diffusion.process.schedule import NoiseSchedule
from tests.engine.diffusion.brute_force import EXACT_TOLERANCE, clock_map

T = 8
SKIPS = [(s, t) for t in range(1, T + 1) for s in range(t)]
seeds = st.integers(0, 2**31)


def picture(seed: int) -> torch.Tensor:
    return torch.randn((1, 3, 2, 2), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("t", range(1, T + 1))
def test_marginal_is_its_ticks_composed(t: int) -> None:
    """x_u = √α x_{u-1} + √(1-α) ε, tick by tick: the mean and variance of a linear map of Gaussians."""
    schedule = NoiseSchedule.from_name(max_clock=T)
    mean, variance = 1.0, 0.0
    for u in range(1, t + 1):
        keep = float(schedule.alpha_bar[u] / schedule.alpha_bar[u - 1])
        mean, variance = math.sqrt(keep) * mean, keep * variance + (1 - keep)
    one, zero = torch.ones(1, 1, 1, 1, dtype=torch.float64), torch.zeros(1, 1, 1, 1, dtype=torch.float64)
    assert abs(float(gaussian.q_sample(schedule, one, clock_map(t), zero)) - mean) < 1e-10
    assert abs(float(gaussian.q_sample(schedule, zero, clock_map(t), one)) - math.sqrt(variance)) < 1e-10


@pytest.mark.parametrize(("s", "t"), [(s, t) for s, t in SKIPS if s > 0 and t < T])
def test_posterior_is_bayes_rule_by_integration(s: int, t: int) -> None:
    """p(x_s | x_t, x_0) ∝ N(x_s; √ᾱ_s x_0, 1-ᾱ_s) N(x_t; √α x_s, 1-α) on a fine grid."""
    schedule, x_0, x_t = NoiseSchedule.from_name(max_clock=T), 0.7, -0.4
    a_s, a_t = (float(schedule.alpha_bar[u]) for u in (s, t))
    a = a_t / a_s
    grid = torch.linspace(-9, 9, 200_001, dtype=torch.float64)
    weight = torch.exp(
        -0.5 * (grid - math.sqrt(a_s) * x_0) ** 2 / (1 - a_s) - 0.5 * (x_t - math.sqrt(a) * grid) ** 2 / (1 - a)
    )
    weight /= weight.sum()
    mean = (weight * grid).sum()
    variance = (weight * (grid - mean) ** 2).sum()
    values = (torch.full((1, 1, 1, 1), v, dtype=torch.float64) for v in (x_0, x_t))
    found = gaussian.q_posterior(schedule, *values, clock_map(s), clock_map(t))
    torch.testing.assert_close(found.mean.squeeze(), mean, **EXACT_TOLERANCE)
    torch.testing.assert_close(found.variance.squeeze(), variance, **EXACT_TOLERANCE)


@pytest.mark.parametrize("t", range(1, T + 1))
def test_posterior_at_clock_0_is_the_clean_picture(t: int) -> None:
    x_0, x_t = picture(1), picture(2)
    found = gaussian.q_posterior(NoiseSchedule.from_name(max_clock=T), x_0, x_t, clock_map(0), clock_map(t))
    torch.testing.assert_close(found.mean, x_0, **EXACT_TOLERANCE)
    assert float(found.variance) == 0


OUTPUTS: tuple[gaussian.PredictionType, ...] = ("v", "epsilon", "x_0")


@given(seed=seeds, t=st.integers(1, T - 1), kind=st.sampled_from(OUTPUTS))
def test_all_that_a_network_can_say_means_the_same(seed: int, t: int, kind: gaussian.PredictionType) -> None:
    schedule, now = NoiseSchedule.from_name(max_clock=T), clock_map(t)
    x_0, noise = picture(seed), picture(seed + 1)
    x_t = gaussian.q_sample(schedule, x_0, now, noise)
    output = gaussian.prediction_target(schedule, kind, x_0, noise, now)
    torch.testing.assert_close(gaussian.x_0_from_output(schedule, kind, x_t, output, now), x_0, **EXACT_TOLERANCE)
    torch.testing.assert_close(
        gaussian.epsilon_from_output(schedule, kind, x_t, output, now), noise, **EXACT_TOLERANCE
    )


@pytest.mark.parametrize("kind", OUTPUTS)
def test_whatever_is_said_is_finite_at_both_ends_and_given_pixels_are_clean(kind: gaussian.PredictionType) -> None:
    schedule, x_t, output = NoiseSchedule.from_name(), picture(3), picture(5)
    assert torch.equal(gaussian.x_0_from_output(schedule, kind, x_t, output, clock_map(0)), x_t)
    for t in (0, 1, 999, 1000):
        assert bool(gaussian.x_0_from_output(schedule, kind, x_t, output, clock_map(t)).isfinite().all())
        assert bool(gaussian.epsilon_from_output(schedule, kind, x_t, output, clock_map(t)).isfinite().all())


def test_v_is_defined_at_both_ends() -> None:
    schedule, x_0, noise = NoiseSchedule.from_name(), picture(3), picture(4)
    assert torch.equal(gaussian.q_sample(schedule, x_0, clock_map(0), noise), x_0)
    torch.testing.assert_close(
        gaussian.epsilon_from_output(schedule, "v", noise, picture(5), clock_map(1000)), noise, **EXACT_TOLERANCE
    )


@pytest.mark.parametrize("t", range(1, T))
def test_score_is_the_gradient_of_the_log_density(t: int) -> None:
    schedule, x_0 = NoiseSchedule.from_name(max_clock=T), picture(1)
    x_t = picture(2).requires_grad_()
    a = float(schedule.alpha_bar[t])
    log_q = -0.5 * ((x_t - math.sqrt(a) * x_0) ** 2).sum() / (1 - a)
    (gradient,) = torch.autograd.grad(log_q, x_t)
    epsilon = (x_t.detach() - math.sqrt(a) * x_0) / math.sqrt(1 - a)
    torch.testing.assert_close(
        gaussian.score_from_epsilon(schedule, epsilon, clock_map(t)), gradient, **EXACT_TOLERANCE
    )


def test_every_pixel_has_its_own_clock() -> None:
    schedule, x_0, noise = NoiseSchedule.from_name(max_clock=T), picture(6), picture(7)
    t = torch.tensor([[[[1, 3], [6, 8]]]])
    s = torch.tensor([[[[0, 1], [2, 5]]]])
    x_t = gaussian.q_sample(schedule, x_0, t, noise)
    mean, variance = gaussian.q_posterior(schedule, x_0, x_t, s, t)
    for row in range(2):
        for column in range(2):
            cut = (..., slice(row, row + 1), slice(column, column + 1))
            alone = gaussian.q_sample(schedule, x_0[cut], t[cut], noise[cut])
            torch.testing.assert_close(x_t[cut], alone, **EXACT_TOLERANCE)
            alone = gaussian.q_posterior(schedule, x_0[cut], x_t[cut], s[cut], t[cut])
            torch.testing.assert_close(mean[cut], alone.mean, **EXACT_TOLERANCE)
            torch.testing.assert_close(variance[cut], alone.variance, **EXACT_TOLERANCE)


@pytest.mark.parametrize("t", [1, 200, 500, 800, 990, 1000])
def test_weight_is_min_snr_with_a_floor(t: int) -> None:
    """The three weights make one weight of the error of x_0."""
    schedule = NoiseSchedule.from_name()
    a = min(max(float(schedule.alpha_bar[t]), 1 / (1 + math.exp(12))), 1 / (1 + math.exp(-12)))
    snr = a / (1 - a)
    of_x_0 = min(snr, 5)
    for kind, of_kind in (("x_0", of_x_0), ("epsilon", of_x_0 / snr), ("v", of_x_0 / (snr + 1))):
        found = float(gaussian.min_snr_weight(schedule, kind, torch.tensor(t)))
        assert found == pytest.approx(max(0.05, of_kind), rel=1e-4)
