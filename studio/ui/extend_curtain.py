"""What lies over a canvas while its edges are moved: the frame to come, its size, and grips at edges and corners."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from studio.ui.edges import Edges, Sides
from studio.ui.stage import checkers
from studio.ui.theme import Theme
from studio.ui.veil import Veil
from studio.ui.view import View

GRAB = 14
"""Screen pixels from an edge within which it can be taken hold of."""
GRIP = (26, 8)
KEYS = {
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_Up: "top",
    Qt.Key.Key_Down: "bottom",
}
OWN = {*KEYS, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape}
CURSORS = {
    frozenset({"left"}): Qt.CursorShape.SizeHorCursor,
    frozenset({"right"}): Qt.CursorShape.SizeHorCursor,
    frozenset({"top"}): Qt.CursorShape.SizeVerCursor,
    frozenset({"bottom"}): Qt.CursorShape.SizeVerCursor,
    frozenset({"left", "top"}): Qt.CursorShape.SizeFDiagCursor,
    frozenset({"right", "bottom"}): Qt.CursorShape.SizeFDiagCursor,
    frozenset({"right", "top"}): Qt.CursorShape.SizeBDiagCursor,
    frozenset({"left", "bottom"}): Qt.CursorShape.SizeBDiagCursor,
}


class Curtain(Veil):
    """One for each canvas. The wheel and the middle button work through it."""

    def __init__(self, edges: Edges, view: View, theme: Theme, canvas: QWidget) -> None:
        super().__init__(canvas, OWN)
        self._edges, self._view, self._theme = edges, view, theme
        self.setAccessibleName(
            self.tr("Extend canvas: arrow keys move the edges out, with Shift back, Enter extends, Escape leaves it")
        )
        self.setMouseTracking(True)
        edges.changed.connect(self._follow)
        for signal in (view.changed, theme.changed):
            signal.connect(self.update)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()  # the canvas pans
            return
        sides = self._sides(event.position())
        if sides:
            self._edges.grab(sides, event.globalPosition())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._edges.drag(event.globalPosition(), self._view.zoom(self.size()))
        else:
            self.setCursor(CURSORS.get(self._sides(event.position()), Qt.CursorShape.ArrowCursor))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._edges.drop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in KEYS:
            self._edges.grow(KEYS[key], -1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._edges.commit()
        elif key == Qt.Key.Key_Escape:
            self._edges.close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        picture, frame = self._view.rect(self.size()), self._edges.rect(self.size())
        painter, colours = QPainter(self), self._theme.colours
        fresh = QRegion(frame.toAlignedRect()) - QRegion(picture.toAlignedRect())
        painter.setClipRegion(fresh)
        painter.setBrushOrigin(frame.topLeft())
        painter.fillRect(frame, checkers(colours))
        painter.setClipping(False)
        if not fresh.isEmpty():
            painter.setPen(QPen(colours.dim, 1, Qt.PenStyle.DashLine))
            painter.drawRect(picture)
        painter.setPen(QPen(colours.accent, 2))
        painter.drawRect(frame)
        self._draw_grips(painter, frame)
        self._draw_words(painter, frame)
        painter.end()

    def _follow(self) -> None:
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
        middle, (long, thick) = frame.center(), GRIP
        for x, wide in ((frame.left(), thick), (middle.x(), long), (frame.right(), thick)):
            for y, tall in ((frame.top(), thick), (middle.y(), long), (frame.bottom(), thick)):
                if wide != tall or wide == thick:  # none in the middle
                    grip = QRectF(x - wide / 2, y - tall / 2, wide, tall)
                    painter.drawRoundedRect(grip, 3, 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _draw_words(self, painter: QPainter, frame: QRectF) -> None:
        """The size to come, or how to go on, on a plate that stays in sight."""
        colours, words = self._theme.colours, self.words
        plate = QRectF(0, 0, painter.fontMetrics().horizontalAdvance(words) + 24, 26)
        plate.moveCenter(QPointF(frame.center().x(), frame.bottom() + 24))
        room = QRectF(self.rect()).adjusted(6, 6, -6, -6)
        plate.moveLeft(max(room.left(), min(plate.left(), room.right() - plate.width())))
        plate.moveTop(max(room.top(), min(plate.top(), room.bottom() - plate.height())))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colours.border, 1))
        painter.setBrush(colours.panel)
        painter.drawRoundedRect(plate, 6, 6)
        painter.setPen(colours.text)
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, words)

    @property
    def words(self) -> str:
        """What is written beneath the frame."""
        width, height = self._edges.size
        if self._edges.full:
            return self.tr("{width} × {height} · no larger").format(width=width, height=height)
        if any(self._edges.margins):
            return f"{width} × {height}"
        return self.tr("Drag an edge outwards · Esc leaves it")

    def _sides(self, at: QPointF) -> Sides:
        """The edges within reach."""
        frame = self._edges.rect(self.size())
        if not frame.adjusted(-GRAB, -GRAB, GRAB, GRAB).contains(at):
            return frozenset()
        edges = {
            "left": at.x() - frame.left(),
            "right": at.x() - frame.right(),
            "top": at.y() - frame.top(),
            "bottom": at.y() - frame.bottom(),
        }
        return frozenset(side for side, off in edges.items() if abs(off) <= GRAB)
