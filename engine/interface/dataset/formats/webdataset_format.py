"""WebDataset: tar files of pairs, for streaming."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

import msgspec

from engine.interface.bounded_files import unlinked
from engine.interface.dataset.dataset_store import STAGED_FOLDER
from engine.interface.dataset.formats.format_base import (
    REPAIR_HINT,
    PairHalves,
    PairLines,
    ReadFile,
    classes_json,
    ids_from_files,
    image_from_files,
)
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.dataset.manifest import PairLine
from engine.interface.errors import BadFile, BadRequest
from engine.interface.picture_decoding import MAX_PICTURE_BYTES
from engine.interface.protocol import PackInfo
from engine.interface.raster import encode_image, encode_layout

FIXED_MTIME = 0.0
"""Modification time of the files in a shard, so that its bytes do not depend on the clock."""


class WebDatasetFormat:
    """Files shards/train-NNNNNN.tar with NAME.png, NAME.layout.png, NAME.txt (caption) and NAME.json (request)."""

    def __init__(self, info: PackInfo) -> None:
        if find_spec("webdataset") is None:
            raise BadRequest("Shards need the package webdataset.", 'Install "diptych[export]".')
        self.info = info

    def pair_files(self, pair: GeneratedPair) -> dict[str, bytes]:
        return {
            f"{STAGED_FOLDER}/{pair.name}.png": encode_image(pair.image),
            f"{STAGED_FOLDER}/{pair.name}.layout.png": encode_layout(pair.layout, self.info.classes),
        }

    def halves(self, files: Mapping[str, bytes]) -> PairHalves:
        image = {path: data for path, data in files.items() if ".layout." not in path}
        return PairHalves(image_from_files(image, ".png"), ids_from_files(files, ".layout.png"))

    def closing_files(self, folder: Path, lines: PairLines) -> Mapping[str, Iterable[bytes]]:
        return {"classes.json": [classes_json(self.info)]}

    def shard_path(self, number: int) -> str:
        return f"shards/train-{number:06d}.tar"

    def collect(self, folder: Path, lines: list[PairLine], target: Path) -> None:
        from webdataset import TarWriter

        with target.open("wb") as file, TarWriter(file, encoder=False, mtime=FIXED_MTIME) as tar:
            for line in lines:
                tar.write(
                    {
                        "__key__": line.name,
                        "png": unlinked(folder, f"{STAGED_FOLDER}/{line.name}.png").read_bytes(),
                        "layout.png": unlinked(folder, f"{STAGED_FOLDER}/{line.name}.layout.png").read_bytes(),
                        "txt": line.request.prompt.encode(),
                        "json": msgspec.json.encode(line.request),
                    }
                )

    def shard_reader(self, shard: Path) -> ReadFile:
        return TarShard(shard).read


class TarShard:
    """Reads pictures from a shard by their former paths."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with tarfile.open(path) as tar:
                self._extents = {member.name: (member.offset_data, member.size) for member in tar}
        except (OSError, tarfile.TarError) as error:
            raise BadFile(f"{path} cannot be read ({error}).", REPAIR_HINT) from error

    def read(self, name: str) -> bytes:
        """Reads a picture. Raises BadFile."""
        try:
            start, size = self._extents[name.rpartition("/")[2]]
            with self._path.open("rb") as file:
                file.seek(start)
                return file.read(min(size, MAX_PICTURE_BYTES))
        except (KeyError, OSError) as error:
            raise BadFile(f"{self._path} does not hold {name}.", REPAIR_HINT) from error
