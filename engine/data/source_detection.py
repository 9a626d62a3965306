"""Detection of the format of a data set, by the folders and files in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.data.pairs import DatasetItem
from engine.data.readers import (
    ade20k_reader,
    camvid_reader,
    celebamask_reader,
    cityscapes_reader,
    coco_panoptic_reader,
    huggingface_reader,
    paired_folders_reader,
    pix2pix_reader,
    voc_reader,
    webdataset_reader,
)
from engine.data.readers.dataset_source import DatasetSource
from engine.interface.errors import BadFile
from engine.interface.protocol import ClassInfo

READERS: tuple[Callable[[Path], DatasetSource | None], ...] = (
    cityscapes_reader.detect_dataset,
    celebamask_reader.detect_dataset,
    voc_reader.detect_dataset,
    coco_panoptic_reader.detect_dataset,
    camvid_reader.detect_dataset,
    huggingface_reader.detect_image_folder,
    ade20k_reader.detect_dataset,
    paired_folders_reader.detect_dataset,
    webdataset_reader.detect_dataset,
    huggingface_reader.detect_parquet,
    pix2pix_reader.detect_dataset,
)
KNOWN_FORMATS = (
    "images/ and layouts/ (in train/ and val/ if you like), VOC, Cityscapes, ADE20K, COCO panoptic, COCO-Stuff, "
    "CelebAMask-HQ, CamVid, pictures side by side, image folders with metadata.jsonl, parquet, WebDataset"
)


def open_dataset(folder: Path) -> DatasetSource:
    """The data set in a folder. Raises BadFile if its format is not known."""
    if not folder.is_dir():
        raise BadFile(f"There is no folder {folder}.", "Check the path.")
    for detect in READERS:
        source = detect(folder)
        if source is not None:
            return source
    raise BadFile(f"{folder} holds no data set of a known format.", f"Known formats: {KNOWN_FORMATS}.")


def split_items(folder: Path, split: str, classes: Sequence[ClassInfo]) -> list[DatasetItem]:
    """The pairs of "train" or "val". Raises BadFile if there are none, or if the data set names other classes."""
    items = open_matching_dataset(folder, classes).split_items(split)
    if not items:
        raise BadFile(f"{folder} has no pairs for {split}.", "Add pairs.")
    return items


def open_matching_dataset(folder: Path, classes: Sequence[ClassInfo]) -> DatasetSource:
    """The data set in a folder, which must have these classes or name none. Raises BadFile.

    Classes may be renamed, but with another number or order of classes the ids would be wrong.
    """
    source = open_dataset(folder)
    source_names, names = [words.name for words in source.classes], [info.name for info in classes]
    if source_names and len(source_names) != len(names):
        raise BadFile(
            f"{folder} has {len(source_names)} classes, the taxonomy {len(names)}.", "Name the classes of the data."
        )
    if source_names != names and sorted(source_names) == sorted(names):
        raise BadFile(
            f"{folder} has the classes in another order: {', '.join(source_names)}.",
            "Use the same order in the taxonomy.",
        )
    return source
