"""The images that a person marked, and the classes they mark: index PNGs, where what is not marked is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image, UnidentifiedImageError

from engine.interface.errors import BadFile
from engine.interface.protocol import UNKNOWN, ClassInfo, Pixels
from engine.interface.raster import read_image, read_layout

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")
GOLDEN_RATIO = 0.61803398875
"""Hues that are this far apart, again and again, never meet."""


class _ClassEntry(msgspec.Struct):
    id: int
    name: str
    color: str


class _ClassesFile(msgspec.Struct):
    classes: list[_ClassEntry]


@dataclass(frozen=True)
class MarkedImage:
    """Files of one marked image."""

    name: str
    image: Path
    layout: Path

    def read(self, classes: Sequence[ClassInfo]) -> tuple[Pixels, Pixels]:
        """RGB [H, W, 3] and ids [H, W]. Raises BadFile, also if their sizes differ."""
        image, layout = read_image(self.image), read_layout(self.layout, classes)
        if image.shape[:2] != layout.shape:
            raise BadFile(
                f"{self.image} has {image.shape[:2]} pixels and {self.layout} has {layout.shape}.",
                "A layout marks the pixels of its image: save it in the same size.",
            )
        return image, layout


def list_marked_images(folder: Path) -> list[MarkedImage]:
    """The layouts of FOLDER/layouts with their images, by name; images without a layout are not marked.

    Raises BadFile.
    """
    images = {path.stem: path for path in list_images(folder / "images")} if (folder / "images").is_dir() else {}
    layouts = sorted((folder / "layouts").glob("*.png"))
    if not layouts or not images:
        raise BadFile(f"{folder} has no images/ and layouts/ with pictures.", "Give the folder that holds both.")
    without_image = [path for path in layouts if path.stem not in images]
    if without_image:
        raise BadFile(f"{without_image[0]} has no image in {folder / 'images'}.", "Give both files one name.")
    return [MarkedImage(path.stem, images[path.stem], path) for path in layouts]


def list_images(path: Path) -> list[Path]:
    """A picture, or those of a folder, by name. Raises BadFile, also for two pictures of one name."""
    if path.is_file():
        return [path]
    found = sorted(one for one in path.glob("*") if one.suffix.lower() in IMAGE_SUFFIXES)
    if not found:
        raise BadFile(f"There are no pictures in {path}.", "Give a PNG or JPEG file, or a folder of them.")
    names = [one.stem for one in found]
    duplicates = [name for index, name in enumerate(names) if name in names[:index]]
    if duplicates:
        raise BadFile(
            f"{path} has two pictures named {duplicates[0]}.", "Rename one: their results would be one file."
        )
    return found


def read_marked_classes(folder: Path, marked: Sequence[MarkedImage]) -> tuple[ClassInfo, ...]:
    """The classes that a person marks: those of FOLDER/classes.json if there is one (as the data folders have), else
    one for each id up to the highest, in the colours of the first layout. Raises BadFile.
    """
    file = folder / "classes.json"
    if file.is_file():
        try:
            names = msgspec.json.decode(file.read_bytes(), type=_ClassesFile).classes
            if [one.id for one in names] != list(range(len(names))) or not 2 <= len(names) < UNKNOWN:
                raise msgspec.ValidationError("ids are not 0, 1, 2 …, two at least")
            infos = tuple(ClassInfo(one.name, parse_colour(one.color)) for one in names)
        except (OSError, UnicodeDecodeError, ValueError, msgspec.MsgspecError) as error:
            raise BadFile(f"{file} cannot be read: {error}.", "See data/street/classes.json for the form.") from error
        return infos
    ids = [used_ids(one.layout) for one in marked]
    highest = max((max(some) for some in ids if some), default=0)
    colours = palette_colours(marked[0].layout)
    if len(set(colours[: highest + 1])) <= highest:  # a palette that tells classes apart, or none of it
        colours = [distinct_colour(index) for index in range(highest + 1)]
    return tuple(ClassInfo(f"class {index}", colours[index]) for index in range(highest + 1))


def parse_colour(colour: str) -> str:
    """ "#RRGGBB" in lower case. Raises ValueError."""
    if len(colour) != 7 or colour[0] != "#" or int(colour[1:], 16) < 0:
        raise ValueError(f"“{colour}” is no colour")
    return colour.lower()


def open_index_image(path: Path) -> Image.Image:
    """An index PNG or a grey one. Raises BadFile."""
    try:
        with Image.open(path) as picture:
            picture.load()
    except (OSError, UnidentifiedImageError, SyntaxError) as error:
        raise BadFile(f"{path} cannot be read as a picture ({error}).", "Save the layout as an index PNG.") from error
    if picture.mode not in ("P", "L"):
        raise BadFile(
            f"{path} has the pixel format {picture.mode}.",
            "Save it as an index PNG, or name its colours: classes.json.",
        )
    return picture


def used_ids(path: Path) -> list[int]:
    """The ids that a layout marks. Raises BadFile."""
    return [int(index) for index in np.unique(np.asarray(open_index_image(path)).astype(np.uint8)) if index != UNKNOWN]


def palette_colours(path: Path) -> list[str]:
    """The colours of an index PNG, "#rrggbb"; none of a grey one."""
    picture = open_index_image(path)
    table = bytes(picture.getpalette("RGB") or b"") if picture.mode == "P" else b""
    return ["#" + table[start : start + 3].hex() for start in range(0, len(table), 3)]


def distinct_colour(index: int) -> str:
    """A colour unlike its neighbours'."""
    from colorsys import hsv_to_rgb

    red, green, blue = hsv_to_rgb(index * GOLDEN_RATIO % 1, 0.7, 0.9)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"
