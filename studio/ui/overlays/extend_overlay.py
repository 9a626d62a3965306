"""The overlay on a canvas while its edges are moved: the new frame, its size, and grips at edges and corners."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from studio.ui.canvas.canvas_view import checker_brush
from studio.ui.canvas.viewport import Viewport
from studio.ui.overlays.canvas_edges import CanvasEdges, Sides
from studio.ui.overlays.overlay import CanvasOverlay
from studio.ui.style.drawing import draw_caption
from studio.ui.style.theme import Theme

GRAB_DISTANCE = 14
"""The distance in screen pixels from an edge within which it can be grabbed."""
GRIP_SIZE = (26, 8)
SIDE_KEYS = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "top",
    Qt.Key.Key_Down: "bottom",
}
EXTEND_KEYS = {*SIDE_KEYS, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape}
CURSOR_SHAPES = {
    frozenset({"left"}): Qt.CursorShape.SizeHorCursor,
    frozenset({"right"}): Qt.CursorShape.SizeHorCursor,
    frozenset({"top"}): Qt.CursorShape.SizeVerCursor,
    frozenset({"bottom"}): Qt.CursorShape.SizeVerCursor,
    frozenset({"left", "top"}): Qt.CursorShape.SizeFDiagCursor,
    frozenset({"right", "bottom"}): Qt.CursorShape.SizeFDiagCursor,
    frozenset({"right", "top"}): Qt.CursorShape.SizeBDiagCursor,
    frozenset({"left", "bottom"}): Qt.CursorShape.SizeBDiagCursor,
}


class ExtendOverlay(CanvasOverlay):
    """Covers one canvas; the wheel and the middle button still reach the canvas."""

    def __init__(self, edges: CanvasEdges, viewport: Viewport, theme: Theme, canvas: QWidget) -> None:
        super().__init__(canvas, EXTEND_KEYS)
        self._edges, self._viewport, self._theme = edges, viewport, theme
        self.setAccessibleName(
            self.tr(
                "Extend canvas: arrow keys move the edges outwards, with Shift inwards; Enter applies, Escape cancels"
            )
        )
        self.setMouseTracking(True)
        edges.changed.connect(self._on_edges_changed)
        for signal in (viewport.changed, theme.changed):
            signal.connect(self.update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()  # the canvas pans
            return
        sides = self._sides_at(event.position())
        if sides:
            self._edges.grab(sides, event.globalPosition())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._edges.drag(event.globalPosition(), self._viewport.zoom(self.size()))
        else:
            self.setCursor(CURSOR_SHAPES.get(self._sides_at(event.position()), Qt.CursorShape.ArrowCursor))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._edges.release()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in SIDE_KEYS:
            self._edges.move_side(SIDE_KEYS[key], -1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._edges.commit()
        elif key == Qt.Key.Key_Escape:
            self._edges.cancel()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        picture, frame = self._viewport.picture_rect(self.size()), self._edges.extended_rect(self.size())
        painter, colours = QPainter(self), self._theme.colours
        added = QRegion(frame.toAlignedRect()) - QRegion(picture.toAlignedRect())
        painter.setClipRegion(added)
        painter.setBrushOrigin(frame.topLeft())
        painter.fillRect(frame, checker_brush(colours))
        painter.setClipping(False)
        if not added.isEmpty():
            painter.setPen(QPen(colours.dim, 1, Qt.PenStyle.DashLine))
            painter.drawRect(picture)
        painter.setPen(QPen(colours.accent, 2))
        painter.drawRect(frame)
        self._draw_grips(painter, frame)
        self._draw_label(painter, frame)
        painter.end()

    def _on_edges_changed(self) -> None:
        if self._edges.active and self.isHidden():
            self.resize(self._canvas.size())
            self.show()
            self.raise_()
        elif not self._edges.active and not self.isHidden():
            focused = self.hasFocus()
            self.hide()
            if focused:
                self._canvas.setFocus()
        self.update()

    def _draw_grips(self, painter: QPainter, frame: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colours.window, 1))
        painter.setBrush(self._theme.colours.accent)
        middle, (long, thick) = frame.center(), GRIP_SIZE
        for x, wide in ((frame.left(), thick), (middle.x(), long), (frame.right(), thick)):
            for y, tall in ((frame.top(), thick), (middle.y(), long), (frame.bottom(), thick)):
                if wide != tall or wide == thick:  # no grip in the centre
                    grip = QRectF(x - wide / 2, y - tall / 2, wide, tall)
                    painter.drawRoundedRect(grip, 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_label(self, painter: QPainter, frame: QRectF) -> None:
        """Draw the caption below the frame, or where it stays visible."""
        place = QPointF(frame.center().x(), frame.bottom() + 24)
        draw_caption(painter, self.label_text, place, QRectF(self.rect()).adjusted(6, 6, -6, -6), self._theme.colours)

    @property
    def label_text(self) -> str:
        """The caption below the frame: the new size, or what to do."""
        width, height = self._edges.extended_size
        if self._edges.at_limit:
            return self.tr("{width} × {height} · maximum size").format(width=width, height=height)
        if any(self._edges.margins):
            return f"{width} × {height}"
        return self.tr("Drag an edge outwards · Esc to cancel")

    def _sides_at(self, at: QPointF) -> Sides:
        """The edges close enough to a position to be grabbed."""
        frame = self._edges.extended_rect(self.size())
        if not frame.adjusted(-GRAB_DISTANCE, -GRAB_DISTANCE, GRAB_DISTANCE, GRAB_DISTANCE).contains(at):
            return frozenset()
        edges = {
            "left": at.x() - frame.left(),
            "right": at.x() - frame.right(),
            "top": at.y() - frame.top(),
            "bottom": at.y() - frame.bottom(),
        }
        return frozenset(side for side, distance in edges.items() if abs(distance) <= GRAB_DISTANCE)
