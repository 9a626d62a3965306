"""Guidance: the formulas on both halves, what every branch is asked, and that a weight of 1 is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.diffusion.process import gaussian
from engine.diffusion.process.categorical import normalise, unnormalised_reverse_probs
from engine.diffusion.process.denoiser import DiffusionState
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.process.transitions import AbsorbingTransitions, TransitionChain, UniformTransitions
from engine.diffusion.sampling.guidance import (
    GuidanceTerms,
    GuidanceWeights,
    build_branches,
    guide_image_output,
    guide_transition_probs,
)
from engine.diffusion.sampling.sampler import sample
from engine.diffusion.sampling.trajectory import SamplerSettings, SamplingTask
from tests.engine.diffusion.brute_force import EXACT_TOLERANCE, clock_map
from tests.engine.diffusion.optimal_denoiser import (
    PROCESS,
    OptimalDenoiser,
    clocks_at,
    empty_task,
    four_pictures,
    text_features,
    with_image,
    with_layout,
)

T = PROCESS.image_schedule.max_clock
weights = st.floats(0, 8)
seeds = st.integers(0, 2**31)


def normal(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def probabilities(seed: int) -> Tensor:
    return normal(seed, 2, 4, 1, 3).softmax(1)


def tensor(value: float) -> Tensor:
    return torch.full((2, 1, 1, 1), value, dtype=torch.float64)


@given(seed=seeds, w_text=weights, w_other=weights)
def test_image_is_led_away_from_both(seed: int, w_text: float, w_other: float) -> None:
    c, text, other = (normal(seed + i, 2, 3, 1, 3) for i in range(3))
    found = guide_image_output(c, [(text, tensor(w_text)), (other, tensor(w_other))])
    torch.testing.assert_close(found, c + (w_text - 1) * (c - text) + (w_other - 1) * (c - other), **EXACT_TOLERANCE)


@given(seed=seeds, w=weights, t=st.integers(1, 7))
def test_guiding_v_is_guiding_the_noise(seed: int, w: float, t: int) -> None:
    schedule, now = NoiseSchedule.from_name(max_clock=8), clock_map(t)
    x_t, v_c, v_n = (normal(seed + i, 1, 3, 1, 2) for i in range(3))
    v = guide_image_output(v_c, [(v_n, tensor(w)[:1])])
    noises = [gaussian.epsilon_from_output(schedule, "v", x_t, some, now) for some in (v_c, v_n)]
    expected = guide_image_output(noises[0], [(noises[1], tensor(w)[:1])])
    torch.testing.assert_close(gaussian.epsilon_from_output(schedule, "v", x_t, v, now), expected, rtol=0, atol=1e-9)


@given(seed=seeds, w=weights)
def test_layout_is_the_geometric_mixture_renormalised(seed: int, w: float) -> None:
    p_c, p_n = probabilities(seed), probabilities(seed + 1)
    expected = p_c**w * p_n ** (1 - w)
    expected = expected / expected.sum(1, keepdim=True)
    torch.testing.assert_close(normalise(guide_transition_probs(p_c, [(p_n, tensor(w))])), expected, **EXACT_TOLERANCE)


@given(seed=seeds, w_text=weights, w_other=weights)
def test_layout_with_two_conditions(seed: int, w_text: float, w_other: float) -> None:
    p_c, p_t, p_o = (probabilities(seed + i) for i in range(3))
    expected = p_c * (p_c / p_t) ** (w_text - 1) * (p_c / p_o) ** (w_other - 1)
    expected = expected / expected.sum(1, keepdim=True)
    found = guide_transition_probs(p_c, [(p_t, tensor(w_text)), (p_o, tensor(w_other))])
    torch.testing.assert_close(normalise(found), expected, **EXACT_TOLERANCE)


def test_a_weight_of_1_changes_nothing_and_0_drops_the_condition() -> None:
    v_c, v_n, p_c, p_n = normal(1, 2, 3, 1, 3), normal(2, 2, 3, 1, 3), probabilities(3), probabilities(4)
    assert torch.equal(guide_image_output(v_c, [(v_n, tensor(1))]), v_c)
    torch.testing.assert_close(normalise(guide_transition_probs(p_c, [(p_n, tensor(1))])), p_c, **EXACT_TOLERANCE)
    torch.testing.assert_close(guide_image_output(v_c, [(v_n, tensor(0))]), v_n, **EXACT_TOLERANCE)
    torch.testing.assert_close(normalise(guide_transition_probs(p_c, [(p_n, tensor(0))])), p_n, **EXACT_TOLERANCE)


@pytest.mark.parametrize("chain", [UniformTransitions, AbsorbingTransitions])
def test_an_impossible_class_stays_finite(chain: Callable[[NoiseSchedule, int], TransitionChain]) -> None:
    """Two heads that each rule out what the other is sure of, on the way to clock 0."""
    transitions, heads = chain(NoiseSchedule.from_name(max_clock=8), 3), torch.eye(3)[:2].reshape(2, 3, 1, 1)
    y_t = torch.full((2, 1, 1, 1), transitions.num_states - 1)
    moves = unnormalised_reverse_probs(transitions, heads, y_t, clock_map(0), clock_map(8))
    found = guide_transition_probs(moves[:1], [(moves[1:], torch.tensor(3.0))])
    torch.testing.assert_close(normalise(found).flatten()[:3], torch.tensor([1.0, 0.0, 0.0]))


def weighted(plain: SamplingTask, text: float, cross: float) -> SamplingTask:
    ones = torch.ones(len(plain.seeds))
    return replace(plain, weights=GuidanceWeights(ones * text, ones * cross))


def sampled_world(plain: SamplingTask, **settings: float | tuple[float, float]) -> OptimalDenoiser:
    world = four_pictures()
    list(sample(PROCESS, world, plain, SamplerSettings(**settings)))
    return world


@pytest.mark.parametrize(
    ("text", "cross", "count"), [(1.0, 1.0, 1), (2.0, 1.0, 2), (1.0, 2.0, 3), (2.0, 2.0, 4), (0.0, 1.0, 2)]
)
def test_only_branches_that_count_are_asked_and_all_in_one_batch(text: float, cross: float, count: int) -> None:
    some = with_image(with_layout(empty_task(2), 0, None), 1.0, None)
    world = sampled_world(weighted(some, text, cross), steps=1, guidance_interval=(0.0, 1.0))
    assert [len(state.image) for state, _, _ in world.calls] == [2 * count]


def test_nothing_is_guided_towards_a_half_of_which_nothing_is_known() -> None:
    world = sampled_world(weighted(empty_task(), 1.0, 2.0), steps=4, lead=0.5, guidance_interval=(0.0, 1.0))
    assert [len(state.image) for state, _, _ in world.calls] == [1, 2, 3, 2]
    alone = replace(empty_task(), unknown=torch.ones(1, 1, 1, 2, dtype=torch.bool))
    assert all(len(state.image) == 1 for state, _, _ in sampled_world(weighted(alone, 1.0, 2.0), steps=4).calls)


def test_a_given_half_needs_no_branch_of_its_own() -> None:
    world = sampled_world(with_layout(weighted(empty_task(), 1.0, 2.0), 0, 1), steps=4, guidance_interval=(0.2, 0.6))
    assert [len(state.image) for state, _, _ in world.calls] == [1, 1, 2, 2]  # at clocks 1000, 750, 500 and 250


def test_what_each_branch_lacks() -> None:
    plain = with_layout(weighted(empty_task(), 2.0, 3.0), 2, None)
    words = replace(plain, text=text_features(1, 1.0, 0, 0, 0), negative=text_features(1, 0, 2.0, 0, 0))
    world = sampled_world(words, steps=4, guidance_interval=(0.0, 1.0))
    state, text, _ = world.calls[1]
    whole, no_text, no_image, no_layout = range(4)
    assert text.pooled[:, :2].tolist() == [[1, 0], [0, 2], [1, 0], [1, 0]]
    assert torch.equal(state.clocks.image[whole], state.clocks.image[no_text])
    assert torch.equal(state.clocks.layout[whole], state.clocks.layout[no_text])
    assert bool((state.clocks.layout[no_layout] == T).all())
    assert torch.equal(state.clocks.image[no_layout], state.clocks.image[whole])
    assert bool((state.clocks.image[no_image] == T).all())
    assert state.clocks.layout[no_image].flatten().tolist()[0] == 0  # what is kept of this half stays kept
    assert torch.equal(state.clocks.layout[no_image], state.clocks.layout[whole])


def test_each_branch_guides_only_the_halves_it_is_for() -> None:
    clocks = clocks_at(600, 300)
    state = DiffusionState(torch.zeros(1, 3, 1, 2), torch.zeros(1, 1, 1, 2, dtype=torch.int64), clocks)
    both = GuidanceWeights(torch.tensor([[2.0]]), torch.tensor([[3.0]]))
    [terms] = GuidanceTerms.per_step(both, both, torch.device("cpu"))
    found = build_branches(PROCESS, state, (text_features(1), text_features(1)), None, terms)
    assert [(branch.image_weight, branch.layout_weight) for branch in found] == [
        (None, None),
        (2, 2),
        (None, 3),
        (3, None),
    ]


def test_a_weight_of_1_is_plain_sampling_for_its_sample() -> None:
    """In a batch where another sample is guided, so that the branches are there."""
    plain = replace(empty_task(2), text=text_features(2, 0.0, 1.0, 0.0, 1.0), seeds=(3, 4))
    guided = replace(plain, weights=GuidanceWeights(torch.tensor([1.0, 4.0]), torch.tensor([1.0, 2.0])))
    ones, others = (list(sample(PROCESS, four_pictures(), some, SamplerSettings(steps=8))) for some in (plain, guided))
    for one, other in zip(ones, others, strict=True):
        assert torch.equal(one.state.layout[0], other.state.layout[0])
        torch.testing.assert_close(one.state.image[0], other.state.image[0])
    differ = [not torch.equal(a.state.image[1], b.state.image[1]) for a, b in zip(ones, others, strict=True)]
    assert any(differ)


def shares(plain: SamplingTask) -> Tensor:
    world = four_pictures()
    *_, last = sample(PROCESS, world, plain, SamplerSettings(steps=20))
    found = world.matching_picture(last.state)
    return torch.stack([(found == i).float().mean() for i in range(4)])


def test_more_weight_on_the_text_gives_more_of_what_it_says() -> None:
    words = replace(empty_task(1500), text=text_features(1500, 0.0, 0.0, 0.0, 1.5))
    plain, strong = shares(words), shares(weighted(words, 3.0, 1.0))
    assert float(strong[3]) > float(plain[3]) + 0.15


def test_a_negative_text_gives_less_of_what_it_says() -> None:
    words = weighted(empty_task(1500), 2.0, 1.0)
    avoiding = replace(words, negative=text_features(1500, 0.0, 0.0, 1.5, 0.0))
    assert float(shares(avoiding)[2]) < float(shares(words)[2]) - 0.15


def test_the_image_is_only_guided_within_its_interval() -> None:
    words = replace(with_layout(empty_task(4), 0, 1), text=text_features(4, 0.0, 2.0, 0.0, 0.0))
    guided = weighted(words, 5.0, 1.0)

    def path(plain: SamplingTask, interval: tuple[float, float]) -> list[Tensor]:
        steps = sample(PROCESS, four_pictures(), plain, SamplerSettings(steps=10, guidance_interval=interval))
        return [step.state.image for step in steps]

    never, middle = path(words, (0.2, 0.8)), path(guided, (0.35, 0.65))
    same = [torch.equal(a, b) for a, b in zip(never, middle, strict=True)]
    assert same[:4] == [True] * 4  # the steps from clocks 1000, 900, 800 and 700
    assert not any(same[4:])  # 600 is the first inside
