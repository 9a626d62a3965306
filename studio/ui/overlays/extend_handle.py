"""A handle at an edge of the picture; it appears near the pointer, and dragging it extends the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.ui.canvas.viewport import Viewport
from studio.ui.overlays.canvas_edges import CanvasEdges
from studio.ui.style.theme import Theme

HANDLE_LENGTH, HANDLE_THICKNESS, MIN_HANDLE_THICKNESS = 56, 20, 8
BAR_THICKNESS = 4
SHOW_DISTANCE = 28
"""The distance in screen pixels from an edge within which its handle appears."""


class ExtendHandle(QWidget):
    """A handle at the middle of the visible part of an edge, outside the picture as far as there is room."""

    def __init__(self, edges: CanvasEdges, side: str, viewport: Viewport, theme: Theme, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.side = side
        self._edges, self._viewport, self._theme, self._canvas = edges, viewport, theme, canvas
        self._is_vertical = side in ("left", "right")
        self.setAccessibleName(self.tr("Drag outwards to extend the canvas"))
        self.setToolTip(self.tr("Drag outwards to extend the canvas"))
        self.setCursor(Qt.CursorShape.SizeHorCursor if self._is_vertical else Qt.CursorShape.SizeVerCursor)
        self.hide()

    def show_near(self, cursor: QPointF | None) -> None:
        """Show the handle if the cursor, in document pixels, is near its edge; hide it otherwise."""
        if cursor is None or not self._canvas.isVisible():
            self.hide()
            return
        size = self._canvas.size()
        at, visible_rect = (
            self._viewport.to_canvas(cursor, size),
            self._viewport.picture_rect(size) & QRectF(self._canvas.rect()),
        )
        reach = visible_rect.adjusted(-SHOW_DISTANCE, -SHOW_DISTANCE, SHOW_DISTANCE, SHOW_DISTANCE)
        distance = abs((at.x() if self._is_vertical else at.y()) - self._edge_position())
        near = self._edge_in_view() and reach.contains(at) and distance <= SHOW_DISTANCE
        if near:
            self.setGeometry(self._handle_rect(visible_rect).toRect())
        self.setVisible(near)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._edges.grab(frozenset({self.side}), event.globalPosition())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._edges.drag(event.globalPosition(), self._viewport.zoom(self._canvas.size()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._edges.release()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._edges.active:  # it is invisible then, but still receives the drag
            return
        colours, painter = self._theme.colours, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(
            0, 0, *((BAR_THICKNESS, HANDLE_LENGTH - 8) if self._is_vertical else (HANDLE_LENGTH - 8, BAR_THICKNESS))
        )
        bar.moveCenter(QRectF(self.rect()).center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.accent if self.underMouse() else colours.dim)
        painter.drawRoundedRect(bar, BAR_THICKNESS / 2, BAR_THICKNESS / 2)
        painter.end()

    def _edge_position(self) -> float:
        """The position of the edge on the canvas: x of a vertical one, y of a horizontal one."""
        picture = self._viewport.picture_rect(self._canvas.size())
        edges = {"left": picture.left(), "right": picture.right(), "top": picture.top(), "bottom": picture.bottom()}
        return edges[self.side]

    def _edge_in_view(self) -> bool:
        return 0 <= self._edge_position() <= (self._canvas.width() if self._is_vertical else self._canvas.height())

    def _handle_rect(self, visible_rect: QRectF) -> QRectF:
        """The rectangle of the handle: beside the edge, or slightly over it if there is no room."""
        edge, middle = self._edge_position(), visible_rect.center()
        end = self._canvas.width() if self._is_vertical else self._canvas.height()
        if self.side in ("left", "top"):
            high = max(edge, MIN_HANDLE_THICKNESS)
            low = max(0.0, high - HANDLE_THICKNESS)
        else:
            low = min(edge, end - MIN_HANDLE_THICKNESS)
            high = min(float(end), low + HANDLE_THICKNESS)
        if self._is_vertical:
            return QRectF(low, middle.y() - HANDLE_LENGTH / 2, high - low, HANDLE_LENGTH)
        return QRectF(middle.x() - HANDLE_LENGTH / 2, low, HANDLE_LENGTH, high - low)
