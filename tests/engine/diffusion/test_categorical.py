"""The categorical half against transition matrices multiplied out and against sums over every path."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.diffusion import categorical
from engine.diffusion.schedule import Schedule
from tests.engine.diffusion.brute import EXACT, chain, clock, joint, marginal, pixel, schedule_of

PRIOR = torch.tensor([0.55, 0.25, 0.15, 0.05], dtype=torch.float64)
seeds = st.integers(0, 2**31)


def one_hot(index: int, classes: int) -> torch.Tensor:
    return pixel(torch.eye(classes, dtype=torch.float64)[index])


def probabilities(seed: int, classes: int) -> torch.Tensor:
    values = torch.randn(classes, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return pixel(values.softmax(0))


@pytest.mark.parametrize("classes", [2, 3, 4])
@pytest.mark.parametrize("t", range(1, 9))
def test_forward_is_the_product_of_the_transitions(classes: int, t: int) -> None:
    schedule = Schedule.named(clocks=8, odds=0.5)
    rows = chain(schedule, 0, t, classes)
    for start in range(classes):
        found = categorical.q_probs(schedule, one_hot(start, classes), clock(t))
        torch.testing.assert_close(found.flatten(), rows[start], **EXACT)


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize(("s", "t"), [(0, 1), (0, 5), (1, 2), (2, 7), (3, 8), (7, 8)])
def test_posterior_is_bayes_rule(classes: int, s: int, t: int) -> None:
    schedule = Schedule.named(clocks=8, odds=0.5)
    to_s, to_t, on = (
        chain(schedule, 0, s, classes),
        chain(schedule, 0, t, classes),
        chain(schedule, s, t, classes),
    )
    for y_0 in range(classes):
        for y_t in range(classes):
            expected = to_s[y_0] * on[:, y_t] / to_t[y_0, y_t]
            found = categorical.q_posterior(schedule, one_hot(y_0, classes), one_hot(y_t, classes), clock(s), clock(t))
            torch.testing.assert_close(found.flatten(), expected, **EXACT)


@pytest.mark.parametrize(("s", "t"), [(0, 1), (0, 3), (1, 2), (1, 4), (2, 3), (3, 4)])
def test_sum_kernel_with_the_exact_head_is_the_true_reverse(s: int, t: int) -> None:
    """p(y_s | y_t) by summing over all 4^5 paths of the chain."""
    schedule = schedule_of(1, 0.9, 0.6, 0.3, 0.02)
    table = joint(schedule, PRIOR)
    p_st = marginal(table, s, t)
    p_0t = marginal(table, 0, t)
    for y_t in range(4):
        head = p_0t[:, y_t] / p_0t[:, y_t].sum()
        found = categorical.reverse(schedule, pixel(head), one_hot(y_t, 4), clock(s), clock(t))
        torch.testing.assert_close(found.flatten(), p_st[:, y_t] / p_st[:, y_t].sum(), **EXACT)


@given(seed=seeds, y_t=st.integers(0, 3), skip=st.sampled_from([(0, 1), (0, 8), (1, 5), (6, 7), (7, 8)]))
def test_sum_kernel_is_the_sum_of_posteriors_for_any_head(seed: int, y_t: int, skip: tuple[int, int]) -> None:
    schedule, (s, t) = Schedule.named(clocks=8), map(clock, skip)
    head, now = probabilities(seed, 4), one_hot(y_t, 4)
    expected = sum(head[:, k : k + 1] * categorical.q_posterior(schedule, one_hot(k, 4), now, s, t) for k in range(4))
    found = categorical.reverse(schedule, head, now, s, t)
    torch.testing.assert_close(found, expected, **EXACT)
    torch.testing.assert_close(found.sum(1), torch.ones(1, 1, 1, dtype=torch.float64), **EXACT)


@given(seed=seeds, y_t=st.integers(0, 3))
def test_sum_kernel_is_the_product_kernel_with_the_head_divided(seed: int, y_t: int) -> None:
    """p̂ → (p̂/Z)/Σ(p̂/Z), Z_k = q(y_t | y_0 = k), turns the one kernel into the other."""
    schedule, s, t = schedule_of(1, 0.6, 0.3), clock(1), clock(2)
    head, now = probabilities(seed, 4), one_hot(y_t, 4)
    divided = head / pixel(chain(schedule, 0, 2, 4)[:, y_t])
    divided = divided / divided.sum(1, keepdim=True)
    product = categorical.q_posterior(schedule, divided, now, s, t)
    torch.testing.assert_close(categorical.reverse(schedule, head, now, s, t), product, **EXACT)


def test_both_kernels_on_the_worked_example() -> None:
    """ᾱ_s = 0.6, ᾱ_t = 0.3, y_t = 0, and a head that is exact for the prior."""
    schedule, now, s, t = schedule_of(1, 0.6, 0.3), one_hot(0, 4), clock(1), clock(2)
    head = PRIOR * chain(schedule, 0, 2, 4)[:, 0]
    head = pixel(head / head.sum())
    by_sum = categorical.reverse(schedule, head, now, s, t).flatten()
    by_product = categorical.q_posterior(schedule, head, now, s, t).flatten()
    three = {"rtol": 0.0, "atol": 5e-4}
    torch.testing.assert_close(by_sum, torch.tensor([0.790, 0.092, 0.070, 0.048], dtype=torch.float64), **three)
    torch.testing.assert_close(by_product, torch.tensor([0.865, 0.055, 0.045, 0.036], dtype=torch.float64), **three)


def test_reverse_in_float32_stands_the_ends_of_the_full_schedule() -> None:
    schedule = Schedule.named(odds=1 / 64)
    head = torch.tensor([1.0, 0.0, 0.0]).reshape(1, 3, 1, 1)
    for s, t in ((0, 1), (0, 1000), (999, 1000), (1, 2), (500, 501)):
        for y_t in range(3):
            found = categorical.reverse(schedule, head, one_hot(y_t, 3).float(), clock(s), clock(t))
            assert bool(found.isfinite().all())
            assert bool((found >= 0).all())
            assert abs(float(found.sum()) - 1) < 1e-4


def test_every_pixel_has_its_own_clock() -> None:
    schedule = Schedule.named(clocks=8)
    head = torch.rand((1, 4, 1, 3), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    head = head / head.sum(1, keepdim=True)
    now = categorical.one_hot(torch.tensor([[[[0, 3, 1]]]]), 4, torch.float64)
    s, t = torch.tensor([[[[0, 2, 5]]]]), torch.tensor([[[[1, 7, 8]]]])
    whole = categorical.reverse(schedule, head, now, s, t)
    for i in range(3):
        cut = (..., slice(i, i + 1))
        alone = categorical.reverse(schedule, head[cut], now[cut], s[cut], t[cut])
        torch.testing.assert_close(whole[cut], alone, **EXACT)


def test_one_hot_puts_a_one_at_the_class() -> None:
    ids = torch.tensor([[[[2, 0]]], [[[1, 1]]]])
    found = categorical.one_hot(ids, 3)
    assert found.shape == (2, 3, 1, 2)
    assert torch.equal(found.argmax(1, keepdim=True), ids)
    assert torch.equal(found.sum(1), torch.ones(2, 1, 2))


def test_gumbel_draws_have_the_given_frequencies() -> None:
    n = 200_000
    uniform = torch.rand((n, 4, 1, 1), generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    drawn = categorical.sample(pixel(PRIOR).expand(n, 4, 1, 1), uniform)
    assert drawn.shape == (n, 1, 1, 1)
    shares = torch.bincount(drawn.flatten(), minlength=4) / n
    assert float((shares - PRIOR).abs().max()) < 0.005  # four standard deviations are 0.0045


def test_gumbel_never_draws_what_is_impossible_nor_fails_at_the_edges() -> None:
    certain = torch.tensor([0.0, 1.0, 0.0]).reshape(1, 3, 1, 1)
    edge = 1 - 2.0**-24
    for uniform in ([0.0, 0.0, 0.0], [edge, 0.0, edge], [0.5, edge, 0.5], [edge, edge, edge]):
        assert int(categorical.sample(certain, torch.tensor(uniform).reshape(1, 3, 1, 1))) == 1


@pytest.mark.parametrize("t", [0, 1, 4, 8])
def test_forward_draws_have_the_forward_frequencies(t: int) -> None:
    n, schedule = 100_000, Schedule.named(clocks=8)
    uniform = torch.rand((n, 2, 1, 1), generator=torch.Generator().manual_seed(t), dtype=torch.float64)
    y_0 = torch.full((n, 1, 1, 1), 2)
    drawn = categorical.q_sample(schedule, y_0, torch.full((n, 1, 1, 1), t), 4, uniform)
    shares = torch.bincount(drawn.flatten(), minlength=4) / n
    expected = categorical.q_probs(schedule, one_hot(2, 4), clock(t)).flatten()
    assert float((shares - expected).abs().max()) < 0.0065  # four standard deviations
