"""The categorical half of every chain against matrices multiplied out and against sums over every path."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.diffusion.process import categorical
from engine.diffusion.process.schedule import NoiseSchedule
from tests.engine.diffusion.brute_force import (
    EXACT_TOLERANCE,
    TRANSITION_KINDS,
    TransitionKind,
    chain_matrix,
    clock_map,
    joint_table,
    marginal_table,
    one_hot,
    pixel_probabilities,
    schedule_of,
)

UNIFORM = TRANSITION_KINDS[0]
PRIOR = torch.tensor([0.55, 0.25, 0.15, 0.05], dtype=torch.float64)
SKIPS = [(s, t) for t in range(1, 9) for s in range(t)]
every_kind = pytest.mark.parametrize("kind", TRANSITION_KINDS, ids=str)
kinds, seeds = st.sampled_from(TRANSITION_KINDS), st.integers(0, 2**31)


def probabilities(seed: int, classes: int = 4) -> torch.Tensor:
    values = torch.randn(classes, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return pixel_probabilities(values.softmax(0))


def eight() -> NoiseSchedule:
    return NoiseSchedule.from_name(max_clock=8, odds=0.5)


@every_kind
@pytest.mark.parametrize("t", range(1, 9))
def test_forward_is_the_product_of_the_transitions(kind: TransitionKind, t: int) -> None:
    transitions, rows = kind.build(eight()), chain_matrix(kind, eight(), 0, t)
    for start in range(4):
        found = categorical.q_probs(transitions, one_hot(start, 4), clock_map(t))
        torch.testing.assert_close(found.flatten(), rows[start], **EXACT_TOLERANCE)


@every_kind
@pytest.mark.parametrize(("s", "t"), SKIPS)
def test_both_directions_of_a_skip_are_the_product_of_the_transitions(kind: TransitionKind, s: int, t: int) -> None:
    transitions, q = kind.build(eight()), chain_matrix(kind, eight(), s, t)
    for i in range(len(q)):
        state = one_hot(i, len(q))
        torch.testing.assert_close(
            transitions.forward(state, clock_map(s), clock_map(t)).flatten(), q[i], **EXACT_TOLERANCE
        )
        torch.testing.assert_close(
            transitions.backward(state, clock_map(s), clock_map(t)).flatten(), q[:, i], **EXACT_TOLERANCE
        )


@every_kind
@pytest.mark.parametrize(("s", "t"), SKIPS)
def test_posterior_is_bayes_rule(kind: TransitionKind, s: int, t: int) -> None:
    to_s, to_t, on = (chain_matrix(kind, eight(), *skip) for skip in ((0, s), (0, t), (s, t)))
    transitions = kind.build(eight())
    for y_0 in range(4):
        for y_t in (to_t[y_0] > 0).nonzero().flatten().tolist():
            expected = to_s[y_0] * on[:, y_t] / to_t[y_0, y_t]
            now = one_hot(y_t, len(on))
            found = categorical.q_posterior(transitions, one_hot(y_0, 4), now, clock_map(s), clock_map(t))
            torch.testing.assert_close(found.flatten(), expected, **EXACT_TOLERANCE)


@every_kind
@pytest.mark.parametrize(("s", "t"), [(0, 1), (0, 3), (1, 2), (1, 4), (2, 3), (3, 4)])
def test_sum_kernel_with_the_exact_head_is_the_true_reverse(kind: TransitionKind, s: int, t: int) -> None:
    """p(y_s | y_t) by summing over every path of the chain."""
    schedule = schedule_of(1, 0.9, 0.6, 0.3, 0.02)
    table = joint_table(kind, schedule, PRIOR)
    p_st, p_0t = marginal_table(table, s, t), marginal_table(table, 0, t)
    for y_t in range(len(p_st)):
        head = pixel_probabilities(p_0t[:4, y_t] / p_0t[:4, y_t].sum())
        found = categorical.reverse_probs(
            kind.build(schedule), head, one_hot(y_t, len(p_st)), clock_map(s), clock_map(t)
        )
        torch.testing.assert_close(found.flatten(), p_st[:, y_t] / p_st[:, y_t].sum(), **EXACT_TOLERANCE)


@given(kind=kinds, seed=seeds, y_t=st.integers(0, 3), skip=st.sampled_from(SKIPS))
def test_sum_kernel_is_the_sum_of_posteriors_for_any_head(
    kind: TransitionKind, seed: int, y_t: int, skip: tuple[int, int]
) -> None:
    """Where the mask is on, every class is possible; elsewhere of the absorbing chain only the observed class."""
    (s, t), transitions = map(clock_map, skip), kind.build(NoiseSchedule.from_name(max_clock=8))
    now = one_hot(4 if transitions.num_states == 5 else y_t, transitions.num_states)
    head = probabilities(seed)
    expected = sum(
        head[:, k : k + 1] * categorical.q_posterior(transitions, one_hot(k, 4), now, s, t) for k in range(4)
    )
    found = categorical.reverse_probs(transitions, head, now, s, t)
    torch.testing.assert_close(found, expected, **EXACT_TOLERANCE)
    torch.testing.assert_close(found.sum(1), torch.ones(1, 1, 1, dtype=torch.float64), **EXACT_TOLERANCE)


@given(kind=kinds, seed=seeds, kernel=st.sampled_from(["sum", "product"]), skip=st.sampled_from(SKIPS))
def test_ids_have_the_same_reverse(
    kind: TransitionKind, seed: int, kernel: categorical.ReverseKernel, skip: tuple[int, int]
) -> None:
    """Also in closed form, and up to rounding in single precision."""
    (s, t), transitions = map(clock_map, skip), kind.build(NoiseSchedule.from_name(max_clock=8))
    head, ids = probabilities(seed).expand(1, 4, 1, 4), torch.arange(4).reshape(1, 1, 1, 4)
    expected = categorical.reverse_probs(
        transitions, head, categorical.one_hot(ids, transitions.num_states, torch.float64), s, t, kernel
    )
    for dtype, near in ((torch.float64, EXACT_TOLERANCE), (torch.float32, {"rtol": 1e-4, "atol": 1e-6})):
        found = categorical.unnormalised_reverse_probs(transitions, head.to(dtype), ids, s, t, kernel)
        torch.testing.assert_close(categorical.normalise(found), expected.to(dtype), **near)


@given(kind=kinds, seed=seeds, y_t=st.integers(0, 3))
def test_sum_kernel_is_the_product_kernel_with_the_head_divided(kind: TransitionKind, seed: int, y_t: int) -> None:
    """p̂ → (p̂/Z)/Σ(p̂/Z), Z_k = q(y_t | y_0 = k), turns the one kernel into the other."""
    schedule, s, t = schedule_of(1, 0.6, 0.3), clock_map(1), clock_map(2)
    transitions = kind.build(schedule)
    state = 4 if transitions.num_states == 5 else y_t
    head, now = probabilities(seed), one_hot(state, transitions.num_states)
    divided = head / pixel_probabilities(chain_matrix(kind, schedule, 0, 2)[:4, state])
    divided = divided / divided.sum(1, keepdim=True)
    product = categorical.reverse_probs(transitions, divided, now, s, t, "product")
    torch.testing.assert_close(categorical.reverse_probs(transitions, head, now, s, t), product, **EXACT_TOLERANCE)


@given(seed=seeds, state=st.integers(0, 4), skip=st.sampled_from(SKIPS))
def test_with_a_mask_both_kernels_are_one_and_what_is_seen_is_carried_over(
    seed: int, state: int, skip: tuple[int, int]
) -> None:
    (s, t), transitions = map(clock_map, skip), TRANSITION_KINDS[1].build(eight())
    head, now = probabilities(seed), one_hot(state, 5)
    both = [categorical.reverse_probs(transitions, head, now, s, t, kernel) for kernel in ("sum", "product")]
    torch.testing.assert_close(*both, **EXACT_TOLERANCE)
    if state < 4:
        torch.testing.assert_close(both[0], now, **EXACT_TOLERANCE)


def test_what_is_seen_is_carried_over_even_if_the_head_denies_it() -> None:
    head = torch.tensor([0.0, 1.0, 0.0, 0.0]).reshape(1, 4, 1, 1)
    transitions = TRANSITION_KINDS[1].build(NoiseSchedule.from_name())
    found = categorical.reverse_probs(transitions, head, one_hot(2, 5).float(), clock_map(700), clock_map(900))
    assert found.flatten().tolist() == pytest.approx([0, 0, 1, 0, 0])


def test_both_kernels_on_the_worked_example() -> None:
    """ᾱ_s = 0.6, ᾱ_t = 0.3, y_t = 0, and a head that is exact for the prior."""
    schedule, now, s, t = schedule_of(1, 0.6, 0.3), one_hot(0, 4), clock_map(1), clock_map(2)
    head = PRIOR * chain_matrix(UNIFORM, schedule, 0, 2)[:, 0]
    head, uniform = pixel_probabilities(head / head.sum()), UNIFORM.build(schedule)
    by_sum, by_product = (
        categorical.reverse_probs(uniform, head, now, s, t, kernel).flatten() for kernel in ("sum", "product")
    )
    three = {"rtol": 0.0, "atol": 5e-4}
    torch.testing.assert_close(by_sum, torch.tensor([0.790, 0.092, 0.070, 0.048], dtype=torch.float64), **three)
    torch.testing.assert_close(by_product, torch.tensor([0.865, 0.055, 0.045, 0.036], dtype=torch.float64), **three)


@every_kind
def test_reverse_in_float32_stands_the_ends_of_the_full_schedule(kind: TransitionKind) -> None:
    transitions = kind.build(NoiseSchedule.from_name(odds=1 / 64))
    head = torch.tensor([1.0, 0.0, 0.0, 0.0]).reshape(1, 4, 1, 1)
    for s, t in ((0, 1), (0, 1000), (999, 1000), (1, 2), (500, 501)):
        for y_t in range(transitions.num_states):
            now = one_hot(y_t, transitions.num_states).float()
            found = categorical.reverse_probs(transitions, head, now, clock_map(s), clock_map(t))
            assert bool(found.isfinite().all())
            assert bool((found >= 0).all())
            assert abs(float(found.sum()) - 1) < 1e-4


@every_kind
def test_every_pixel_has_its_own_clock(kind: TransitionKind) -> None:
    transitions = kind.build(NoiseSchedule.from_name(max_clock=8))
    head = torch.rand((1, 4, 1, 3), generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    head = head / head.sum(1, keepdim=True)
    now = categorical.one_hot(torch.tensor([[[[0, 3, 1]]]]), transitions.num_states, torch.float64)
    s, t = torch.tensor([[[[0, 2, 5]]]]), torch.tensor([[[[1, 7, 8]]]])
    whole = categorical.reverse_probs(transitions, head, now, s, t)
    for i in range(3):
        cut = (..., slice(i, i + 1))
        alone = categorical.reverse_probs(transitions, head[cut], now[cut], s[cut], t[cut])
        torch.testing.assert_close(whole[cut], alone, **EXACT_TOLERANCE)


def test_one_hot_puts_a_one_at_the_class() -> None:
    ids = torch.tensor([[[[2, 0]]], [[[1, 1]]]])
    found = categorical.one_hot(ids, 3)
    assert found.shape == (2, 3, 1, 2)
    assert torch.equal(found.argmax(1, keepdim=True), ids)
    assert torch.equal(found.sum(1), torch.ones(2, 1, 2))


def test_draws_have_the_given_frequencies() -> None:
    n = 200_000
    uniform = torch.rand((n, 1, 1, 1), generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    drawn = categorical.sample_ids_(pixel_probabilities(PRIOR).repeat(n, 1, 1, 1), uniform)
    assert drawn.shape == (n, 1, 1, 1)
    shares = torch.bincount(drawn.flatten(), minlength=4) / n
    assert float((shares - PRIOR).abs().max()) < 0.005  # four standard deviations are 0.0045


def test_what_is_impossible_is_never_drawn_not_even_at_the_edges() -> None:
    edges = torch.tensor([0.0, 2.0**-24, 0.5, 1 - 2.0**-24]).reshape(4, 1, 1, 1)
    for whole in torch.linspace(0.5, 4, 50).tolist():
        certain = torch.tensor([0.0, whole / 3, 0.0, 2 * whole / 3, 0.0]).reshape(1, 5, 1, 1).expand(4, 5, 1, 1)
        assert categorical.sample_ids_(certain.clone(), edges).flatten().tolist() == [1, 1, 3, 3]


@every_kind
@pytest.mark.parametrize("t", [0, 1, 4, 8])
def test_forward_draws_have_the_forward_frequencies(kind: TransitionKind, t: int) -> None:
    n, transitions = 100_000, kind.build(NoiseSchedule.from_name(max_clock=8))
    states = transitions.num_states
    uniform = torch.rand((n, 1, 1, 1), generator=torch.Generator().manual_seed(t), dtype=torch.float64)
    drawn = categorical.q_sample(transitions, torch.full((n, 1, 1, 1), 2), torch.full((n, 1, 1, 1), t), uniform)
    shares = torch.bincount(drawn.flatten(), minlength=states) / n
    expected = categorical.q_probs(transitions, one_hot(2, 4), clock_map(t)).flatten()
    assert float((shares - expected).abs().max()) < 0.0065  # four standard deviations


def test_the_likeliest_is_the_first_of_equals() -> None:
    p = torch.rand((3, 19, 5, 4), generator=torch.Generator().manual_seed(0))
    assert torch.equal(categorical.argmax_ids(p), p.argmax(1, keepdim=True))
    assert categorical.argmax_ids(torch.tensor([0.2, 0.4, 0.4, 0.0]).reshape(1, 4, 1, 1)).item() == 1
