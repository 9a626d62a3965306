"""Paired folders: `images/NAME.jpg|png` with `layouts/NAME.png` (index PNG), read once at several sizes."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from engine.data.taxonomy import Reading
from engine.errors import BadFile
from engine.protocol import UNKNOWN, Pixels
from engine.raster import fit_image, fit_layout, read_image, read_layout

log = logging.getLogger(__name__)
BAD_SHARE = 0.01


class Pair(NamedTuple):
    """uint8 RGB [H, W, 3] and ids [H, W] of one size."""

    image: Pixels
    layout: Pixels


class PairFiles(NamedTuple):
    name: str
    image: Path
    layout: Path


@dataclass(frozen=True)
class View:
    """One way to see a frame: its rows, and its columns at the true aspect times `stretch`."""

    rows: int
    stretch: float = 1.0

    def size(self, height: int, width: int) -> tuple[int, int]:
        """The size of a frame of height × width in this view."""
        return self.rows, round(self.rows * width / height * self.stretch)


def list_pairs(folder: Path) -> list[PairFiles]:
    """The pairs of one split, by name. Raises BadFile for a missing folder or a missing half."""
    pictures = sorted((folder / "images").glob("*"))
    images = {p.stem: p for p in pictures if p.suffix.lower() in (".jpg", ".jpeg", ".png")}
    layouts = {p.stem: p for p in sorted((folder / "layouts").glob("*.png"))}
    if not images or not layouts:
        raise BadFile(f"{folder} has no images/ and layouts/ with pictures.", "Give the folder that holds both.")
    alone = sorted(images.keys() ^ layouts.keys())
    if alone:
        raise BadFile(
            f"{len(alone)} pictures in {folder} have one half only, first {alone[0]}.", "Add or remove these files."
        )
    return [PairFiles(name, images[name], layouts[name]) for name in images]


def read_pair(files: PairFiles, how: Reading) -> Pair:
    """Both halves of one frame. Raises BadFile, also if their sizes differ."""
    pair = Pair(read_image(files.image), how.table[read_layout(files.layout, how.infos)])
    if pair.image.shape[:2] != pair.layout.shape:
        raise BadFile(
            f"{files.image} has {pair.image.shape[:2]} pixels and {files.layout} has {pair.layout.shape}.",
            "Both halves need one size.",
        )
    return pair


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


def load_views(
    files: Sequence[PairFiles], how: Reading, views: Sequence[View], doubt: Doubt = NO_DOUBT
) -> list[tuple[Pair, ...]]:
    """Every frame in every view. Bad files are named and left out; raises BadFile if 1 % or more are bad."""

    def load(one: PairFiles) -> tuple[Pair, ...] | BadFile:
        try:
            pair = read_pair(one, how)
        except BadFile as error:
            return error
        sizes = [view.size(*pair.layout.shape) for view in views]
        layout = doubtful_to_unknown(pair.layout, doubt)
        return tuple(
            Pair(fit_image(pair.image, *size, "stretch").pixels, fit_layout(layout, *size, "stretch").pixels)
            for size in sizes
        )

    with ThreadPoolExecutor() as pool:
        results = list(pool.map(load, files))
    bad = [str(result) for result in results if isinstance(result, BadFile)]
    for line in bad:
        log.warning("%s", line)
    if len(bad) >= max(1, BAD_SHARE * len(files)):
        raise BadFile(f"{len(bad)} of {len(files)} pairs are bad: " + " ".join(bad[:10]), "Mend or remove them.")
    return [result for result in results if not isinstance(result, BadFile)]
