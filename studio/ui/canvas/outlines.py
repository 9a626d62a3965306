"""The edges of masks as pictures, drawn once for each zoom: a speckled mask has more edges than there is time for."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from studio.domain.layout import Mask
from studio.ui.canvas.canvas_layers import CanvasLayer

SHADOW_COLOUR = QColor(0, 0, 0, 200)
RENDER_MARGIN = 64
"""Screen pixels that are drawn beyond what is seen, so that panning is not always drawing."""
DASH_LENGTH = 4
"""Screen pixels; a power of two."""


class Outline:
    """A line of one colour on a darker one along the edges between set and other pixels of a mask.

    Both are one screen pixel wide and the upper one dashed, or the darker one is wider. An `inverted` one goes around
    the pixels that are not set, if some are.
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
        """Whether no edge is anywhere."""
        return not self._inside.any()

    def set_mask(self, mask: Mask) -> bool:
        """Take a mask [H, W] over; returns whether it is another."""
        if np.array_equal(mask, self._mask):
            return False
        self._mask, self._rendered_for = mask.copy(), None
        self._inside = ~self._mask if self._inverted and mask.any() else self._mask
        return True

    def draw(self, painter: QPainter, corner: QPoint, zoom: float, exposed: QRect, colour: QColor) -> None:
        """Draw what is exposed, in screen pixels; the mask's first pixel is at the corner."""
        if self.empty:
            return
        height, width = self._mask.shape
        whole = QRect(-1, -1, round(width * zoom) + 3, round(height * zoom) + 3)  # the lines are half outside
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
        """The part `_seen`."""
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
    """The screen pixels [height, width] on the edges of a mask [H, W], seen from this row and column of the screen."""
    framed = np.pad(mask, 1)
    across = _horizontal_lines(framed[1:, 1:-1] != framed[:-1, 1:-1], zoom, corner, size)
    down = _horizontal_lines((framed[1:-1, 1:] != framed[1:-1, :-1]).T, zoom, corner[::-1], size[::-1])
    result: Mask = across | down.T
    return result


def _horizontal_lines(edges: Mask, zoom: float, corner: tuple[int, int], size: tuple[int, int]) -> Mask:
    """Horizontal edges [H + 1, W] as lines on the screen."""
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
    """Where each of `count` + 1 lines is on the screen, and the first and last that matter for a part of it."""
    places = np.floor(np.arange(count + 1) * zoom).astype(np.int64)
    first = max(0, int(np.searchsorted(places, corner)) - 1)
    last = min(count, int(np.searchsorted(places, corner + size)))
    return places, first, last


def _widened_lines(thin: Mask) -> Mask:
    wide = thin.copy()
    wide[1:] |= thin[:-1]
    wide[:-1] |= thin[1:]
    also = wide.copy()
    also[:, 1:] |= wide[:, :-1]
    also[:, :-1] |= wide[:, 1:]
    return also


def _composited(upper: QColor, lower: QColor) -> int:
    """One colour painted over another, premultiplied."""
    image = QImage(1, 1, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(lower)
    painter = QPainter(image)
    painter.fillRect(0, 0, 1, 1, upper)
    painter.end()
    return int(np.frombuffer(image.constBits(), np.uint32)[0])
