"""The size of a picture and how it grows: edges move outwards, on a grid, as far as the engine and the studio can."""

from __future__ import annotations

from typing import NamedTuple

from engine.interface.protocol import MAX_SIDE, SIDE_MULTIPLE
from studio.domain.layout import Box

MAX_PICTURE_PIXELS = 2**20
"""Of a picture: with more of them the pen and undo would not be as fast as promised."""


class CanvasMargins(NamedTuple):
    """How many pixels come on at each side."""

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0

    def expand(self, box: Box) -> Box:
        """A box with these margins."""
        return Box(box.top - self.top, box.left - self.left, box.bottom + self.bottom, box.right + self.right)

    def clamped(self, height: int, width: int) -> CanvasMargins:
        """As much of them as a picture of this size may grow, in whole steps of the grid; width gives way first."""
        tall = min(MAX_SIDE, MAX_PICTURE_PIXELS // width)
        top, bottom = _divide_room(self.top, self.bottom, tall - height)
        wide = min(MAX_SIDE, MAX_PICTURE_PIXELS // (height + top + bottom))
        left, right = _divide_room(self.left, self.right, wide - width)
        return CanvasMargins(left, right, top, bottom)


def snap_to_grid(pixels: float) -> int:
    """The nearest margin on the grid; none below 0."""
    return max(0, round(pixels / SIDE_MULTIPLE) * SIDE_MULTIPLE)


def can_grow_to(height: int, width: int, original_size: tuple[int, int]) -> bool:
    """Whether a picture that began with `least` height and width can have this size."""
    if (height, width) == original_size:
        return True
    grown = (height - original_size[0], width - original_size[1])
    on_grid = all(side >= 0 and side % SIDE_MULTIPLE == 0 for side in grown)
    return on_grid and max(height, width) <= MAX_SIDE and height * width <= MAX_PICTURE_PIXELS


def _divide_room(before: int, after: int, room: int) -> tuple[int, int]:
    """Both in whole steps of the grid, as far as there is room for them."""
    first = max(0, min(before, room)) // SIDE_MULTIPLE * SIDE_MULTIPLE
    return first, max(0, min(after, room - first)) // SIDE_MULTIPLE * SIDE_MULTIPLE
