"""What every chain promises: it forgets everything, starts where it ends, and says so where it could not."""

from __future__ import annotations

import pytest
import torch

from engine.diffusion.process import categorical
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.process.transitions import (
    SimilarityTransitions,
    UniformTransitions,
    nearest_by_cosine,
    neighbour_similarity,
    ordinal_similarity,
)
from tests.engine.diffusion.brute_force import (
    EXACT_TOLERANCE,
    TRANSITION_KINDS,
    TransitionKind,
    clock_map,
    one_hot,
    pixel_probabilities,
)

ODDS = [1.0, 1 / 64]


@pytest.mark.parametrize("kind", TRANSITION_KINDS, ids=str)
@pytest.mark.parametrize("odds", ODDS)
@pytest.mark.parametrize("shape", ["cosine", "linear"])
def test_at_the_end_nothing_is_left_but_the_prior(kind: TransitionKind, odds: float, shape: str) -> None:
    transitions = kind.build(NoiseSchedule.from_name(shape, odds=odds))
    for start in range(transitions.num_states):
        row = transitions.forward(one_hot(start, transitions.num_states), clock_map(0), clock_map(1000)).flatten()
        assert float((row - transitions.prior).abs().max()) < 1e-3
        assert abs(float(row.sum()) - 1) < 1e-10


def test_classes_that_are_all_equally_near_make_the_uniform_chain() -> None:
    schedule = NoiseSchedule.from_name(max_clock=8)
    near, uniform = SimilarityTransitions(schedule, torch.full((5, 5), 3.0)), UniformTransitions(schedule, 5)
    p = pixel_probabilities(torch.tensor([0.1, 0.2, 0.3, 0.4, 0.0], dtype=torch.float64))
    for t in range(9):
        torch.testing.assert_close(
            near.forward(p, clock_map(0), clock_map(t)),
            uniform.forward(p, clock_map(0), clock_map(t)),
            **EXACT_TOLERANCE,
        )


def test_near_classes_swap_first() -> None:
    row = (
        SimilarityTransitions(NoiseSchedule.from_name(), ordinal_similarity(6, 1.0))
        .forward(one_hot(0, 6), clock_map(0), clock_map(200))
        .flatten()
    )
    assert bool((row.diff() < 0).all())


def test_neighbours_are_the_nearest_by_angle_both_ways() -> None:
    angles = torch.tensor([0.0, 0.1, 0.3, 1.5])
    embeddings = torch.stack([angles.cos(), angles.sin()], 1) * torch.tensor([[1.0], [9.0], [0.2], [4.0]])
    found = nearest_by_cosine(embeddings, 1).tolist()
    assert found == [[1], [0], [1], [2]]
    expected = torch.tensor([[0, 1, 0, 0], [1, 0, 0.5, 0], [0, 0.5, 0, 0.5], [0, 0, 0.5, 0]], dtype=torch.float64)
    assert torch.equal(neighbour_similarity(found), expected)


@pytest.mark.parametrize("count", [0, 4])
def test_a_class_cannot_have_itself_as_a_neighbour(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 3 neighbours"):
        nearest_by_cosine(torch.eye(4), count)


def test_classes_in_two_parts_would_never_be_forgotten() -> None:
    parts = torch.block_diag(torch.ones(2, 2), torch.ones(2, 2))
    with pytest.raises(ValueError, match="never confuse"):
        SimilarityTransitions(NoiseSchedule.from_name(), parts)


@pytest.mark.parametrize("odds", ODDS)
@pytest.mark.parametrize("skip", [(0, 8), (9, 10), (50, 100), (0, 1), (0, 1000), (500, 900)])
def test_float32_reverses_like_float64_over_many_classes(odds: float, skip: tuple[int, int]) -> None:
    """With the exact head of equally frequent classes; far ones are 1e-20 likely, and the kernel divides by that."""
    chain, (s, t) = (
        SimilarityTransitions(NoiseSchedule.from_name(odds=odds), ordinal_similarity(19, 0.8)),
        map(clock_map, skip),
    )
    head = categorical.normalise(chain.backward(one_hot(3, 19), clock_map(0), t))
    exact = categorical.reverse_probs(chain, head, one_hot(3, 19), s, t)
    found = categorical.reverse_probs(chain, head.float(), one_hot(3, 19).float(), s, t)
    assert float((found - exact).abs().sum()) / 2 < 1e-4


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("skip", [(1, 2), (4, 5), (1, 10), (2, 20), (5, 30)])
def test_a_head_that_is_sure_of_what_is_seen_keeps_it(skip: tuple[int, int], dtype: torch.dtype) -> None:
    """Classes so far away that their likelihood is rounded to 0 take no part, whatever the head leaves for them."""
    chain, (s, t) = SimilarityTransitions(NoiseSchedule.from_name(), ordinal_similarity(19, 1.0)), map(clock_map, skip)
    y_t = one_hot(3, 19).to(dtype)
    head = 0.999 * y_t + 0.001 / 19
    assert float(categorical.reverse_probs(chain, head, y_t, s, t)[0, 3]) > 0.98


def test_odds_that_leave_a_signal_at_the_end_are_refused() -> None:
    with pytest.raises(ValueError, match="leave more"):
        NoiseSchedule.from_name("linear", odds=1000)


def test_nearness_is_mutual() -> None:
    with pytest.raises(ValueError, match="symmetric"):
        SimilarityTransitions(NoiseSchedule.from_name(), torch.tensor([[0.0, 1.0], [2.0, 0.0]]))
