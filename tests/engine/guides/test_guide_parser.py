"""Guides as they are written on the command line."""

from __future__ import annotations

import numpy as np
import pytest

from engine.guides.guide_parser import parse_guide
from engine.interface.errors import BadRequest
from engine.interface.protocol import (
    AreaGuide,
    ClassifierGuide,
    ClipGuide,
    CustomGuide,
    PaletteGuide,
    StyleGuide,
)
from engine.interface.raster import write_image


def test_guides_are_read_as_people_write_them(tmp_path):
    write_image(tmp_path / "a.png", np.zeros((4, 5, 3), np.uint8))
    assert parse_guide("areas:road=0.3, sky=0.2") == AreaGuide(shares={"road": 0.3, "sky": 0.2})
    assert parse_guide("palette*2.5:#112233") == PaletteGuide(colours=("#112233",), scale=2.5)
    assert parse_guide("clip:ViT-B-32|a.pt|a bus: red") == ClipGuide(
        model="ViT-B-32", pretrained="a.pt", prompt="a bus: red"
    )
    assert parse_guide("classes:c.safetensors|car,-person") == ClassifierGuide(
        classifier="c.safetensors", present=("car",), absent=("person",)
    )
    assert parse_guide("own:mine.py:dark") == CustomGuide(function="mine.py:dark")
    found = parse_guide(f"style:{tmp_path / 'a.png'}")
    assert isinstance(found, StyleGuide)
    assert (found.image.height, found.image.width) == (4, 5)


@pytest.mark.parametrize(
    "text", ["", "areas", "magic:1", "areas:road", "areas:road=2", "areas*x:road=0.1", "clip:a|b"]
)
def test_a_guide_that_makes_no_sense_is_named(text):
    with pytest.raises(BadRequest) as caught:
        parse_guide(text)
    assert "areas:road=0.3" in caught.value.hint
