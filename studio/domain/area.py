"""A set of pixels: a box and which of its pixels are meant. Every tool makes one of these."""

from __future__ import annotations

import enum
from typing import NamedTuple

import numpy as np

from studio.domain.layout import Box, Mask


class Symmetry(enum.Enum):
    """About which lines through the middle of the picture everything is done once more."""

    NONE = (False, False)
    LEFT_RIGHT = (True, False)
    TOP_BOTTOM = (False, True)
    BOTH = (True, True)

    @property
    def flips(self) -> list[tuple[bool, bool]]:
        """The copies beside the original: whether each is flipped left to right, and top to bottom."""
        across, down = self.value
        return [(a, d) for a in {False, across} for d in {False, down} if a or d]


class Area(NamedTuple):
    """The pixels of `box` where `mask` [box height, box width] is set; the box lies inside the picture."""

    box: Box
    mask: Mask

    @classmethod
    def of(cls, mask: Mask) -> Area:
        """The set pixels of a whole mask [H, W], in their smallest box."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if rows.size == 0:
            return cls(Box(0, 0, 0, 0), np.zeros((0, 0), np.bool_))
        box = Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
        return cls(box, mask[box.area].copy())

    @property
    def empty(self) -> bool:
        return not self.mask.any()

    def whole(self, height: int, width: int) -> Mask:
        """As a mask [H, W] of the whole picture."""
        mask = np.zeros((height, width), np.bool_)
        mask[self.box.area] = self.mask
        return mask

    def within(self, mask: Mask) -> Area:
        """Those pixels that are also set in a mask [H, W]."""
        return Area(self.box, self.mask & mask[self.box.area])

    def flipped(self, across: bool, down: bool, height: int, width: int) -> Area:
        """The mirror image in a picture of this size."""
        top, left, bottom, right = self.box
        if across:
            left, right = width - right, width - left
        if down:
            top, bottom = height - bottom, height - top
        return Area(Box(top, left, bottom, right), self.mask[:: -1 if down else 1, :: -1 if across else 1])

    def moved(self, down: int, right: int, height: int, width: int) -> Area:
        """The same pixels elsewhere, as far as they stay inside a picture of this size."""
        top, left, bottom, end = self.box
        there = Box(top + down, left + right, bottom + down, end + right)
        box = there.clipped(height, width)
        if box.empty:
            return NOTHING
        inside = Box(box.top - there.top, box.left - there.left, box.bottom - there.top, box.right - there.left)
        return Area(box, self.mask[inside.area])


NOTHING = Area(Box(0, 0, 0, 0), np.zeros((0, 0), np.bool_))
