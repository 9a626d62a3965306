"""The hard-edged brush: a pixel is painted or it is not, so class ids never blend."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from studio.domain.area import EMPTY_REGION, PixelRegion
from studio.domain.layout import Box, Mask

SMALLEST_BRUSH, LARGEST_BRUSH = 1, 64


class DocumentPoint(NamedTuple):
    """A position in document pixels; (0, 0) is the upper left corner of the first pixel."""

    x: float
    y: float


def next_brush_size(size: int, direction: int) -> int:
    """The next larger (+1) or smaller (-1) brush size in pixels: a sixth more or less, but at least one pixel."""
    return max(SMALLEST_BRUSH, min(LARGEST_BRUSH, size + direction * max(1, size // 6)))


def stroke_segment(
    shape: tuple[int, int], start: DocumentPoint, end: DocumentPoint, sizes: tuple[float, float]
) -> PixelRegion:
    """The pixels of a picture of `shape` [H, W] that a round brush covers from `start` to `end`.

    These are all pixels whose centre is covered, and all that the brush's centre crosses. The brush is `sizes` pixels
    wide at the start and at the end, and its width changes linearly between them.
    """
    reach = max(sizes) / 2
    box = Box(
        int(np.floor(min(start.y, end.y) - reach)),
        int(np.floor(min(start.x, end.x) - reach)),
        int(np.ceil(max(start.y, end.y) + reach)) + 1,
        int(np.ceil(max(start.x, end.x) + reach)) + 1,
    ).clipped(*shape)
    if box.is_empty:
        return EMPTY_REGION
    mask = _tapered_capsule(box, start, end, sizes)
    _draw_centre_line(mask, box, start, end)
    return PixelRegion(box, mask)


def _tapered_capsule(box: Box, start: DocumentPoint, end: DocumentPoint, sizes: tuple[float, float]) -> Mask:
    """The pixels of the box whose centre lies within the brush."""
    ys, xs = np.ogrid[box.top : box.bottom, box.left : box.right]
    across, down = xs + 0.5 - start.x, ys + 0.5 - start.y
    run, fall = end.x - start.x, end.y - start.y
    first, growth, length = sizes[0] / 2, (sizes[1] - sizes[0]) / 2, math.hypot(run, fall)
    if length - abs(growth) < 1e-9:  # the wider end contains the other
        across, down = (across, down) if growth < 0 else (across - run, down - fall)
        wide: Mask = across**2 + down**2 <= max(first, first + growth) ** 2
        return wide
    ahead, aside = (across * run + down * fall) / length, np.abs(across * fall - down * run) / length
    slant = growth / math.sqrt(length * length - growth * growth)
    along = np.clip((ahead + aside * slant) / length, 0, 1)  # where the brush comes nearest for its width there
    near: Mask = (ahead - along * length) ** 2 + aside**2 <= (first + along * growth) ** 2
    return near


def _draw_centre_line(mask: Mask, box: Box, start: DocumentPoint, end: DocumentPoint) -> None:
    """Set the pixels that the brush's centre crosses, as a thin brush may miss every pixel centre."""
    count = int(2 * max(abs(end.x - start.x), abs(end.y - start.y))) + 2
    xs = np.floor(np.linspace(start.x, end.x, count)).astype(int) - box.left
    ys = np.floor(np.linspace(start.y, end.y, count)).astype(int) - box.top
    inside = (xs >= 0) & (ys >= 0) & (ys < mask.shape[0]) & (xs < mask.shape[1])
    mask[ys[inside], xs[inside]] = True
