"""Where both canvases look, and where the pen is: shared, so that the halves never drift apart."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Signal

FIT = 0.97
"""The share of the canvas that a fitted picture takes."""
CLOSEST = 64.0
OPACITY = 0.5
"""Of the layout in an overlay, to begin with."""


class View(QObject):
    """Zoom in screen pixels per document pixel, centre and cursor in document pixels.

    If `overlaid`, one canvas shows the layout over the image, with `opacity`.
    """

    changed = Signal()
    cursor_moved = Signal(object, object)  # old and new QPointF | None

    def __init__(self, height: int, width: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._height, self._width = height, width
        self._zoom: float | None = None
        self._centre = QPointF(width / 2, height / 2)
        self.cursor: QPointF | None = None
        self.overlaid = False
        self.opacity = OPACITY

    def zoom(self, size: QSize) -> float:
        """The zoom on a canvas of this size."""
        if self._zoom is not None:
            return self._zoom
        return self._fitting(size)

    def rect(self, size: QSize) -> QRectF:
        """Where the picture lies on a canvas of this size; on whole pixels, so that edges stay sharp."""
        zoom = self.zoom(size)
        left = round(size.width() / 2 - self._centre.x() * zoom)
        top = round(size.height() / 2 - self._centre.y() * zoom)
        return QRectF(left, top, round(self._width * zoom), round(self._height * zoom))

    def to_document(self, at: QPointF, size: QSize) -> QPointF:
        """A place on the canvas in document pixels."""
        rect, zoom = self.rect(size), self.zoom(size)
        return QPointF((at.x() - rect.left()) / zoom, (at.y() - rect.top()) / zoom)

    def to_canvas(self, point: QPointF, size: QSize) -> QPointF:
        """A place in document pixels on the canvas."""
        rect, zoom = self.rect(size), self.zoom(size)
        return QPointF(rect.left() + point.x() * zoom, rect.top() + point.y() * zoom)

    def zoom_at(self, at: QPointF, factor: float, size: QSize) -> None:
        """Zoom so that what is under `at` stays there."""
        under, old = self.to_document(at, size), self.zoom(size)
        zoom = max(min(1.0, self._fitting(size) / 4), min(CLOSEST, old * factor))
        self._zoom = zoom
        middle = QPointF(size.width() / 2, size.height() / 2)
        self._centre = under - (at - middle) / zoom
        self.changed.emit()

    def zoom_to(self, zoom: float, size: QSize) -> None:
        """Show so many screen pixels for each document pixel, about the middle of the canvas."""
        middle = QPointF(size.width() / 2, size.height() / 2)
        self.zoom_at(middle, zoom / self.zoom(size), size)

    def zoom_by(self, factor: float, size: QSize) -> None:
        """Zoom about the cursor, or about the middle if that is elsewhere."""
        middle = QPointF(size.width() / 2, size.height() / 2)
        at = self.to_canvas(self.cursor, size) if self.cursor is not None else middle
        self.zoom_at(at, factor, size)

    def pan(self, by: QPointF, size: QSize) -> None:
        """Move the picture by screen pixels."""
        zoom = self.zoom(size)
        self._zoom = zoom
        centre = self._centre - by / zoom
        self._centre = QPointF(min(max(centre.x(), 0), self._width), min(max(centre.y(), 0), self._height))
        self.changed.emit()

    def fit(self) -> None:
        """Show the whole picture."""
        self._zoom = None
        self._centre = QPointF(self._width / 2, self._height / 2)
        self.changed.emit()

    @property
    def state(self) -> tuple[float, float, float]:
        """Zoom, 0 if the picture is fitted, and the centre's column and row; for the next time."""
        return self._zoom or 0.0, self._centre.x(), self._centre.y()

    def restore(self, state: tuple[float, float, float]) -> None:
        """Look where a `state` looked, if that is in this picture."""
        zoom, x, y = state
        if 0 < zoom <= CLOSEST and 0 <= x <= self._width and 0 <= y <= self._height:
            self._zoom, self._centre = zoom, QPointF(x, y)
            self.changed.emit()

    def overlay(self, overlaid: bool) -> None:
        """Show the layout over the image on one canvas, or both beside each other."""
        self.overlaid = overlaid
        self.changed.emit()

    def set_opacity(self, opacity: float) -> None:
        """Of the layout over the image, from 0 to 1."""
        self.opacity = opacity
        self.changed.emit()

    def point_at(self, cursor: QPointF | None) -> None:
        """The pen is over this document pixel, or over no canvas."""
        old, self.cursor = self.cursor, cursor
        self.cursor_moved.emit(old, cursor)

    def _fitting(self, size: QSize) -> float:
        return max(0.1, FIT * min(size.width() / self._width, size.height() / self._height))
