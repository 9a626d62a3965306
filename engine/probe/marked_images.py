"""Images that a person marked, and the classes they mark: index PNGs in which unmarked pixels are unknown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.data.pairs import IMAGE_SUFFIXES, DatasetItem, list_items
from engine.data.raw_layout import RawLayout
from engine.data.readers.dataset_source import classes_from_names, hex_colour, read_classes_json
from engine.data.taxonomy import class_infos
from engine.interface.errors import BadFile
from engine.interface.protocol import UNKNOWN, ClassInfo


def list_marked_images(folder: Path) -> list[DatasetItem]:
    """The layouts of FOLDER/layouts with their images in FOLDER/images, by name; other images are not marked.

    Raises BadFile if there are none.
    """
    return list_items(folder, skip_images_without_layout=True)


def list_images(path: Path) -> list[Path]:
    """A picture, or those of a folder, by name. Raises BadFile, also for two pictures of one name."""
    if path.is_file():
        return [path]
    images = sorted(file for file in path.glob("*") if file.suffix.lower() in IMAGE_SUFFIXES)
    if not images:
        raise BadFile(f"There are no pictures in {path}.", "Give a PNG or JPEG file, or a folder of them.")
    names = [image.stem for image in images]
    duplicates = [name for index, name in enumerate(names) if name in names[:index]]
    if duplicates:
        raise BadFile(
            f"{path} has two pictures named {duplicates[0]}.", "Rename one: their results would be one file."
        )
    return images


def read_marked_classes(folder: Path, marked: Sequence[DatasetItem]) -> tuple[ClassInfo, ...]:
    """The classes of FOLDER/classes.json if there is one, in the form of the data folders.

    Else one class for each id up to the highest, in the colours of the first layout's palette if it tells them apart.
    Raises BadFile.
    """
    file = folder / "classes.json"
    classes, _ = read_classes_json(file)
    if file.is_file() and not 2 <= len(classes) < UNKNOWN:
        raise BadFile(f"{file} names {len(classes)} classes.", f"Name 2 to {UNKNOWN - 1} of them.")
    return class_infos(classes or classes_from_names(*_names_and_colours(marked)))


def _names_and_colours(marked: Sequence[DatasetItem]) -> tuple[list[str], list[str]]:
    """A name for each id up to the highest in use, and the colours of them all, or none."""
    highest = max(_highest_id(item.load_layout()) for item in marked)
    palette = marked[0].load_layout().palette
    colours = [] if palette is None else [hex_colour(colour.tolist()) for colour in palette[: highest + 1]]
    names = [f"class {index}" for index in range(highest + 1)]
    return names, colours if len(set(colours)) == len(names) else []


def _highest_id(raw: RawLayout) -> int:
    """The highest class id of a layout's file, 0 if all is unknown. Raises BadFile for a picture in colours."""
    if raw.pixels.ndim == 3:
        raise BadFile(f"{raw.file_name} is in colours.", "Save it as an index PNG, or name its colours: classes.json.")
    return int(np.max(raw.pixels, where=raw.pixels != UNKNOWN, initial=0))
