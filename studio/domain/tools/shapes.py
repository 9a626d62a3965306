"""Filled shapes as exact sets of pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from studio.domain.area import EMPTY_REGION, PixelRegion
from studio.domain.brush import DocumentPoint
from studio.domain.layout import Box, Mask


def filled_rectangle(shape: tuple[int, int], corner: DocumentPoint, opposite: DocumentPoint) -> PixelRegion:
    """The pixels from the one under a corner to the one under the opposite corner, both included."""
    (left, right), (top, bottom) = sorted((corner.x, opposite.x)), sorted((corner.y, opposite.y))
    box = Box(math.floor(top), math.floor(left), math.floor(bottom) + 1, math.floor(right) + 1).clipped(*shape)
    if box.is_empty:
        return EMPTY_REGION
    return PixelRegion(box, np.ones((box.bottom - box.top, box.right - box.left), np.bool_))


def filled_polygon(shape: tuple[int, int], points: Sequence[DocumentPoint]) -> PixelRegion:
    """The pixels whose centre lies inside a polygon, by the non-zero winding rule."""
    if len(points) < 3:
        return EMPTY_REGION
    height, width = shape
    x, y = np.asarray(points, np.float64).T
    x2, y2 = np.roll(x, -1), np.roll(y, -1)
    # Each edge crosses the rows whose centre lines are between its ends, one of them excluded.
    first = np.ceil(np.minimum(y, y2) - 0.5).clip(0, height).astype(int)
    last = np.ceil(np.maximum(y, y2) - 0.5).clip(0, height).astype(int)
    counts = last - first
    edge = np.repeat(np.arange(len(x)), counts)
    rows = first[edge] + np.arange(edge.size) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (rows + 0.5 - y[edge]) / (y2 - y)[edge]
    crossing = x[edge] + share * (x2 - x)[edge]
    columns = np.ceil(crossing - 0.5).clip(0, width).astype(int)
    turns = np.zeros((height, width + 1), np.int32)
    np.add.at(turns, (rows, columns), np.where(y2 > y, 1, -1)[edge])
    mask: Mask = np.cumsum(turns, axis=1)[:, :width] != 0
    return PixelRegion.from_mask(mask)


def constrain_to_square(corner: DocumentPoint, opposite: DocumentPoint) -> DocumentPoint:
    """`opposite`, moved so that both corners span a square."""
    side = max(abs(opposite.x - corner.x), abs(opposite.y - corner.y))
    return DocumentPoint(
        corner.x + math.copysign(side, opposite.x - corner.x), corner.y + math.copysign(side, opposite.y - corner.y)
    )


def constrain_to_angle(start: DocumentPoint, end: DocumentPoint) -> DocumentPoint:
    """`end`, moved so that the angle of the line is a multiple of 15°."""
    length, step = math.dist(start, end), math.pi / 12
    angle = round(math.atan2(end.y - start.y, end.x - start.x) / step) * step
    return DocumentPoint(start.x + length * math.cos(angle), start.y + length * math.sin(angle))
