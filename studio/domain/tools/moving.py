"""Taking a piece of the layout elsewhere, or stamping it there."""

from __future__ import annotations

import numpy as np

from engine.protocol import UNKNOWN, Pixels
from studio.domain.area import Area
from studio.domain.document import Document


class Piece:
    """The pixels of an area of the layout as they are seen, in the hand of a person."""

    def __init__(self, document: Document, area: Area) -> None:
        self._shape = document.height, document.width
        self._area = area
        self._ids: Pixels = document.layout()

    def put(self, document: Document, down: int, right: int, *, stamp: bool, redraw: bool) -> None:
        """Put it so many pixels from where it was; a stamp leaves it there too. The selection goes with it.

        What it leaves behind is unknown. If `redraw`, the image is no longer kept in either place.
        """
        there = self._area.moved(down, right, *self._shape)
        if not stamp:
            document.painted[self._area.box.area][self._area.mask] = UNKNOWN
            document.filled[self._area.box.area][self._area.mask] = UNKNOWN
            document.keep_layout[self._area.box.area][self._area.mask] = False
        ids = np.roll(self._ids, (down, right), (0, 1))
        known = there.within(ids != UNKNOWN)
        document.painted[known.box.area][known.mask] = ids[known.box.area][known.mask]
        if redraw:
            for area in (known,) if stamp else (known, self._area):
                document.keep_image[area.box.area] &= ~area.mask
        if document.selection.any():
            document.selection[:] = there.whole(*self._shape)
