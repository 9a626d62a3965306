"""What every format is: a pair's files, and the whole set's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
from PIL import Image

from engine.errors import BadFile
from engine.export.manifest import PairLine
from engine.export.order import Record
from engine.export.pair import Pair
from engine.protocol import PackInfo, Pixels
from engine.raster import decode_image

JPEG_QUALITY = 95
"""Without subsampled colours: the edges of small things stay."""

MEND = "Make it again with diptych-engine export --verify."

Lines = Callable[[], Iterable[PairLine]]
"""The kept pairs in their order; may be asked for again, and is never held whole."""


Read = Callable[[str], bytes]
"""A file's bytes by its path. Raises BadFile if it is not there."""


class Halves(NamedTuple):
    """RGB [H, W, 3] and ids [H, W]."""

    image: Pixels
    layout: Pixels


class Format(Protocol):
    """A form of a data set for one pack. The paths are relative to its folder, with slashes."""

    def files(self, pair: Pair) -> dict[str, bytes]:
        """What one pair becomes, by path."""
        ...

    def halves(self, files: Mapping[str, bytes]) -> Halves:
        """Both halves again, from what `files` gave. Raises BadFile."""
        ...

    def closing(self, folder: Path, lines: Lines) -> Mapping[str, Iterable[bytes]]:
        """What belongs to the whole set, by path and piece by piece; `folder` holds the files of every pair."""
        ...


class Sharded(Format, Protocol):
    """A format whose pairs are collected into larger files; their own begin with a dot until then."""

    def shard(self, number: int) -> str:
        """The path of a shard."""
        ...

    def collect(self, folder: Path, lines: list[PairLine], into: Path) -> None:
        """Write one shard from the files of its pairs."""
        ...

    def unpack(self, shard: Path) -> Read:
        """Who reads the files of its pairs from a shard. Raises BadFile."""
        ...


def image_of(files: Mapping[str, bytes], part: str) -> Pixels:
    """RGB [H, W, 3] of the file whose path holds this. Raises BadFile."""
    path = _path(files, part)
    return decode_image(files[path], path)


def ids_of(files: Mapping[str, bytes], part: str) -> Pixels:
    """The numbers [H, W], or [H, W, 3], in a PNG as they are, whatever its palette. Raises BadFile."""
    path = _path(files, part)
    try:
        with Image.open(BytesIO(files[path]), formats=["PNG"]) as picture:
            return np.array(picture, np.uint8)
    except (OSError, SyntaxError, ValueError) as error:
        raise BadFile(f"{path} cannot be read ({error}).", MEND) from error


def _path(files: Mapping[str, bytes], part: str) -> str:
    for path in files:
        if part in path:
            return path
    raise BadFile(f"A pair has no file like “{part}”.", MEND)


def record_json(record: Record) -> bytes:
    """A request as a file of its own."""
    return msgspec.json.format(msgspec.json.encode(record)) + b"\n"


def json_line(value: object) -> bytes:
    """One line of a JSON Lines file."""
    return msgspec.json.encode(value) + b"\n"


def classes_json(info: PackInfo) -> bytes:
    """The classes by their ids."""
    classes = [{"id": index, "name": one.name, "color": one.colour} for index, one in enumerate(info.classes)]
    return msgspec.json.format(msgspec.json.encode({"name": info.name, "classes": classes}), indent=1) + b"\n"


def jpeg(image: Pixels) -> bytes:
    """RGB [H, W, 3] as a JPEG file, for formats that know no other."""
    data = BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(data, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return data.getvalue()


def grey(ids: Pixels) -> bytes:
    """Ids [H, W] as a grey PNG file."""
    data = BytesIO()
    Image.fromarray(np.ascontiguousarray(ids)).save(data, "PNG")
    return data.getvalue()


def indexed(ids: Pixels, palette: Pixels) -> bytes:
    """Ids [H, W] as an index PNG file with a palette [256, 3]."""
    data, picture = BytesIO(), Image.fromarray(np.ascontiguousarray(ids)).convert("L")
    picture.putpalette(palette.tobytes())
    picture.save(data, "PNG")
    return data.getvalue()
