"""Pictures that are too large are refused before anything is drawn, with what would fit."""

from __future__ import annotations

import numpy as np
import pytest

from engine.interface import protocol
from engine.interface.errors import BadSize
from engine.interface.protocol import Done, Generate, Raster, TracedStep
from engine.requests import memory_estimate
from engine.requests.memory_estimate import check_memory, drawing_bytes, fitting_batch, free_memory
from engine.requests.validation import MOST_PIXELS, MOST_TRACED_PIXELS, validate_request
from tests import tiny


def asked(height, width, **fields):
    layout = Raster(height, width, 1, bytes(height * width))
    return Generate(id="x", pack="tiny", layout=layout, **fields)


@pytest.mark.parametrize(("height", "width"), [(4096, 4096), (4112, 16), (16, 2**20), (4096, 2064)])
def test_more_pixels_than_a_frame_holds_are_refused(height, width, monkeypatch):
    monkeypatch.setattr(memory_estimate, "free_memory", lambda: None)
    with pytest.raises(BadSize, match=f"{height}×{width}"):
        validate_request(asked(height, width), tiny.INFO)
    validate_request(asked(2048, 4096), tiny.INFO)
    with pytest.raises(BadSize, match="2048×4096"):
        validate_request(asked(2048, 4096, trace=True), tiny.INFO)


def test_what_is_allowed_fits_into_a_frame():
    height = 2048
    width = MOST_PIXELS // height
    image, layout = (Raster(height, width, n, bytes(n * height * width)) for n in (3, 1))
    protocol.encode_frame(Done(id="x" * 64, revision=1, image=image, layout=layout, seconds=1.0))
    width = MOST_TRACED_PIXELS // height
    image, layout = (Raster(height, width, n, bytes(n * height * width)) for n in (3, 1))
    step = TracedStep(
        id="x" * 64,
        revision=1,
        index=1,
        total=1,
        noisy_image=image,
        noisy_layout=layout,
        image=image,
        layout=layout,
        image_clock=1,
        layout_clock=1,
        top_clock=1,
    )
    protocol.encode_frame(step)


def test_a_picture_that_does_not_fit_into_memory_is_refused_with_one_that_does(monkeypatch):
    monkeypatch.setattr(memory_estimate, "free_memory", lambda: 10**9)
    check_memory(512, 1024, 19)
    with pytest.raises(BadSize, match="2048×4096 pixels takes about") as caught:
        check_memory(2048, 4096, 19)
    height, width = map(int, caught.value.hint.split(" ")[0].split("×"))
    assert height % 16 == width % 16 == 0
    check_memory(height, width, 19)
    assert drawing_bytes(height + 64, width + 128, 19) > 0.8e9
    with pytest.raises(BadSize):
        validate_request(asked(2048, 4096), tiny.INFO)


def test_as_many_are_drawn_together_as_fit(monkeypatch):
    monkeypatch.setattr(memory_estimate, "free_memory", lambda: 10**9)
    assert fitting_batch(64, 128, 19, 8) == 8
    assert 1 < fitting_batch(512, 512, 19, 8) < 8
    assert fitting_batch(4096, 2048, 19, 8) == 1
    monkeypatch.setattr(memory_estimate, "free_memory", lambda: None)
    assert fitting_batch(4096, 2048, 19, 8) == 8


def test_a_machine_that_does_not_say_what_is_free_refuses_nothing(monkeypatch):
    monkeypatch.setattr(memory_estimate, "free_memory", lambda: None)
    check_memory(2**14, 2**14, 255)
    monkeypatch.undo()
    free = free_memory()
    assert free is None or free > 2**20


def test_the_estimate_is_that_of_the_picture_and_its_classes():
    small, more, many = drawing_bytes(64, 128, 19), drawing_bytes(128, 128, 19), drawing_bytes(64, 128, 19, batch=8)
    assert (more, many) == (2 * small, 8 * small)
    assert drawing_bytes(64, 128, 255) > 10 * small
    assert np.isclose(drawing_bytes(1024, 1024, 19), 777e6, rtol=0.15), "as measured"
