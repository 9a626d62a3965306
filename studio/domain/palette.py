"""The classes of a pack as a painter's palette."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.interface.protocol import ClassInfo, Pixels
from engine.interface.raster import palette_table
from studio.domain.colourblind_palette import colourblind_colours

NO_MATCH = 2
"""The rank of a class that does not match a search."""


class ClassPalette:
    """Names and colours by class id. The colours are only for the screen: files have the pack's own."""

    def __init__(self, classes: Sequence[ClassInfo]) -> None:
        self.classes = tuple(classes)
        self.colourblind_safe = False
        self._colour_table = self._pack_colour_table()

    def set_colourblind_safe(self, *, enabled: bool) -> None:
        """Show colours for every kind of colour vision, or the pack's own."""
        self.colourblind_safe = enabled
        self._colour_table = self._pack_colour_table()
        if enabled:
            count = len(self.classes)
            self._colour_table[:count, :3] = colourblind_colours(self._colour_table[:count, :3])

    def colour(self, index: int) -> str:
        """The shown colour of a class id, as "#rrggbb"."""
        return f"#{self._colour_table[index, :3].tobytes().hex()}"

    def _pack_colour_table(self) -> Pixels:
        table = np.zeros((256, 4), np.uint8)
        table[:, :3] = palette_table(self.classes)
        table[: len(self.classes), 3] = 255
        return table

    def __len__(self) -> int:
        return len(self.classes)

    def to_rgba(self, layout: Pixels) -> Pixels:
        """Ids [H, W] as RGBA [H, W, 4]; pixels without a class are transparent."""
        return self._colour_table[layout]

    def class_name(self, index: int) -> str:
        """The name of a class id."""
        return self.classes[index].name if index < len(self.classes) else "unknown"

    def search(self, query: str) -> list[int]:
        """The ids of classes whose name or synonyms have a word that starts with each query word; names come first."""
        wanted = query.casefold().split()
        ranks = [(self._match_rank(info, wanted), index) for index, info in enumerate(self.classes)]
        return [index for rank, index in sorted(ranks) if rank < NO_MATCH]

    @staticmethod
    def _match_rank(info: ClassInfo, wanted: Sequence[str]) -> int:
        for rank, names in enumerate(((info.name,), (info.name, *info.synonyms))):
            searched_text = f" {' '.join(names)}".casefold()
            if all(f" {word}" in searched_text for word in wanted):
                return rank
        return NO_MATCH

    def default_class(self) -> int:
        """The id of the class to start painting with: a car if the pack has one, else the first."""
        names = [info.name for info in self.classes]
        return names.index("car") if "car" in names else 0
