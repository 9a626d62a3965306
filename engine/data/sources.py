"""Data sets of every form, told by the folders and files in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.data.pairs import DatasetItem
from engine.data.readers import (
    ade20k,
    camvid,
    celebamask,
    cityscapes,
    folders,
    panoptic,
    records,
    shards,
    side_by_side,
    voc,
)
from engine.data.readers.source import DatasetSource
from engine.errors import BadFile
from engine.protocol import ClassInfo

READERS: tuple[Callable[[Path], DatasetSource | None], ...] = (
    cityscapes.detect_dataset,
    celebamask.detect_dataset,
    voc.detect_dataset,
    panoptic.detect_dataset,
    camvid.detect_dataset,
    records.detect_image_folder,
    ade20k.detect_dataset,
    folders.detect_dataset,
    shards.detect_dataset,
    records.detect_parquet,
    side_by_side.detect_dataset,
)
KNOWN_FORMATS = (
    "images/ and layouts/ (in train/ and val/ if you like), VOC, Cityscapes, ADE20K, COCO panoptic, COCO-Stuff, "
    "CelebAMask-HQ, CamVid, pictures side by side, image folders with metadata.jsonl, parquet, WebDataset"
)


def open_dataset(folder: Path) -> DatasetSource:
    """The data set in a folder. Raises BadFile if it has no known form."""
    if not folder.is_dir():
        raise BadFile(f"There is no folder {folder}.", "Check the path.")
    for find in READERS:
        source = find(folder)
        if source is not None:
            return source
    raise BadFile(f"{folder} holds no data set of a known form.", f"Known are: {KNOWN_FORMATS}.")


def split_items(folder: Path, split: str, classes: Sequence[ClassInfo]) -> list[DatasetItem]:
    """The pairs of "train" or "val". Raises BadFile if there are none, or if the data name other classes."""
    items = open_matching_dataset(folder, classes).split_items(split)
    if not items:
        raise BadFile(f"{folder} has no pairs for {split}.", "Add pairs.")
    return items


def open_matching_dataset(folder: Path, classes: Sequence[ClassInfo]) -> DatasetSource:
    """The data set in a folder, which has these classes or names none. Raises BadFile.

    Classes may be renamed, but ids would be wrong if there were more or fewer of them, or the same in another order.
    """
    source = open_dataset(folder)
    source_names, names = [one.name for one in source.classes], [one.name for one in classes]
    if source_names and len(source_names) != len(names):
        raise BadFile(
            f"{folder} has {len(source_names)} classes, the taxonomy {len(names)}.", "Name those of the data."
        )
    if source_names != names and sorted(source_names) == sorted(names):
        raise BadFile(
            f"{folder} has the classes in another order: {', '.join(source_names)}.", "Name them in this order."
        )
    return source
