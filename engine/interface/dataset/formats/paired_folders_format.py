"""Paired folders: `images/`, `layouts/` with index PNGs, `requests/`, captions.jsonl and classes.json."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from engine.interface.dataset.formats.format_base import (
    PairHalves,
    PairLines,
    classes_json,
    ids_from_files,
    image_from_files,
    json_line,
    record_json,
)
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.protocol import PackInfo
from engine.interface.raster import encode_image, encode_layout


class PairedFoldersFormat:
    """The format that `diptych-engine train` reads: the pack's ids, 255 for unknown, and the classes' colours."""

    def __init__(self, info: PackInfo) -> None:
        self.info = info

    def pair_files(self, pair: GeneratedPair) -> dict[str, bytes]:
        return {
            f"images/{pair.name}.png": encode_image(pair.image),
            f"layouts/{pair.name}.png": encode_layout(pair.layout, self.info.classes),
            f"requests/{pair.name}.json": record_json(pair.record),
        }

    def halves(self, files: Mapping[str, bytes]) -> PairHalves:
        return PairHalves(image_from_files(files, "images/"), ids_from_files(files, "layouts/"))

    def closing_files(self, folder: Path, lines: PairLines) -> Mapping[str, Iterable[bytes]]:
        captions = (
            json_line({"name": line.name, "caption": line.request.prompt, "seed": line.request.seed})
            for line in lines()
        )
        return {"captions.jsonl": captions, "classes.json": [classes_json(self.info)]}
