"""Sets of pixels, each a box and a mask within it. Every tool produces one."""

from __future__ import annotations

import enum
from typing import NamedTuple

import numpy as np

from studio.domain.layout import Box, Mask


class Symmetry(enum.Enum):
    """The lines through the middle of the picture about which every stroke is mirrored."""

    NONE = (False, False)
    LEFT_RIGHT = (True, False)
    TOP_BOTTOM = (False, True)
    BOTH = (True, True)

    @property
    def flips(self) -> list[tuple[bool, bool]]:
        """The mirror images beside the original, each as (flipped left to right, flipped top to bottom)."""
        across, down = self.value
        return [(a, d) for a in {False, across} for d in {False, down} if a or d]


class PixelRegion(NamedTuple):
    """The pixels of `box`, which lies inside the picture, where `mask` [box height, box width] is set."""

    box: Box
    mask: Mask

    @classmethod
    def from_mask(cls, mask: Mask) -> PixelRegion:
        """The set pixels of a mask [H, W] of the whole picture, in their smallest box."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if rows.size == 0:
            return cls(Box(0, 0, 0, 0), np.zeros((0, 0), np.bool_))
        box = Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
        return cls(box, mask[box.slices].copy())

    @property
    def is_empty(self) -> bool:
        return not self.mask.any()

    def to_mask(self, height: int, width: int) -> Mask:
        """The region as a mask [H, W] of the whole picture."""
        mask = np.zeros((height, width), np.bool_)
        mask[self.box.slices] = self.mask
        return mask

    def intersected(self, mask: Mask) -> PixelRegion:
        """The pixels that are also set in a mask [H, W] of the whole picture."""
        return PixelRegion(self.box, self.mask & mask[self.box.slices])

    def flipped(self, horizontally: bool, vertically: bool, height: int, width: int) -> PixelRegion:
        """The mirror image within a picture of this size."""
        top, left, bottom, right = self.box
        if horizontally:
            left, right = width - right, width - left
        if vertically:
            top, bottom = height - bottom, height - top
        return PixelRegion(
            Box(top, left, bottom, right), self.mask[:: -1 if vertically else 1, :: -1 if horizontally else 1]
        )

    def moved(self, row_offset: int, column_offset: int, height: int, width: int) -> PixelRegion:
        """The region shifted by so many pixels, without those that leave a picture of this size."""
        top, left, bottom, end = self.box
        moved_box = Box(top + row_offset, left + column_offset, bottom + row_offset, end + column_offset)
        box = moved_box.clipped(height, width)
        if box.is_empty:
            return EMPTY_REGION
        inside = Box(
            box.top - moved_box.top, box.left - moved_box.left, box.bottom - moved_box.top, box.right - moved_box.left
        )
        return PixelRegion(box, self.mask[inside.slices])


EMPTY_REGION = PixelRegion(Box(0, 0, 0, 0), np.zeros((0, 0), np.bool_))
