"""A picture in tiles for a network that sees no further than a `halo`: each tile is looked at with so much around it,
and only what saw all that it needs is used. The tiles of a picture then make what the whole would have made.

Where a network sees everything there is no such halo, and windows.py blends instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from types import EllipsisType
from typing import NamedTuple

Cut = tuple[EllipsisType, slice, slice]


class Span(NamedTuple):
    """One tile along one side: what is looked at, what of the picture it decides, and where that lies in it."""

    outer: slice
    inner: slice
    inside: slice


class Tile(NamedTuple):
    """The same along both sides, to index maps [..., H, W]."""

    outer: Cut
    inner: Cut
    inside: Cut


def tiles(height: int, width: int, size: int, halo: int) -> Iterator[Tile]:
    """Tiles of at most size × size that decide every pixel of height × width once."""
    for down in spans(height, size, halo):
        for right in spans(width, size, halo):
            yield Tile(*((..., *pair) for pair in zip(down, right, strict=True)))


def spans(length: int, size: int, halo: int) -> list[Span]:
    """Tiles of one side, all of one size. They begin at multiples of a stride where all three lengths are some."""
    if size <= 2 * halo:
        raise ValueError(f"a tile of {size} is all halo of {halo}")
    if length <= size:
        return [Span(slice(0, length), slice(0, length), slice(0, length))]
    step = size - 2 * halo
    begins = [*range(0, length - size, step), length - size]
    edges = [0, *(begin + halo for begin in begins[1:]), length]
    return [
        Span(slice(begin, begin + size), slice(low, high), slice(low - begin, high - begin))
        for begin, (low, high) in zip(begins, pairwise(edges), strict=True)
    ]
