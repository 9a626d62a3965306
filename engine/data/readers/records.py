"""Hugging Face `datasets`: image folders with metadata, and parquet files with an image and a label column."""

from __future__ import annotations

import csv
import importlib
import threading
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType

from engine.data.drawn import Drawn, decode_drawn, read_bytes, read_drawn
from engine.data.pairs import Item, missing
from engine.data.readers.source import Source, read_classes, read_lines, split_folders, told_in
from engine.errors import BadFile
from engine.protocol import Pixels
from engine.raster import decode_image, read_image

FILE = "file_name"
LAYOUTS = ("layout", "label", "labels", "annotation", "mask", "segmentation", "semantic_segmentation")
LAYOUT_FILES = tuple(f"{name}_{FILE}" for name in LAYOUTS)


def find_folder(folder: Path) -> Source | None:
    """metadata.jsonl or .csv in the folder or its splits: file_name (or image_file_name), and one more …file_name."""
    parts = split_folders(folder) or split_folders(folder / "data") or {"": folder}
    tables = {
        split: next((part / name for name in ("metadata.jsonl", "metadata.csv") if (part / name).is_file()), None)
        for split, part in parts.items()
    }
    splits = {split: _rows(path) for split, path in tables.items() if path is not None}
    if not any(splits.values()):
        return None
    classes, mirror = read_classes(folder / "classes.json")
    return Source("image folder", splits, classes, mirror)


def _rows(path: Path) -> list[Item]:
    """The pairs of a table; nothing if it has no layouts at all."""
    if path.suffix == ".csv":
        rows: list[dict[str, object]] = [{**row} for row in csv.DictReader(read_bytes(path).decode().splitlines())]
    else:
        rows = read_lines(path)
    items = [_item(path, number, row) for number, row in enumerate(rows, 1)]
    return items if any(key in row for row in rows for key in LAYOUT_FILES) else []


def _item(path: Path, number: int, row: dict[str, object]) -> Item:
    files = {key: path.parent / str(value) for key, value in row.items() if key.endswith(FILE) and value}
    image = files.get(f"image_{FILE}", files.get(FILE))
    layout = next((files[key] for key in LAYOUT_FILES if key in files), None)
    sentence = f"Line {number} of {path} names no file of "
    return Item(
        image.stem if image else f"line {number}",
        partial(read_image, image) if image else partial(missing, sentence + "an image."),
        partial(read_drawn, layout) if layout else partial(missing, sentence + "a layout."),
        told_in(row),
    )


def find_parquet(folder: Path) -> Source | None:
    """*.parquet in the folder or data/; the files' names begin with their splits."""
    paths = sorted(folder.glob("*.parquet")) or sorted(folder.glob("data/*.parquet"))
    paths = paths or sorted(folder.glob("*/*.parquet"))
    if not paths:
        return None
    splits: dict[str, list[Item]] = {}
    for path in paths:
        splits.setdefault(split_of(path), []).extend(_table(path))
    classes, mirror = read_classes(folder / "classes.json")
    return Source("parquet", splits, classes, mirror)


def split_of(path: Path) -> str:
    """The split that a file's name begins with, or its folder's; "" if it tells none."""
    for name in (path.name, path.parent.name):
        for split in ("train", "val"):
            if name.startswith(split):
                return split
    return ""


@dataclass(frozen=True)
class _Row:
    """One row of a parquet file, read with its group, the last few of which are kept."""

    path: Path
    group: int
    row: int
    columns: tuple[str, str]

    @property
    def place(self) -> str:
        return f"row {self.row} of group {self.group} in {self.path}"

    def image(self) -> Pixels:
        return decode_image(self._bytes(self.columns[0]), f"The image in {self.place}")

    def layout(self) -> Drawn:
        return decode_drawn(self._bytes(self.columns[1]), f"The layout in {self.place}")

    def _bytes(self, column: str) -> bytes:
        value = _group(self.path, self.group, self.columns)[column][self.row]
        value = value.get("bytes") if isinstance(value, dict) else value
        if not isinstance(value, bytes):
            raise BadFile(f"There is no {column} in {self.place}.", "Write the pictures into the file.")
        return value


def _parquet() -> ModuleType:
    try:
        return importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise BadFile("Reading parquet files needs pyarrow.", "Install it: pip install pyarrow.") from error


def _group(path: Path, group: int, columns: tuple[str, str]) -> dict[str, list[object]]:
    with _READING:  # several threads want the same group at once
        return _read_group(path, group, columns)


_READING = threading.Lock()


@lru_cache(maxsize=2)
def _read_group(path: Path, group: int, columns: tuple[str, str]) -> dict[str, list[object]]:
    found: dict[str, list[object]] = _parquet().ParquetFile(path).read_row_group(group, list(columns)).to_pydict()
    return found


def _table(path: Path) -> list[Item]:
    parquet = _parquet()
    try:
        file = parquet.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise BadFile(f"{path} is no parquet file ({error}).", "Mend or remove it.") from error
    names = file.schema_arrow.names
    layout = next((name for name in LAYOUTS if name in names), None)
    if "image" not in names or layout is None:
        raise BadFile(
            f"{path} has the columns {', '.join(names)}.", "One must be “image” and one “layout” or “label”."
        )
    rest = [
        name
        for name in names
        if name not in ("image", layout) and name in ("name", "captions", "caption", "text", "prompt")
    ]
    items = []
    for group in range(file.num_row_groups):
        count = file.metadata.row_group(group).num_rows
        told = file.read_row_group(group, columns=rest).to_pylist() if rest else [{}] * count
        for row in range(count):
            one = _Row(path, group, row, ("image", layout))
            name = str(told[row].get("name") or f"{path.stem}-{group:04}-{row:06}")
            items.append(Item(name, one.image, one.layout, told_in(told[row])))
    return items
