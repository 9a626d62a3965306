"""The one door for pictures that others made: known formats only, and no more pixels than fit. numpy and pillow only.

Pillow knows 40 formats, some of which run programs or have seen little use. The size is read from the head of a file
before any of its pixels are.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image, UnidentifiedImageError

from engine.interface.bounded_files import read_bounded
from engine.interface.errors import BadFile

PICTURE_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF", "HEIF")
"""Pillow's names; the last two are read where Pillow, or a plugin of it, can."""
MAX_PHOTO_PIXELS = 50_000_000
MAX_LAYOUT_PIXELS = 16_000_000
MAX_PICTURE_BYTES = 256 * 2**20
MAX_NOTE_BYTES = 32 * 2**20
"""Of a note in a PNG file, as text."""
MAX_PNG_CHUNKS = 1_000_000

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt")
_UNREADABLE = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, MemoryError,
    OverflowError, IndexError, KeyError, TypeError, AttributeError, ZeroDivisionError, NotImplementedError,
)  # fmt: skip
"""What Pillow's readers raise for files that are no pictures, or damaged ones."""


class PictureSize(NamedTuple):
    """Height and width in pixels."""

    height: int
    width: int


def open_picture(
    data: bytes, name: str, max_pixels: int = MAX_PHOTO_PIXELS, formats: Sequence[str] = PICTURE_FORMATS
) -> Image.Image:
    """A decoded picture of one of the formats; errors call it by its name. Raises BadFile."""
    with _opened(data, name, formats) as picture:
        _check_pixels(picture, name, max_pixels)
        try:
            picture.load()
        except _UNREADABLE as error:
            raise _unreadable(name, error) from error
    return picture


def picture_size(data: bytes, name: str, formats: Sequence[str] = PICTURE_FORMATS) -> PictureSize:
    """The size that a picture's head gives; nothing is decoded. Raises BadFile."""
    with _opened(data, name, formats) as picture:
        return PictureSize(picture.height, picture.width)


def read_picture_bytes(path: Path) -> bytes:
    """The bytes of a picture's file. Raises BadFile for what is no file, or a longer one than any picture."""
    return read_bounded(path, MAX_PICTURE_BYTES)


def png_note(data: bytes, key: str) -> str:
    """The text under a key in a PNG file, from however many chunks (`KEY`, `KEY.2`, …); empty if there is none."""
    parts: dict[str, str] = {}
    left = MAX_NOTE_BYTES
    try:
        for kind, start, end in _png_chunks(data):
            if kind in _TEXT_CHUNKS and data.startswith(key.encode(), start, end):
                name, text = _chunk_text(kind, data[start:end], left)
                parts.setdefault(name, text)
                left -= len(text)
    except (ValueError, zlib.error, struct.error, UnicodeDecodeError):
        return ""
    names = [key, *(f"{key}.{number}" for number in range(2, len(parts) + 1))]
    return "".join(parts[name] for name in names) if set(names) <= parts.keys() else ""


def _opened(data: bytes, name: str, formats: Sequence[str]) -> Image.Image:
    Image.init()
    known = [form for form in formats if form in Image.OPEN]
    try:
        return Image.open(BytesIO(_without_text(data)), formats=known)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadFile(f"{name} has too many pixels.", "Make it smaller.") from error
    except _UNREADABLE as error:
        raise _unreadable(name, error) from error


def _check_pixels(picture: Image.Image, name: str, max_pixels: int) -> None:
    if picture.width * picture.height > max_pixels:
        raise BadFile(
            f"{name} has {picture.height}×{picture.width} pixels, {max_pixels // 10**6} million are the limit.",
            "Make it smaller.",
        )


def _unreadable(name: str, error: Exception) -> BadFile:
    reason = "it has no known format" if isinstance(error, UnidentifiedImageError) else str(error)
    return BadFile(
        f"{name} cannot be read as a picture ({reason or type(error).__name__}).", "Use a PNG or JPEG file."
    )


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The kind of each chunk of a PNG file, and where its content begins and ends. Raises ValueError."""
    position = len(_SIGNATURE)
    for _ in range(MAX_PNG_CHUNKS):
        if not data.startswith(_SIGNATURE) or position + 8 > len(data):
            return
        length = int.from_bytes(data[position : position + 4], "big")
        kind, start = data[position + 4 : position + 8], position + 8
        yield kind, start, min(start + length, len(data))
        position = start + length + 4
    raise ValueError("it has too many chunks")


def _without_text(data: bytes) -> bytes:
    """A PNG file without its texts: Pillow reads no picture whose text is longer than it likes. Raises ValueError."""
    texts = [(start - 8, end + 4) for kind, start, end in _png_chunks(data) if kind in _TEXT_CHUNKS]
    if not texts:
        return data
    pieces, position = [], 0
    for start, end in texts:
        pieces.append(data[position:start])
        position = end
    return b"".join([*pieces, data[position:]])


def _chunk_text(kind: bytes, content: bytes, max_bytes: int) -> tuple[str, str]:
    """The key and the text of a chunk  [PNG specification, section 11.3.3]. Raises ValueError or zlib.error."""
    key, _, rest = content.partition(b"\0")
    packed, encoding = kind == b"zTXt", "latin-1"
    if kind == b"zTXt":
        rest = rest[1:]
    elif kind == b"iTXt":
        packed, encoding = rest[:1] == b"\1", "utf-8"
        _, _, rest = rest[2:].partition(b"\0")
        _, _, rest = rest.partition(b"\0")
    if packed:
        unpacker = zlib.decompressobj()
        rest = unpacker.decompress(rest, max_bytes + 1)
    if len(rest) > max_bytes:
        raise ValueError("its text is too long")
    return key.decode("latin-1"), rest.decode(encoding)
