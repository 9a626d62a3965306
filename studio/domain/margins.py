"""Limits to the size of a picture that grows at its edges, in steps of the engine's grid."""

from __future__ import annotations

from typing import NamedTuple

from engine.interface.protocol import MAX_SIDE, SIDE_MULTIPLE
from studio.domain.layout import Box

MAX_PICTURE_PIXELS = 2**20
"""Pixels of a picture at most, so that painting and undo stay fast."""


class CanvasMargins(NamedTuple):
    """How many pixels are added at each side."""

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0

    def expand(self, box: Box) -> Box:
        """The box with these margins around it."""
        return Box(box.top - self.top, box.left - self.left, box.bottom + self.bottom, box.right + self.right)

    def clamped(self, height: int, width: int) -> CanvasMargins:
        """The margins cut to what a picture of this size may grow, in steps of the grid; the width is cut first."""
        tall = min(MAX_SIDE, MAX_PICTURE_PIXELS // width)
        top, bottom = _divide_room(self.top, self.bottom, tall - height)
        wide = min(MAX_SIDE, MAX_PICTURE_PIXELS // (height + top + bottom))
        left, right = _divide_room(self.left, self.right, wide - width)
        return CanvasMargins(left, right, top, bottom)


def snap_to_grid(pixels: float) -> int:
    """The nearest margin on the grid; none below 0."""
    return max(0, round(pixels / SIDE_MULTIPLE) * SIDE_MULTIPLE)


def can_grow_to(height: int, width: int, original_size: tuple[int, int]) -> bool:
    """Whether a picture that started with `original_size` (height, width) can have grown to this size."""
    if (height, width) == original_size:
        return True
    grown = (height - original_size[0], width - original_size[1])
    on_grid = all(side >= 0 and side % SIDE_MULTIPLE == 0 for side in grown)
    return on_grid and max(height, width) <= MAX_SIDE and height * width <= MAX_PICTURE_PIXELS


def _divide_room(before: int, after: int, room: int) -> tuple[int, int]:
    """Both margins in whole steps of the grid, as far as there is room for them."""
    first = max(0, min(before, room)) // SIDE_MULTIPLE * SIDE_MULTIPLE
    return first, max(0, min(after, room - first)) // SIDE_MULTIPLE * SIDE_MULTIPLE
