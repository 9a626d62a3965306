"""The Gaussian half against numeric integration, and its parameterisations against each other."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.diffusion import gaussian
from engine.diffusion.schedule import Schedule
from tests.engine.diffusion.brute import EXACT, clock

T = 8
SKIPS = [(s, t) for t in range(1, T + 1) for s in range(t)]
seeds = st.integers(0, 2**31)


def picture(seed: int) -> torch.Tensor:
    return torch.randn((1, 3, 2, 2), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("t", range(1, T + 1))
def test_marginal_is_its_ticks_composed(t: int) -> None:
    """x_u = √α x_{u-1} + √(1-α) ε, tick by tick: the mean and variance of a linear map of Gaussians."""
    schedule = Schedule.named(clocks=T)
    mean, variance = 1.0, 0.0
    for u in range(1, t + 1):
        keep = float(schedule.alpha_bar[u] / schedule.alpha_bar[u - 1])
        mean, variance = math.sqrt(keep) * mean, keep * variance + (1 - keep)
    one, zero = torch.ones(1, 1, 1, 1, dtype=torch.float64), torch.zeros(1, 1, 1, 1, dtype=torch.float64)
    assert abs(float(gaussian.q_sample(schedule, one, clock(t), zero)) - mean) < 1e-10
    assert abs(float(gaussian.q_sample(schedule, zero, clock(t), one)) - math.sqrt(variance)) < 1e-10


@pytest.mark.parametrize(("s", "t"), [(s, t) for s, t in SKIPS if s > 0 and t < T])
def test_posterior_is_bayes_rule_by_integration(s: int, t: int) -> None:
    """p(x_s | x_t, x_0) ∝ N(x_s; √ᾱ_s x_0, 1-ᾱ_s) N(x_t; √α x_s, 1-α) on a fine grid."""
    schedule, x_0, x_t = Schedule.named(clocks=T), 0.7, -0.4
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
    found = gaussian.q_posterior(schedule, *values, clock(s), clock(t))
    torch.testing.assert_close(found.mean.squeeze(), mean, **EXACT)
    torch.testing.assert_close(found.variance.squeeze(), variance, **EXACT)


@pytest.mark.parametrize("t", range(1, T + 1))
def test_posterior_at_clock_0_is_the_clean_picture(t: int) -> None:
    x_0, x_t = picture(1), picture(2)
    found = gaussian.q_posterior(Schedule.named(clocks=T), x_0, x_t, clock(0), clock(t))
    torch.testing.assert_close(found.mean, x_0, **EXACT)
    assert float(found.variance) == 0


@given(seed=seeds, t=st.integers(1, T - 1))
def test_noise_clean_and_v_agree(seed: int, t: int) -> None:
    schedule, now = Schedule.named(clocks=T), clock(t)
    x_0, noise = picture(seed), picture(seed + 1)
    x_t = gaussian.q_sample(schedule, x_0, now, noise)
    v = gaussian.v_of(schedule, x_0, noise, now)
    torch.testing.assert_close(gaussian.x_0_of_v(schedule, x_t, v, now), x_0, **EXACT)
    torch.testing.assert_close(gaussian.noise_of_v(schedule, x_t, v, now), noise, **EXACT)
    torch.testing.assert_close(gaussian.x_0_of_noise(schedule, x_t, noise, now), x_0, rtol=1e-10, atol=1e-10)


def test_v_is_defined_at_both_ends() -> None:
    schedule, x_0, noise = Schedule.named(), picture(3), picture(4)
    clean, end = clock(0), clock(1000)
    assert torch.equal(gaussian.q_sample(schedule, x_0, clean, noise), x_0)
    torch.testing.assert_close(gaussian.x_0_of_v(schedule, x_0, picture(5), clean), x_0, **EXACT)
    torch.testing.assert_close(gaussian.noise_of_v(schedule, noise, picture(5), end), noise, **EXACT)


@given(seed=seeds, skip=st.sampled_from(SKIPS))
def test_ddim_with_the_truth_stays_on_the_truth_s_path(seed: int, skip: tuple[int, int]) -> None:
    s, t = map(clock, skip)
    schedule, x_0, noise = Schedule.named(clocks=T), picture(seed), picture(seed + 1)
    expected = gaussian.q_sample(schedule, x_0, s, noise)
    torch.testing.assert_close(gaussian.ddim_step(schedule, x_0, noise, s, t), expected, **EXACT)


@given(seed=seeds, skip=st.sampled_from(SKIPS))
def test_ancestral_ddim_is_the_posterior(seed: int, skip: tuple[int, int]) -> None:
    """η = 1 with noise z is the posterior's mean + √variance z, for the x̂_0 and ε̂ that v stands for."""
    s, t = map(clock, skip)
    schedule, x_t, v, z = Schedule.named(clocks=T), picture(seed), picture(seed + 1), picture(seed + 2)
    x_0, epsilon = gaussian.x_0_of_v(schedule, x_t, v, t), gaussian.noise_of_v(schedule, x_t, v, t)
    posterior = gaussian.q_posterior(schedule, x_0, x_t, s, t)
    found = gaussian.ddim_step(schedule, x_0, epsilon, s, t, z)
    torch.testing.assert_close(found, posterior.mean + posterior.variance.sqrt() * z, **EXACT)


def test_every_pixel_has_its_own_clock() -> None:
    schedule, x_0, noise = Schedule.named(clocks=T), picture(6), picture(7)
    t = torch.tensor([[[[1, 3], [6, 8]]]])
    s = torch.tensor([[[[0, 1], [2, 5]]]])
    x_t, x_s = gaussian.q_sample(schedule, x_0, t, noise), gaussian.ddim_step(schedule, x_0, noise, s, t, noise)
    for row in range(2):
        for column in range(2):
            cut = (..., slice(row, row + 1), slice(column, column + 1))
            alone = gaussian.q_sample(schedule, x_0[cut], t[cut], noise[cut])
            torch.testing.assert_close(x_t[cut], alone, **EXACT)
            alone = gaussian.ddim_step(schedule, x_0[cut], noise[cut], s[cut], t[cut], noise[cut])
            torch.testing.assert_close(x_s[cut], alone, **EXACT)


def test_weight_is_min_snr_with_a_floor() -> None:
    schedule = Schedule.named()
    for t in (1, 200, 500, 800, 990, 1000):
        a = float(schedule.alpha_bar[t])
        snr = a / (1 - a)
        expected = max(0.05, min(snr, 5) / (snr + 1))
        assert abs(float(gaussian.v_weight(schedule, torch.tensor(t))) - expected) < 1e-6
