"""The comparison of results with an earlier commit's: its requests reach everything, and it sees every difference."""

from __future__ import annotations

import json
import shutil
from typing import get_args

import numpy as np
import pytest
import typer.main
from PIL import Image

from engine.cli import app
from engine.interface.protocol import Sampler
from tests.tools.compare_results import PACKS, REQUESTS, ROOT, difference


def test_requests_cover_every_sampler_and_every_pack():
    assert {one.sampler for one in REQUESTS} - {""} == set(get_args(Sampler))
    assert {one.pack for one in REQUESTS} == set(PACKS) == {p.name for p in (ROOT / "assets" / "packs").iterdir()}
    assert len({one.name for one in REQUESTS}) == len(REQUESTS) == 24


def test_every_option_of_a_request_is_one_of_the_command():
    sample = typer.main.get_command(app).commands["sample"]
    known = {name for option in sample.params for name in option.opts}
    for one in REQUESTS:
        assert {option for option in one.options if option.startswith("--")} <= known, one.name


@pytest.fixture
def results(tmp_path):
    """Two folders with the same files of one result."""
    base, current = tmp_path / "base", tmp_path / "current"
    base.mkdir()
    Image.fromarray(np.full((4, 6, 3), 90, np.uint8)).save(base / "0001_image.png")
    Image.fromarray(np.full((4, 6), 2, np.uint8)).save(base / "0001_layout.png")
    (base / "0001.json").write_text(json.dumps({"steps": 10, "pack": "street"}))
    return base, shutil.copytree(base, current)


def test_equal_files_do_not_differ_wherever_the_pack_lies(results):
    (results[1] / "0001.json").write_text(json.dumps({"steps": 10, "pack": "elsewhere/street", "new": 1}))
    found = difference(*results)
    assert str(found) == "equal"
    assert found.within(0)


def test_a_colour_may_differ_by_the_tolerance_and_no_more(results):
    pixels = np.full((4, 6, 3), 90, np.uint8)
    pixels[3, 5, 2] = 89
    Image.fromarray(pixels).save(results[1] / "0001_image.png")
    found = difference(*results)
    assert str(found) == "colours differ by up to 1/255"
    assert found.within(1)
    assert not found.within(0)


def change_class(folder):
    ids = np.full((4, 6), 2, np.uint8)
    ids[0, 0] = 3
    Image.fromarray(ids).save(folder / "0001_layout.png")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (change_class, "0001_layout.png: 1 of 24 class ids differ"),
        (lambda folder: (folder / "0001.json").write_text('{"steps": 9}'), "0001.json: steps is 9 instead of 10"),
        (lambda folder: (folder / "0001_image.png").unlink(), "only one of both wrote 0001_image.png"),
        (lambda folder: (folder / "0002_image.png").touch(), "only one of both wrote 0002_image.png"),
        (shutil.rmtree, "only one of both wrote 0001.json, 0001_image.png, 0001_layout.png"),
    ],
    ids=["class", "record", "lost", "more", "nothing"],
)
def test_no_tolerance_covers_anything_but_colours(results, change, says):
    change(results[1])
    found = difference(*results)
    assert str(found) == says
    assert not found.within(255)
