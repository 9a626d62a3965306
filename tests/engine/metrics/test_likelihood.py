"""The bound of whole pictures, with the real network of a tiny pack, and with closed forms where there are any."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from engine.cli import app
from engine.data.pairs import DatasetPair
from engine.diffusion.process.categorical import one_hot
from engine.diffusion.process.denoiser import Prediction
from engine.interface.protocol import UNKNOWN
from engine.interface.raster import write_image, write_layout
from engine.metrics.likelihood import BoundPath, PairLikelihood, bound_paths, path_strata, summarise_bits
from engine.packs import pack as packs
from tests import tiny


@pytest.fixture(scope="module")
def pack(tiny_pack):
    return packs.read_pack(tiny_pack, "cpu")


@pytest.fixture(scope="module")
def pair():
    random = np.random.default_rng(0)
    layout = random.integers(0, 4, (32, 64)).astype(np.uint8)
    layout[:4] = UNKNOWN
    return DatasetPair(random.integers(0, 256, (32, 64, 3)).astype(np.uint8), layout)


def named(pack, name):
    return next(one for one in bound_paths(pack.process, 0.3) if one.name == name)


class Blind:
    """A network that sees its own pixel's noise and nothing else: all classes were alike before it."""

    def __init__(self, process):
        self.process = process

    def __call__(self, state, text, previous):
        seen = one_hot(state.layout, 4)
        logits = self.process.transitions.backward(
            seen, torch.zeros_like(state.clocks.layout), state.clocks.layout
        ).log()
        return Prediction(torch.zeros_like(state.image), logits)


def test_a_head_that_knows_nothing_needs_the_bits_of_a_die(pack, pair, monkeypatch):
    """The bound is exact for one pixel, so each of four classes that are all alike costs two bits."""
    monkeypatch.setattr(pack, "network", Blind(pack.process))
    found = PairLikelihood(pack, pair, torch.Generator().manual_seed(0)).measure(named(pack, "layout"), 200)
    assert found.known == 28 * 64
    assert found.total[0] == 0
    assert found.total[1] / found.known == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize("name", ["layout", "image given layout", "both"])
@pytest.mark.parametrize("ticks", [6, 40])
def test_strata_and_last_moves_hold_every_place_once(pack, name, ticks):
    question = named(pack, name)
    places = [place for a, b in path_strata(question, ticks) for place in range(a + 1, b + 1)]
    assert sorted([*places, *question.final_places]) == list(range(1, question.length + 1))
    assert question.final_places == ([1, 301] if name == "both" else [1])


def test_there_are_no_more_strata_than_places(pack):
    short = BoundPath("short", 9, lambda place: (place, 0))
    assert path_strata(short, 40) == [(place, place + 1) for place in range(1, 9)]


def test_a_half_that_is_given_or_unknown_costs_nothing(pack, pair):
    found = likelihood_of(pack, pair)
    assert found["layout"].image is None
    assert found["layout given image"].image is None
    assert not any(found["layout"].image_by_place)
    assert found["image"].layout is None
    assert not any(found["image given layout"].layout_by_place)
    assert found["both"].image is not None
    assert found["both"].layout is not None


def whole(pair):
    """The same without unknown pixels."""
    return DatasetPair(pair.image, np.where(pair.layout == UNKNOWN, 0, pair.layout))


def likelihood_of(pack, pair):
    random = torch.Generator().manual_seed(0)
    return {
        one.name: summarise_bits(
            one, [PairLikelihood(pack, some, random).measure(one, 40) for some in (pair, whole(pair))]
        )
        for one in bound_paths(pack.process, 0.3)
    }


def test_the_parts_add_up(pack, pair):
    for one in likelihood_of(pack, pair).values():
        if one.image is not None:
            total = sum(one.image_by_place) + one.last[0] + one.end[0]
            assert one.image.value == pytest.approx(total, rel=1e-9)
        if one.layout is not None:
            assert one.layout.value == pytest.approx(sum(one.layout_by_place) + one.last[1] + one.end[1], rel=1e-9)


class Off:
    """A network that knows the picture but for the same error everywhere."""

    def __init__(self, pack, x_0, error):
        self.process, self.x_0, self.error = pack.process, x_0 + error, error

    def __call__(self, state, text, previous):
        t = state.clocks.image
        a = self.process.image_schedule.alpha_bar_at(t)
        v = (a.sqrt() * state.image - self.x_0.float()) / (1 - a).sqrt().clamp(min=1e-12)
        return Prediction(v, torch.zeros(len(v), 4, 32, 64))


@pytest.mark.parametrize("error", [0.0, 0.05])
def test_the_image_s_moves_cost_what_its_error_does(pack, pair, monkeypatch, error):
    """Σ ½ (SNR_s - SNR_t) error² telescopes to ½ (SNR_1 - SNR_T) error²; the last move costs its bin's mass."""
    middle = DatasetPair(pair.image.clip(1, 254), pair.layout)
    picture = PairLikelihood(pack, middle, torch.Generator().manual_seed(0))
    monkeypatch.setattr(pack, "network", Off(pack, picture.x_0, error))
    found = picture.measure(named(pack, "image"), 300)
    a = float(pack.process.image_schedule.alpha_bar[1])
    nats = 0.5 * a / (1 - a) * error**2
    assert found.strata.sum(0)[0] / found.dimensions * math.log(2) == pytest.approx(nats, rel=0.03, abs=1e-3)
    width, spread = 1 / (255 * 0.25), math.sqrt(1 - a)
    edges = [(error + sign * width / 2) / spread / math.sqrt(2) for sign in (-1, 1)]
    mass = (math.erf(edges[1]) - math.erf(edges[0])) / 2
    assert found.last[0] / found.dimensions == pytest.approx(-math.log2(mass), rel=0.02, abs=1e-4)


def test_the_command_writes_the_figures_and_their_plot(tiny_pack, pair, tmp_path):
    for index in range(2):
        write_layout(tmp_path / "data/val/layouts" / f"{index}.png", pair.layout, tiny.INFO.classes)
        write_image(tmp_path / "data/val/images" / f"{index}.png", pair.image)
    args = ["evaluate", "--pack", str(tiny_pack), "--data", str(tmp_path / "data"), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*args, "--likelihood"])
    assert result.exit_code == 0, result.output
    assert "bits/pixel" in result.output
    found = json.loads((tmp_path / "out" / "likelihood.json").read_text())
    assert [one["name"] for one in found["questions"]] == [
        "layout",
        "layout given image",
        "image",
        "image given layout",
        "both",
    ]
    assert (tmp_path / "out" / "likelihood.png").stat().st_size > 5000
