"""Drawing on beyond the edges, with the real engine's code and a tiny pack."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.interface.errors import BadRequest
from engine.interface.protocol import UNKNOWN
from engine.interface.raster import read_image, read_layout, write_image, write_layout
from engine.sample_command.margins import InputMargins, read_margins
from tests import tiny


@pytest.fixture
def pair(tmp_path):
    random = np.random.default_rng(0)
    layout, image = random.integers(0, 4, (32, 64)), random.integers(0, 256, (32, 64, 3))
    layout, image = layout.astype(np.uint8), image.astype(np.uint8)
    write_layout(tmp_path / "layout.png", layout, tiny.INFO.classes)
    write_image(tmp_path / "image.png", image)
    return layout, image


def draw(tiny_pack, tmp_path, *options):
    out = tmp_path / "out"
    args = ["sample", "--pack", str(tiny_pack), "--out", str(out), "--device", "cpu", *map(str, options)]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 0, result.output
    (image,) = out.glob("*_image.png")
    (layout,) = out.glob("*_layout.png")
    return read_image(image), read_layout(layout, tiny.INFO.classes)


def test_what_is_given_comes_back_bit_for_bit_with_more_around_it(tiny_pack, tmp_path, pair):
    layout, image = pair
    options = ("--layout", tmp_path / "layout.png", "--image", tmp_path / "image.png", "--extend", "left=16,right=48")
    drawn, ids = draw(tiny_pack, tmp_path, *options)
    assert drawn.shape == (32, 128, 3)
    assert np.array_equal(drawn[:, 16:80], image)
    assert np.array_equal(ids[:, 16:80], layout)
    assert int(ids.max()) < 4
    assert drawn[:, :16].std() > 0
    assert drawn[:, 80:].std() > 0


def test_one_half_alone_is_extended_too(tiny_pack, tmp_path, pair):
    drawn, ids = draw(tiny_pack, tmp_path, "--image", tmp_path / "image.png", "--extend", "top=16")
    assert np.array_equal(drawn[16:], pair[1])
    assert ids.shape == (48, 64)


def test_with_a_prompt_alone_the_picture_is_larger(tiny_pack, tmp_path):
    drawn, ids = draw(tiny_pack, tmp_path, "--prompt", "a car", "--extend", "right=64")
    assert drawn.shape == (32, 128, 3)
    assert not (ids == UNKNOWN).any()


def test_margins_are_read():
    assert read_margins("") == InputMargins()
    assert read_margins("left=64, right=128") == InputMargins(left=64, right=128)


@pytest.mark.parametrize(
    "text", ["left", "left=", "left=12", "left=-16", "up=16", "left=16,left=16", "right=65536", "left=1e1"]
)
def test_margins_that_make_no_sense_are_named(text):
    with pytest.raises(BadRequest, match="exten") as caught:
        read_margins(text)
    assert "left=64,right=128" in caught.value.hint
