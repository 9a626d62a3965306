"""pix2pix: one picture for each pair, photograph and colours side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.data.pairs import DatasetItem, image_files
from engine.data.raw_layout import RawLayout, decode_raw_layout, read_bytes
from engine.data.readers.dataset_source import DatasetSource, read_classes_json, split_folders
from engine.interface.errors import BadFile
from engine.interface.protocol import Pixels
from engine.interface.raster import read_image

EXAMINED_FILES = 8
"""The pictures that decide which half holds the labels."""


def detect_dataset(folder: Path) -> DatasetSource | None:
    """Pictures of an even width directly in train/, val/ or the folder; the flatter half holds the labels."""
    files = {split: image_files(part) for split, part in split_folders(folder).items()} or {"": image_files(folder)}
    image_paths = [path for paths in files.values() for path in paths.values()]
    if not image_paths:
        return None
    left = [
        _is_left_flatter(pixels)
        for path in image_paths[:EXAMINED_FILES]
        if (pixels := _even_width_pixels(path)) is not None
    ]
    if not left:
        return None
    labels_left = 2 * sum(left) > len(left)
    splits = {}
    for split, paths in files.items():
        files_of_split = ((name, _SideBySideFile(path, labels_left)) for name, path in paths.items())
        splits[split] = [DatasetItem(name, file.load_image, file.load_layout) for name, file in files_of_split]
    classes, mirror = read_classes_json(folder / "classes.json")
    return DatasetSource("side by side", splits, classes, mirror)


@dataclass(frozen=True)
class _SideBySideFile:
    """A picture with the image in one half and the layout in the other."""

    path: Path
    labels_left: bool

    def load_image(self) -> Pixels:
        """RGB [H, W, 3]. Raises BadFile."""
        pixels = read_image(self.path)
        return self._half(pixels, not self.labels_left)

    def load_layout(self) -> RawLayout:
        """The layout as it stands. Raises BadFile."""
        raw = decode_raw_layout(read_bytes(self.path), str(self.path))
        if raw.pixels.ndim == 2:
            raise BadFile(f"{self.path} has no colours.", "Give pictures with photograph and colours side by side.")
        return RawLayout(self._half(raw.pixels, self.labels_left), raw.file_name, lossy=raw.lossy)

    def _half(self, pixels: Pixels, left: bool) -> Pixels:
        width = pixels.shape[1]
        if width % 2:
            raise BadFile(f"{self.path} is {width} pixels wide, which cannot be halved.", "Make the width even.")
        return pixels[:, : width // 2] if left else pixels[:, width // 2 :]


def _even_width_pixels(path: Path) -> Pixels | None:
    """A picture, or None if it is unreadable or of an odd width."""
    try:
        pixels = read_image(path)
    except BadFile:
        return None  # reading the pair reports it
    return pixels if pixels.shape[1] % 2 == 0 else None


def _is_left_flatter(pixels: Pixels) -> bool:
    """Whether neighbouring pixels are equal more often on the left: labels are flat, photographs are not."""
    flat = (np.abs(np.diff(pixels.astype(np.int16), axis=1)).max(-1) <= 2).mean(0)
    middle = pixels.shape[1] // 2
    return bool(flat[: middle - 1].mean() > flat[middle:].mean())
