"""The interface of formats, and encoders that they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

import msgspec
import numpy as np
from PIL import Image

from engine.interface.dataset.export_order import PairRecord
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.dataset.manifest import PairLine
from engine.interface.errors import BadFile
from engine.interface.picture_decoding import MAX_LAYOUT_PIXELS, open_picture
from engine.interface.protocol import PackInfo, Pixels
from engine.interface.raster import decode_image

JPEG_QUALITY = 95
"""Quality of JPEG files, written without chroma subsampling to keep the edges of small objects."""

REPAIR_HINT = "Make it again with diptych-engine export --verify."

PairLines = Callable[[], Iterable[PairLine]]
"""Returns the kept pairs in order; may be called repeatedly, so that memory never holds all lines."""


ReadFile = Callable[[str], bytes]
"""Reads a file by its path. Raises BadFile if it is missing."""


class PairHalves(NamedTuple):
    """Image RGB [H, W, 3] and layout ids [H, W]."""

    image: Pixels
    layout: Pixels


class DatasetFormat(Protocol):
    """A data set format for one pack. Paths are relative to the data set's folder, with slashes."""

    def pair_files(self, pair: GeneratedPair) -> dict[str, bytes]:
        """Encodes the files of a pair, by path."""
        ...

    def halves(self, files: Mapping[str, bytes]) -> PairHalves:
        """Decodes both halves from a pair's files. Raises BadFile."""
        ...

    def closing_files(self, folder: Path, lines: PairLines) -> Mapping[str, Iterable[bytes]]:
        """Encodes the files of the whole set, by path and in pieces; `folder` holds the files of every pair."""
        ...


@runtime_checkable
class ShardedFormat(DatasetFormat, Protocol):
    """A format that collects pairs in shards; until then their own files lie in `STAGED_FOLDER`."""

    def shard_path(self, number: int) -> str:
        """Returns the path of a shard."""
        ...

    def collect(self, folder: Path, lines: list[PairLine], target: Path) -> None:
        """Writes a shard from the files of its pairs."""
        ...

    def shard_reader(self, shard: Path) -> ReadFile:
        """Opens a shard and returns a function that reads its pairs' files. Raises BadFile."""
        ...


def image_from_files(files: Mapping[str, bytes], part: str) -> Pixels:
    """Decodes RGB [H, W, 3] from the file whose path contains `part`. Raises BadFile."""
    path = _matching_path(files, part)
    return decode_image(files[path], path)


def ids_from_files(files: Mapping[str, bytes], part: str) -> Pixels:
    """Decodes values, [H, W] or [H, W, 3], of a PNG whose path contains `part`, not its colours. Raises BadFile."""
    path = _matching_path(files, part)
    try:
        return np.array(open_picture(files[path], path, MAX_LAYOUT_PIXELS, ("PNG",)), np.uint8)
    except (BadFile, ValueError) as error:
        raise BadFile(f"{path} cannot be read.", REPAIR_HINT) from error


def _matching_path(files: Mapping[str, bytes], part: str) -> str:
    for path in files:
        if part in path:
            return path
    raise BadFile(f"A pair has no file like “{part}”.", REPAIR_HINT)


def record_json(record: PairRecord) -> bytes:
    """Encodes a pair's provenance as a JSON file."""
    return msgspec.json.format(msgspec.json.encode(record)) + b"\n"


def json_line(value: object) -> bytes:
    """Encodes a line of a JSON Lines file."""
    return msgspec.json.encode(value) + b"\n"


def classes_json(info: PackInfo) -> bytes:
    """Encodes the pack's classes by id as a JSON file."""
    classes = [{"id": index, "name": item.name, "color": item.colour} for index, item in enumerate(info.classes)]
    return msgspec.json.format(msgspec.json.encode({"name": info.name, "classes": classes}), indent=1) + b"\n"


def jpeg_bytes(image: Pixels) -> bytes:
    """Encodes RGB [H, W, 3] as JPEG, for formats that require it."""
    data = BytesIO()
    Image.fromarray(np.ascontiguousarray(image)).save(data, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return data.getvalue()


def grey_png(ids: Pixels) -> bytes:
    """Encodes ids [H, W] as a grey PNG."""
    data = BytesIO()
    Image.fromarray(np.ascontiguousarray(ids)).save(data, "PNG")
    return data.getvalue()


def indexed_png(ids: Pixels, palette: Pixels) -> bytes:
    """Encodes ids [H, W] as an index PNG with a palette, uint8 [256, 3]."""
    data, picture = BytesIO(), Image.fromarray(np.ascontiguousarray(ids)).convert("L")
    picture.putpalette(palette.tobytes())
    picture.save(data, "PNG")
    return data.getvalue()
