"""Boxes and layouts: class ids [H, W] of which some may be unknown."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.interface.protocol import UNKNOWN, Pixels

Mask = npt.NDArray[np.bool_]


class Box(NamedTuple):
    """Rows `top` to `bottom` and columns `left` to `right` of a plane, excluding the ends."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def is_empty(self) -> bool:
        return self.bottom <= self.top or self.right <= self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """The index of this box in a plane."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def clipped(self, height: int, width: int) -> Box:
        """The part inside a plane of this size."""
        return Box(max(0, self.top), max(0, self.left), min(height, self.bottom), min(width, self.right))

    def moved(self, down: int, right: int) -> Box:
        """The box shifted by so many rows and columns."""
        return Box(self.top + down, self.left + right, self.bottom + down, self.right + right)

    def to_mask(self, height: int, width: int) -> Mask:
        """Its pixels as a mask [H, W] of a plane."""
        mask = np.zeros((height, width), np.bool_)
        mask[self.slices] = True
        return mask


def unknown_layout(height: int, width: int) -> Pixels:
    """A layout [H, W] in which no pixel has a class."""
    return np.full((height, width), UNKNOWN, np.uint8)


def overlay_layout(upper: Pixels, lower: Pixels) -> Pixels:
    """The ids [H, W] of `upper`, and those of `lower` where `upper` is unknown."""
    return np.where(upper != UNKNOWN, upper, lower)


def changed_box(before: Pixels, after: Pixels) -> Box:
    """The smallest box that holds all pixels that differ between [H, W] or [H, W, C] arrays; empty if none does."""
    height, width = before.shape[:2]
    differs = np.not_equal(before, after).reshape(height, -1)  # whole rows: reducing a short last axis is slow
    rows = np.flatnonzero(differs.any(axis=1))
    columns = np.flatnonzero(differs.any(axis=0).reshape(width, -1).any(axis=1))
    if rows.size == 0:
        return Box(0, 0, 0, 0)
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
