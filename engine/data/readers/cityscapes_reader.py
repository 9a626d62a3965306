"""Cityscapes: leftImg8bit/SPLIT/CITY/*_leftImg8bit.png, gtFine/SPLIT/CITY/*_gtFine_labelIds.png."""

from __future__ import annotations

from pathlib import Path

from engine.data.pairs import join_halves
from engine.data.raw_layout import RawLayout, read_raw_layout
from engine.data.readers.dataset_source import DatasetSource, split_folders
from engine.data.taxonomy import taxonomy_classes
from engine.interface.protocol import UNKNOWN

TRAIN_LABEL_IDS = (7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33)
"""The label ids of the 19 training classes in their order; the others of 0 … 33 are void  [Cityscapes' labels]."""
TRAIN_ID_OF_LABEL_ID = dict.fromkeys((*range(34), 255), UNKNOWN) | {
    label: index for index, label in enumerate(TRAIN_LABEL_IDS)
}
IMAGE_ENDING, LABEL_IDS_ENDING, TRAIN_IDS_ENDING = "_leftImg8bit.", "_gtFine_labelIds.", "_gtFine_labelTrainIds."


def detect_dataset(folder: Path) -> DatasetSource | None:
    """Cityscapes with its 19 training classes, read from label ids, or from training ids where there are no others."""
    image_folders, layout_folders = split_folders(folder / "leftImg8bit"), split_folders(folder / "gtFine")
    if not image_folders or not layout_folders:
        return None
    splits = {}
    for split, image_folder in image_folders.items():
        layout_folder = layout_folders.get(split, folder / "gtFine" / image_folder.name)
        layouts = _files_by_frame(layout_folder, LABEL_IDS_ENDING)
        read_layout = _read_label_ids if layouts else read_raw_layout
        splits[split] = join_halves(
            _files_by_frame(image_folder, IMAGE_ENDING),
            layouts or _files_by_frame(layout_folder, TRAIN_IDS_ENDING),
            None,
            read_layout,
        )
    return DatasetSource("Cityscapes", splits, taxonomy_classes("street"), streets=True)


def _read_label_ids(path: Path) -> RawLayout:
    return read_raw_layout(path).map_ids(TRAIN_ID_OF_LABEL_ID)


def _files_by_frame(folder: Path, ending: str) -> dict[str, Path]:
    """Files in the cities' folders by the parts of their names before the ending."""
    return {path.name.split(ending)[0]: path for path in sorted(folder.glob(f"*/*{ending}*"))}
