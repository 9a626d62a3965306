"""The hard-edged brush: every pixel is either painted or it is not, so class ids never blend."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.protocol import Pixels
from studio.domain.layout import Box, Mask

SMALLEST, LARGEST = 1, 64


class Point(NamedTuple):
    """A place in document pixels; (0, 0) is the upper left corner of the first pixel."""

    x: float
    y: float


def next_size(size: int, direction: int) -> int:
    """The next larger (+1) or smaller (-1) brush: about a sixth more or less, and at least one pixel."""
    return max(SMALLEST, min(LARGEST, size + direction * max(1, size // 6)))


def paint_segment(plane: Pixels, start: Point, end: Point, size: int, value: int) -> Box:
    """Set every pixel of [H, W] whose centre lies within `size` / 2 of the segment, and all under the pen.

    Returns the box that may have changed; it is empty if the segment is outside.
    """
    radius = size / 2
    box = Box(
        int(np.floor(min(start.y, end.y) - radius)),
        int(np.floor(min(start.x, end.x) - radius)),
        int(np.ceil(max(start.y, end.y) + radius)) + 1,
        int(np.ceil(max(start.x, end.x) + radius)) + 1,
    ).clipped(*plane.shape[:2])
    if box.empty:
        return Box(0, 0, 0, 0)
    plane[box.area][_covered(box, start, end, radius)] = value
    _paint_trace(plane, start, end, value)
    return box


def _covered(box: Box, start: Point, end: Point, radius: float) -> Mask:
    """Which pixel centres of the box lie within `radius` of the segment."""
    ys, xs = np.ogrid[box.top : box.bottom, box.left : box.right]
    across, down = xs + 0.5 - start.x, ys + 0.5 - start.y
    run, fall = end.x - start.x, end.y - start.y
    length = run * run + fall * fall
    along = np.clip((across * run + down * fall) / length, 0, 1) if length else 0.0
    near: Mask = (across - along * run) ** 2 + (down - along * fall) ** 2 <= radius * radius
    return near


def _paint_trace(plane: Pixels, start: Point, end: Point, value: int) -> None:
    """The pixels under the pen itself: a thin brush may miss every centre, and must not leave gaps."""
    count = int(2 * max(abs(end.x - start.x), abs(end.y - start.y))) + 2
    xs = np.floor(np.linspace(start.x, end.x, count)).astype(int)
    ys = np.floor(np.linspace(start.y, end.y, count)).astype(int)
    inside = (xs >= 0) & (ys >= 0) & (ys < plane.shape[0]) & (xs < plane.shape[1])
    plane[ys[inside], xs[inside]] = value
