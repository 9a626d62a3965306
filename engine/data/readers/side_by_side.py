"""pix2pix: one picture for each pair, photograph and colours side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.data.drawn import Drawn, decode_drawn, read_bytes
from engine.data.pairs import Item, pictures_in
from engine.data.readers.source import Source, read_classes, split_folders
from engine.errors import BadFile
from engine.protocol import Pixels
from engine.raster import read_image

LOOKED_AT = 8


def find(folder: Path) -> Source | None:
    """Pictures of an even width right in train/, val/ or the folder; which half is flatter holds the labels."""
    files = {split: pictures_in(part) for split, part in split_folders(folder).items()} or {"": pictures_in(folder)}
    some = [path for paths in files.values() for path in paths.values()]
    if not some:
        return None
    left = [_flatter_left(pixels) for path in some[:LOOKED_AT] if (pixels := _pixels(path)) is not None]
    if not left:
        return None
    labels_left = 2 * sum(left) > len(left)
    splits = {}
    for split, paths in files.items():
        halves = ((name, _Halves(path, labels_left)) for name, path in paths.items())
        splits[split] = [Item(name, one.image, one.layout) for name, one in halves]
    classes, mirror = read_classes(folder / "classes.json")
    return Source("side by side", splits, classes, mirror)


@dataclass(frozen=True)
class _Halves:
    path: Path
    labels_left: bool

    def image(self) -> Pixels:
        pixels = read_image(self.path)
        return self._half(pixels, not self.labels_left)

    def layout(self) -> Drawn:
        drawn = decode_drawn(read_bytes(self.path), str(self.path))
        if drawn.pixels.ndim == 2:
            raise BadFile(f"{self.path} has no colours.", "Give photograph and colours side by side.")
        return Drawn(self._half(drawn.pixels, self.labels_left), drawn.place, lossy=drawn.lossy)

    def _half(self, pixels: Pixels, left: bool) -> Pixels:
        width = pixels.shape[1]
        if width % 2:
            raise BadFile(f"{self.path} is {width} pixels wide, which is no two halves.", "Make the width even.")
        return pixels[:, : width // 2] if left else pixels[:, width // 2 :]


def _pixels(path: Path) -> Pixels | None:
    try:
        pixels = read_image(path)
    except BadFile:
        return None  # the reading names it
    return pixels if pixels.shape[1] % 2 == 0 else None


def _flatter_left(pixels: Pixels) -> bool:
    """Whether neighbouring pixels are alike more often on the left: labels are flat, photographs are not."""
    flat = (np.abs(np.diff(pixels.astype(np.int16), axis=1)).max(-1) <= 2).mean(0)
    middle = pixels.shape[1] // 2
    return bool(flat[: middle - 1].mean() > flat[middle:].mean())
