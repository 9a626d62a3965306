"""COCO panoptic: a JSON file with categories and segments, PNG files whose colours number the segments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from engine.data.pairs import DatasetItem, join_halves
from engine.data.raw_layout import RawLayout, read_raw_layout
from engine.data.readers.dataset_source import DatasetSource, classes_from_names, hex_colour, read_json
from engine.interface.errors import BadFile
from engine.interface.protocol import UNKNOWN

SPLIT_NAMES = {"train": ("train2017", "train"), "val": ("val2017", "val")}


class PanopticCategory(msgspec.Struct):
    id: int
    name: str
    color: tuple[int, int, int] | None = None


class PanopticSegment(msgspec.Struct):
    id: int
    category_id: int


class PanopticAnnotation(msgspec.Struct):
    image_id: int | str
    file_name: str
    segments_info: list[PanopticSegment]


class PanopticImage(msgspec.Struct):
    id: int | str
    file_name: str


class PanopticFile(msgspec.Struct):
    images: list[PanopticImage]
    annotations: list[PanopticAnnotation]
    categories: list[PanopticCategory]


class CaptionAnnotation(msgspec.Struct):
    image_id: int | str
    caption: str


class CaptionFile(msgspec.Struct):
    annotations: list[CaptionAnnotation] = []


@dataclass(frozen=True)
class _PanopticReader:
    """Segments to the places of their categories in the file's list."""

    class_of_category: dict[int, int]
    segments: dict[str, list[PanopticSegment]]

    def read_layout(self, path: Path) -> RawLayout:
        """R + 256 G + 256² B is a segment's number, 0 void. Raises BadFile for one that the file does not list."""
        colours = read_raw_layout(path).pixels
        if colours.ndim != 3:
            raise BadFile(f"{path} has no colours, which number its segments.", "Give COCO's panoptic PNG files.")
        numbers, where = np.unique(colours.astype(np.int64) @ np.array([1, 256, 65536]), return_inverse=True)
        known = {
            segment.id: self.class_of_category.get(segment.category_id) for segment in self.segments[path.name]
        } | {0: UNKNOWN}
        ids = [known.get(int(number)) for number in numbers]
        if None in ids:
            raise BadFile(f"{path} has the segment {numbers[ids.index(None)]}, which has no category.", "List it.")
        return RawLayout(np.array(ids, np.uint8)[where.reshape(colours.shape[:2])], str(path))


def detect_dataset(folder: Path) -> DatasetSource | None:
    """annotations/panoptic_SPLIT.json, with images in SPLIT/ or images/SPLIT/ and captions_SPLIT.json if there."""
    splits, categories = {}, None
    for split, names in SPLIT_NAMES.items():
        paths = [at / f"panoptic_{name}.json" for name in names for at in (folder / "annotations", folder)]
        path = next((one for one in paths if one.is_file()), None)
        if path is None:
            continue
        file = read_json(path, PanopticFile)
        if categories is not None and [one.id for one in categories] != [one.id for one in file.categories]:
            raise BadFile(f"{path} has other categories than the train file.", "Give both the same.")
        categories = file.categories
        splits[split] = _panoptic_items(folder, path, file)
    if categories is None:
        return None
    colours = [hex_colour(one.color) if one.color else "" for one in categories]
    return DatasetSource("COCO panoptic", splits, classes_from_names([one.name for one in categories], colours))


def _panoptic_items(folder: Path, path: Path, file: PanopticFile) -> list[DatasetItem]:
    name = path.stem.removeprefix("panoptic_")
    layout_folder = next(
        (at for at in (path.with_suffix(""), folder / path.stem) if at.is_dir()), path.with_suffix("")
    )
    image_folder = next((at for at in (folder / name, folder / "images" / name) if at.is_dir()), folder / "images")
    stems = {one.id: Path(one.file_name).stem for one in file.images}
    layouts = {
        stems.get(one.image_id, Path(one.file_name).stem): layout_folder / one.file_name for one in file.annotations
    }
    segments = {one.file_name: one.segments_info for one in file.annotations}
    reader = _PanopticReader({one.id: index for index, one in enumerate(file.categories)}, segments)
    own_captions: dict[str, tuple[str, ...]] = {}
    captions = path.with_name(f"captions_{name}.json")
    for annotation in read_json(captions, CaptionFile).annotations if captions.is_file() else ():
        stem = stems.get(annotation.image_id, "")
        own_captions[stem] = (*own_captions.get(stem, ()), annotation.caption)
    return join_halves(
        {stems[one.id]: image_folder / one.file_name for one in file.images}, layouts, own_captions, reader.read_layout
    )
