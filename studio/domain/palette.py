"""The classes of a pack as a painter's palette."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.protocol import ClassInfo, Pixels
from engine.raster import palette_table
from studio.domain.distinct import distinct_colours

STRANGER = 2
"""The rank of a class that is not what was searched."""


class Palette:
    """Names, colours and keys by class id. The colours are only those that are shown: files keep the pack's own."""

    def __init__(self, classes: Sequence[ClassInfo]) -> None:
        self.classes = tuple(classes)
        self.distinct = False
        self._table = self._own()

    def choose(self, *, distinct: bool) -> None:
        """Show the pack's own colours, or such as stay apart for every kind of colour vision."""
        self.distinct = distinct
        self._table = self._own()
        if distinct:
            count = len(self.classes)
            self._table[:count, :3] = distinct_colours(self._table[:count, :3])

    def colour(self, index: int) -> str:
        """The shown colour of a class id, as "#rrggbb"."""
        return f"#{self._table[index, :3].tobytes().hex()}"

    def _own(self) -> Pixels:
        table = np.zeros((256, 4), np.uint8)
        table[:, :3] = palette_table(self.classes)
        table[: len(self.classes), 3] = 255
        return table

    def __len__(self) -> int:
        return len(self.classes)

    def colours(self, layout: Pixels) -> Pixels:
        """Ids [H, W] as RGBA [H, W, 4]; pixels without a class are transparent."""
        return self._table[layout]

    def name(self, index: int) -> str:
        """The name of a class id, for people."""
        return self.classes[index].name if index < len(self.classes) else "unknown"

    def search(self, words: str) -> list[int]:
        """The ids of the classes in whose name or synonyms every word begins something; those named so first."""
        wanted = words.casefold().split()
        found = [(self._rank(info, wanted), index) for index, info in enumerate(self.classes)]
        return [index for rank, index in sorted(found) if rank < STRANGER]

    @staticmethod
    def _rank(info: ClassInfo, wanted: Sequence[str]) -> int:
        for rank, names in enumerate(((info.name,), (info.name, *info.synonyms))):
            said = f" {' '.join(names)}".casefold()
            if all(f" {word}" in said for word in wanted):
                return rank
        return STRANGER

    def first_choice(self) -> int:
        """The class to start painting with: a thing rather than ground, if the pack names a car."""
        names = [info.name for info in self.classes]
        return names.index("car") if "car" in names else 0
