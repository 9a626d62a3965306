"""ADE20K, images/{training,validation} with annotations/, and COCO-Stuff, the same with {train,val}2017.

ADE20K's 0 is void and its ids begin at 1; COCO-Stuff's void is 255 and its ids begin at 0.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from engine.data.pairs import image_files, join_halves
from engine.data.raw_layout import RawLayout, read_bytes, read_raw_layout
from engine.data.readers.dataset_source import (
    DatasetSource,
    classes_from_names,
    read_captions,
    read_classes_json,
    split_folders,
)
from engine.data.taxonomy import ClassWords
from engine.interface.errors import BadFile
from engine.interface.protocol import UNKNOWN

MAX_LABEL = 254
"""The highest label where the classes are not named."""
OBJECT_INFO_FILES = ("objectInfo150.txt", "objectInfo.txt")


def detect_dataset(folder: Path) -> DatasetSource | None:
    """ADE20K or COCO-Stuff, with classes from objectInfo150.txt, labels.txt (COCO-Stuff) or classes.json, if any."""
    roots = [folder, folder / "ADEChallengeData2016"]
    root = next(
        (path for path in roots if split_folders(path / "annotations") and split_folders(path / "images")), None
    )
    if root is None:
        return None
    layout_folders, image_folders = split_folders(root / "annotations"), split_folders(root / "images")
    stuff = any(path.name.endswith("2017") for path in layout_folders.values())
    classes, mirror = read_classes_json(folder / "classes.json")
    classes = classes or (_coco_stuff_classes(root / "labels.txt") if stuff else _object_info_classes(root))
    captions = read_captions(root)
    read_layout = read_raw_layout if stuff else partial(_read_one_based, len(classes) or MAX_LABEL)
    splits = {
        split: join_halves(
            image_files(image_folder),
            image_files(layout_folders.get(split, root / "annotations" / image_folder.name)),
            captions,
            read_layout,
        )
        for split, image_folder in image_folders.items()
    }
    return DatasetSource("COCO-Stuff" if stuff else "ADE20K", splits, classes, mirror)


def _read_one_based(num_classes: int, path: Path) -> RawLayout:
    return read_raw_layout(path).map_ids(
        {0: UNKNOWN, 255: UNKNOWN} | {label: label - 1 for label in range(1, num_classes + 1)}
    )


def _object_info_classes(root: Path) -> tuple[ClassWords, ...]:
    """Tab-separated lines that begin with the id and end with NAME, SYNONYM, …"""
    path = next((path for name in OBJECT_INFO_FILES if (path := root / name).is_file()), None)
    if path is None:
        return ()
    rows = [line.split("\t") for line in read_bytes(path).decode().splitlines()]
    words = [[word.strip() for word in row[-1].split(",")] for row in rows if row[0].strip().isdigit()]
    return _unique_classes(words, path)


def _coco_stuff_classes(path: Path) -> tuple[ClassWords, ...]:
    """“ID: NAME” in each line; ids in the layouts are one less, and 0 is unlabelled."""
    if not path.is_file():
        return ()
    rows = [line.split(":") for line in read_bytes(path).decode().splitlines() if ":" in line]
    return _unique_classes([[row[1].strip()] for row in rows if row[0].strip() != "0"], path)


def _unique_classes(words: list[list[str]], path: Path) -> tuple[ClassWords, ...]:
    """Classes named by their first words, with a number where several classes have the same one."""
    if not all(row and row[0] for row in words):
        raise BadFile(f"{path} has a class without a name.", "Name it.")
    names: list[str] = []
    for first, *_ in words:
        count = sum(name == first or name.startswith(f"{first} #") for name in names)
        names.append(f"{first} #{count + 1}" if count else first)
    return tuple(
        ClassWords(name=named.name, colour=named.colour, synonyms=tuple(row[1:]))
        for named, row in zip(classes_from_names(names), words, strict=True)
    )
