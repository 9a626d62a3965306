"""Text and messages from outside: whatever they hold, they end in a value or in one typed error, and soon."""

from __future__ import annotations

import contextlib
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.interface.bounded_decoding import (
    DOCUMENT,
    MESSAGE,
    SMALL_DOCUMENT,
    DecodingLimits,
    decode_json,
    decode_msgpack,
    decode_toml,
)
from engine.interface.errors import MAX_MESSAGE, BadFile, EngineError, MalformedData


class Thing(msgspec.Struct):
    number: int = 0
    weight: float = 0.0
    texts: dict[str, str] = {}


DEEP = [49, 1100, 200_000]
"""Levels; the interpreter itself gives up at a thousand."""


@pytest.mark.parametrize("depth", DEEP)
@pytest.mark.parametrize("key", [b"number", b"unknown"])
def test_what_is_nested_too_deeply_is_refused(depth, key):
    nested = b"[" * depth + b"]" * depth
    with pytest.raises(MalformedData, match="deep"):
        decode_json(b'{"%s":%s}' % (key, nested), Thing, DOCUMENT)
    with pytest.raises(MalformedData, match="deep"):
        decode_json(b'{"%s":' % key + b'{"a":' * depth, Thing, DOCUMENT)
    with pytest.raises(MalformedData, match="deep"):
        decode_msgpack(b"\x81\xa7unknown" + b"\x91" * depth + b"\xc0", Thing)
    with pytest.raises(MalformedData, match="deep" if depth > 49 else "array"):
        decode_toml(b"number = " + nested, Thing)


def test_brackets_and_digits_in_texts_are_no_levels_and_no_numbers():
    text = "[{" * 5000 + "1" * 5000 + '\\"['
    data = msgspec.json.encode(Thing(texts={"a": text}))
    assert decode_json(data, Thing, DOCUMENT).texts == {"a": text}


def test_a_number_of_too_many_digits_is_refused():
    with pytest.raises(MalformedData, match="5000 digits"):
        decode_json(b'{"number": %s}' % (b"1" * 5000), Thing, DOCUMENT)
    with pytest.raises(MalformedData):
        decode_toml(b"number = " + b"1" * 5000, Thing)


def test_too_much_is_refused_before_it_is_decoded():
    with pytest.raises(MalformedData, match="bytes"):
        decode_json(b" " * (2**20 + 1), Thing, SMALL_DOCUMENT)
    with pytest.raises(MalformedData, match="values"):
        decode_json(b"[" + b"0," * 200_000 + b"0]", list[int], SMALL_DOCUMENT)
    with pytest.raises(MalformedData, match="values"):
        decode_msgpack(b"\xdd\xff\xff\xff\xff" + b"\xc0" * 100_000, list[None])


@pytest.mark.parametrize("text", ["", "{", '{"number": 1e999}', '{"number": NaN}', '"\ud800"', '{"texts": {"a": "\\u'])
def test_what_is_no_document_is_a_typed_error(text):
    with pytest.raises(MalformedData):
        decode_json(text, Thing, DOCUMENT)


def test_an_open_text_takes_no_longer_than_its_length():
    decode_fails = b'{"a":"' + b'\\"' * 2_000_000 + b"[" * 100
    with pytest.raises(MalformedData):
        decode_json(decode_fails, Thing, DOCUMENT)  # the limit of the test run is seconds, squares would take days


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_value_or_a_typed_error(data):
    for decode in (
        lambda: decode_json(data, Thing, DOCUMENT),
        lambda: decode_msgpack(data, Thing),
        lambda: decode_toml(data, Thing),
    ):
        with contextlib.suppress(MalformedData):
            assert isinstance(decode(), Thing)


Value = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.binary() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(Value)
def test_what_keeps_to_the_limits_is_decoded_as_msgspec_does(value):
    data = msgspec.msgpack.encode(value)
    assert repr(decode_msgpack(data, object)) == repr(msgspec.msgpack.decode(data))
    levels = 1 + nesting(value)
    assert repr(decode_msgpack(data, object, MESSAGE._replace(depth=levels))) == repr(msgspec.msgpack.decode(data))
    if levels > 1:
        with pytest.raises(MalformedData, match="deep"):
            decode_msgpack(data, object, DecodingLimits(2**20, depth=levels - 2))


def nesting(value):
    """How many lists and objects that hold something lie within each other."""
    children = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    return 1 + max(map(nesting, children)) if children else 0


def test_a_message_is_short_and_has_no_control_characters():
    error = BadFile("A name\x1b[2J\u202e of " + "x" * 10**6 + " cannot be read.", "y" * 10**6)
    assert len(error.message) <= MAX_MESSAGE
    assert len(error.hint) <= MAX_MESSAGE
    assert error.message.startswith("A name\ufffd[2J\ufffd of xxx")
    assert error.message.endswith("xxx cannot be read.")
    assert str(EngineError("As it is.", "Do this.")) == "As it is. Do this."


def test_a_long_answer_of_the_decoder_is_cut():
    kind = Annotated[str, msgspec.Meta(pattern="a" * 10_000)]
    with pytest.raises(MalformedData) as caught:
        decode_json(b'"b"', kind, DOCUMENT)
    assert len(caught.value.reason) <= MAX_MESSAGE
