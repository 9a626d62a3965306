"""Pictures as uint8 arrays: files, palettes, and fitting one size to another. numpy and pillow only.

Class ids are never blended: layouts shrink by a majority vote per cell, and pixel centres agree with images.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.interface.atomic_files import write_atomically
from engine.interface.errors import BadFile
from engine.interface.picture_decoding import (
    MAX_LAYOUT_PIXELS,
    MAX_PHOTO_PIXELS,
    open_picture,
    png_note,
    read_picture_bytes,
)
from engine.interface.protocol import UNKNOWN, ClassInfo, Pixels

FitMode = Literal["crop", "stretch", "pad"]
UNKNOWN_COLOUR = (0, 0, 0)
PNG_NOTE_KEY = "diptych"
"""The key of the text in a PNG file that says how it was made."""
NOTE_PART = 250_000
"""Characters of it in one chunk, the others follow as `diptych.2` …: Pillow opens no file with 1 MiB in one."""


class FittedPixels(NamedTuple):
    """Pixels at a new size, and a mask bool [H, W] of those that come from the source; the others are padding."""

    pixels: Pixels
    inside: np.ndarray[tuple[int, int], np.dtype[np.bool_]]


def parse_hex_colour(colour: str) -> tuple[int, int, int]:
    """ "#804080" as (128, 64, 128)."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def palette_table(classes: Sequence[ClassInfo]) -> Pixels:
    """uint8 [256, 3]: the colour of each id; ids without a class look like `UNKNOWN`."""
    table = np.full((256, 3), UNKNOWN_COLOUR, np.uint8)
    for index, info in enumerate(classes):
        table[index] = parse_hex_colour(info.colour)
    return table


def colourise(layout: Pixels, classes: Sequence[ClassInfo]) -> Pixels:
    """Ids [H, W] as colours [H, W, 3]."""
    return palette_table(classes)[layout]


def read_image(path: Path) -> Pixels:
    """uint8 RGB [H, W, 3], turned upright by its EXIF tag. Raises BadFile."""
    return decode_image(read_picture_bytes(path), str(path))


def decode_image(data: bytes, name: str) -> Pixels:
    """uint8 RGB [H, W, 3] from a file in memory, which errors call `name`. Raises BadFile."""
    picture = open_picture(data, name, MAX_PHOTO_PIXELS)
    return np.asarray(_to_eight_bits(_upright(picture)).convert("RGB"))


def read_layout(path: Path, classes: Sequence[ClassInfo]) -> Pixels:
    """uint8 ids [H, W] from an index PNG, a grey PNG of ids, or a picture in exactly the classes' colours.

    Raises BadFile, also for an id that is neither a class nor `UNKNOWN`.
    """
    return decode_layout(read_picture_bytes(path), classes, str(path))


def decode_layout(data: bytes, classes: Sequence[ClassInfo], name: str) -> Pixels:
    """Ids like those of `read_layout` from a file in memory, which errors call `name`. Raises BadFile."""
    picture = open_picture(data, name, MAX_LAYOUT_PIXELS)
    if picture.mode in ("P", "L"):
        ids = _ids_from_palette(picture, classes)
    elif picture.mode in ("RGB", "RGBA"):
        ids = _ids_from_colours(np.asarray(picture.convert("RGB")), classes, name)
    else:
        raise BadFile(f"{name} has the pixel format {picture.mode}.", "Save the layout as an index PNG.")
    invalid_ids = np.setdiff1d(ids, [*range(len(classes)), UNKNOWN])
    if invalid_ids.size:
        position = tuple(int(v) for v in np.argwhere(ids == invalid_ids[0])[0])
        raise BadFile(
            f"{name} holds the class id {invalid_ids[0]} (first at row {position[0]}, column {position[1]}).",
            f"Ids here are 0 to {len(classes) - 1}, and {UNKNOWN} for unknown.",
        )
    return ids


def read_mask(path: Path) -> Pixels:
    """uint8 [H, W], 255 where the grey picture is at least half bright, 0 elsewhere. Raises BadFile."""
    return decode_mask(read_picture_bytes(path), str(path))


def decode_mask(data: bytes, name: str) -> Pixels:
    """A mask like that of `read_mask` from a file in memory, which errors call `name`. Raises BadFile."""
    grey = np.asarray(_to_eight_bits(open_picture(data, name, MAX_PHOTO_PIXELS)).convert("L"))
    return np.where(grey >= 128, np.uint8(255), np.uint8(0))


def write_image(path: Path, pixels: Pixels) -> None:
    """Write RGB [H, W, 3] as PNG, whole or not at all. Raises BadFile."""
    write_atomically(path, encode_image(pixels))


def write_layout(path: Path, layout: Pixels, classes: Sequence[ClassInfo]) -> None:
    """Write ids [H, W] as an index PNG with the classes' palette, whole or not at all. Raises BadFile."""
    write_atomically(path, encode_layout(layout, classes))


def encode_image(pixels: Pixels, note: str = "") -> bytes:
    """RGB [H, W, 3], or a mask [H, W] as grey, as a PNG file that carries a note of how it was made."""
    return _encode_png(Image.fromarray(np.ascontiguousarray(pixels)), note)


def encode_layout(layout: Pixels, classes: Sequence[ClassInfo], note: str = "") -> bytes:
    """Ids [H, W] as an index PNG file with the classes' palette that carries a note of how it was made."""
    picture = Image.fromarray(np.ascontiguousarray(layout)).convert("L")
    picture.putpalette(palette_table(classes).tobytes())
    return _encode_png(picture, note)


def read_png_note(data: bytes) -> str:
    """The note that a PNG file of ours carries; empty for any other bytes."""
    return png_note(data, PNG_NOTE_KEY)


def fit_image(pixels: Pixels, height: int, width: int, fit: FitMode = "crop") -> FittedPixels:
    """RGB [H, W, 3] at another size, by area when it shrinks."""
    box, target = _source_and_target_boxes(pixels.shape, (height, width), fit)
    top, left, bottom, right = target
    size = (right - left, bottom - top)
    result = np.zeros((height, width, 3), np.uint8)
    result[top:bottom, left:right] = crop_and_resize(pixels, Crop(*box), size[1], size[0])
    return FittedPixels(result, _inside_mask(height, width, target))


class Crop(NamedTuple):
    """A part of a picture, in its pixels; (0, 0) is the upper left corner of the first one."""

    left: float
    top: float
    right: float
    bottom: float


def centre_crop(size: tuple[int, ...], height: int, width: int) -> Crop:
    """The largest part of a picture [H, W, …] in its middle that has the shape of height × width."""
    return Crop(*_source_and_target_boxes(size, (height, width), "crop")[0])


def crop_and_resize(pixels: Pixels, crop: Crop, height: int, width: int) -> Pixels:
    """A part of RGB [H, W, 3] at another size, by area when it shrinks; the part lies within the picture."""
    kernel = Image.Resampling.BOX if crop.right - crop.left >= width else Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(pixels).resize((width, height), kernel, crop))


def is_index_png(data: bytes, classes: Sequence[ClassInfo]) -> bool:
    """Whether a file is an index PNG whose ids are all classes or `UNKNOWN`."""
    try:
        if open_picture(data, "", MAX_LAYOUT_PIXELS, ("PNG",)).mode != "P":
            return False
        decode_layout(data, classes, "")
    except BadFile:
        return False
    return True


def fit_layout(layout: Pixels, height: int, width: int, fit: FitMode = "crop") -> FittedPixels:
    """Ids [H, W] at another size: each cell takes the id with most of its area, the rarer one in a tie."""
    box, target = _source_and_target_boxes(layout.shape, (height, width), fit)
    top, left, bottom, right = target
    ids, counts = np.unique(layout, return_counts=True)
    best = np.zeros((bottom - top, right - left), np.float32)
    cells = np.full(best.shape, UNKNOWN, np.uint8)
    for index in ids[np.argsort(counts, kind="stable")]:
        share = Image.fromarray((layout == index).astype(np.float32)).resize(
            (right - left, bottom - top), Image.Resampling.BOX, box
        )
        better = np.asarray(share) > best + 1e-6
        best = np.where(better, np.asarray(share), best)
        cells[better] = index
    result = np.full((height, width), UNKNOWN, np.uint8)
    result[top:bottom, left:right] = cells
    return FittedPixels(result, _inside_mask(height, width, target))


def enlarge_layout(layout: Pixels, factor: int) -> Pixels:
    """Ids [H, W] at a size that is `factor` times as large, each of them one that lies there or beside.

    Doublings round the corners of what is slanted by the rule of EPX [Johnston 1992], which thin lines survive: a
    quarter of a pixel takes the id of the two neighbours at its corner if those agree, and no others do.
    """
    while factor % 2 == 0:
        layout, factor = _double_by_epx(layout), factor // 2
    return layout.repeat(factor, 0).repeat(factor, 1)


def _double_by_epx(layout: Pixels) -> Pixels:
    around = np.pad(layout, 1, mode="edge")
    up, down, left, right = around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:]
    result = layout.repeat(2, 0).repeat(2, 1)
    corners = (
        (0, 0, left, up, right, down),
        (0, 1, up, right, down, left),
        (1, 1, right, down, left, up),
        (1, 0, down, left, up, right),
    )
    for row, column, first_neighbour, second_neighbour, first_opposite, second_opposite in corners:
        part = result[row::2, column::2]
        np.copyto(
            part,
            first_neighbour,
            where=(first_neighbour == second_neighbour)
            & (second_neighbour != first_opposite)
            & (first_neighbour != second_opposite),
        )
    return result


SourceBox = tuple[float, float, float, float]


def _source_and_target_boxes(
    size: tuple[int, ...], to_size: tuple[int, int], fit: FitMode
) -> tuple[SourceBox, tuple[int, int, int, int]]:
    """The source as (left, top, right, bottom), and the target as (top, left, bottom, right)."""
    (height, width), (to_height, to_width) = size[:2], to_size
    whole = (0, 0, to_height, to_width)
    if fit == "stretch":
        return (0.0, 0.0, float(width), float(height)), whole
    if fit == "crop":
        scale = min(height / to_height, width / to_width)
        left, top = (width - scale * to_width) / 2, (height - scale * to_height) / 2
        return (left, top, width - left, height - top), whole
    scale = max(height / to_height, width / to_width)
    rows, columns = max(1, round(height / scale)), max(1, round(width / scale))
    up, over = (to_height - rows) // 2, (to_width - columns) // 2
    return (0.0, 0.0, float(width), float(height)), (
        up,
        over,
        up + rows,
        over + columns,
    )


def _inside_mask(
    height: int, width: int, target: tuple[int, int, int, int]
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    inside = np.zeros((height, width), np.bool_)
    inside[target[0] : target[2], target[1] : target[3]] = True
    return inside


def colour_keys(colours: Pixels) -> npt.NDArray[np.uint32]:
    """RGB [..., 3] as one number each: 0xRRGGBB."""
    keys = np.zeros(colours.shape[:-1], np.uint32)
    for channel in range(3):
        keys <<= np.uint32(8)
        keys |= colours[..., channel]
    return keys


def _upright(picture: Image.Image) -> Image.Image:
    """A picture turned as its EXIF tag says; as it is if that cannot be read."""
    from PIL import ImageOps

    try:
        return ImageOps.exif_transpose(picture)
    except Exception:  # Pillow's reader of tags raises whatever a damaged one makes of it
        return picture


def _to_eight_bits(picture: Image.Image) -> Image.Image:
    """A grey picture of 16 bits at 8 bits; Pillow would cut off all that is brighter than 255."""
    if not picture.mode.startswith("I"):
        return picture
    return Image.fromarray((np.asarray(picture).clip(0, 65535) / 257).round().astype(np.uint8))


def _ids_from_palette(picture: Image.Image, classes: Sequence[ClassInfo]) -> Pixels:
    """Ids of an index PNG. If every colour in use is a class's, colours count: some programs sort the palette."""
    ids = np.asarray(picture).astype(np.uint8)
    palette = np.frombuffer(bytes(picture.getpalette("RGB") or b""), np.uint8).reshape(-1, 3)
    known: dict[tuple[int, ...], int] = {parse_hex_colour(info.colour): index for index, info in enumerate(classes)}
    used = [int(index) for index in np.unique(ids) if index != UNKNOWN]
    if picture.mode != "P" or any(index >= len(palette) for index in used):
        return ids
    colours = [tuple(int(v) for v in palette[index]) for index in used]
    if not all(colour in known for colour in colours):
        return ids
    table = np.arange(256, dtype=np.uint8)
    table[used] = [known[colour] for colour in colours]
    return table[ids]


def _ids_from_colours(colours: Pixels, classes: Sequence[ClassInfo], name: str) -> Pixels:
    keys = colour_keys(colours)
    ids = np.full(keys.shape, UNKNOWN, np.uint8)
    known = keys == int(np.array(UNKNOWN_COLOUR) @ np.array([65536, 256, 1]))
    for index, info in enumerate(classes):
        matches = keys == int(info.colour[1:], 16)
        ids[matches], known = index, known | matches
    if not known.all():
        row, column = (int(v) for v in np.argwhere(~known)[0])
        colour = "#" + bytes(colours[row, column]).hex()
        raise BadFile(
            f"{name} has the colour {colour} at row {row}, column {column}, which is no class's.",
            "Save the layout as an index PNG, without smoothing.",
        )
    return ids


def _encode_png(picture: Image.Image, note: str) -> bytes:
    info = PngInfo()
    for number in range(-(-len(note) // NOTE_PART)):
        key = PNG_NOTE_KEY if number == 0 else f"{PNG_NOTE_KEY}.{number + 1}"
        info.add_itxt(key, note[number * NOTE_PART : (number + 1) * NOTE_PART], zip=True)
    data = BytesIO()
    picture.save(data, "PNG", pnginfo=info)
    return data.getvalue()
