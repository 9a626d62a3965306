"""What every format is: a pair's files, and the whole set's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
import numpy as np
from PIL import Image

from engine.interface.dataset.export_order import PairRecord
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.dataset.manifest import PairLine
from engine.interface.errors import BadFile
from engine.interface.protocol import PackInfo, Pixels
from engine.interface.raster import decode_image

JPEG_QUALITY = 95
"""Without subsampled colours: the edges of small things stay."""

REPAIR_HINT = "Make it again with diptych-engine export --verify."

PairLines = Callable[[], Iterable[PairLine]]
"""The kept pairs in their order; may be asked for again, and is never held whole."""


ReadFile = Callable[[str], bytes]
"""A file's bytes by its path. Raises BadFile if it is not there."""


class PairHalves(NamedTuple):
    """RGB [H, W, 3] and ids [H, W]."""

    image: Pixels
    layout: Pixels


class DatasetFormat(Protocol):
    """A form of a data set for one pack. The paths are relative to its folder, with slashes."""

    def pair_files(self, pair: GeneratedPair) -> dict[str, bytes]:
        """What one pair becomes, by path."""
        ...

    def halves(self, files: Mapping[str, bytes]) -> PairHalves:
        """Both halves again, from what `files` gave. Raises BadFile."""
        ...

    def closing_files(self, folder: Path, lines: PairLines) -> Mapping[str, Iterable[bytes]]:
        """What belongs to the whole set, by path and piece by piece; `folder` holds the files of every pair."""
        ...


class ShardedFormat(DatasetFormat, Protocol):
    """A format whose pairs are collected into larger files; their own begin with a dot until then."""

    def shard_path(self, number: int) -> str:
        """The path of a shard."""
        ...

    def collect(self, folder: Path, lines: list[PairLine], target: Path) -> None:
        """Write one shard from the files of its pairs."""
        ...

    def shard_reader(self, shard: Path) -> ReadFile:
        """Who reads the files of its pairs from a shard. Raises BadFile."""
        ...


def image_from_files(files: Mapping[str, bytes], part: str) -> Pixels:
    """RGB [H, W, 3] of the file whose path holds this. Raises BadFile."""
    path = _matching_path(files, part)
    return decode_image(files[path], path)


def ids_from_files(files: Mapping[str, bytes], part: str) -> Pixels:
    """The numbers [H, W], or [H, W, 3], in a PNG as they are, whatever its palette. Raises BadFile."""
    path = _matching_path(files, part)
    try:
        with Image.open(BytesIO(files[path]), formats=["PNG"]) as picture:
            return np.array(picture, np.uint8)
    except (OSError, SyntaxError, ValueError) as error:
        raise BadFile(f"{path} cannot be read ({error}).", REPAIR_HINT) from error


def _matching_path(files: Mapping[str, bytes], part: str) -> str:
    for path in files:
        if part in path:
            return path
    raise BadFile(f"A pair has no file like “{part}”.", REPAIR_HINT)


def record_json(record: PairRecord) -> bytes:
    """A request as a file of its own."""
    return msgspec.json.format(msgspec.json.encode(record)) + b"\n"


def json_line(value: object) -> bytes:
    """One line of a JSON Lines file."""
    return msgspec.json.encode(value) + b"\n"


def classes_json(info: PackInfo) -> bytes:
    """The classes by their ids."""
    classes = [{"id": index, "name": one.name, "color": one.colour} for index, one in enumerate(info.classes)]
    return msgspec.json.format(msgspec.json.encode({"name": info.name, "classes": classes}), indent=1) + b"\n"


def jpeg_bytes(image: Pixels) -> bytes:
    """RGB [H, W, 3] as a JPEG file, for formats that know no other."""
    data = BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(data, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return data.getvalue()


def grey_png(ids: Pixels) -> bytes:
    """Ids [H, W] as a grey PNG file."""
    data = BytesIO()
    Image.fromarray(np.ascontiguousarray(ids)).save(data, "PNG")
    return data.getvalue()


def indexed_png(ids: Pixels, palette: Pixels) -> bytes:
    """Ids [H, W] as an index PNG file with a palette [256, 3]."""
    data, picture = BytesIO(), Image.fromarray(np.ascontiguousarray(ids)).convert("L")
    picture.putpalette(palette.tobytes())
    picture.save(data, "PNG")
    return data.getvalue()
