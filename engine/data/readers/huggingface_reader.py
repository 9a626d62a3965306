"""Hugging Face `datasets`: image folders with metadata, and parquet files with an image and a label column."""

from __future__ import annotations

import csv
import importlib
import threading
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType

from engine.data.pairs import DatasetItem, raise_missing_half
from engine.data.raw_layout import RawLayout, decode_raw_layout, read_bytes, read_raw_layout
from engine.data.readers.dataset_source import (
    DatasetSource,
    captions_in,
    read_classes_json,
    read_json_lines,
    split_folders,
)
from engine.interface.bounded_files import within
from engine.interface.errors import BadFile
from engine.interface.protocol import Pixels
from engine.interface.raster import decode_image, read_image

FILE_KEY = "file_name"
LAYOUT_KEYS = ("layout", "label", "labels", "annotation", "mask", "segmentation", "semantic_segmentation")
LAYOUT_FILE_KEYS = tuple(f"{name}_{FILE_KEY}" for name in LAYOUT_KEYS)


def detect_image_folder(folder: Path) -> DatasetSource | None:
    """An image folder: metadata.jsonl or .csv in the folder or its splits, with a file_name (or image_file_name) for
    the image and another …_file_name for the layout.
    """
    parts = split_folders(folder) or split_folders(folder / "data") or {"": folder}
    tables = {
        split: next((part / name for name in ("metadata.jsonl", "metadata.csv") if (part / name).is_file()), None)
        for split, part in parts.items()
    }
    splits = {split: _read_metadata(path) for split, path in tables.items() if path is not None}
    if not any(splits.values()):
        return None
    classes, mirror = read_classes_json(folder / "classes.json")
    return DatasetSource("image folder", splits, classes, mirror)


def _read_metadata(path: Path) -> list[DatasetItem]:
    """The pairs of a table, or none if it has no layouts at all."""
    if path.suffix == ".csv":
        rows: list[dict[str, object]] = [{**row} for row in csv.DictReader(read_bytes(path).decode().splitlines())]
    else:
        rows = read_json_lines(path)
    items = [_metadata_item(path, number, row) for number, row in enumerate(rows, 1)]
    return items if any(key in row for row in rows for key in LAYOUT_FILE_KEYS) else []


def _metadata_item(path: Path, number: int, row: dict[str, object]) -> DatasetItem:
    files = {key: within(path.parent, str(value)) for key, value in row.items() if key.endswith(FILE_KEY) and value}
    image = files.get(f"image_{FILE_KEY}", files.get(FILE_KEY))
    layout = next((files[key] for key in LAYOUT_FILE_KEYS if key in files), None)
    sentence = f"Line {number} of {path} names no file of "
    return DatasetItem(
        image.stem if image else f"line {number}",
        partial(read_image, image) if image else partial(raise_missing_half, sentence + "an image."),
        partial(read_raw_layout, layout) if layout else partial(raise_missing_half, sentence + "a layout."),
        captions_in(row),
    )


def detect_parquet(folder: Path) -> DatasetSource | None:
    """*.parquet in the folder or one within; the files' names begin with their splits."""
    paths = sorted(folder.glob("*.parquet")) or sorted(folder.glob("data/*.parquet"))
    paths = paths or sorted(folder.glob("*/*.parquet"))
    if not paths:
        return None
    splits: dict[str, list[DatasetItem]] = {}
    for path in paths:
        splits.setdefault(split_of_path(path), []).extend(_parquet_items(path))
    classes, mirror = read_classes_json(folder / "classes.json")
    return DatasetSource("parquet", splits, classes, mirror)


def split_of_path(path: Path) -> str:
    """The split that a file's name begins with, or its folder's; "" if neither does."""
    for name in (path.name, path.parent.name):
        for split in ("train", "val"):
            if name.startswith(split):
                return split
    return ""


@dataclass(frozen=True)
class _ParquetRow:
    """One row of a parquet file. It is read with its group, of which the last two are cached."""

    path: Path
    group: int
    row: int
    columns: tuple[str, str]

    @property
    def place(self) -> str:
        """The row as error messages name it."""
        return f"row {self.row} of group {self.group} in {self.path}"

    def load_image(self) -> Pixels:
        """RGB [H, W, 3]. Raises BadFile."""
        return decode_image(self._bytes(self.columns[0]), f"The image in {self.place}")

    def load_layout(self) -> RawLayout:
        """The layout as it stands. Raises BadFile."""
        return decode_raw_layout(self._bytes(self.columns[1]), f"The layout in {self.place}")

    def _bytes(self, column: str) -> bytes:
        value = _locked_row_group(self.path, self.group, self.columns)[column][self.row]
        value = value.get("bytes") if isinstance(value, dict) else value
        if not isinstance(value, bytes):
            raise BadFile(f"There is no {column} in {self.place}.", "Store the pictures in the file itself.")
        return value


def _import_parquet() -> ModuleType:
    try:
        return importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise BadFile("Reading parquet files needs pyarrow.", "Install it: pip install pyarrow.") from error


def _locked_row_group(path: Path, group: int, columns: tuple[str, str]) -> dict[str, list[object]]:
    with _READ_LOCK:  # several threads need the same group at once
        return _read_row_group(path, group, columns)


_READ_LOCK = threading.Lock()


@lru_cache(maxsize=2)
def _read_row_group(path: Path, group: int, columns: tuple[str, str]) -> dict[str, list[object]]:
    table = _import_parquet().ParquetFile(path).read_row_group(group, list(columns))
    by_column: dict[str, list[object]] = table.to_pydict()
    return by_column


def _parquet_items(path: Path) -> list[DatasetItem]:
    parquet = _import_parquet()
    try:
        file = parquet.ParquetFile(path)
    except (OSError, ValueError) as error:
        raise BadFile(f"{path} is no parquet file ({error}).", "Repair or remove it.") from error
    names = file.schema_arrow.names
    layout = next((name for name in LAYOUT_KEYS if name in names), None)
    if "image" not in names or layout is None:
        raise BadFile(f"{path} has the columns {', '.join(names)}.", "Name one “image” and one “layout” or “label”.")
    text_columns = [
        name
        for name in names
        if name not in ("image", layout) and name in ("name", "captions", "caption", "text", "prompt")
    ]
    items = []
    for group in range(file.num_row_groups):
        count = file.metadata.row_group(group).num_rows
        texts = file.read_row_group(group, columns=text_columns).to_pylist() if text_columns else [{}] * count
        for row in range(count):
            parquet_row = _ParquetRow(path, group, row, ("image", layout))
            name = str(texts[row].get("name") or f"{path.stem}-{group:04}-{row:06}")
            items.append(DatasetItem(name, parquet_row.load_image, parquet_row.load_layout, captions_in(texts[row])))
    return items
