"""Flood fill by runs: every row is divided into runs of fillable pixels, and runs that touch are merged.

There is no loop over pixels, so the time hardly depends on the shape of the area.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.interface.protocol import Pixels
from studio.domain.area import EMPTY_REGION, PixelRegion
from studio.domain.layout import Box, Mask

IntArray = npt.NDArray[np.int64]


def flood_fill(ids: Pixels, row: int, column: int, gap: int = 0) -> PixelRegion:
    """The pixels of ids [H, W] that have the id of a pixel and are connected to it by edges.

    Openings of up to `gap` pixels in the area's outline count as closed.
    """
    if not (0 <= row < ids.shape[0] and 0 <= column < ids.shape[1]):
        return EMPTY_REGION
    fillable = ids == ids[row, column]
    if not gap or fillable.all():
        return PixelRegion.from_mask(connected_component(fillable, row, column))
    radius = (gap + 1) // 2
    wide = ~_erode(_dilate(~fillable, radius), radius)
    start = _nearest_set_pixel(wide & connected_component(fillable, row, column), row, column, 2 * radius)
    narrow = fillable & ~wide
    pocket = connected_component(narrow, row, column) if narrow[row, column] else np.zeros_like(fillable)
    if start is None:  # the whole area is no wider than the gap
        return PixelRegion.from_mask(pocket)
    component = connected_component(wide, *start)
    grown = component | (_dilate(component, radius) & narrow)  # into corners and halfway into openings
    return PixelRegion.from_mask(connected_component(grown, *start) | pocket)


def connected_component(fillable: Mask, row: int, column: int) -> Mask:
    """The mask [H, W] of the set pixels of `fillable` that are connected to one of them by edges."""
    height, width = fillable.shape
    padded = np.zeros((height, width + 2), np.int8)
    padded[:, 1:-1] = fillable
    steps = np.diff(padded, axis=1).ravel()
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)  # in rows of width + 1
    parent = _merge_runs(starts, ends, width + 1)
    own = np.searchsorted(starts, row * (width + 1) + column, "right") - 1
    in_component = parent == parent[own]
    marks = np.zeros(height * (width + 1) + 1, np.int8)
    marks[starts[in_component]] = 1
    marks[ends[in_component]] -= 1
    component: Mask = np.cumsum(marks[:-1], dtype=np.int8).reshape(height, width + 1)[:, :width] > 0
    return component


def _merge_runs(starts: IntArray, ends: IntArray, stride: int) -> IntArray:
    """The index of the first run of the component of each run."""
    # The runs that overlap a run of the row above are those that end after its start and start before its end.
    low = np.searchsorted(ends, starts + stride, "right")
    high = np.searchsorted(starts, ends + stride, "left")
    counts = np.maximum(high - low, 0)
    upper = np.repeat(np.arange(starts.size), counts)
    lower = low[upper] + np.arange(upper.size) - np.repeat(np.cumsum(counts) - counts, counts)
    parent = np.arange(starts.size)
    while upper.size:
        a, b = parent[upper], parent[lower]
        apart = a != b
        upper, lower, a, b = upper[apart], lower[apart], a[apart], b[apart]
        np.minimum.at(parent, np.maximum(a, b), np.minimum(a, b))
        while not np.array_equal(above := parent[parent], parent):
            parent = above
    return parent


def _dilate(mask: Mask, radius: int) -> Mask:
    """The pixels that have a set pixel at most `radius` rows and columns away."""
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (radius + 1, radius)
        sums = np.cumsum(np.pad(mask, padding), axis=axis, dtype=np.int32)
        size, ahead = mask.shape[axis], 2 * radius + 1
        later, earlier = (np.take(sums, range(k, k + size), axis=axis) for k in (ahead, 0))
        mask = later > earlier
    return mask


def _erode(mask: Mask, radius: int) -> Mask:
    """The pixels whose neighbours within `radius` are all set; pixels outside the picture count as set."""
    return ~_dilate(~mask, radius)


def _nearest_set_pixel(mask: Mask, row: int, column: int, radius: int) -> tuple[int, int] | None:
    """The set pixel nearest to a pixel, at most `radius` rows and columns away; None if there is none."""
    box = Box(row - radius, column - radius, row + radius + 1, column + radius + 1).clipped(*mask.shape)
    places = np.argwhere(mask[box.slices]) + np.array([box.top, box.left])
    if not places.size:
        return None
    nearest = places[((places - (row, column)) ** 2).sum(axis=1).argmin()]
    return int(nearest[0]), int(nearest[1])
