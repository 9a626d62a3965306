"""A picture in tiles for a network that sees no further than a `halo`: each tile is looked at with so much around it,
and only what saw all that it needs is used. The tiles of a picture then make what the whole would have made.

Where a network sees everything there is no such halo, and windows.py blends instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from types import EllipsisType
from typing import NamedTuple

MapSlice = tuple[EllipsisType, slice, slice]


class TileSpan(NamedTuple):
    """One tile along one side: what is looked at, what of the picture it decides, and where that lies in it."""

    context: slice
    core: slice
    core_in_context: slice


class TileSlices(NamedTuple):
    """The same along both sides, to index maps [..., H, W]."""

    context: MapSlice
    core: MapSlice
    core_in_context: MapSlice


def iterate_tiles(height: int, width: int, tile_size: int, halo: int) -> Iterator[TileSlices]:
    """Tiles of at most size × size that decide every pixel of height × width once."""
    for down in tile_spans(height, tile_size, halo):
        for right in tile_spans(width, tile_size, halo):
            yield TileSlices(*((..., *pair) for pair in zip(down, right, strict=True)))


def tile_spans(length: int, tile_size: int, halo: int) -> list[TileSpan]:
    """Tiles of one side, all of one size. They begin at multiples of a stride where all three lengths are some."""
    if tile_size <= 2 * halo:
        raise ValueError(f"a tile of {tile_size} is all halo of {halo}")
    if length <= tile_size:
        return [TileSpan(slice(0, length), slice(0, length), slice(0, length))]
    step = tile_size - 2 * halo
    begins = [*range(0, length - tile_size, step), length - tile_size]
    edges = [0, *(begin + halo for begin in begins[1:]), length]
    return [
        TileSpan(slice(begin, begin + tile_size), slice(low, high), slice(low - begin, high - begin))
        for begin, (low, high) in zip(begins, pairwise(edges), strict=True)
    ]
