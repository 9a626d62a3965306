"""COCO panoptic: a JSON file with categories and segments, PNG files whose colours number the segments."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from engine.data.drawn import Drawn, read_drawn
from engine.data.pairs import Item, join
from engine.data.readers.source import Source, hex_of, named, read_json
from engine.errors import BadFile
from engine.protocol import UNKNOWN

SPLITS = {"train": ("train2017", "train"), "val": ("val2017", "val")}


class Category(msgspec.Struct):
    id: int
    name: str
    color: tuple[int, int, int] | None = None


class Segment(msgspec.Struct):
    id: int
    category_id: int


class Annotation(msgspec.Struct):
    image_id: int | str
    file_name: str
    segments_info: list[Segment]


class Picture(msgspec.Struct):
    id: int | str
    file_name: str


class Panoptic(msgspec.Struct):
    images: list[Picture]
    annotations: list[Annotation]
    categories: list[Category]


class Said(msgspec.Struct):
    image_id: int | str
    caption: str


class Captions(msgspec.Struct):
    annotations: list[Said] = []


@dataclass(frozen=True)
class _Reader:
    """Segments to the places of their categories in the file's list."""

    place: dict[int, int]
    segments: dict[str, list[Segment]]

    def draw(self, path: Path) -> Drawn:
        """R + 256 G + 256² B is a segment's number, 0 void. Raises BadFile for one that the file does not list."""
        colours = read_drawn(path).pixels
        if colours.ndim != 3:
            raise BadFile(f"{path} has no colours, which number its segments.", "Give COCO's panoptic PNG files.")
        numbers, where = np.unique(colours.astype(np.int64) @ np.array([1, 256, 65536]), return_inverse=True)
        known = {segment.id: self.place.get(segment.category_id) for segment in self.segments[path.name]} | {
            0: UNKNOWN
        }
        ids = [known.get(int(number)) for number in numbers]
        if None in ids:
            raise BadFile(f"{path} has the segment {numbers[ids.index(None)]}, which has no category.", "List it.")
        return Drawn(np.array(ids, np.uint8)[where.reshape(colours.shape[:2])], str(path))


def find(folder: Path) -> Source | None:
    """annotations/panoptic_SPLIT.json, with images in SPLIT/ or images/SPLIT/ and captions_SPLIT.json if there."""
    splits, categories = {}, None
    for split, names in SPLITS.items():
        paths = [at / f"panoptic_{name}.json" for name in names for at in (folder / "annotations", folder)]
        path = next((one for one in paths if one.is_file()), None)
        if path is None:
            continue
        file = read_json(path, Panoptic)
        if categories is not None and [one.id for one in categories] != [one.id for one in file.categories]:
            raise BadFile(f"{path} has other categories than the train file.", "Give both the same.")
        categories = file.categories
        splits[split] = _items(folder, path, file)
    if categories is None:
        return None
    colours = [hex_of(one.color) if one.color else "" for one in categories]
    return Source("COCO panoptic", splits, named([one.name for one in categories], colours))


def _items(folder: Path, path: Path, file: Panoptic) -> list[Item]:
    name = path.stem.removeprefix("panoptic_")
    truth = next((at for at in (path.with_suffix(""), folder / path.stem) if at.is_dir()), path.with_suffix(""))
    photos = next((at for at in (folder / name, folder / "images" / name) if at.is_dir()), folder / "images")
    stems = {one.id: Path(one.file_name).stem for one in file.images}
    layouts = {stems.get(one.image_id, Path(one.file_name).stem): truth / one.file_name for one in file.annotations}
    segments = {one.file_name: one.segments_info for one in file.annotations}
    reader = _Reader({one.id: index for index, one in enumerate(file.categories)}, segments)
    told: dict[str, tuple[str, ...]] = {}
    captions = path.with_name(f"captions_{name}.json")
    for said in read_json(captions, Captions).annotations if captions.is_file() else ():
        stem = stems.get(said.image_id, "")
        told[stem] = (*told.get(stem, ()), said.caption)
    return join({stems[one.id]: photos / one.file_name for one in file.images}, layouts, told, reader.draw)
