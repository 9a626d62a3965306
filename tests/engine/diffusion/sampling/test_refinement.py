"""Detail at full size: the algebra in float64, with networks that know the answer or see only so far."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from engine.diffusion.process import gaussian
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.sampling.refinement import (
    CoarseInput,
    DetailVariance,
    RefinementSettings,
    add_detail,
    detail_of,
    evaluation_clocks,
    fit_detail_variance,
    local_variance,
    refine,
)
from engine.diffusion.sampling.tiles import iterate_tiles, tile_spans

SCHEDULE = NoiseSchedule.from_name()


def random(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def coarse_of(image):
    """Of a picture, with a scale of its own for every pixel."""
    scale = 0.1 + random(1, 1, *image.shape[2:], seed=9).abs()
    return CoarseInput(image, scale, torch.zeros(1), torch.zeros(1, 1, *image.shape[2:], dtype=torch.int64))


class Oracle:
    """Says v of the true detail of a whole picture, and remembers what it was shown."""

    schedule, halo, stride = SCHEDULE, 0, 1

    def __init__(self, detail):
        self.detail, self.shown = detail, []

    def __call__(self, detail, given, t, coarse):
        self.shown.append((detail, given, int(t)))
        t = t[:, None, None, None]
        a = SCHEDULE.alpha_bar_at(t, torch.float64)
        noise = (detail - a.sqrt() * self.detail) / (1 - a).sqrt()
        return gaussian.prediction_target(SCHEDULE, "v", self.detail, noise, t)


class Near:
    """A network that sees `halo` pixels around each: what it says mixes them, and what is coarse, with the clock."""

    schedule, halo, stride = SCHEDULE, 3, 1

    def __init__(self):
        self.kernel = random(3, 3, 7, 7, seed=5) / 12
        self.sizes = []

    def __call__(self, detail, given, t, coarse):
        self.sizes.append(tuple(detail.shape[2:]))
        x = detail + given + coarse.image + coarse.layout + t / 1000
        return torch.nn.functional.conv2d(x, self.kernel, padding=3).tanh()


def result(network, coarse, x_0, keep, noise, how):
    stages = list(refine(network, coarse, x_0, keep, noise, how))
    total = stages[0].total
    assert [stage.done for stage in stages] == list(range(1, total + 1))
    assert all(stage.image is None for stage in stages[:-1])
    return stages[-1].image


@pytest.fixture
def scene():
    """u, the true x and the noise of a picture."""
    u, x = random(1, 3, 12, 20), random(1, 3, 12, 20, seed=1)
    return coarse_of(u), x, random(1, 3, 12, 20, seed=2)


NOTHING = torch.zeros(1, 1, 12, 20, dtype=torch.bool)


def test_what_is_missing_and_what_is_coarse_make_the_whole():
    x, coarse = random(1, 3, 4, 5), coarse_of(random(1, 3, 4, 5, seed=1))
    torch.testing.assert_close(add_detail(detail_of(x, coarse), coarse), x, rtol=0, atol=1e-14)
    assert torch.equal(add_detail(torch.zeros_like(x), coarse), coarse.image)


def test_contrast_is_the_variance_nearby():
    u = random(2, 3, 9, 11)
    assert float(local_variance(torch.ones(1, 3, 6, 6), 2).abs().max()) == 0
    at = local_variance(u, 2)[1, 0, 4, 5]
    near = [(row, column) for row in range(2, 7) for column in range(3, 8)]

    def mean(row, column):
        return u[1, :, max(0, row - 2) : row + 3, max(0, column - 2) : column + 3].mean((1, 2))

    slow = torch.stack([(u[1, :, row, column] - mean(row, column)).square().mean() for row, column in near]).mean()
    torch.testing.assert_close(at, slow)


def test_what_is_expected_of_errors_is_found_from_them():
    """Errors are drawn from a law; the law is found again, and divided by it they have unit scale."""
    truth = DetailVariance(0.02, 0.7, 0.3)
    contrasts, levels = random(200_000, seed=1).square(), random(200_000, seed=2).abs() / 2
    variance = truth.floor + truth.contrast * contrasts + truth.noise * levels.square()
    squares = variance * random(200_000, 3, seed=3).square().mean(1)
    found = fit_detail_variance(squares, contrasts, levels)
    torch.testing.assert_close(torch.tensor(found), torch.tensor(truth), rtol=0.05, atol=0)
    u, level = random(3, 3, 8, 8), torch.tensor([0.0, 0.1, 0.4], dtype=torch.float64)
    slow = found.floor + found.contrast * local_variance(u, 2) + found.noise * level.square()[:, None, None, None]
    torch.testing.assert_close(found.detail_scale(u, level, 2), slow.sqrt())


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_the_path_falls_evenly_from_the_top_to_nothing(steps):
    clocks = evaluation_clocks(1000, steps)
    assert (clocks[0], clocks[-1], len(clocks)) == (1000, 0, steps + 1)
    gaps = [a - b for a, b in pairwise(clocks)]
    assert max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_a_network_that_knows_the_picture_draws_it(scene, steps):
    coarse, x, noise = scene
    oracle = Oracle(detail_of(x, coarse))
    drawn = result(oracle, coarse, x * 0, NOTHING, noise, RefinementSettings(steps=steps))
    torch.testing.assert_close(drawn, x, rtol=0, atol=1e-9)
    assert [t for *_, t in oracle.shown] == evaluation_clocks(1000, steps)[:-1]


def test_what_is_kept_is_shown_clean_at_every_clock_and_comes_back_bit_for_bit(scene):
    coarse, x, noise = scene
    keep = NOTHING.clone()
    keep[..., :7] = True
    network = Oracle(torch.zeros_like(x))
    drawn = result(network, coarse, x, keep, noise, RefinementSettings())
    assert torch.equal(drawn[..., :7], x[..., :7])
    assert not torch.isclose(drawn[..., 7:], x[..., 7:]).all()
    truth = detail_of(x, coarse)
    for detail, given, _ in network.shown:
        assert torch.equal(detail[..., :7], truth[..., :7])
        assert torch.equal(given, keep)


def test_a_picture_stays_within_its_limits(scene):
    coarse, x, noise = scene
    drawn = result(Oracle(5 * x), coarse, x, NOTHING, noise, RefinementSettings(limits=(-1.0, 0.5)))
    assert float(drawn.min()) == pytest.approx(-1, abs=1e-12)
    assert float(drawn.max()) == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize(("length", "size", "halo"), [(5, 8, 2), (8, 8, 3), (9, 8, 2), (64, 16, 4), (200, 24, 8)])
def test_tiles_decide_every_pixel_once_and_saw_all_around_it(length, size, halo):
    decided = []
    for outer, inner, inside in tile_spans(length, size, halo):
        assert 0 <= outer.start < outer.stop <= length
        assert outer.stop - outer.start == min(length, size)
        assert (inner.start - outer.start, inner.stop - outer.start) == (inside.start, inside.stop)
        assert inner.start - outer.start >= halo or outer.start == 0
        assert outer.stop - inner.stop >= halo or outer.stop == length
        decided += range(inner.start, inner.stop)
    assert decided == list(range(length))


def test_tiles_begin_at_multiples_of_what_divides_their_sizes():
    assert all(span.context.start % 8 == 0 for span in tile_spans(8 * 37, 8 * 9, 8 * 2))
    assert len(list(iterate_tiles(8 * 37, 40, 8 * 9, 8 * 2))) == len(tile_spans(8 * 37, 8 * 9, 8 * 2))
    with pytest.raises(ValueError, match="no core"):
        tile_spans(100, 16, 8)


def test_tiles_are_the_whole(scene):
    """Exactly: a tile holds all that the network can see from what it decides."""
    coarse, x, noise = scene
    keep = NOTHING.clone()
    keep[..., 3:6, 4:9] = True
    tiled, at_once = Near(), Near()
    one = result(tiled, coarse, x, keep, noise, RefinementSettings(tile_size=9))
    other = result(at_once, coarse, x, keep, noise, RefinementSettings(tile_size=64))
    torch.testing.assert_close(one, other, rtol=0, atol=1e-12)
    assert len(tiled.sizes) > 4 * len(at_once.sizes)
    assert max(tiled.sizes) == (9, 9)
