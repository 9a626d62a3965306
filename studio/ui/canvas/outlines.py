"""Outlines of masks, rendered as images once per zoom: drawing the edges of a speckled mask as lines is too slow."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from studio.domain.layout import Mask
from studio.ui.canvas.canvas_layers import CanvasLayer

SHADOW_COLOUR = QColor(0, 0, 0, 200)
RENDER_MARGIN = 64
"""Screen pixels that are rendered around the visible part, so that panning seldom has to render again."""
DASH_LENGTH = 4
"""Screen pixels; a power of two."""


class Outline:
    """A coloured line with a dark shadow along the edges between the set and the clear pixels of a mask.

    A `dashed` line alternates with its shadow, both one screen pixel wide; otherwise the shadow is wider. An
    `inverted` outline surrounds the clear pixels, unless no pixel is set.
    """

    def __init__(self, *, dashed: bool = False, inverted: bool = False) -> None:
        self._dashed, self._inverted = dashed, inverted
        self._mask: Mask = np.zeros((0, 0), np.bool_)
        self._inside = self._mask
        self._rendered_rect = QRect()
        self._rendered_for: tuple[float, QColor] | None = None
        self._image = QImage()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to outline."""
        return not self._inside.any()

    def set_mask(self, mask: Mask) -> bool:
        """Outline a copy of a mask [H, W]. Returns whether it differs from the previous one."""
        if np.array_equal(mask, self._mask):
            return False
        self._mask, self._rendered_for = mask.copy(), None
        self._inside = ~self._mask if self._inverted and mask.any() else self._mask
        return True

    def draw(self, painter: QPainter, corner: QPoint, zoom: float, exposed: QRect, colour: QColor) -> None:
        """Draw the part within `exposed`, in screen pixels; `corner` is the position of the mask's first pixel."""
        if self.empty:
            return
        height, width = self._mask.shape
        whole = QRect(-1, -1, round(width * zoom) + 3, round(height * zoom) + 3)  # lines lie half outside the mask
        visible = exposed.translated(-corner) & whole
        if visible.isEmpty():
            return
        if self._rendered_for != (zoom, colour) or not self._rendered_rect.contains(visible):
            self._rendered_rect, self._rendered_for = (
                visible.adjusted(-RENDER_MARGIN, -RENDER_MARGIN, RENDER_MARGIN, RENDER_MARGIN) & whole,
                (zoom, colour),
            )
            self._image = self._render(zoom, colour)
        painter.drawImage(corner + self._rendered_rect.topLeft(), self._image)

    def _render(self, zoom: float, colour: QColor) -> QImage:
        """The outline within `_rendered_rect`, at a zoom and in a colour."""
        x, y, width, height = (
            self._rendered_rect.x(),
            self._rendered_rect.y(),
            self._rendered_rect.width(),
            self._rendered_rect.height(),
        )
        thin = edge_pixels(self._inside, zoom, (y - 1, x - 1), (height + 2, width + 2))
        if self._dashed:
            steps = np.arange(x - 1, x + width + 1) + np.arange(y - 1, y + height + 1)[:, None]
            shade = thin.view(np.uint8) << (steps & DASH_LENGTH == 0)
        else:
            shade = thin.view(np.uint8) + _widened_lines(thin)
        table = np.array(
            [0, _composited(QColor(0, 0, 0, 0), SHADOW_COLOUR), _composited(colour, SHADOW_COLOUR)], np.uint32
        )
        layer = CanvasLayer(height, width)
        np.take(table, shade[1:-1, 1:-1], out=layer.pixels, mode="clip")
        return layer.image.copy()


def edge_pixels(mask: Mask, zoom: float, corner: tuple[int, int], size: tuple[int, int]) -> Mask:
    """The screen pixels on the edges of a mask [H, W] at a zoom.

    Returns a window of `size` (height, width) whose first pixel is at `corner` (row, column), both in screen pixels
    and relative to the mask's first pixel.
    """
    framed = np.pad(mask, 1)
    across = _horizontal_lines(framed[1:, 1:-1] != framed[:-1, 1:-1], zoom, corner, size)
    down = _horizontal_lines((framed[1:-1, 1:] != framed[1:-1, :-1]).T, zoom, corner[::-1], size[::-1])
    result: Mask = across | down.T
    return result


def _horizontal_lines(edges: Mask, zoom: float, corner: tuple[int, int], size: tuple[int, int]) -> Mask:
    """Horizontal edges [H + 1, W] as lines of screen pixels, in the window of `edge_pixels`."""
    rows, first, last = _line_positions(edges.shape[0] - 1, zoom, corner[0], size[0])
    columns, left, right = _line_positions(edges.shape[1], zoom, corner[1], size[1])
    lines = np.zeros(size, np.bool_)
    if last < first or right <= left:
        return lines
    ends = np.clip(columns[left : right + 1] - corner[1], 0, size[1])
    at, start = np.unique(rows[first : last + 1] - corner[0], return_index=True)
    near = np.logical_or.reduceat(edges[first : last + 1, left:right], start, axis=0)
    inside = (at >= 0) & (at < size[0])
    lines[at[inside], ends[0] : ends[-1]] = np.repeat(near[inside], np.diff(ends), axis=1)
    lines[:, 1:] |= lines[:, :-1]  # a run ends on the line that crosses it
    return lines


def _line_positions(count: int, zoom: float, corner: int, size: int) -> tuple[np.ndarray, int, int]:
    """The screen positions of `count` + 1 grid lines, and the first and last of them that touch the window."""
    positions = np.floor(np.arange(count + 1) * zoom).astype(np.int64)
    first = max(0, int(np.searchsorted(positions, corner)) - 1)
    last = min(count, int(np.searchsorted(positions, corner + size)))
    return positions, first, last


def _widened_lines(thin: Mask) -> Mask:
    """Lines extended by one pixel to each side."""
    wide = thin.copy()
    wide[1:] |= thin[:-1]
    wide[:-1] |= thin[1:]
    widened = wide.copy()
    widened[:, 1:] |= wide[:, :-1]
    widened[:, :-1] |= wide[:, 1:]
    return widened


def _composited(upper: QColor, lower: QColor) -> int:
    """One colour painted over another, as a premultiplied pixel."""
    image = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(lower)
    painter = QPainter(image)
    painter.fillRect(0, 0, 1, 1, upper)
    painter.end()
    return int(np.frombuffer(image.constBits(), np.uint32)[0])
