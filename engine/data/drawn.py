"""Layouts as their files have them, and how their ids are told: never by a guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter, UnidentifiedImageError

from engine.errors import BadFile
from engine.protocol import UNKNOWN, ClassInfo, Pixels
from engine.raster import UNKNOWN_COLOUR, rgb

FAR = 60
"""A colour of a lossy picture this far from every class's (of 441) is none of theirs."""
FAR_SHARE = 0.05
HERE = "Ids here are 0 to {0}, and 255 for unknown."


@dataclass(frozen=True)
class Drawn:
    """A layout before its classes are known: uint8 ids [H, W] with their palette [n, 3] if any, or RGB [H, W, 3].

    `lossy` colours are off a little, and mixed where two classes touch. `blank` colours mean unknown, but
    where they are a class's.
    """

    pixels: Pixels
    place: str
    palette: Pixels | None = None
    lossy: bool = False
    blank: tuple[tuple[int, int, int], ...] = (UNKNOWN_COLOUR,)

    def through(self, table: Mapping[int, int]) -> Drawn:
        """The same with every id replaced. Raises BadFile for one that the table does not have."""
        lookup = np.full(256, -1)
        lookup[list(table)] = list(table.values())
        if self.pixels.ndim == 3:
            raise BadFile(f"{self.place} is in colours, where this form has ids.", "Give the files of ids.")
        found = lookup[self.pixels]
        if (found < 0).any():
            raise _stray(self, self.pixels, found < 0, f"The form has {len(table)} ids, up to {max(table)}.")
        return replace(self, pixels=found.astype(np.uint8), palette=None)


def read_bytes(path: Path) -> bytes:
    """A whole file. Raises BadFile."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadFile(
            f"{path} cannot be read ({error.strerror}).", "Check that it is there and may be read."
        ) from error


def read_drawn(path: Path) -> Drawn:
    """A layout's file as it stands. Raises BadFile."""
    return decode_drawn(read_bytes(path), str(path))


def decode_drawn(data: bytes, place: str) -> Drawn:
    """The same from a file in memory; errors call it by its place."""
    try:
        with Image.open(BytesIO(data)) as picture:
            picture.load()
            lossy = picture.format in ("JPEG", "WEBP")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, SyntaxError, ValueError) as error:
        reason = "it has no known format" if isinstance(error, UnidentifiedImageError) else str(error)
        raise BadFile(f"{place} cannot be read as a picture ({reason}).", "Use a PNG file.") from error
    if lossy or picture.mode in ("RGB", "RGBA"):
        return Drawn(np.asarray(picture.convert("RGB")), place, lossy=lossy)
    ids = np.asarray(picture)
    if ids.ndim != 2 or (picture.mode not in ("P", "L", "1") and not picture.mode.startswith("I")):
        raise BadFile(f"{place} has the pixel format {picture.mode}.", "Save the layout as an index PNG.")
    if ids.size and ids.max() > 255:
        raise BadFile(f"{place} holds the class id {ids.max()}.", "A pack has 254 classes at most.")
    palette = np.frombuffer(bytes(picture.getpalette("RGB") or b""), np.uint8).reshape(-1, 3)
    return Drawn(ids.astype(np.uint8), place, palette if picture.mode == "P" else None)


def ids_of(drawn: Drawn, classes: Sequence[ClassInfo]) -> Pixels:
    """Ids uint8 [H, W], each a class's or `UNKNOWN`. Raises BadFile for what is neither."""
    if drawn.pixels.ndim == 3:
        return _nearest(drawn, classes) if drawn.lossy else _exact(drawn, classes)
    ids = _by_palette(drawn, classes)
    stray = (ids >= len(classes)) & (ids != UNKNOWN)
    if stray.any():
        raise _stray(drawn, ids, stray, HERE.format(len(classes) - 1))
    return ids


def _by_palette(drawn: Drawn, classes: Sequence[ClassInfo]) -> Pixels:
    """Ids as they stand, or, if every colour in use is a class's, the classes of the colours.

    Some programs sort the palette. A file with a class's colour at another id, but also with colours that are no
    class's, could be read in two ways, and is not.
    """
    used = [int(index) for index in np.unique(drawn.pixels) if index != UNKNOWN]
    palette = drawn.palette
    if palette is None or any(index >= len(palette) for index in used):
        return drawn.pixels
    known: dict[tuple[int, ...], int] = {rgb(info.colour): index for index, info in enumerate(classes)}
    meant = {index: known.get(tuple(int(v) for v in palette[index])) for index in used}
    moved = [index for index, at in meant.items() if at not in (None, index)]
    if not moved:
        return drawn.pixels
    lost = [index for index, at in meant.items() if at is None]
    if lost:
        raise BadFile(
            f"{drawn.place} has the colour of “{classes[meant[moved[0]] or 0].name}” at the id {moved[0]}, and at "
            f"{lost[0]} a colour that is no class's.",
            "Write it with the classes' own palette, or with none.",
        )
    table = np.arange(256, dtype=np.uint8)
    table[list(meant)] = [at or 0 for at in meant.values()]
    return table[drawn.pixels]


def _exact(drawn: Drawn, classes: Sequence[ClassInfo]) -> Pixels:
    keys = colour_keys(drawn.pixels)
    ids, known = np.full(keys.shape, UNKNOWN, np.uint8), np.isin(keys, [_key(colour) for colour in drawn.blank])
    for index, info in enumerate(classes):
        here = keys == _key(rgb(info.colour))
        ids[here], known = index, known | here
    if not known.all():
        row, column = (int(v) for v in np.argwhere(~known)[0])
        raise _unknown_colour(drawn, drawn.pixels[row, column], f"at row {row}, column {column}")
    return ids


def _nearest(drawn: Drawn, classes: Sequence[ClassInfo]) -> Pixels:
    """The class of the nearest colour. Raises BadFile if much of the picture is far from every one."""
    colours = np.array([*(rgb(info.colour) for info in classes), *drawn.blank], np.float32)
    ids = np.array([*range(len(classes)), *(UNKNOWN for _ in drawn.blank)], np.uint8)
    best = np.full(drawn.pixels.shape[:2], np.inf, np.float32)
    found = np.full(best.shape, UNKNOWN, np.uint8)
    for index, colour in zip(ids, colours, strict=True):
        distance = np.square(drawn.pixels - colour).sum(-1)
        found[distance < best], best = index, np.minimum(best, distance)
    far = best > FAR**2
    if far.mean() > FAR_SHARE:
        colour = np.median(drawn.pixels[far], axis=0).astype(np.uint8)
        raise _unknown_colour(drawn, colour, f"on {100 * far.mean():.0f} % of it")
    return _without_rims(found)


def _without_rims(ids: Pixels) -> Pixels:
    """Ids in which parts thinner than 3 pixels, such as the mixed colours of an edge, go to the commonest sure one."""
    result, most = ids.copy(), np.zeros(ids.shape, np.uint8)
    sure = {int(index): _opened(ids == index) for index in np.unique(ids)}
    settled = np.logical_or.reduce([*sure.values()])
    for index, mask in sure.items():
        around = Image.fromarray(np.uint8(255) * mask).filter(ImageFilter.BoxBlur(2))
        better = ~settled & (np.asarray(around) > most)
        result[better], most = index, np.maximum(most, np.asarray(around))
    return result


def _opened(mask: np.ndarray) -> np.ndarray:
    eroded = Image.fromarray(np.uint8(255) * mask).filter(ImageFilter.MinFilter(3))
    return np.asarray(eroded.filter(ImageFilter.MaxFilter(3))) > 0


def colour_keys(pixels: Pixels) -> np.ndarray:
    """RGB [..., 3] as one number each."""
    keys: np.ndarray = pixels.astype(np.int64) @ np.array([65536, 256, 1])
    return keys


def _key(colour: tuple[int, int, int]) -> int:
    return colour[0] * 65536 + colour[1] * 256 + colour[2]


def _stray(drawn: Drawn, ids: Pixels, where: np.ndarray, hint: str) -> BadFile:
    row, column = (int(v) for v in np.argwhere(where)[0])
    return BadFile(f"{drawn.place} holds the class id {ids[row, column]} (first at row {row}, column {column}).", hint)


def _unknown_colour(drawn: Drawn, colour: np.ndarray, where: str) -> BadFile:
    hexed = "#" + bytes(colour.astype(np.uint8)).hex()
    return BadFile(f"{drawn.place} has the colour {hexed} {where}, which is no class's.", "Add it to the classes.")
