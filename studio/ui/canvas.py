"""The two canvases: they look through one view, show the cursor of both, and only the left one paints."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QEnterEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QRegion,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QSizePolicy, QWidget

from engine.protocol import Pixels
from studio.session.session import Session
from studio.ui.theme import Theme
from studio.ui.view import View

TILE = 10
WHEEL_STEP = 1.2


class Canvas(QWidget):
    """Zoom by the wheel, pan by the middle button or with space held; subclasses show something."""

    def __init__(self, session: Session, view: View, theme: Theme, name: str) -> None:
        super().__init__()
        self._session, self._view, self._theme = session, view, theme
        self._image = QImage()
        self._space = False
        self._panning: QPointF | None = None
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self.setCursor(Qt.CursorShape.CrossCursor)
        view.changed.connect(self.update)
        view.cursor_moved.connect(self._on_cursor_moved)
        theme.changed.connect(self.update)
        session.editor.tool_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(560, 400)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.colours.canvas)
        rect = self._view.rect(self.size())
        painter.setBrushOrigin(rect.topLeft())
        painter.fillRect(rect, self._checkers())
        self._show(painter, rect, event.rect())
        self._draw_cursor(painter, rect)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / 120
        if turns:
            self._view.zoom_at(event.position(), WHEEL_STEP**turns, self.size())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._pans(event):
            self._panning = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._panning is not None:
            self._view.pan(event.position() - self._panning, self.size())
            self._panning = event.position()
        self._view.point_at(self._view.to_document(event.position(), self.size()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._panning is not None:
            self._panning = None
            self._show_hand()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._space = True
            self._show_hand()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_hand()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        self._show_hand()
        super().focusOutEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        if not isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox):  # who types goes on typing
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def leaveEvent(self, event: object) -> None:
        self._view.point_at(None)

    def _pans(self, event: QMouseEvent) -> bool:
        return event.button() == Qt.MouseButton.MiddleButton or self._space

    def _show_hand(self) -> None:
        self.setCursor(Qt.CursorShape.OpenHandCursor if self._space else Qt.CursorShape.CrossCursor)

    def _show(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        painter.drawImage(rect, self._image)

    def _draw_cursor(self, painter: QPainter, rect: QRectF) -> None:
        cursor = self._view.cursor
        if cursor is None:
            return
        at = self._view.to_canvas(cursor, self.size())
        radius = self._session.editor.brush_size * self._view.zoom(self.size()) / 2
        for colour, shift in ((QColor(0, 0, 0, 110), 1), (QColor(255, 255, 255, 190), 0)):
            painter.setPen(QPen(colour, 1))
            x, y = round(at.x()) + shift, round(at.y()) + shift
            painter.drawLine(int(rect.left()), y, int(rect.right()), y)
            painter.drawLine(x, int(rect.top()), x, int(rect.bottom()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawEllipse(at, radius + shift, radius + shift)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _on_cursor_moved(self, old: QPointF | None, new: QPointF | None) -> None:
        for cursor in (old, new):
            if cursor is not None:
                self.update(self._cursor_region(cursor))

    def _cursor_region(self, cursor: QPointF) -> QRegion:
        at = self._view.to_canvas(cursor, self.size()).toPoint()
        radius = int(self._session.editor.brush_size * self._view.zoom(self.size()) / 2) + 4
        region = QRegion(QRect(0, at.y() - 2, self.width(), 5))
        region += QRegion(QRect(at.x() - 2, 0, 5, self.height()))
        return region + QRegion(QRect(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius))

    def _checkers(self) -> QBrush:
        colours = self._theme.colours
        tile = QPixmap(2 * TILE, 2 * TILE)
        tile.fill(colours.checker)
        painter = QPainter(tile)
        painter.fillRect(0, 0, TILE, TILE, colours.checker_other)
        painter.fillRect(TILE, TILE, TILE, TILE, colours.checker_other)
        painter.end()
        return QBrush(tile)


class ImageCanvas(Canvas):
    """The right half: smooth, and dragged about by the left button."""

    def __init__(self, session: Session, view: View, theme: Theme) -> None:
        super().__init__(session, view, theme, "Image")
        session.editor.document_changed.connect(self._refresh)
        session.generator.shown_changed.connect(self._refresh)

    def _pans(self, event: QMouseEvent) -> bool:
        return True

    def _refresh(self) -> None:
        pixels = self._session.generator.image()
        self._image = QImage() if pixels is None else qimage(pixels)
        self.update()

    def _show(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        if self._image.isNull():
            painter.setPen(self._theme.colours.dim)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "The image appears here")
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(rect, self._image)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)


def qimage(pixels: Pixels) -> QImage:
    """RGB [H, W, 3] or RGBA [H, W, 4] as an image of its own memory."""
    height, width, channels = pixels.shape
    kind = QImage.Format.Format_RGB888 if channels == 3 else QImage.Format.Format_RGBA8888
    return QImage(pixels.tobytes(), width, height, channels * width, kind).copy()
