"""WebDataset: tar files of pairs, for sets that do not fit on one disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from engine.errors import BadRequest
from engine.export.formats.base import Lines, classes_json
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
        try:
            import webdataset
        except ImportError as error:
            raise BadRequest("Shards need the package webdataset.", 'Install "diptych[export]".') from error
        self.info, self.writer = info, webdataset.TarWriter

    def files(self, pair: Pair) -> dict[str, bytes]:
        return {
            f"{STAGED}/{pair.name}.png": encode_image(pair.image),
            f"{STAGED}/{pair.name}.layout.png": encode_layout(pair.layout, self.info.classes),
        }

    def closing(self, folder: Path, lines: Lines) -> Mapping[str, Iterable[bytes]]:
        return {"classes.json": [classes_json(self.info)]}

    def shard(self, number: int) -> str:
        return f"shards/train-{number:06d}.tar"

    def collect(self, folder: Path, lines: list[PairLine], into: Path) -> None:
        with into.open("wb") as file, self.writer(file, encoder=False, mtime=SOMETIME) as tar:
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
