"""The data set that a reader finds in a folder, and the files that several formats share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from colorsys import hsv_to_rgb
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from engine.data.pairs import IMAGE_SUFFIXES, DatasetItem
from engine.data.raw_layout import read_bytes
from engine.data.taxonomy import ClassWords
from engine.interface.bounded_decoding import DATASET_DOCUMENT, DOCUMENT, decode_json
from engine.interface.errors import BadFile, MalformedData

SPLIT_FOLDERS = {"train": ("train", "training", "train2017"), "val": ("val", "validation", "valid", "val2017")}
"""The usual names of the folders of both splits."""
HELD_OUT_EVERY = 10
"""One pair in so many is held out where a data set has no split of its own."""


@dataclass(frozen=True)
class DatasetSource:
    """A data set: its format, its pairs by split ("" where it has none), and its classes if it names them."""

    format_name: str
    splits: dict[str, list[DatasetItem]]
    classes: tuple[ClassWords, ...] = ()
    mirror: tuple[tuple[str, str], ...] = ()
    streets: bool = False

    @property
    def has_splits(self) -> bool:
        """Whether the data set has its own split."""
        return bool(self.splits.get("train") and self.splits.get("val"))

    def split_items(self, split: str) -> list[DatasetItem]:
        """The pairs of "train" or "val"; without a split of its own, a hash of each name decides."""
        if self.has_splits:
            return self.splits[split]
        everything = [item for items in self.splits.values() for item in items]
        return [item for item in everything if is_held_out(item.name) == (split == "val")]


def is_held_out(name: str) -> bool:
    """Whether a pair of this name belongs to val."""
    return int.from_bytes(sha256(name.encode()).digest()[:8], "big") % HELD_OUT_EVERY == 0


class _ClassRecord(msgspec.Struct):
    id: int
    name: str
    color: str = ""


class _ClassFile(msgspec.Struct):
    classes: list[_ClassRecord]
    unknown: int = 255
    mirror: list[tuple[int, int]] = []


def read_classes_json(path: Path) -> tuple[tuple[ClassWords, ...], tuple[tuple[str, str], ...]]:
    """The classes and the mirrored pairs of names in a `classes.json`, empty if there is none. Raises BadFile."""
    if not path.is_file():
        return (), ()
    file = read_json(path, _ClassFile)
    if [record.id for record in file.classes] != list(range(len(file.classes))) or file.unknown != 255:
        raise BadFile(f"{path} does not number its classes 0, 1, 2 …, with 255 for unknown.", "Renumber them.")
    names, colours = [record.name for record in file.classes], [record.color for record in file.classes]
    invalid = [colour for colour in colours if colour and not re.fullmatch("#[0-9a-fA-F]{6}", colour)]
    if invalid:
        raise BadFile(f"“{invalid[0]}” in {path} is no colour.", "Write it as “#804080”.")
    mirror = tuple((names[left], names[right]) for left, right in file.mirror)
    return classes_from_names(names, colours), mirror


def classes_from_names(names: Sequence[str], colours: Sequence[str] = ()) -> tuple[ClassWords, ...]:
    """Classes with these names; one without a colour gets one that no other has."""
    taken, result = {colour.lower() for colour in colours}, []
    for index, name in enumerate(names):
        colour = (colours[index] if colours else "").lower()
        result.append(ClassWords(name=name, colour=colour or _free_colour(index, taken)))
        taken.add(result[-1].colour)
    return tuple(result)


def _free_colour(index: int, taken: set[str]) -> str:
    """Hues a golden angle apart, in three tones; the next one if it is taken."""
    while True:
        tone = hsv_to_rgb(index * 0.618034 % 1, (0.75, 0.5, 0.9)[index % 3], (0.9, 0.65, 0.5)[index // 3 % 3])
        colour = "#" + bytes(round(255 * value) for value in tone).hex()
        if colour not in taken:
            return colour
        index += 1


def hex_colour(colour: Sequence[int]) -> str:
    """(128, 64, 128) as "#804080"."""
    return "#" + bytes(colour).hex()


def split_folders(folder: Path) -> dict[str, Path]:
    """The existing folders of the splits in a folder, by "train" and "val"."""
    return {
        split: folder / name for split, names in SPLIT_FOLDERS.items() for name in names if (folder / name).is_dir()
    }


RecordType = TypeVar("RecordType")


def read_json(path: Path, record_type: type[RecordType]) -> RecordType:
    """The contents of a JSON file as a record. Raises BadFile."""
    try:
        return decode_json(read_bytes(path), record_type, DATASET_DOCUMENT)
    except MalformedData as error:
        raise BadFile(f"{path} cannot be read: {error.reason}", "Repair or replace it.") from error


CAPTION_KEYS = ("captions", "caption", "text", "prompt")


def captions_in(line: dict[str, object]) -> tuple[str, ...]:
    """The captions in a record, under the first of the usual keys that has any."""
    for key in CAPTION_KEYS:
        value = line.get(key)
        texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        captions = tuple(text for text in texts if isinstance(text, str) and text.strip())
        if captions:
            return captions
    return ()


def read_json_lines(path: Path) -> list[dict[str, object]]:
    """The records of a JSON-lines file. Raises BadFile."""
    records: list[dict[str, object]] = []
    for number, line in enumerate(read_bytes(path).decode("utf-8", "replace").splitlines(), 1):
        if not line.strip():
            continue
        try:
            records.append(decode_json(line, dict[str, object], DOCUMENT))
        except MalformedData as error:
            raise BadFile(
                f"Line {number} of {path} is no JSON record: {error.reason}", "Repair or remove it."
            ) from error
    return records


NAME_KEYS = ("name", "file_name", "file", "image")


def read_captions(folder: Path) -> dict[str, tuple[str, ...]]:
    """The captions in a folder's captions.jsonl by the names of their pairs, if there is one. Raises BadFile."""
    path = folder / "captions.jsonl"
    captions: dict[str, tuple[str, ...]] = {}
    for line in read_json_lines(path) if path.is_file() else ():
        name = next((value for key in NAME_KEYS if isinstance(value := line.get(key), str)), "")
        name = Path(name).stem if Path(name).suffix.lower() in IMAGE_SUFFIXES else name
        captions[name] = captions.get(name, ()) + captions_in(line)
    return captions
