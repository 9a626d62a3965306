"""A piece of the layout that is being moved or stamped."""

from __future__ import annotations

import numpy as np

from engine.interface.protocol import UNKNOWN, Pixels
from studio.domain.area import PixelRegion
from studio.domain.document import Document


class FloatingPiece:
    """The ids of a region of the layout as they were shown when the move started."""

    def __init__(self, document: Document, region: PixelRegion) -> None:
        self._shape = document.height, document.width
        self._region = region
        self._ids: Pixels = document.visible_layout()

    def place(
        self, document: Document, row_offset: int, column_offset: int, *, stamp: bool, redraw_image: bool
    ) -> None:
        """Place the piece so many pixels from its origin, which a move makes unknown and a stamp leaves as it is.

        The selection moves along. With `redraw_image` the image is no longer kept where the layout changes.
        """
        destination = self._region.moved(row_offset, column_offset, *self._shape)
        if not stamp:
            document.painted[self._region.box.slices][self._region.mask] = UNKNOWN
            document.filled[self._region.box.slices][self._region.mask] = UNKNOWN
            document.keep_layout[self._region.box.slices][self._region.mask] = False
        ids = np.roll(self._ids, (row_offset, column_offset), (0, 1))
        known = destination.intersected(ids != UNKNOWN)
        document.painted[known.box.slices][known.mask] = ids[known.box.slices][known.mask]
        if redraw_image:
            for region in (known,) if stamp else (known, self._region):
                document.keep_image[region.box.slices] &= ~region.mask
        if document.selection.any():
            document.selection[:] = destination.to_mask(*self._shape)
