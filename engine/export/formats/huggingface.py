"""Hugging Face: a folder of images with metadata.jsonl, and Parquet with the pictures inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import BadRequest
from engine.export.formats.base import Lines, classes_json, json_line
from engine.export.manifest import PairLine
from engine.export.pair import Pair
from engine.export.store import STAGED
from engine.protocol import PackInfo
from engine.raster import encode_image, encode_layout


class ImageFolder:
    """`load_dataset("imagefolder", data_dir=…)` gives columns image, layout, text, seed and request.

    It decodes index PNGs to their ids: the palette is there for people.
    """

    def __init__(self, info: PackInfo) -> None:
        self.info = info

    def files(self, pair: Pair) -> dict[str, bytes]:
        return {
            f"train/{pair.name}.png": encode_image(pair.image),
            f"train/layouts/{pair.name}.png": encode_layout(pair.layout, self.info.classes),
        }

    def closing(self, folder: Path, lines: Lines) -> Mapping[str, Iterable[bytes]]:
        rows = (
            json_line(
                {
                    "file_name": f"{line.name}.png",
                    "layout_file_name": f"layouts/{line.name}.png",
                    "text": line.request.prompt,
                    "seed": line.request.seed,
                    "request": msgspec.json.encode(line.request).decode(),
                }
            )
            for line in lines()
        )
        return {"train/metadata.jsonl": rows, "classes.json": [classes_json(self.info)]}


class Parquet:
    """data/train-NNNNN.parquet with columns image, layout, text, seed and request, by `datasets`."""

    def __init__(self, info: PackInfo) -> None:
        try:
            import datasets
        except ImportError as error:
            raise BadRequest("Parquet needs the package datasets.", 'Install "diptych[export]".') from error
        self.info = info
        self.features = datasets.Features(
            {
                "image": datasets.Image(),
                "layout": datasets.Image(),
                "text": datasets.Value("string"),
                "seed": datasets.Value("int64"),
                "request": datasets.Value("string"),
            }
        )

    def files(self, pair: Pair) -> dict[str, bytes]:
        return {
            f"{STAGED}/{pair.name}.image.png": encode_image(pair.image),
            f"{STAGED}/{pair.name}.layout.png": encode_layout(pair.layout, self.info.classes),
        }

    def closing(self, folder: Path, lines: Lines) -> Mapping[str, Iterable[bytes]]:
        return {"classes.json": [classes_json(self.info)]}

    def shard(self, number: int) -> str:
        return f"data/train-{number:05d}.parquet"

    def collect(self, folder: Path, lines: list[PairLine], into: Path) -> None:
        import datasets

        rows = [_row(folder, line) for line in lines]
        columns = {name: [row[name] for row in rows] for name in self.features}
        table = datasets.Dataset.from_dict(columns, self.features)
        with into.open("wb") as file:
            table.to_parquet(file)


def _row(folder: Path, line: PairLine) -> dict[str, Any]:
    pictures = {
        half: {"bytes": (folder / STAGED / f"{line.name}.{half}.png").read_bytes(), "path": f"{line.name}.{half}.png"}
        for half in ("image", "layout")
    }
    request = msgspec.json.encode(line.request).decode()
    return {**pictures, "text": line.request.prompt, "seed": line.request.seed, "request": request}
