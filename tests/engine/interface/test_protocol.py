"""Frames: whatever goes in comes out, and whatever is broken is named."""

from __future__ import annotations

import contextlib
import io

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.interface import protocol
from engine.interface.errors import BadFrame
from engine.interface.protocol import (
    AreaGuide,
    Cancel,
    Cancelled,
    ClassifierGuide,
    Done,
    Export,
    Exported,
    ExportFormat,
    Exporting,
    Failed,
    Generate,
    PaletteGuide,
    Pause,
    Preview,
    Purge,
    Raster,
    Ready,
    Resume,
    Shutdown,
    TracedStep,
    decode_command,
    encode_frame,
)

ids = st.text(min_size=1, max_size=64)
weights = st.none() | st.floats(0, 50)
sides = st.integers(1, 8)


@st.composite
def rasters(draw, channels=(1, 3)):
    shape = (draw(sides), draw(sides), draw(st.sampled_from(channels)))
    pixels = draw(arrays.arrays(np.uint8, shape))
    return Raster.from_pixels(pixels[..., 0] if shape[2] == 1 else pixels)


generates = st.builds(
    Generate,
    id=ids,
    pack=st.text(min_size=1, max_size=40),
    revision=st.integers(0, 2**40),
    layout=st.none() | rasters((1,)),
    image=st.none() | rasters((3,)),
    keep_layout=st.none() | rasters((1,)),
    keep_image=st.none() | rasters((1,)),
    prompt=st.none() | st.text(max_size=60),
    negative=st.text(max_size=60),
    seed=st.integers(0, 2**63 - 1),
    steps=st.none() | st.integers(1, 1000),
    guidance=weights,
    cross_guidance=weights,
    live=st.booleans(),
    trace=st.booleans(),
)
places = st.none() | st.text(min_size=1, max_size=40)
shares = st.none() | st.floats(0, 1)
exports = st.builds(
    Export,
    id=ids,
    pack=st.text(min_size=1, max_size=40),
    out=st.text(min_size=1, max_size=40),
    form=st.sampled_from(ExportFormat.__args__),
    count=st.integers(1, 2**40),
    prompts=places,
    layouts=places,
    areas=st.none() | st.builds(AreaGuide, shares=st.dictionaries(ids, st.floats(0, 1), max_size=3)),
    canvas=st.none() | generates,
    agreement=shares,
    apart=shares,
    reference=places,
)
commands = st.one_of(
    generates,
    exports,
    st.builds(Purge, id=ids, out=st.text(min_size=1, max_size=40)),
    *(st.builds(kind, id=ids) for kind in (Cancel, Pause, Resume)),
    st.just(Shutdown()),
)
numbers = st.integers(0, 2**40)
events = st.one_of(
    st.builds(Ready, protocol=numbers, version=st.text(), device=st.text(), packs=st.just(())),
    st.builds(Cancelled, id=ids, revision=numbers),
    st.builds(Exported, id=ids, pairs=numbers, new=numbers, rejected=numbers),
    st.builds(
        Exporting,
        id=ids,
        pairs=numbers,
        rejected=numbers,
        per_second=st.floats(0, 1e6),
        eta=st.none() | st.floats(0, 1e9),
    ),
    st.builds(Failed, id=st.text(), revision=numbers, code=ids, message=ids, hint=ids),
    st.builds(
        Preview,
        id=ids,
        revision=numbers,
        index=numbers,
        total=numbers,
        eta=st.floats(0, 1e6),
        image=rasters((3,)),
        layout=rasters((1,)),
    ),
    st.builds(
        TracedStep,
        id=ids,
        revision=numbers,
        index=numbers,
        total=numbers,
        noisy_image=rasters((3,)),
        noisy_layout=rasters((1,)),
        image=rasters((3,)),
        layout=rasters((1,)),
        image_clock=numbers,
        layout_clock=numbers,
        top_clock=numbers,
    ),
    st.builds(
        Done,
        id=ids,
        revision=numbers,
        image=rasters((3,)),
        layout=rasters((1,)),
        seconds=st.floats(0, 1e6),
        unknown_words=st.lists(st.text(), max_size=3).map(tuple),
    ),
)


@given(st.lists(commands, max_size=4))
def test_commands_survive_the_wire(sent):
    stream = io.BytesIO(b"".join(map(protocol.encode_frame, sent)))
    got = []
    while (body := protocol.read_frame(stream)) is not None:
        got.append(protocol.decode_command(body))
    assert got == sent


@given(events)
def test_events_survive_the_wire(event):
    assert protocol.decode_event(protocol.encode_frame(event)[4:]) == event


@given(arrays.arrays(np.uint8, st.tuples(sides, sides) | st.tuples(sides, sides, st.just(3))))
def test_rasters_keep_every_pixel(pixels):
    raster = Raster.from_pixels(pixels)
    assert raster.is_complete
    assert raster.pixels().shape == pixels.shape
    assert (raster.pixels() == pixels).all()
    assert not raster.pixels().flags.writeable


@pytest.mark.parametrize("pixels", [np.zeros((2, 2)), np.zeros(4, np.uint8), np.zeros((1, 2, 3, 4), np.uint8)])
def test_only_uint8_pictures_are_rasters(pixels):
    with pytest.raises(ValueError, match="uint8"):
        Raster.from_pixels(pixels)


@given(commands, st.data())
def test_a_frame_cut_short_is_an_error(command, data):
    frame = protocol.encode_frame(command)
    cut = data.draw(st.integers(1, len(frame) - 1))
    with pytest.raises(BadFrame, match="inside a frame"):
        protocol.read_frame(io.BytesIO(frame[:cut]))


@given(st.binary(max_size=60))
def test_no_bytes_at_all_get_past_the_decoder(body):
    with contextlib.suppress(BadFrame):
        assert isinstance(protocol.decode_command(body), Generate | Cancel | Shutdown)


def test_a_length_over_the_limit_is_refused_before_it_is_read():
    with pytest.raises(BadFrame, match="limit"):
        protocol.frame_length((protocol.MAX_FRAME + 1).to_bytes(4, "big"))
    assert protocol.frame_length(protocol.MAX_FRAME.to_bytes(4, "big")) == protocol.MAX_FRAME


def test_a_message_over_the_limit_is_not_sent(monkeypatch):
    monkeypatch.setattr(protocol, "MAX_FRAME", 10)
    with pytest.raises(BadFrame, match="limit"):
        protocol.encode_frame(Cancel(id="a rather long id"))


GOOD = {"type": "generate", "id": "a", "pack": "street"}


@pytest.mark.parametrize(
    "change",
    [
        {"type": "draw"},
        {"id": ""},
        {"id": "x" * 65},
        {"pack": None},
        {"seed": -1},
        {"seed": 2**63},
        {"steps": 0},
        {"steps": 1001},
        {"guidance": 51},
        {"guidance": "2"},
        {"prompt": "x" * 2001},
        {"surprise": 1},
        {"layout": {"height": 0, "width": 4, "channels": 1, "data": b""}},
        {"layout": {"height": 4, "width": 4097, "channels": 1, "data": b""}},
        {"layout": {"height": 4, "width": 4, "channels": 4, "data": b""}},
        {"image": b"pixels"},
    ],
)
def test_a_field_out_of_its_range_is_refused(change):
    protocol.decode_command(msgspec.msgpack.encode(GOOD))
    with pytest.raises(BadFrame, match=f"protocol {protocol.PROTOCOL_VERSION}"):
        protocol.decode_command(msgspec.msgpack.encode(GOOD | change))


@pytest.mark.parametrize(
    "guide",
    [
        PaletteGuide(colours=("#123456",) * 65),
        AreaGuide(shares={str(index): 0.0 for index in range(256)}),
        ClassifierGuide(present=("car",) * 256),
    ],
)
def test_a_guide_with_more_parts_than_a_picture_has_is_refused(guide):
    request = Generate(id="a", pack="p", prompt="", guides=(guide,))
    body = encode_frame(request)[4:]
    with pytest.raises(BadFrame):
        decode_command(body)
