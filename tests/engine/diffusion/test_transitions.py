"""What every chain promises: it forgets everything, starts where it ends, and says so where it could not."""

from __future__ import annotations

import pytest
import torch

from engine.diffusion import categorical
from engine.diffusion.schedule import Schedule
from engine.diffusion.transitions import Neighbours, Uniform, nearest, of_neighbours, ordered
from tests.engine.diffusion.brute import EXACT, KINDS, Kind, clock, one_hot, pixel

ODDS = [1.0, 1 / 64]


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("odds", ODDS)
@pytest.mark.parametrize("shape", ["cosine", "linear"])
def test_at_the_end_nothing_is_left_but_the_prior(kind: Kind, odds: float, shape: str) -> None:
    transitions = kind.build(Schedule.named(shape, odds=odds))
    for start in range(transitions.states):
        row = transitions.forward(one_hot(start, transitions.states), clock(0), clock(1000)).flatten()
        assert float((row - transitions.prior).abs().max()) < 1e-3
        assert abs(float(row.sum()) - 1) < 1e-10


def test_classes_that_are_all_equally_near_make_the_uniform_chain() -> None:
    schedule = Schedule.named(clocks=8)
    near, uniform = Neighbours(schedule, torch.full((5, 5), 3.0)), Uniform(schedule, 5)
    p = pixel(torch.tensor([0.1, 0.2, 0.3, 0.4, 0.0], dtype=torch.float64))
    for t in range(9):
        torch.testing.assert_close(
            near.forward(p, clock(0), clock(t)), uniform.forward(p, clock(0), clock(t)), **EXACT
        )


def test_near_classes_swap_first() -> None:
    row = Neighbours(Schedule.named(), ordered(6, 1.0)).forward(one_hot(0, 6), clock(0), clock(200)).flatten()
    assert bool((row.diff() < 0).all())


def test_neighbours_are_the_nearest_by_angle_both_ways() -> None:
    angles = torch.tensor([0.0, 0.1, 0.3, 1.5])
    embeddings = torch.stack([angles.cos(), angles.sin()], 1) * torch.tensor([[1.0], [9.0], [0.2], [4.0]])
    found = nearest(embeddings, 1).tolist()
    assert found == [[1], [0], [1], [2]]
    expected = torch.tensor([[0, 1, 0, 0], [1, 0, 0.5, 0], [0, 0.5, 0, 0.5], [0, 0, 0.5, 0]], dtype=torch.float64)
    assert torch.equal(of_neighbours(found), expected)


@pytest.mark.parametrize("count", [0, 4])
def test_a_class_cannot_have_itself_as_a_neighbour(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 3 neighbours"):
        nearest(torch.eye(4), count)


def test_classes_in_two_parts_would_never_be_forgotten() -> None:
    parts = torch.block_diag(torch.ones(2, 2), torch.ones(2, 2))
    with pytest.raises(ValueError, match="tell them apart"):
        Neighbours(Schedule.named(), parts)


@pytest.mark.parametrize("odds", ODDS)
@pytest.mark.parametrize("skip", [(0, 8), (9, 10), (50, 100), (0, 1), (0, 1000), (500, 900)])
def test_float32_reverses_like_float64_over_many_classes(odds: float, skip: tuple[int, int]) -> None:
    """With the exact head of equally frequent classes; far ones are 1e-20 likely, and the kernel divides by that."""
    chain, (s, t) = Neighbours(Schedule.named(odds=odds), ordered(19, 0.8)), map(clock, skip)
    head = categorical.normalised(chain.backward(one_hot(3, 19), clock(0), t))
    exact = categorical.reverse(chain, head, one_hot(3, 19), s, t)
    found = categorical.reverse(chain, head.float(), one_hot(3, 19).float(), s, t)
    assert float((found - exact).abs().sum()) / 2 < 1e-4


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("skip", [(1, 2), (4, 5), (1, 10), (2, 20), (5, 30)])
def test_a_head_that_is_sure_of_what_is_seen_keeps_it(skip: tuple[int, int], dtype: torch.dtype) -> None:
    """Classes so far away that their likelihood is rounded to 0 take no part, whatever the head leaves for them."""
    chain, (s, t) = Neighbours(Schedule.named(), ordered(19, 1.0)), map(clock, skip)
    seen = one_hot(3, 19).to(dtype)
    head = 0.999 * seen + 0.001 / 19
    assert float(categorical.reverse(chain, head, seen, s, t)[0, 3]) > 0.98


def test_odds_that_leave_a_signal_at_the_end_are_refused() -> None:
    with pytest.raises(ValueError, match="leave more"):
        Schedule.named("linear", odds=1000)


def test_nearness_is_mutual() -> None:
    with pytest.raises(ValueError, match="symmetric"):
        Neighbours(Schedule.named(), torch.tensor([[0.0, 1.0], [2.0, 0.0]]))
