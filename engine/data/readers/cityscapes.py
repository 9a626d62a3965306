"""Cityscapes: leftImg8bit/SPLIT/CITY/*_leftImg8bit.png, gtFine/SPLIT/CITY/*_gtFine_labelIds.png."""

from __future__ import annotations

from pathlib import Path

from engine.data.drawn import Drawn, read_drawn
from engine.data.pairs import join
from engine.data.readers.source import Source, split_folders
from engine.data.taxonomy import read_taxonomy
from engine.protocol import UNKNOWN

TRAINED = (7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33)
"""The label ids of the 19 training classes in their order; the others of 0 … 33 are void  [Cityscapes' labels]."""
TABLE = dict.fromkeys((*range(34), 255), UNKNOWN) | {label: index for index, label in enumerate(TRAINED)}
IMAGE, LABELS, TRAIN_IDS = "_leftImg8bit.", "_gtFine_labelIds.", "_gtFine_labelTrainIds."


def find(folder: Path) -> Source | None:
    """The 19 training classes, from label ids; from training ids where there are no others."""
    photos, truths = split_folders(folder / "leftImg8bit"), split_folders(folder / "gtFine")
    if not photos or not truths:
        return None
    splits = {}
    for split, photo in photos.items():
        truth = truths.get(split, folder / "gtFine" / photo.name)
        layouts = _by_name(truth, LABELS)
        draw = _from_labels if layouts else read_drawn
        splits[split] = join(_by_name(photo, IMAGE), layouts or _by_name(truth, TRAIN_IDS), None, draw)
    return Source("Cityscapes", splits, read_taxonomy("street"), streets=True)


def _from_labels(path: Path) -> Drawn:
    return read_drawn(path).through(TABLE)


def _by_name(folder: Path, ending: str) -> dict[str, Path]:
    """Files in the cities' folders by their names before the ending."""
    return {path.name.split(ending)[0]: path for path in sorted(folder.glob(f"*/*{ending}*"))}
