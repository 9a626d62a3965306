"""The classes of a pack as a painter's palette."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.protocol import ClassInfo, Pixels
from engine.raster import palette_table


class Palette:
    """Names, colours and keys by class id."""

    def __init__(self, classes: Sequence[ClassInfo]) -> None:
        self.classes = tuple(classes)
        table = np.zeros((256, 4), np.uint8)
        table[:, :3] = palette_table(classes)
        table[: len(self.classes), 3] = 255
        self._table = table

    def __len__(self) -> int:
        return len(self.classes)

    def colours(self, layout: Pixels) -> Pixels:
        """Ids [H, W] as RGBA [H, W, 4]; pixels without a class are transparent."""
        return self._table[layout]

    def name(self, index: int) -> str:
        """The name of a class id, for people."""
        return self.classes[index].name if index < len(self.classes) else "unknown"

    def first_choice(self) -> int:
        """The class to start painting with: a thing rather than ground, if the pack names a car."""
        names = [info.name for info in self.classes]
        return names.index("car") if "car" in names else 0
