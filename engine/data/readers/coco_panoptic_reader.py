"""COCO panoptic: a JSON file with categories and segments, PNG files whose colours number the segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from engine.data.pairs import DatasetItem, join_halves
from engine.data.raw_layout import RawLayout, read_raw_layout
from engine.data.readers.dataset_source import DatasetSource, classes_from_names, hex_colour, read_json
from engine.interface.bounded_files import within
from engine.interface.errors import BadFile
from engine.interface.protocol import UNKNOWN

SPLIT_NAMES = {"train": ("train2017", "train"), "val": ("val2017", "val")}


class PanopticCategory(msgspec.Struct):
    """A class in the file's list."""

    id: int
    name: str
    color: tuple[int, int, int] | None = None


class PanopticSegment(msgspec.Struct):
    """A segment of one image, with its number in the PNG file."""

    id: int
    category_id: int


class PanopticAnnotation(msgspec.Struct):
    """The segments of one image and their PNG file."""

    image_id: int | str
    file_name: str
    segments_info: list[PanopticSegment]


class PanopticImage(msgspec.Struct):
    """An image's number and file."""

    id: int | str
    file_name: str


class PanopticFile(msgspec.Struct):
    """The used part of panoptic_SPLIT.json."""

    images: list[PanopticImage]
    annotations: list[PanopticAnnotation]
    categories: list[PanopticCategory]


class CaptionAnnotation(msgspec.Struct):
    """A caption of one image."""

    image_id: int | str
    caption: str


class CaptionFile(msgspec.Struct):
    """The used part of captions_SPLIT.json."""

    annotations: list[CaptionAnnotation] = []


@dataclass(frozen=True)
class _PanopticReader:
    """A reader of layouts whose segments become the places of their categories in the file's list."""

    class_of_category: dict[int, int]
    segments: dict[str, list[PanopticSegment]]

    def read_layout(self, path: Path) -> RawLayout:
        """The layout in a PNG file with segments numbered R + 256 G + 256² B, 0 for void.

        Raises BadFile for a segment that is not listed.
        """
        colours = read_raw_layout(path).pixels
        if colours.ndim != 3:
            raise BadFile(f"{path} has no colours, which number the segments.", "Give COCO's panoptic PNG files.")
        numbers, where = np.unique(colours.astype(np.int64) @ np.array([1, 256, 65536]), return_inverse=True)
        known = {
            segment.id: self.class_of_category.get(segment.category_id) for segment in self.segments[path.name]
        } | {0: UNKNOWN}
        ids = [known.get(int(number)) for number in numbers]
        if None in ids:
            raise BadFile(
                f"{path} has the segment {numbers[ids.index(None)]} without a category.", "List it in the JSON file."
            )
        return RawLayout(np.array(ids, np.uint8)[where.reshape(colours.shape[:2])], str(path))


def detect_dataset(folder: Path) -> DatasetSource | None:
    """annotations/panoptic_SPLIT.json with images in SPLIT/ or images/SPLIT/, and captions_SPLIT.json if any."""
    splits, categories = {}, None
    for split, names in SPLIT_NAMES.items():
        paths = [at / f"panoptic_{name}.json" for name in names for at in (folder / "annotations", folder)]
        path = next((candidate for candidate in paths if candidate.is_file()), None)
        if path is None:
            continue
        file = read_json(path, PanopticFile)
        if categories is not None and [category.id for category in categories] != [
            category.id for category in file.categories
        ]:
            raise BadFile(f"{path} has other categories than the train file.", "Use the same categories in both.")
        categories = file.categories
        splits[split] = _panoptic_items(folder, path, file)
    if categories is None:
        return None
    colours = [hex_colour(category.color) if category.color else "" for category in categories]
    classes = classes_from_names([category.name for category in categories], colours)
    return DatasetSource("COCO panoptic", splits, classes)


def _panoptic_items(folder: Path, path: Path, file: PanopticFile) -> list[DatasetItem]:
    """The pairs of one split."""
    name = path.stem.removeprefix("panoptic_")
    layout_folder = _first_folder((path.with_suffix(""), folder / path.stem)) or path.with_suffix("")
    image_folder = _first_folder((folder / name, folder / "images" / name)) or folder / "images"
    stems = {image.id: Path(image.file_name).stem for image in file.images}
    layouts = {
        stems.get(annotation.image_id, Path(annotation.file_name).stem): within(layout_folder, annotation.file_name)
        for annotation in file.annotations
    }
    segments = {annotation.file_name: annotation.segments_info for annotation in file.annotations}
    reader = _PanopticReader({category.id: index for index, category in enumerate(file.categories)}, segments)
    own_captions: dict[str, tuple[str, ...]] = {}
    captions = path.with_name(f"captions_{name}.json")
    for annotation in read_json(captions, CaptionFile).annotations if captions.is_file() else ():
        stem = stems.get(annotation.image_id, "")
        own_captions[stem] = (*own_captions.get(stem, ()), annotation.caption)
    images = {stems[image.id]: within(image_folder, image.file_name) for image in file.images}
    return join_halves(images, layouts, own_captions, reader.read_layout)


def _first_folder(paths: Sequence[Path]) -> Path | None:
    """The first of the paths that is a folder."""
    return next((path for path in paths if path.is_dir()), None)
