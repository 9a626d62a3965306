"""Pairs of image and layout: items still in their files, pairs in memory, and frames at several sizes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, NoReturn, TypeVar

import numpy as np

from engine.data.raw_layout import RawLayout, morphological_opening, raw_layout_ids, read_raw_layout
from engine.data.taxonomy import LayoutMapping
from engine.interface.errors import BadFile
from engine.interface.protocol import UNKNOWN, Pixels
from engine.interface.raster import fit_image, fit_layout, read_image

T = TypeVar("T")
log = logging.getLogger(__name__)
MAX_BAD_SHARE = 0.01
"""The share of bad pairs from which a data set is refused."""
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
"""Endings of the names of pictures, in lower case."""
MIN_THICKNESS = 5
"""Parts of a layout are called thin if they are thinner than so many pixels."""


class DatasetPair(NamedTuple):
    """uint8 RGB [H, W, 3] and ids [H, W] of one size."""

    image: Pixels
    layout: Pixels


@dataclass(frozen=True)
class DatasetItem:
    """A pair of a data set, still in its files; both loaders raise BadFile. `captions` are people's own."""

    name: str
    load_image: Callable[[], Pixels]
    load_layout: Callable[[], RawLayout]
    captions: tuple[str, ...] = ()


@dataclass(frozen=True)
class FrameView:
    """A size at which frames are used: `rows`, and at least `columns` at the true aspect times `stretch`.

    With `source_rows`, `rows` are those of so many of the frame's own rows, of which it may have more.
    """

    rows: int
    stretch: float = 1.0
    columns: int = 1
    source_rows: int = 0

    def size(self, height: int, width: int) -> tuple[int, int]:
        """The size of a frame of height × width in this view."""
        reference_rows = self.source_rows or height
        rows, columns = (
            round(self.rows * height / reference_rows),
            round(self.rows * width / reference_rows * self.stretch),
        )
        grow = max(1, self.rows / max(1, rows), self.columns / max(1, columns))
        return max(self.rows, round(rows * grow)), max(self.columns, round(columns * grow))


class DatasetFrame(NamedTuple):
    """A pair in every view, with its captions."""

    views: tuple[DatasetPair, ...]
    captions: tuple[str, ...]


def image_files(folder: Path) -> dict[str, Path]:
    """The pictures directly in a folder by their names without ending; none if there is no such folder."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.stem: path for path in files if path.suffix.lower() in IMAGE_SUFFIXES}


def list_items(folder: Path, skip_images_without_layout: bool = False) -> list[DatasetItem]:
    """The pairs of `images/NAME.jpg|png` and `layouts/NAME.png` in a folder. Raises BadFile if it has none."""
    images, layouts = image_files(folder / "images"), image_files(folder / "layouts")
    if not images or not layouts:
        raise BadFile(f"{folder} has no images/ and layouts/ with pictures.", "Give the folder that holds both.")
    if skip_images_without_layout:
        images = {name: path for name, path in images.items() if name in layouts}
    return join_halves(images, layouts)


def join_halves(
    images: Mapping[str, Path],
    layouts: Mapping[str, Path],
    captions: Mapping[str, tuple[str, ...]] | None = None,
    read_layout: Callable[[Path], RawLayout] = read_raw_layout,
) -> list[DatasetItem]:
    """Items of the files with one name; an item that lacks a half raises BadFile when that half is loaded."""
    items = []
    for name in sorted(images.keys() | layouts.keys()):
        image, layout = images.get(name), layouts.get(name)
        load_image = partial(read_image, image) if image else partial(raise_missing_half, f"{layout} has no image.")
        load_layout = (
            partial(read_layout, layout) if layout else partial(raise_missing_half, f"{image} has no layout.")
        )
        items.append(DatasetItem(name, load_image, load_layout, (captions or {}).get(name, ())))
    return items


def raise_missing_half(sentence: str) -> NoReturn:
    """Raise the BadFile of a half that is not there."""
    raise BadFile(sentence, "Add the other half, or remove this one.")


def read_pair(item: DatasetItem, mapping: LayoutMapping) -> DatasetPair:
    """Both halves of one frame. Raises BadFile, also if their sizes differ."""
    raw, image = item.load_layout(), item.load_image()
    if image.shape[:2] != raw.pixels.shape[:2]:
        sizes = " and ".join(f"{height}×{width}" for height, width in (image.shape[:2], raw.pixels.shape[:2]))
        raise BadFile(f"{raw.file_name} and its image have different sizes, {sizes}.", "Save both in one size.")
    return DatasetPair(image, mapping.id_table[raw_layout_ids(raw, mapping.file_classes)])


def cut_pieces(pair: DatasetPair, rows: int, columns: int) -> list[DatasetPair]:
    """As many pieces of rows × columns as fit into a pair, spread evenly; a shorter side stays whole."""
    ranges = []
    for length, piece in zip(pair.layout.shape, (rows, columns), strict=True):
        piece = min(length, piece)
        ranges.append([slice(at, at + piece) for at in np.linspace(0, length - piece, length // piece).astype(int)])
    return [
        DatasetPair(pair.image[down, right], pair.layout[down, right]) for down in ranges[0] for right in ranges[1]
    ]


class LabelNoise(NamedTuple):
    """The unreliable parts of a layout: its outermost `border` pixels, and thin parts of the classes in `thin`."""

    border: int = 0
    thin: tuple[int, ...] = ()

    @classmethod
    def by_names(cls, border: int, thin: Sequence[str], class_names: Sequence[str]) -> LabelNoise:
        """Label noise whose thin classes are given by name; `class_names` are in the order of their ids."""
        return cls(border, tuple(class_names.index(name) for name in thin))


NO_LABEL_NOISE = LabelNoise()


def label_noise_to_unknown(layout: Pixels, label_noise: LabelNoise) -> Pixels:
    """Ids [H, W] with the unreliable parts set to `UNKNOWN`.

    Layouts recovered from resized colours have rims of classes whose colours lie between two others'.
    """
    result = layout.copy()
    for index in label_noise.thin:
        mask = layout == index
        if mask.any():
            result[mask & ~morphological_opening(mask, MIN_THICKNESS)] = UNKNOWN
    if label_noise.border:
        inner = result[label_noise.border : -label_noise.border, label_noise.border : -label_noise.border]
        result = np.pad(inner, label_noise.border, constant_values=UNKNOWN)
    return result


def gamma_corrected(image: Pixels, gamma: float) -> Pixels:
    """255 (v/255)^gamma of uint8 values, rounded."""
    table = np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    return table[image]


def load_frame(
    item: DatasetItem, mapping: LayoutMapping, views: Sequence[FrameView], label_noise: LabelNoise = NO_LABEL_NOISE
) -> DatasetFrame:
    """A frame in every view. Raises BadFile."""
    pair = read_pair(item, mapping)
    sizes = [view.size(*pair.layout.shape) for view in views]
    layout = label_noise_to_unknown(pair.layout, label_noise)
    pairs = (
        DatasetPair(fit_image(pair.image, *size, "stretch").pixels, fit_layout(layout, *size, "stretch").pixels)
        for size in sizes
    )
    return DatasetFrame(tuple(pairs), item.captions)


class TolerantReader:
    """A reader of a data set of `total` pairs that logs and leaves out bad ones, as long as they are few."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._bad: dict[str, str] = {}

    def map_items(self, read: Callable[[DatasetItem], T], items: Sequence[DatasetItem]) -> list[T | None]:
        """The result of a call for every item, None for bad ones. Raises BadFile with a list if 1 % of all are bad."""

        def attempt(item: DatasetItem) -> T | BadFile:
            try:
                return read(item)
            except BadFile as error:
                return error

        with ThreadPoolExecutor() as pool:
            results = list(pool.map(attempt, items))
        outcomes = zip(items, results, strict=True)
        bad = {item.name: str(result) for item, result in outcomes if isinstance(result, BadFile)}
        bad = {name: line for name, line in bad.items() if name not in self._bad}
        self._bad |= bad
        for line in bad.values():
            log.warning("%s", line)
        if len(self._bad) >= max(1, MAX_BAD_SHARE * self._total):
            listed = " ".join(list(self._bad.values())[:10])
            raise BadFile(f"{len(self._bad)} of {self._total} pairs are bad: {listed}", "Repair or remove them.")
        if bad:
            log.warning("%d of %d pairs are bad and left out.", len(self._bad), self._total)
        return [None if isinstance(result, BadFile) else result for result in results]
