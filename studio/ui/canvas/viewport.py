"""The viewport that both canvases share: zoom, position and cursor.

Its centre is stored in world coordinates, in which the frame of a picture can grow to any side, so that the view does
not jump when an edge moves.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Signal

from studio.domain.document import Document

FIT_SHARE = 0.97
"""The share of the canvas that a fitted picture fills."""
FIT_SHARE_WITH_ROOM = 0.5
"""The share of the canvas that a fitted picture fills while its edges are being moved."""
MAX_ZOOM = 64.0
DEFAULT_OPACITY = 0.5
"""The initial opacity of the layout in the overlay view."""


class Viewport(QObject):
    """Zoom in screen pixels per document pixel, and cursor in document pixels.

    In the overlay view (`overlaid`) one canvas shows the layout over the image, with `opacity` from 0 to 1. Methods
    that depend on a canvas take its size in screen pixels.
    """

    changed = Signal()
    cursor_moved = Signal(object, object)  # old and new QPointF | None

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._zoom: float | None = None
        self._fit_share = FIT_SHARE
        self._world_centre = QPointF()  # centre of a zoomed view, in world coordinates
        self.cursor: QPointF | None = None
        self.overlaid = False
        self.opacity = DEFAULT_OPACITY

    def zoom(self, size: QSize) -> float:
        """The zoom on a canvas."""
        if self._zoom is not None:
            return self._zoom
        return self._fit_zoom(size)

    def picture_rect(self, size: QSize) -> QRectF:
        """The rectangle of the picture on a canvas, on whole pixels so that edges stay sharp."""
        zoom = self.zoom(size)
        left = round(size.width() / 2 - self._document_centre.x() * zoom)
        top = round(size.height() / 2 - self._document_centre.y() * zoom)
        return QRectF(left, top, round(self._document.width * zoom), round(self._document.height * zoom))

    def to_document(self, at: QPointF, size: QSize) -> QPointF:
        """Convert a position on a canvas to document pixels."""
        rect, zoom = self.picture_rect(size), self.zoom(size)
        return QPointF((at.x() - rect.left()) / zoom, (at.y() - rect.top()) / zoom)

    def to_canvas(self, point: QPointF, size: QSize) -> QPointF:
        """Convert a position in document pixels to one on a canvas."""
        rect, zoom = self.picture_rect(size), self.zoom(size)
        return QPointF(rect.left() + point.x() * zoom, rect.top() + point.y() * zoom)

    def zoom_at(self, anchor: QPointF, factor: float, size: QSize) -> None:
        """Zoom by a factor about `anchor`, a position on a canvas."""
        fixed_point, old = self.to_document(anchor, size), self.zoom(size)
        zoom = max(min(1.0, self._fit_zoom(size) / 4), min(MAX_ZOOM, old * factor))
        middle = QPointF(size.width() / 2, size.height() / 2)
        self._centre_on(fixed_point - (anchor - middle) / zoom, zoom)

    def zoom_to(self, zoom: float, size: QSize) -> None:
        """Set the zoom about the centre of a canvas."""
        middle = QPointF(size.width() / 2, size.height() / 2)
        self.zoom_at(middle, zoom / self.zoom(size), size)

    def zoom_by(self, factor: float, size: QSize) -> None:
        """Zoom by a factor about the cursor, or about the centre of the canvas if there is no cursor."""
        middle = QPointF(size.width() / 2, size.height() / 2)
        at = self.to_canvas(self.cursor, size) if self.cursor is not None else middle
        self.zoom_at(at, factor, size)

    def pan(self, by: QPointF, size: QSize) -> None:
        """Move the picture by an offset in screen pixels."""
        zoom = self.zoom(size)
        self._centre_on(self._document_centre - by / zoom, zoom)

    def fit(self) -> None:
        """Show the whole picture."""
        self._zoom = None
        self.changed.emit()

    def set_room_around(self, room: bool) -> None:
        """Leave room around a fitted picture, or fill the canvas again."""
        self._fit_share = FIT_SHARE_WITH_ROOM if room else FIT_SHARE
        self.changed.emit()

    @property
    def state(self) -> tuple[float, float, float]:
        """The zoom (0 if the picture is fitted) and the centre in world coordinates; see `restore`."""
        return self._zoom or 0.0, self._world_centre.x(), self._world_centre.y()

    def restore(self, state: tuple[float, float, float]) -> None:
        """Restore a `state`."""
        zoom, x, y = state
        if 0 < zoom <= MAX_ZOOM:
            self._zoom, self._world_centre = zoom, QPointF(x, y)
            self.changed.emit()

    def set_overlaid(self, overlaid: bool) -> None:
        """Switch the overlay view, which shows the layout over the image on one canvas."""
        self.overlaid = overlaid
        self.changed.emit()

    def set_opacity(self, opacity: float) -> None:
        """Set the opacity of the layout in the overlay view, from 0 to 1."""
        self.opacity = opacity
        self.changed.emit()

    def set_cursor(self, cursor: QPointF | None) -> None:
        """Set the cursor in document pixels; None if the pointer is over no canvas."""
        old, self.cursor = self.cursor, cursor
        self.cursor_moved.emit(old, cursor)

    def _fit_zoom(self, size: QSize) -> float:
        return max(
            0.01, self._fit_share * min(size.width() / self._document.width, size.height() / self._document.height)
        )

    @property
    def _document_centre(self) -> QPointF:
        """The centre of the view in document pixels, within the picture."""
        document, frame = self._document, self._document.frame
        if self._zoom is None:
            return QPointF(document.width / 2, document.height / 2)
        x, y = self._world_centre.x() - frame.left, self._world_centre.y() - frame.top
        return QPointF(min(max(x, 0), document.width), min(max(y, 0), document.height))

    def _centre_on(self, centre: QPointF, zoom: float) -> None:
        frame = self._document.frame
        self._world_centre, self._zoom = centre + QPointF(frame.left, frame.top), zoom
        self.changed.emit()
