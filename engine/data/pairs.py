"""Pairs: what of a data set is not read yet, what was read, and how frames are seen at several sizes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeVar

import numpy as np
from PIL import Image, ImageFilter

from engine.data.drawn import Drawn, ids_of, read_drawn
from engine.data.taxonomy import Reading
from engine.errors import BadFile
from engine.protocol import UNKNOWN, Pixels
from engine.raster import fit_image, fit_layout, read_image

T = TypeVar("T")
log = logging.getLogger(__name__)
BAD_SHARE = 0.01
PICTURES = (".jpg", ".jpeg", ".png", ".webp")


class Pair(NamedTuple):
    """uint8 RGB [H, W, 3] and ids [H, W] of one size."""

    image: Pixels
    layout: Pixels


@dataclass(frozen=True)
class Item:
    """A pair of a data set, still in its files; both calls raise BadFile. `captions` are people's own."""

    name: str
    image: Callable[[], Pixels]
    layout: Callable[[], Drawn]
    captions: tuple[str, ...] = ()


@dataclass(frozen=True)
class View:
    """One way to see a frame: its rows, and its columns at the true aspect times `stretch`, `columns` at least.

    With `cut`, `rows` are those of so many of the frame's own, which may have more.
    """

    rows: int
    stretch: float = 1.0
    columns: int = 1
    cut: int = 0

    def size(self, height: int, width: int) -> tuple[int, int]:
        """The size of a frame of height × width in this view."""
        by = self.cut or height
        rows, columns = round(self.rows * height / by), round(self.rows * width / by * self.stretch)
        grow = max(1, self.rows / max(1, rows), self.columns / max(1, columns))
        return max(self.rows, round(rows * grow)), max(self.columns, round(columns * grow))


class Frame(NamedTuple):
    """A pair in every view, and the captions that came with it."""

    views: tuple[Pair, ...]
    captions: tuple[str, ...]


def pictures_in(folder: Path) -> dict[str, Path]:
    """The pictures right in a folder by their names without ending; none if there is no such folder."""
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.stem: path for path in found if path.suffix.lower() in PICTURES}


def list_pairs(folder: Path) -> list[Item]:
    """The pairs of `images/NAME.jpg|png` and `layouts/NAME.png` in a folder. Raises BadFile if it has none."""
    images, layouts = pictures_in(folder / "images"), pictures_in(folder / "layouts")
    if not images or not layouts:
        raise BadFile(f"{folder} has no images/ and layouts/ with pictures.", "Give the folder that holds both.")
    return join(images, layouts)


def join(
    images: Mapping[str, Path],
    layouts: Mapping[str, Path],
    captions: Mapping[str, tuple[str, ...]] | None = None,
    draw: Callable[[Path], Drawn] = read_drawn,
) -> list[Item]:
    """Items of what has one name; one with a single half says so when it is read."""
    items = []
    for name in sorted(images.keys() | layouts.keys()):
        image, layout = images.get(name), layouts.get(name)
        see = partial(read_image, image) if image else partial(missing, f"{layout} has no image.")
        read = partial(draw, layout) if layout else partial(missing, f"{image} has no layout.")
        items.append(Item(name, see, read, (captions or {}).get(name, ())))
    return items


def missing(sentence: str) -> NoReturn:
    """What reading a half does that is not there."""
    raise BadFile(sentence, "Add the other half, or remove this one.")


def read_pair(item: Item, how: Reading) -> Pair:
    """Both halves of one frame. Raises BadFile, also if their sizes differ."""
    drawn, image = item.layout(), item.image()
    if image.shape[:2] != drawn.pixels.shape[:2]:
        sizes = " and ".join(f"{height}×{width}" for height, width in (image.shape[:2], drawn.pixels.shape[:2]))
        raise BadFile(f"{drawn.place} and its image have different sizes, {sizes}.", "Both halves need one size.")
    return Pair(image, how.table[ids_of(drawn, how.infos)])


def cut_pair(pair: Pair, rows: int, columns: int) -> list[Pair]:
    """The most pieces of rows × columns that fit into a pair, spread over it; a side that is shorter stays whole."""
    ranges = []
    for length, piece in zip(pair.layout.shape, (rows, columns), strict=True):
        piece = min(length, piece)
        ranges.append([slice(at, at + piece) for at in np.linspace(0, length - piece, length // piece).astype(int)])
    return [Pair(pair.image[down, right], pair.layout[down, right]) for down in ranges[0] for right in ranges[1]]


class Doubt(NamedTuple):
    """What of a layout is not believed: its outermost `border` pixels, and parts of some classes thinner than 5."""

    border: int = 0
    thin: tuple[int, ...] = ()


NO_DOUBT = Doubt()


def doubtful_to_unknown(layout: Pixels, doubt: Doubt) -> Pixels:
    """Ids [H, W] in which what is in doubt is `UNKNOWN`.

    Layouts that were recovered from resized colours have rims of classes whose colours lie between two others'.
    """
    result = layout.copy()
    for index in doubt.thin:
        here = layout == index
        if not here.any():
            continue
        eroded = Image.fromarray(here.astype(np.uint8)).filter(ImageFilter.MinFilter(5))
        opened = np.asarray(eroded.filter(ImageFilter.MaxFilter(5))) > 0
        result[here & ~opened] = UNKNOWN
    if doubt.border:
        inner = result[doubt.border : -doubt.border, doubt.border : -doubt.border]
        result = np.pad(inner, doubt.border, constant_values=UNKNOWN)
    return result


def gamma_corrected(image: Pixels, gamma: float) -> Pixels:
    """255 (v/255)^gamma, rounded."""
    table = np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    return table[image]


def load_frame(one: Item, how: Reading, views: Sequence[View], doubt: Doubt = NO_DOUBT) -> Frame:
    """A frame in every view. Raises BadFile."""
    pair = read_pair(one, how)
    sizes = [view.size(*pair.layout.shape) for view in views]
    layout = doubtful_to_unknown(pair.layout, doubt)
    seen = (
        Pair(fit_image(pair.image, *size, "stretch").pixels, fit_layout(layout, *size, "stretch").pixels)
        for size in sizes
    )
    return Frame(tuple(seen), one.captions)


class Tally:
    """Reads pairs, of which there are so many in `all`, and counts the bad ones, which are named and left out."""

    def __init__(self, all: int) -> None:
        self._all = all
        self._bad: dict[str, str] = {}

    def mapped(self, call: Callable[[Item], T], items: Sequence[Item]) -> list[T | None]:
        """What a call makes of every item, None of bad ones. Raises BadFile with their list if 1 % of all are bad."""

        def attempt(one: Item) -> T | BadFile:
            try:
                return call(one)
            except BadFile as error:
                return error

        with ThreadPoolExecutor() as pool:
            results = list(pool.map(attempt, items))
        said = zip(items, results, strict=True)
        bad = {item.name: str(result) for item, result in said if isinstance(result, BadFile)}
        bad = {name: line for name, line in bad.items() if name not in self._bad}
        self._bad |= bad
        for line in bad.values():
            log.warning("%s", line)
        if len(self._bad) >= max(1, BAD_SHARE * self._all):
            listed = " ".join(list(self._bad.values())[:10])
            raise BadFile(f"{len(self._bad)} of {self._all} pairs are bad: {listed}", "Mend or remove them.")
        if bad:
            log.warning("%d of %d pairs are bad and left out.", len(self._bad), self._all)
        return [None if isinstance(result, BadFile) else result for result in results]
