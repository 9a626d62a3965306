"""Hugging Face: a folder of images with metadata.jsonl, and Parquet with the pictures inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from engine.errors import BadFile, BadRequest
from engine.export.formats.base import MEND, Halves, Lines, Read, classes_json, ids_of, image_of, json_line
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

    def halves(self, files: Mapping[str, bytes]) -> Halves:
        layout = ids_of(files, "train/layouts/")
        return Halves(
            image_of({path: data for path, data in files.items() if "/layouts/" not in path}, "train/"), layout
        )

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
        if find_spec("datasets") is None:
            raise BadRequest("Parquet needs the package datasets.", 'Install "diptych[export]".')
        self.info = info

    def files(self, pair: Pair) -> dict[str, bytes]:
        return {
            f"{STAGED}/{pair.name}.image.png": encode_image(pair.image),
            f"{STAGED}/{pair.name}.layout.png": encode_layout(pair.layout, self.info.classes),
        }

    def halves(self, files: Mapping[str, bytes]) -> Halves:
        return Halves(image_of(files, ".image.png"), ids_of(files, ".layout.png"))

    def closing(self, folder: Path, lines: Lines) -> Mapping[str, Iterable[bytes]]:
        return {"classes.json": [classes_json(self.info)]}

    def shard(self, number: int) -> str:
        return f"data/train-{number:05d}.parquet"

    def collect(self, folder: Path, lines: list[PairLine], into: Path) -> None:
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
        with into.open("wb") as file:
            table.to_parquet(file)

    def unpack(self, shard: Path) -> Read:
        return ParquetShard(shard).read


class ParquetShard:
    """The pictures in a shard by the paths that they had before. One group of rows is held at a time."""

    def __init__(self, path: Path) -> None:
        from pyarrow import ArrowException, parquet

        self._path, self._group, self._pictures = path, -1, dict[str, bytes]()
        try:
            self._file = parquet.ParquetFile(path)
            groups = (self._named(group, "path") for group in range(self._file.num_row_groups))
            self._groups = {name: group for group, names in enumerate(groups) for name in names}
        except (OSError, ArrowException) as error:
            raise BadFile(f"{path} cannot be read ({error}).", MEND) from error

    def read(self, name: str) -> bytes:
        """One picture. Raises BadFile."""
        name = name.rpartition("/")[2]
        if name not in self._groups:
            raise BadFile(f"{self._path} does not hold {name}.", MEND)
        if self._groups[name] != self._group:
            self._group = self._groups[name]
            names, data = (self._named(self._group, part) for part in ("path", "bytes"))
            self._pictures = dict(zip(names, data, strict=True))
        return self._pictures[name]

    def _named(self, group: int, part: str) -> list[Any]:
        columns = [f"{half}.{part}" for half in ("image", "layout")]
        table = self._file.read_row_group(group, columns=columns)
        return [one[part] for half in ("image", "layout") for one in table.column(half).to_pylist()]


def _row(folder: Path, line: PairLine) -> dict[str, Any]:
    pictures = {
        half: {"bytes": (folder / STAGED / f"{line.name}.{half}.png").read_bytes(), "path": f"{line.name}.{half}.png"}
        for half in ("image", "layout")
    }
    request = msgspec.json.encode(line.request).decode()
    return {**pictures, "text": line.request.prompt, "seed": line.request.seed, "request": request}
