"""The one door for text and messages that others wrote: JSON, TOML and msgpack within limits. No torch.

What is too long, too deep or malformed ends in one typed error, never in a RecursionError or an OverflowError, and
costs no more than its limits allow.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar, cast

import msgspec

from engine.interface.errors import MalformedData

T = TypeVar("T")
TypeHook = Callable[[type, object], object]
"""msgspec's `dec_hook`: builds a value of a type that msgspec does not know."""


class DecodingLimits(NamedTuple):
    """What a document may hold: bytes, levels of lists and objects within each other, values, and digits of a number.

    A JSON document longer than `SCANNED_BYTES` is not counted through; there the interpreter's own limit ends what is
    too deep.
    """

    length: int
    depth: int = 48
    values: int = 1_000_000
    digits: int = 64


SMALL_DOCUMENT = DecodingLimits(2**20, values=100_000)
"""Settings, heads of files, lines of a manifest."""
DOCUMENT = DecodingLimits(16 * 2**20)
"""A pack's description, a training recipe, a picture's request."""
PROJECT_DOCUMENT = DecodingLimits(256 * 2**20)
"""The head of a project, which holds planes as text."""
DATASET_DOCUMENT = DecodingLimits(2**31, values=2**31)
"""An index that comes with somebody's data set: those of COCO have hundreds of megabytes."""
MESSAGE = DecodingLimits(64 * 2**20, values=50_000)
"""A frame of the wire, a record of a journal."""

EVENT = DecodingLimits(64 * 2**20, values=4_000_000)
"""A frame of the engine's: its first one holds the words of all packs."""

SCANNED_BYTES = 32 * 2**20
_JSON_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]|\d++', re.DOTALL)
_FAILURES = (msgspec.MsgspecError, ValueError, OverflowError, RecursionError)
"""All that msgspec and tomllib raise for what is no document; UnicodeDecodeError is a ValueError."""


class JsonDecoder(Generic[T]):
    """Decodes JSON documents of one type, which may be a union."""

    def __init__(self, kind: object, limits: DecodingLimits, hook: TypeHook | None = None) -> None:
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(cast(type[T], kind), dec_hook=hook)
        self._limits = limits

    def decode(self, data: bytes | str) -> T:
        """A checked value. Raises MalformedData."""
        encoded = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
        _check_json(encoded, self._limits)
        try:
            return self._decoder.decode(encoded)
        except _FAILURES as error:
            raise MalformedData(_reason(error)) from error


class MsgpackDecoder(Generic[T]):
    """Decodes msgpack messages of one type, which may be a union."""

    def __init__(self, kind: object, limits: DecodingLimits = MESSAGE) -> None:
        self._decoder: msgspec.msgpack.Decoder[T] = msgspec.msgpack.Decoder(cast(type[T], kind))
        self._limits = limits

    def decode(self, data: bytes) -> T:
        """A checked value. Raises MalformedData."""
        _check_msgpack(data, self._limits)
        try:
            return self._decoder.decode(data)
        except _FAILURES as error:
            raise MalformedData(_reason(error)) from error


def decode_json(data: bytes | str, kind: type[T], limits: DecodingLimits, hook: TypeHook | None = None) -> T:
    """One JSON document. Raises MalformedData."""
    return JsonDecoder(kind, limits, hook).decode(data)


def decode_toml(data: bytes, kind: type[T], limits: DecodingLimits = SMALL_DOCUMENT) -> T:
    """One TOML document. Raises MalformedData."""
    _check_length(data, limits)
    try:
        return msgspec.toml.decode(data, type=kind)
    except _FAILURES as error:
        raise MalformedData(_reason(error)) from error


def decode_msgpack(data: bytes, kind: type[T], limits: DecodingLimits = MESSAGE) -> T:
    """One msgpack message. Raises MalformedData."""
    return MsgpackDecoder(kind, limits).decode(data)


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error).rstrip(".") or type(error).__name__


def _check_length(data: bytes, limits: DecodingLimits) -> None:
    if len(data) > limits.length:
        raise MalformedData(f"it has {len(data)} bytes, {limits.length} are the limit")


def _check_json(data: bytes, limits: DecodingLimits) -> None:
    """Count levels and digits, but only where there can be too many: most documents have few brackets."""
    _check_length(data, limits)
    opened = data.count(b"[") + data.count(b"{")
    if data.count(b",") + opened > limits.values:
        raise MalformedData(f"it holds more than {limits.values} values")
    long_number = re.search(rb"\d{%d}" % (limits.digits + 1), data)
    if len(data) > SCANNED_BYTES or (opened <= limits.depth and long_number is None):
        return
    depth = 0
    for match in _JSON_TOKEN.finditer(data):
        token = match.group()
        if token in b"[{":
            depth += 1
            if depth > limits.depth:
                raise MalformedData(f"it is nested more than {limits.depth} levels deep")
        elif token in b"]}":
            depth -= 1
        elif token[:1] != b'"' and len(token) > limits.digits:
            raise MalformedData(f"a number in it has {len(token)} digits")


_FIXED_SIZES = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8} | {
    0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8, 0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17,
}  # fmt: skip
"""How many bytes follow the first one of nil, booleans, numbers and extensions of a fixed size."""
_LENGTH_SIZES = {0xC4: 1, 0xC5: 2, 0xC6: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4}
"""Of bytes, extensions and text: how many bytes hold the length."""
_COUNT_SIZES = {0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4}
"""Of lists and maps: how many bytes hold the count."""


def _check_msgpack(data: bytes, limits: DecodingLimits) -> None:
    """Walk over a message without building anything. What is malformed is left to msgspec to name."""
    _check_length(data, limits)
    position, values, open_counts = 0, 0, [1]
    while open_counts:
        if open_counts[-1] == 0:
            open_counts.pop()
            continue
        if position >= len(data):
            return
        open_counts[-1] -= 1
        values += 1
        if values > limits.values:
            raise MalformedData(f"it holds more than {limits.values} values")
        children, position = _next_msgpack_value(data, position)
        if children:
            open_counts.append(children)
            if len(open_counts) > limits.depth + 1:
                raise MalformedData(f"it is nested more than {limits.depth} levels deep")


def _next_msgpack_value(data: bytes, position: int) -> tuple[int, int]:
    """How many values the one at a position holds, and where the next one begins. https://github.com/msgpack/msgpack"""
    first = data[position]
    position += 1
    if first <= 0x7F or first >= 0xE0:
        return 0, position
    if first <= 0x8F:
        return 2 * (first & 0x0F), position
    if first <= 0x9F:
        return first & 0x0F, position
    if first <= 0xBF:
        return 0, position + (first & 0x1F)
    if first in _FIXED_SIZES:
        return 0, position + _FIXED_SIZES[first]
    if first in _LENGTH_SIZES:
        size = _LENGTH_SIZES[first]
        extension = 1 if 0xC7 <= first <= 0xC9 else 0
        return 0, position + size + int.from_bytes(data[position : position + size], "big") + extension
    if first in _COUNT_SIZES:
        size = _COUNT_SIZES[first]
        count = int.from_bytes(data[position : position + size], "big")
        return count * (2 if first >= 0xDE else 1), position + size
    return 0, len(data)
