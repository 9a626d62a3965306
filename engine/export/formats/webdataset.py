"""WebDataset: tar files of pairs, for sets that do not fit on one disk."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path

import msgspec

from engine.errors import BadFile, BadRequest
from engine.export.formats.base import MEND, Halves, Lines, Read, classes_json, ids_of, image_of
from engine.export.manifest import PairLine
from engine.export.pair import Pair
from engine.export.store import STAGED
from engine.protocol import PackInfo
from engine.raster import encode_image, encode_layout

SOMETIME = 0.0
"""The time of the files in a shard, so that its bytes do not depend on when it was made."""


class WebDataset:
    """shards/train-NNNNNN.tar with NAME.png, NAME.layout.png, NAME.txt (the caption) and NAME.json (the request)."""

    def __init__(self, info: PackInfo) -> None:
        if find_spec("webdataset") is None:
            raise BadRequest("Shards need the package webdataset.", 'Install "diptych[export]".')
        self.info = info

    def files(self, pair: Pair) -> dict[str, bytes]:
        return {
            f"{STAGED}/{pair.name}.png": encode_image(pair.image),
            f"{STAGED}/{pair.name}.layout.png": encode_layout(pair.layout, self.info.classes),
        }

    def halves(self, files: Mapping[str, bytes]) -> Halves:
        image = {path: data for path, data in files.items() if ".layout." not in path}
        return Halves(image_of(image, ".png"), ids_of(files, ".layout.png"))

    def closing(self, folder: Path, lines: Lines) -> Mapping[str, Iterable[bytes]]:
        return {"classes.json": [classes_json(self.info)]}

    def shard(self, number: int) -> str:
        return f"shards/train-{number:06d}.tar"

    def collect(self, folder: Path, lines: list[PairLine], into: Path) -> None:
        from webdataset import TarWriter

        with into.open("wb") as file, TarWriter(file, encoder=False, mtime=SOMETIME) as tar:
            for line in lines:
                tar.write(
                    {
                        "__key__": line.name,
                        "png": (folder / STAGED / f"{line.name}.png").read_bytes(),
                        "layout.png": (folder / STAGED / f"{line.name}.layout.png").read_bytes(),
                        "txt": line.request.prompt.encode(),
                        "json": msgspec.json.encode(line.request),
                    }
                )

    def unpack(self, shard: Path) -> Read:
        return TarShard(shard).read


class TarShard:
    """The pictures in a shard by the paths that they had before."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with tarfile.open(path) as tar:
                self._places = {one.name: (one.offset_data, one.size) for one in tar}
        except (OSError, tarfile.TarError) as error:
            raise BadFile(f"{path} cannot be read ({error}).", MEND) from error

    def read(self, name: str) -> bytes:
        """One picture. Raises BadFile."""
        try:
            start, size = self._places[name.rpartition("/")[2]]
            with self._path.open("rb") as file:
                file.seek(start)
                return file.read(size)
        except (KeyError, OSError) as error:
            raise BadFile(f"{self._path} does not hold {name}.", MEND) from error
