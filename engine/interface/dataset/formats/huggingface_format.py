"""Hugging Face formats: an image folder with metadata.jsonl, and Parquet files that contain the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

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
    json_line,
)
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.dataset.manifest import PairLine
from engine.interface.errors import BadFile, BadRequest
from engine.interface.protocol import PackInfo
from engine.interface.raster import encode_image, encode_layout


class ImageFolderFormat:
    """Columns of `load_dataset("imagefolder", data_dir=…)`: image, layout, text, seed and request.

    The library decodes index PNGs to ids and ignores their palette.
    """

    def __init__(self, info: PackInfo) -> None:
        self.info = info

    def pair_files(self, pair: GeneratedPair) -> dict[str, bytes]:
        return {
            f"train/{pair.name}.png": encode_image(pair.image),
            f"train/layouts/{pair.name}.png": encode_layout(pair.layout, self.info.classes),
        }

    def halves(self, files: Mapping[str, bytes]) -> PairHalves:
        layout = ids_from_files(files, "train/layouts/")
        return PairHalves(
            image_from_files({path: data for path, data in files.items() if "/layouts/" not in path}, "train/"), layout
        )

    def closing_files(self, folder: Path, lines: PairLines) -> Mapping[str, Iterable[bytes]]:
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


class ParquetFormat:
    """Files data/train-NNNNN.parquet with columns image, layout, text, seed and request, written by `datasets`."""

    def __init__(self, info: PackInfo) -> None:
        if find_spec("datasets") is None:
            raise BadRequest("Parquet needs the package datasets.", 'Install "diptych[export]".')
        self.info = info

    def pair_files(self, pair: GeneratedPair) -> dict[str, bytes]:
        return {
            f"{STAGED_FOLDER}/{pair.name}.image.png": encode_image(pair.image),
            f"{STAGED_FOLDER}/{pair.name}.layout.png": encode_layout(pair.layout, self.info.classes),
        }

    def halves(self, files: Mapping[str, bytes]) -> PairHalves:
        return PairHalves(image_from_files(files, ".image.png"), ids_from_files(files, ".layout.png"))

    def closing_files(self, folder: Path, lines: PairLines) -> Mapping[str, Iterable[bytes]]:
        return {"classes.json": [classes_json(self.info)]}

    def shard_path(self, number: int) -> str:
        return f"data/train-{number:05d}.parquet"

    def collect(self, folder: Path, lines: list[PairLine], target: Path) -> None:
        import datasets

        features = datasets.Features(
            {
                "image": datasets.Image(),
                "layout": datasets.Image(),
                "text": datasets.Value("string"),
                "seed": datasets.Value("int64"),
                "request": datasets.Value("string"),
            }
        )
        rows = [_row(folder, line) for line in lines]
        columns = {name: [row[name] for row in rows] for name in features}
        table = datasets.Dataset.from_dict(columns, features)
        with target.open("wb") as file:
            table.to_parquet(file)

    def shard_reader(self, shard: Path) -> ReadFile:
        return ParquetShard(shard).read


class ParquetShard:
    """Reads pictures from a shard by their former paths; memory holds one group of rows at a time."""

    def __init__(self, path: Path) -> None:
        from pyarrow import ArrowException, parquet

        self._path, self._row_group, self._pictures = path, -1, dict[str, bytes]()
        try:
            self._file = parquet.ParquetFile(path)
            groups = (self._column_values(group, "path") for group in range(self._file.num_row_groups))
            self._row_group_by_name = {name: group for group, names in enumerate(groups) for name in names}
        except (OSError, ArrowException) as error:
            raise BadFile(f"{path} cannot be read ({error}).", REPAIR_HINT) from error

    def read(self, name: str) -> bytes:
        """Reads a picture. Raises BadFile."""
        name = name.rpartition("/")[2]
        if name not in self._row_group_by_name:
            raise BadFile(f"{self._path} does not hold {name}.", REPAIR_HINT)
        if self._row_group_by_name[name] != self._row_group:
            self._row_group = self._row_group_by_name[name]
            names, data = (self._column_values(self._row_group, part) for part in ("path", "bytes"))
            self._pictures = dict(zip(names, data, strict=True))
        return self._pictures[name]

    def _column_values(self, group: int, part: str) -> list[Any]:
        columns = [f"{half}.{part}" for half in ("image", "layout")]
        table = self._file.read_row_group(group, columns=columns)
        return [row[part] for half in ("image", "layout") for row in table.column(half).to_pylist()]


def _row(folder: Path, line: PairLine) -> dict[str, Any]:
    pictures = {
        half: {
            "bytes": unlinked(folder, f"{STAGED_FOLDER}/{line.name}.{half}.png").read_bytes(),
            "path": f"{line.name}.{half}.png",
        }
        for half in ("image", "layout")
    }
    request = msgspec.json.encode(line.request).decode()
    return {**pictures, "text": line.request.prompt, "seed": line.request.seed, "request": request}
