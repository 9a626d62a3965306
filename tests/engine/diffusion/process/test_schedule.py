"""Schedules: their end points, closed forms and the moved odds."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.diffusion.process.schedule import LOG_SNR_LIMIT, NoiseSchedule
from tests.engine.diffusion.brute_force import EXACT_TOLERANCE


@pytest.mark.parametrize("kind", ["cosine", "linear"])
@pytest.mark.parametrize("odds", [1.0, 1 / 64])
def test_clean_at_0_noise_at_the_end_and_falling(kind: str, odds: float) -> None:
    table = NoiseSchedule.from_name(kind, odds=odds).alpha_bar
    assert table.dtype == torch.float64
    assert table.shape == (1001,)
    assert table[0] == 1
    assert 0 < table[-1] < 1e-4
    assert bool((table.diff() < 0).all())


@given(t=st.integers(1, 999))
def test_cosine_follows_its_formula(t: int) -> None:
    def f(u: float) -> float:
        return math.cos((u + 0.008) / 1.008 * math.pi / 2) ** 2

    assert math.isclose(float(NoiseSchedule.from_name().alpha_bar[t]), f(t / 1000) / f(0), rel_tol=0, abs_tol=1e-12)


def test_linear_is_the_product_of_its_ticks() -> None:
    product = 1.0
    table = NoiseSchedule.from_name("linear").alpha_bar
    for t in range(1, 1001):
        product *= 1 - (1e-4 + (0.02 - 1e-4) * (t - 1) / 999)
        assert abs(float(table[t]) - product) < 1e-12


@given(t=st.integers(1, 1000), odds=st.sampled_from([1 / 64, 1 / 8, 4.0]))
def test_odds_are_multiplied(t: int, odds: float) -> None:
    plain, moved = (
        float(NoiseSchedule.from_name().alpha_bar[t]),
        float(NoiseSchedule.from_name(odds=odds).alpha_bar[t]),
    )
    assert math.isclose(moved / (1 - moved), odds * plain / (1 - plain), rel_tol=1e-9)


def test_tables_answer_in_the_shape_of_the_clocks() -> None:
    schedule = NoiseSchedule.from_name()
    t = torch.tensor([[[[0, 1], [500, 1000]]]])
    assert torch.equal(schedule.alpha_bar_at(t, torch.float64).flatten(), schedule.alpha_bar[t.flatten()])
    assert schedule.alpha_bar_at(t).shape == t.shape
    assert schedule.alpha_bar_at(t).dtype == torch.float32


@given(s=st.integers(0, 999), skip=st.integers(1, 1000))
def test_a_skip_is_the_product_of_its_ticks(s: int, skip: int) -> None:
    schedule = NoiseSchedule.from_name()
    t = min(s + skip, 1000)
    ticks = schedule.alpha_between(torch.arange(s, t), torch.arange(s + 1, t + 1), torch.float64)
    whole = schedule.alpha_between(torch.tensor(s), torch.tensor(t), torch.float64)
    torch.testing.assert_close(whole, ticks.prod(), **EXACT_TOLERANCE)


def test_log_snr_is_clamped_where_it_is_infinite_and_exact_between() -> None:
    schedule = NoiseSchedule.from_name()
    ends = schedule.log_snr(torch.tensor([0, 1000]), torch.float64)
    assert ends.tolist() == [LOG_SNR_LIMIT, -LOG_SNR_LIMIT]
    a = schedule.alpha_bar[500]
    middle = schedule.log_snr(torch.tensor(500), torch.float64)
    torch.testing.assert_close(middle, torch.log(a / (1 - a)), **EXACT_TOLERANCE)


@pytest.mark.parametrize(("clocks", "odds"), [(0, 1.0), (10, 0.0), (10, -1.0)])
def test_a_schedule_that_makes_no_sense_is_refused(clocks: int, odds: float) -> None:
    with pytest.raises(ValueError, match="positive odds"):
        NoiseSchedule.from_name(max_clock=clocks, odds=odds)


@pytest.mark.parametrize("table", [[0.9, 0.5], [1.0, 0.5, 0.5], [1.0, 0.4, 0.6]])
def test_a_table_that_is_no_schedule_is_refused(table: list[float]) -> None:
    with pytest.raises(ValueError, match="noisier than the one before"):
        NoiseSchedule(torch.tensor(table, dtype=torch.float64))


@pytest.mark.parametrize("kind", ["cosine", "linear"])
@pytest.mark.parametrize("clocks", [50, 100, 500])
def test_fewer_clocks_end_in_noise_all_the_same(kind: str, clocks: int) -> None:
    assert float(NoiseSchedule.from_name(kind, max_clock=clocks).alpha_bar[-1]) < 1e-3
