"""The size of a picture and how it grows: edges move outwards, on a grid, as far as the engine and the studio can."""

from __future__ import annotations

from typing import NamedTuple

from engine.protocol import MAX_SIDE, MULTIPLE
from studio.domain.layout import Box

MOST_PIXELS = 2**20
"""Of a picture: with more of them the pen and undo would not be as fast as promised."""


class Margins(NamedTuple):
    """How many pixels come on at each side."""

    left: int = 0
    right: int = 0
    top: int = 0
    bottom: int = 0

    def around(self, box: Box) -> Box:
        """A box with these margins."""
        return Box(box.top - self.top, box.left - self.left, box.bottom + self.bottom, box.right + self.right)

    def limited(self, height: int, width: int) -> Margins:
        """As much of them as a picture of this size may grow, in whole steps of the grid; width gives way first."""
        tall = min(MAX_SIDE, MOST_PIXELS // width)
        top, bottom = _shared(self.top, self.bottom, tall - height)
        wide = min(MAX_SIDE, MOST_PIXELS // (height + top + bottom))
        left, right = _shared(self.left, self.right, wide - width)
        return Margins(left, right, top, bottom)


def snapped(pixels: float) -> int:
    """The nearest margin on the grid; none below 0."""
    return max(0, round(pixels / MULTIPLE) * MULTIPLE)


def can_grow_to(height: int, width: int, least: tuple[int, int]) -> bool:
    """Whether a picture that began with `least` height and width can have this size."""
    if (height, width) == least:
        return True
    grown = (height - least[0], width - least[1])
    on_grid = all(more >= 0 and more % MULTIPLE == 0 for more in grown)
    return on_grid and max(height, width) <= MAX_SIDE and height * width <= MOST_PIXELS


def _shared(one: int, other: int, room: int) -> tuple[int, int]:
    """Both in whole steps of the grid, as far as there is room for them."""
    first = max(0, min(one, room)) // MULTIPLE * MULTIPLE
    return first, max(0, min(other, room - first)) // MULTIPLE * MULTIPLE
