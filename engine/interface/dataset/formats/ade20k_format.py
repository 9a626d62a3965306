"""ADE20K scene parsing: images, and annotations in which 0 is unlabelled and classes begin at 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from engine.interface.dataset.formats.format_base import (
    PairHalves,
    PairLines,
    grey_png,
    ids_from_files,
    image_from_files,
    jpeg_bytes,
    json_line,
    record_json,
)
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.errors import BadRequest
from engine.interface.protocol import UNKNOWN, PackInfo

MAX_CLASSES = 254


class Ade20kFormat:
    """Annotations hold the pack's ids plus 1, as readers of ADE20K expect; objectInfo.txt names them."""

    def __init__(self, info: PackInfo) -> None:
        if len(info.classes) > MAX_CLASSES:
            raise BadRequest(f"“{info.name}” has more classes than ADE20K can hold.", "Choose another format.")
        self.info = info
        self.ids = np.zeros(256, np.uint8)
        self.ids[: len(info.classes)] = np.arange(1, len(info.classes) + 1)
        assert self.ids[UNKNOWN] == 0

    def pair_files(self, pair: GeneratedPair) -> dict[str, bytes]:
        name = f"training/ADE_train_{pair.name}"
        return {
            f"images/{name}.jpg": jpeg_bytes(pair.image),
            f"annotations/{name}.png": grey_png(self.ids[pair.layout]),
            f"requests/{name}.json": record_json(pair.record),
        }

    def halves(self, files: Mapping[str, bytes]) -> PairHalves:
        ids = ids_from_files(files, "annotations/")
        return PairHalves(
            image_from_files(files, "images/"), ids - np.uint8(1)
        )  # 0 becomes 255, which is unknown here

    def closing_files(self, folder: Path, lines: PairLines) -> Mapping[str, Iterable[bytes]]:
        names = (f"ADE_train_{line.name} {self.info.name}\n".encode() for line in lines())
        captions = (
            json_line({"file": f"ADE_train_{line.name}", "caption": line.request.prompt, "seed": line.request.seed})
            for line in lines()
        )
        objects = [f"{index}\t{item.name}" for index, item in enumerate(self.info.classes, 1)]
        return {
            "sceneCategories.txt": names,
            "captions.jsonl": captions,
            "objectInfo.txt": ["\n".join(["Idx\tName", *objects, ""]).encode()],
        }
