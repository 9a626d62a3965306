"""Exact tiling for a network whose receptive field reaches no further than a `halo`.

Each tile is evaluated with a halo of context, and only the pixels that had all their context are used, so the tiles
give what the whole picture would have given. A network with attention has no such halo; `windowed_denoiser` blends
overlapping windows instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from types import EllipsisType
from typing import NamedTuple

MapSlice = tuple[EllipsisType, slice, slice]
"""An index of a part of maps [..., H, W]."""


class TileSpan(NamedTuple):
    """A tile along one side: the span evaluated, the core it decides in the picture, and the core within the span."""

    context: slice
    core: slice
    core_in_context: slice


class TileSlices(NamedTuple):
    """A tile along both sides, as indices of maps [..., H, W]: see `TileSpan`."""

    context: MapSlice
    core: MapSlice
    core_in_context: MapSlice


def iterate_tiles(height: int, width: int, tile_size: int, halo: int) -> Iterator[TileSlices]:
    """Tiles of at most `tile_size` squared whose cores cover every pixel of height × width once."""
    for down in tile_spans(height, tile_size, halo):
        for right in tile_spans(width, tile_size, halo):
            yield TileSlices(*((..., *pair) for pair in zip(down, right, strict=True)))


def tile_spans(length: int, tile_size: int, halo: int) -> list[TileSpan]:
    """The tiles of one side, all of one size; they begin at multiples of any stride that divides all three lengths."""
    if tile_size <= 2 * halo:
        raise ValueError(f"a tile of {tile_size} pixels has no core with a halo of {halo}")
    if length <= tile_size:
        return [TileSpan(slice(0, length), slice(0, length), slice(0, length))]
    step = tile_size - 2 * halo
    begins = [*range(0, length - tile_size, step), length - tile_size]
    edges = [0, *(begin + halo for begin in begins[1:]), length]
    return [
        TileSpan(slice(begin, begin + tile_size), slice(low, high), slice(low - begin, high - begin))
        for begin, (low, high) in zip(begins, pairwise(edges), strict=True)
    ]
