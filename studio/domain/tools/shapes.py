"""Filled shapes as exact sets of pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from studio.domain.area import NOTHING, Area
from studio.domain.brush import Point
from studio.domain.layout import Box, Mask


def rectangle(shape: tuple[int, int], corner: Point, other: Point) -> Area:
    """From the pixel under one corner to the pixel under the other, both included."""
    (left, right), (top, bottom) = sorted((corner.x, other.x)), sorted((corner.y, other.y))
    box = Box(math.floor(top), math.floor(left), math.floor(bottom) + 1, math.floor(right) + 1).clipped(*shape)
    if box.empty:
        return NOTHING
    return Area(box, np.ones((box.bottom - box.top, box.right - box.left), np.bool_))


def polygon(shape: tuple[int, int], points: Sequence[Point]) -> Area:
    """Every pixel whose centre the closed line through the points goes around, however often it crosses itself."""
    if len(points) < 3:
        return NOTHING
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
    return Area.of(mask)


def squared(corner: Point, other: Point) -> Point:
    """`other`, moved so that both span a square."""
    side = max(abs(other.x - corner.x), abs(other.y - corner.y))
    return Point(
        corner.x + math.copysign(side, other.x - corner.x), corner.y + math.copysign(side, other.y - corner.y)
    )


def straightened(start: Point, end: Point) -> Point:
    """`end`, moved so that the line is level, upright or at 45° or a third of it."""
    length, step = math.dist(start, end), math.pi / 12
    angle = round(math.atan2(end.y - start.y, end.x - start.x) / step) * step
    return Point(start.x + length * math.cos(angle), start.y + length * math.sin(angle))
