"""Data sets of every form, told by the folders and files in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.data.pairs import Item
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
from engine.data.readers.source import Source
from engine.errors import BadFile
from engine.protocol import ClassInfo

READERS: tuple[Callable[[Path], Source | None], ...] = (
    cityscapes.find,
    celebamask.find,
    voc.find,
    panoptic.find,
    camvid.find,
    records.find_folder,
    ade20k.find,
    folders.find,
    shards.find,
    records.find_parquet,
    side_by_side.find,
)
FORMS = (
    "images/ and layouts/ (in train/ and val/ if you like), VOC, Cityscapes, ADE20K, COCO panoptic, COCO-Stuff, "
    "CelebAMask-HQ, CamVid, pictures side by side, image folders with metadata.jsonl, parquet, WebDataset"
)


def open_source(folder: Path) -> Source:
    """The data set in a folder. Raises BadFile if it has no known form."""
    if not folder.is_dir():
        raise BadFile(f"There is no folder {folder}.", "Check the path.")
    for find in READERS:
        source = find(folder)
        if source is not None:
            return source
    raise BadFile(f"{folder} holds no data set of a known form.", f"Known are: {FORMS}.")


def items_of(folder: Path, split: str, classes: Sequence[ClassInfo]) -> list[Item]:
    """The pairs of "train" or "val". Raises BadFile if there are none, or if the data name other classes."""
    items = agreeing(folder, classes).items(split)
    if not items:
        raise BadFile(f"{folder} has no pairs for {split}.", "Add pairs.")
    return items


def agreeing(folder: Path, classes: Sequence[ClassInfo]) -> Source:
    """The data set in a folder, which has these classes or names none. Raises BadFile.

    Classes may be renamed, but ids would be wrong if there were more or fewer of them, or the same in another order.
    """
    source = open_source(folder)
    said, names = [one.name for one in source.classes], [one.name for one in classes]
    if said and len(said) != len(names):
        raise BadFile(f"{folder} has {len(said)} classes, the taxonomy {len(names)}.", "Name those of the data.")
    if said != names and sorted(said) == sorted(names):
        raise BadFile(f"{folder} has the classes in another order: {', '.join(said)}.", "Name them in this order.")
    return source
