"""A handle outside an edge of the picture: it comes when the pen is near, and dragging it extends the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from studio.ui.edges import Edges
from studio.ui.theme import Theme
from studio.ui.view import View

LONG, THICK, THIN = 56, 20, 8
BAR = 4
NEAR = 28
"""Screen pixels from an edge within which its handle shows."""


class Handle(QWidget):
    """It stands beside the middle of what is seen of its edge, never more than a few pixels over the picture."""

    def __init__(self, edges: Edges, side: str, view: View, theme: Theme, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.side = side
        self._edges, self._view, self._theme, self._canvas = edges, view, theme, canvas
        self._upright = side in ("left", "right")
        self.setAccessibleName(self.tr("Drag outwards to extend the canvas"))
        self.setToolTip(self.tr("Drag outwards to extend the canvas"))
        self.setCursor(Qt.CursorShape.SizeHorCursor if self._upright else Qt.CursorShape.SizeVerCursor)
        self.hide()

    def follow(self, cursor: QPointF | None) -> None:
        """Come if the pen, in document pixels, is near; go if it is not."""
        if cursor is None or not self._canvas.isVisible():
            self.hide()
            return
        size = self._canvas.size()
        at, seen = self._view.to_canvas(cursor, size), self._view.rect(size) & QRectF(self._canvas.rect())
        reach = seen.adjusted(-NEAR, -NEAR, NEAR, NEAR)
        off = abs((at.x() if self._upright else at.y()) - self._edge())
        near = self._in_sight() and reach.contains(at) and off <= NEAR
        if near:
            self.setGeometry(self._place(seen).toRect())
        self.setVisible(near)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._edges.grab(frozenset({self.side}), event.globalPosition())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._edges.drag(event.globalPosition(), self._view.zoom(self._canvas.size()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._edges.drop()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._edges.active:  # it only holds the mouse then
            return
        colours, painter = self._theme.colours, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(0, 0, *((BAR, LONG - 8) if self._upright else (LONG - 8, BAR)))
        bar.moveCenter(QRectF(self.rect()).center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.accent if self.underMouse() else colours.dim)
        painter.drawRoundedRect(bar, BAR / 2, BAR / 2)
        painter.end()

    def _edge(self) -> float:
        """Where the edge is, across it."""
        picture = self._view.rect(self._canvas.size())
        edges = {"left": picture.left(), "right": picture.right(), "top": picture.top(), "bottom": picture.bottom()}
        return edges[self.side]

    def _in_sight(self) -> bool:
        return 0 <= self._edge() <= (self._canvas.width() if self._upright else self._canvas.height())

    def _place(self, seen: QRectF) -> QRectF:
        """Beside the edge, or a little over it if there is no room."""
        edge, middle = self._edge(), seen.center()
        end = self._canvas.width() if self._upright else self._canvas.height()
        if self.side in ("left", "top"):
            high = max(edge, THIN)
            low = max(0.0, high - THICK)
        else:
            low = min(edge, end - THIN)
            high = min(float(end), low + THICK)
        if self._upright:
            return QRectF(low, middle.y() - LONG / 2, high - low, LONG)
        return QRectF(middle.x() - LONG / 2, low, LONG, high - low)
