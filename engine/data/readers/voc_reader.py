"""Pascal VOC: JPEGImages, SegmentationClass with its palette, ImageSets; labelmap.txt where a tool wrote one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path

from engine.data.pairs import image_files, join_halves
from engine.data.raw_layout import read_bytes
from engine.data.readers.dataset_source import DatasetSource, classes_from_names, hex_colour, read_classes_json
from engine.data.taxonomy import ClassWords
from engine.interface.bounded_files import within
from engine.interface.errors import BadFile


def detect_dataset(folder: Path) -> DatasetSource | None:
    """VOC in the folder or in VOCdevkit/VOC…/; 255 is void, and images that no list names are not segmented."""
    roots = [folder, *sorted(folder.glob("VOC2*")), *sorted(folder.glob("VOCdevkit/VOC*"))]
    root = next((path for path in roots if (path / "SegmentationClass").is_dir()), None)
    if root is None:
        return None
    images, layouts = image_files(root / "JPEGImages"), image_files(root / "SegmentationClass")
    lists = {split: root / "ImageSets" / "Segmentation" / f"{split}.txt" for split in ("train", "val")}
    names = {split: read_bytes(path).decode().split() for split, path in lists.items() if path.is_file()}
    names = names or {"": list(layouts)}
    splits = {
        split: join_halves(
            {name: images.get(name, within(root / "JPEGImages", f"{name}.jpg")) for name in split_names},
            {name: layouts.get(name, within(root / "SegmentationClass", f"{name}.png")) for name in split_names},
            _read_captions(root / "Annotations", split_names),
        )
        for split, split_names in names.items()
    }
    classes, mirror = read_classes_json(folder / "classes.json")
    return DatasetSource("VOC", splits, classes or _read_labelmap(root / "labelmap.txt"), mirror)


def _read_captions(folder: Path, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The <caption> elements of annotations, by name; VOC itself has none."""
    captions_by_name = {}
    for name in names if folder.is_dir() else ():
        path = within(folder, f"{name}.xml")
        text = read_bytes(path).decode("utf-8", "replace") if path.is_file() else ""
        captions = _CAPTION.findall(text)
        if captions:
            captions_by_name[name] = tuple(unescape(caption) for caption in captions)
    return captions_by_name


_CAPTION = re.compile("<caption>([^<]*[^<\\s][^<]*)</caption>")


def _read_labelmap(path: Path) -> tuple[ClassWords, ...]:
    """NAME:R,G,B:: in each line, in the order of the ids."""
    lines = read_bytes(path).decode().splitlines() if path.is_file() else []
    fields = [line.split(":") for line in lines if line.strip() and not line.startswith("#")]
    try:
        colours = [hex_colour([int(value) for value in colour.split(",")]) for _, colour, *_ in fields]
    except ValueError as error:
        raise BadFile(f"{path} cannot be read: {error}", "Write NAME:RED,GREEN,BLUE:: in each line.") from error
    return classes_from_names([name for name, *_ in fields], colours)
