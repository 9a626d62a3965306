"""Layouts as they stand in files, and their conversion to class ids, which never guesses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from engine.interface.bounded_files import read_bounded
from engine.interface.errors import BadFile
from engine.interface.picture_decoding import MAX_LAYOUT_PIXELS, open_picture
from engine.interface.protocol import UNKNOWN, ClassInfo, Pixels
from engine.interface.raster import UNKNOWN_COLOUR, colour_keys, parse_hex_colour

MAX_COLOUR_DISTANCE = 60
"""A colour of a lossy picture that is further than this (of 441) from every class's belongs to none."""
MAX_FAR_SHARE = 0.05
"""The largest share of such pixels in a lossy picture."""
LARGEST_FILE = 2**31
"""In bytes, of the indices of data sets."""
IDS_HINT = "Ids here are 0 to {0}, and 255 for unknown."


@dataclass(frozen=True)
class RawLayout:
    """A layout before its classes are known: uint8 ids [H, W] with their palette [n, 3] if any, or RGB [H, W, 3].

    `lossy` colours are slightly wrong, and mixed where two classes touch. `unknown_colours` mean unknown unless they
    are a class's.
    """

    pixels: Pixels
    file_name: str
    palette: Pixels | None = None
    lossy: bool = False
    unknown_colours: tuple[tuple[int, int, int], ...] = (UNKNOWN_COLOUR,)

    def map_ids(self, table: Mapping[int, int]) -> RawLayout:
        """The layout with every id replaced. Raises BadFile for an id that is not in the table."""
        lookup = np.full(256, -1)
        lookup[list(table)] = list(table.values())
        if self.pixels.ndim == 3:
            raise BadFile(f"{self.file_name} is in colours, but this format has ids.", "Give the files with ids.")
        ids = lookup[self.pixels]
        if (ids < 0).any():
            hint = f"This format has {len(table)} ids, up to {max(table)}."
            raise _unknown_id_error(self, self.pixels, ids < 0, hint)
        return replace(self, pixels=ids.astype(np.uint8), palette=None)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. Raises BadFile."""
    return read_bounded(path, LARGEST_FILE)


def read_raw_layout(path: Path) -> RawLayout:
    """The layout in a file. Raises BadFile."""
    return decode_raw_layout(read_bytes(path), str(path))


def decode_raw_layout(data: bytes, file_name: str) -> RawLayout:
    """The layout in the bytes of a file, which errors call `file_name`. Raises BadFile."""
    picture = open_picture(data, file_name, MAX_LAYOUT_PIXELS)
    lossy = picture.format in ("JPEG", "MPO", "WEBP", "AVIF", "HEIF")
    if lossy or picture.mode in ("RGB", "RGBA"):
        return RawLayout(np.asarray(picture.convert("RGB")), file_name, lossy=lossy)
    ids = np.asarray(picture)
    if ids.ndim != 2 or (picture.mode not in ("P", "L", "1") and not picture.mode.startswith("I")):
        raise BadFile(f"{file_name} has the pixel format {picture.mode}.", "Save the layout as an index PNG.")
    if ids.size and ids.max() > 255:
        raise BadFile(f"{file_name} holds the class id {ids.max()}.", "A pack has 254 classes at most.")
    palette = np.frombuffer(bytes(picture.getpalette("RGB") or b""), np.uint8).reshape(-1, 3)
    return RawLayout(ids.astype(np.uint8), file_name, palette if picture.mode == "P" else None)


def raw_layout_ids(raw: RawLayout, classes: Sequence[ClassInfo]) -> Pixels:
    """Ids uint8 [H, W], each a class's or `UNKNOWN`. Raises BadFile for an id or colour that is neither."""
    if raw.pixels.ndim == 3:
        return _ids_by_nearest_colour(raw, classes) if raw.lossy else _ids_by_exact_colour(raw, classes)
    ids = _ids_by_palette(raw, classes)
    out_of_range = (ids >= len(classes)) & (ids != UNKNOWN)
    if out_of_range.any():
        raise _unknown_id_error(raw, ids, out_of_range, IDS_HINT.format(len(classes) - 1))
    return ids


def _ids_by_palette(raw: RawLayout, classes: Sequence[ClassInfo]) -> Pixels:
    """The file's ids, or, if every colour in use is a class's, the classes of the colours.

    Some programs sort the palette. A file with a class's colour at another id, but also with colours of no class,
    could be read in two ways. Raises BadFile for it.
    """
    used = [int(index) for index in np.unique(raw.pixels) if index != UNKNOWN]
    palette = raw.palette
    if palette is None or any(index >= len(palette) for index in used):
        return raw.pixels
    class_of_colour: dict[tuple[int, ...], int] = {
        parse_hex_colour(info.colour): index for index, info in enumerate(classes)
    }
    class_of_index = {index: class_of_colour.get(tuple(palette[index].tolist())) for index in used}
    moved = [index for index, class_id in class_of_index.items() if class_id not in (None, index)]
    if not moved:
        return raw.pixels
    unknown_indices = [index for index, class_id in class_of_index.items() if class_id is None]
    if unknown_indices:
        name = classes[class_of_index[moved[0]] or 0].name
        raise BadFile(
            f"{raw.file_name} has the colour of “{name}” at the id {moved[0]}, "
            f"and at {unknown_indices[0]} a colour that is no class's.",
            "Write it with the classes' own palette, or with none.",
        )
    table = np.arange(256, dtype=np.uint8)
    table[list(class_of_index)] = [class_id or 0 for class_id in class_of_index.values()]
    return table[raw.pixels]


def _ids_by_exact_colour(raw: RawLayout, classes: Sequence[ClassInfo]) -> Pixels:
    """The classes of the colours. Raises BadFile for a colour that is no class's and not unknown."""
    keys = colour_keys(raw.pixels)
    ids = np.full(keys.shape, UNKNOWN, np.uint8)
    known = np.isin(keys, [_colour_key(colour) for colour in raw.unknown_colours])
    for index, info in enumerate(classes):
        mask = keys == _colour_key(parse_hex_colour(info.colour))
        ids[mask], known = index, known | mask
    if not known.all():
        row, column = (int(v) for v in np.argwhere(~known)[0])
        raise _unknown_colour_error(raw, raw.pixels[row, column], f"at row {row}, column {column}")
    return ids


def _ids_by_nearest_colour(raw: RawLayout, classes: Sequence[ClassInfo]) -> Pixels:
    """The classes of the nearest colours. Raises BadFile if much of the picture is far from every one."""
    colours = np.array([*(parse_hex_colour(info.colour) for info in classes), *raw.unknown_colours], np.float32)
    ids = np.array([*range(len(classes)), *(UNKNOWN for _ in raw.unknown_colours)], np.uint8)
    best = np.full(raw.pixels.shape[:2], np.inf, np.float32)
    nearest = np.full(best.shape, UNKNOWN, np.uint8)
    for index, colour in zip(ids, colours, strict=True):
        distance = np.square(raw.pixels - colour).sum(-1)
        nearest[distance < best], best = index, np.minimum(best, distance)
    far = best > MAX_COLOUR_DISTANCE**2
    if far.mean() > MAX_FAR_SHARE:
        colour = np.median(raw.pixels[far], axis=0).astype(np.uint8)
        raise _unknown_colour_error(raw, colour, f"on {100 * far.mean():.0f} % of it")
    return _remove_colour_rims(nearest)


def _remove_colour_rims(ids: Pixels) -> Pixels:
    """Ids without parts thinner than 3 pixels, such as the mixed colours of an edge.

    They are filled with the commonest class around them.
    """
    result, most = ids.copy(), np.zeros(ids.shape, np.uint8)
    opened_masks = {int(index): morphological_opening(ids == index, 3) for index in np.unique(ids)}
    settled = np.logical_or.reduce([*opened_masks.values()])
    for index, mask in opened_masks.items():
        around = Image.fromarray(np.uint8(255) * mask).filter(ImageFilter.BoxBlur(2))
        better = ~settled & (np.asarray(around) > most)
        result[better], most = index, np.maximum(most, np.asarray(around))
    return result


def morphological_opening(mask: np.ndarray, size: int) -> np.ndarray:
    """A mask, bool [H, W], without its parts thinner than `size` pixels, an odd number."""
    eroded = Image.fromarray(np.uint8(255) * mask).filter(ImageFilter.MinFilter(size))
    return np.asarray(eroded.filter(ImageFilter.MaxFilter(size))) > 0


def _colour_key(colour: tuple[int, int, int]) -> int:
    return colour[0] * 65536 + colour[1] * 256 + colour[2]


def _unknown_id_error(raw: RawLayout, ids: Pixels, mask: np.ndarray, hint: str) -> BadFile:
    row, column = (int(v) for v in np.argwhere(mask)[0])
    return BadFile(
        f"{raw.file_name} holds the class id {ids[row, column]} (first at row {row}, column {column}).", hint
    )


def _unknown_colour_error(raw: RawLayout, colour: np.ndarray, place: str) -> BadFile:
    hexed = "#" + bytes(colour.astype(np.uint8)).hex()
    return BadFile(f"{raw.file_name} has the colour {hexed} {place}, which is no class's.", "Add it to the classes.")
