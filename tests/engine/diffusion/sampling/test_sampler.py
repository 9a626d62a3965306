"""The sampler with the best possible network: the right conditionals by clocks alone, and nothing given changes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.sampling.sampler import SamplingStep, sample
from engine.diffusion.sampling.trajectory import SamplerSettings, SamplingTask, TimestepSpacing, clock_trajectory
from tests.engine.diffusion.optimal_denoiser import (
    PROCESS,
    OptimalDenoiser,
    empty_task,
    four_pictures,
    text_features,
    with_image,
    with_layout,
)

MANY = 2000
T = PROCESS.image_schedule.max_clock


def finish(given: SamplingTask, world: OptimalDenoiser | None = None, **settings: float) -> SamplingStep:
    *_, last = sample(PROCESS, world or four_pictures(), given, SamplerSettings(**settings))
    return last


def shares(given: SamplingTask) -> list[float]:
    """How often each of the world's four pictures comes out, and before them how often none of them."""
    world = four_pictures()
    found = world.matching_picture(finish(given, world, steps=20).state)
    return [float((found == i).float().mean()) for i in range(-1, 4)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (empty_task(MANY), [0.3, 0.1, 0.4, 0.2]),
        (with_layout(empty_task(MANY), 0, 1), [0.75, 0.25, 0, 0]),
        (with_layout(empty_task(MANY), 2, 0), [0, 0, 0, 1]),
        (with_image(empty_task(MANY), 0.5, 1.0), [0, 0, 2 / 3, 1 / 3]),
        (with_image(empty_task(MANY), -1.0, -1.0), [0, 1, 0, 0]),
        (with_layout(empty_task(MANY), None, 1), [0.375, 0.125, 0.5, 0]),
        (with_layout(empty_task(MANY), 2, None), [0, 0, 2 / 3, 1 / 3]),
        (with_image(empty_task(MANY), None, -1.0), [0.75, 0.25, 0, 0]),
        (with_image(with_layout(empty_task(MANY), 0, None), None, -1.0), [0.75, 0.25, 0, 0]),
    ],
    ids=[
        *("both", "layout to image", "layout to its one image", "image to layout", "image to its one layout"),
        *("right of the layout given", "left of the layout given", "right of the image given", "parts of both"),
    ],
)
def test_every_task_draws_from_its_conditional(given: SamplingTask, expected: list[float]) -> None:
    none, *found = shares(given)
    assert none <= 0.005
    assert found == pytest.approx(expected, abs=0.045)  # four standard deviations of a half
    assert all(f == 0 for f, e in zip(found, expected, strict=True) if e == 0)


def test_the_text_moves_the_shares() -> None:
    given = replace(empty_task(MANY), text=text_features(MANY, 0.0, 0.0, -20.0, -20.0))
    none, *found = shares(given)
    assert none <= 0.005
    assert found == pytest.approx([0.75, 0.25, 0, 0], abs=0.045)


def mixed() -> SamplingTask:
    """Two samples of 4×6 pixels with random parts of both halves kept and some layout unknown for good."""
    random = torch.Generator().manual_seed(11)
    shape = (2, 1, 4, 6)
    keep_layout = torch.rand(shape, generator=random) < 0.4
    return replace(
        empty_task(2, (4, 6)),
        image=torch.randn((2, 3, 4, 6), generator=random) * 3,
        keep_image=torch.rand(shape, generator=random) < 0.4,
        layout=torch.randint(3, shape, generator=random),
        keep_layout=keep_layout,
        unknown=(torch.rand(shape, generator=random) < 0.3) & ~keep_layout,
    )


def crowd() -> OptimalDenoiser:
    """Six random pictures of 4×6 pixels, none of which is what `mixed` keeps."""
    random = torch.Generator().manual_seed(12)
    images = torch.randn((6, 3, 4, 6), generator=random)
    return OptimalDenoiser(images, torch.randint(3, (6, 1, 4, 6), generator=random), torch.full((6,), 1 / 6))


def open_texts(given: SamplingTask, pictures: int) -> SamplingTask:
    batch = len(given.seeds)
    return replace(
        given, text=text_features(batch, *[0.0] * pictures), negative=text_features(batch, *[-1.0] * pictures)
    )


def weighted(given: SamplingTask, text: float, cross: float) -> SamplingTask:
    ones = torch.ones(len(given.seeds))
    return replace(given, weights=replace(given.weights, text=ones * text, cross=ones * cross))


@pytest.mark.parametrize("steps", [1, 2, 7])
@pytest.mark.parametrize("guided", [False, True])
def test_what_is_kept_is_kept_bit_for_bit_at_every_step(steps: int, guided: bool) -> None:
    given = open_texts(mixed(), 6)
    given = weighted(given, 3.0, 2.0) if guided else given
    count = 0
    for step in sample(PROCESS, crowd(), given, SamplerSettings(steps=steps, image_limits=(-1.0, 1.0))):
        count += 1
        kept = given.keep_image.expand_as(given.image)
        assert torch.equal(step.state.image[kept], given.image[kept])
        assert torch.equal(step.estimate.image[kept], given.image[kept])
        assert torch.equal(step.state.layout[given.keep_layout], given.layout[given.keep_layout])
        guess = step.estimate.layout.argmax(1, keepdim=True)
        assert torch.equal(guess[given.keep_layout], given.layout[given.keep_layout])
        assert bool(step.state.image.isfinite().all())
        assert bool(step.estimate.layout.isfinite().all())
    assert count == steps


def test_the_network_is_told_the_clock_of_every_pixel() -> None:
    given, world = open_texts(mixed(), 6), crowd()
    finish(given, world, steps=5)
    assert len(world.calls) == 5
    for state, _, _ in world.calls:
        clocks = state.clocks
        assert bool((clocks.image[given.keep_image] == 0).all())
        assert bool((clocks.layout[given.keep_layout] == 0).all())
        assert bool((clocks.layout[given.unknown] == T).all())
        for index in range(2):
            running = ~given.keep_image[index]
            assert clocks.image[index][running].unique().tolist() == [int(clocks.image_running[index])]
            running = ~(given.keep_layout | given.unknown)[index]
            assert clocks.layout[index][running].unique().tolist() == [int(clocks.layout_running[index])]


def test_what_stays_unknown_is_never_drawn() -> None:
    given = open_texts(mixed(), 6)
    states = [step.state for step in sample(PROCESS, crowd(), given, SamplerSettings(steps=6))]
    first = states[0].layout[given.unknown]
    assert all(torch.equal(state.layout[given.unknown], first) for state in states)
    assert bool((states[-1].clocks.layout[given.unknown] == T).all())
    assert int(states[-1].clocks.layout[~given.unknown].max()) == 0


def test_an_image_alone_is_drawn_from_all_layouts() -> None:
    alone = replace(empty_task(MANY), unknown=torch.ones(MANY, 1, 1, 2, dtype=torch.bool))
    step, world = finish(alone, steps=20), four_pictures()
    near = (step.state.image[:, None] - world.images).abs().amax((2, 3, 4)) < 0.3
    found = near.float().mean(0).tolist()
    assert found == pytest.approx([0.3, 0.1, 0.6, 0.6], abs=0.045)
    assert bool((step.state.clocks.layout == T).all())


def running_clocks(given: SamplingTask, **settings: Any) -> tuple[list[int], list[int]]:
    path = clock_trajectory(PROCESS, given, SamplerSettings(**settings))
    return path.image[:, 0].tolist(), path.layout[:, 0].tolist()


@pytest.mark.parametrize("steps", [1, 4, 10, 50])
@pytest.mark.parametrize("lead", [0.0, 0.1, 0.3])
def test_the_layout_leads_by_its_share_of_the_clock(steps: int, lead: float) -> None:
    image, layout = running_clocks(empty_task(), steps=steps, lead=lead)
    assert len(image) == len(layout) == steps + 1
    assert image[0] == layout[0] == T
    assert image[-1] == layout[-1] == 0
    for now, then in zip(zip(image, layout, strict=True), zip(image[1:], layout[1:], strict=True), strict=False):
        assert then[0] <= now[0]
        assert then[1] <= now[1]
        assert then != now
        if now[0] < T and now[1] > 0:
            assert now[0] - now[1] == round(lead * T)


@pytest.mark.parametrize("steps", [10, 100, 800])
def test_no_step_of_a_pace_stands_still(steps: int) -> None:
    for pace in (TimestepSpacing(), TimestepSpacing(2.5), TimestepSpacing(2.0, 1.5), TimestepSpacing(1.0, 3.0)):
        image, layout = running_clocks(empty_task(), steps=steps, lead=0.15, image_spacing=pace, layout_spacing=pace)
        for clocks in (image, layout):
            assert clocks[0] == T
            assert clocks[-1] == 0
            assert all(b < a for a, b in pairwise(clocks) if a < T and b > 0)
            assert sum(clock == T for clock in clocks) <= 2 + 0.15 * steps


@pytest.mark.parametrize(
    ("given", "image", "layout"),
    [
        (with_layout(empty_task(), 0, 1), [T, 750, 500, 250, 0], [0] * 5),
        (with_image(empty_task(), 1.0, 1.0), [0] * 5, [T, 750, 500, 250, 0]),
        (replace(empty_task(), unknown=torch.ones(1, 1, 1, 2, dtype=torch.bool)), [T, 750, 500, 250, 0], [0] * 5),
    ],
    ids=["layout to image", "image to layout", "image alone"],
)
def test_a_half_that_runs_alone_has_no_lead(given: SamplingTask, image: list[int], layout: list[int]) -> None:
    assert running_clocks(given, steps=4, lead=0.3) == (image, layout)


def row(given: SamplingTask, index: int) -> SamplingTask:
    """One sample of a batch, alone."""
    cut = slice(index, index + 1)
    parts = {name: getattr(given, name)[cut] for name in ("image", "keep_image", "layout", "keep_layout", "unknown")}
    weights = replace(given.weights, text=given.weights.text[cut], cross=given.weights.cross[cut])
    words = {"text": given.text[cut], "negative": given.negative[cut]}
    return replace(given, **parts, **words, weights=weights, seeds=given.seeds[cut])


def bits(step: SamplingStep) -> tuple[Tensor, Tensor]:
    return step.state.image, step.state.layout


@pytest.mark.parametrize("text", [1.0, 2.5])
def test_a_sample_is_the_same_in_any_batch(text: float) -> None:
    given = weighted(empty_task(6), text, 1.0)
    given = replace(
        with_layout(given, None, 1), text=text_features(6, 0.0, 1.0, 0.0, 2.0), seeds=(5, 7, 5, 0, 2**40, 1)
    )
    image, layout = bits(finish(given, steps=6))
    for index in range(6):
        alone = bits(finish(row(given, index), steps=6))
        assert torch.equal(alone[0][0], image[index])
        assert torch.equal(alone[1][0], layout[index])
    assert torch.equal(image[0], image[2])
    assert not torch.equal(image[0], image[1])


def test_the_same_request_again_is_the_same_result() -> None:
    given = open_texts(mixed(), 6)
    first, second = bits(finish(given, crowd())), bits(finish(given, crowd()))
    assert torch.equal(first[0], second[0])
    assert torch.equal(first[1], second[1])


def test_a_step_is_only_computed_when_it_is_asked_for() -> None:
    world = four_pictures()
    steps = sample(PROCESS, world, empty_task(), SamplerSettings(steps=10))
    assert not world.calls
    next(steps)
    next(steps)
    steps.close()
    assert len(world.calls) == 2


def test_the_network_sees_its_last_estimate() -> None:
    world = four_pictures()
    steps = list(sample(PROCESS, world, empty_task(), SamplerSettings(steps=3)))
    for step, (_, _, previous) in zip(steps, world.calls[1:], strict=False):
        assert previous is not None
        assert torch.equal(previous.image, step.estimate.image)
        assert torch.equal(previous.layout, step.estimate.layout)
    assert [(step.index, step.total) for step in steps] == [(1, 3), (2, 3), (3, 3)]
