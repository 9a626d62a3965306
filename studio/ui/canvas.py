"""What both canvases share: one view, one cursor, and a pen that works on either of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QSinglePointEvent,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QGestureEvent,
    QLineEdit,
    QPinchGesture,
    QSizePolicy,
    QWidget,
)

from studio.domain.document import Half
from studio.session.pen import Grip
from studio.session.session import Session
from studio.ui.pointer import grip, resizes, touch
from studio.ui.view import View

WHEEL_STEP = 1.2
RESIZE = 3
"""Screen pixels of a drag that make the brush one pixel larger."""


class Canvas(QWidget):
    """Zoom by wheel or pinch, pan by the middle button or with space held; all else goes to the pen."""

    pen_down = Signal(bool)

    def __init__(self, session: Session, view: View, half: Half, name: str) -> None:
        super().__init__()
        self._session, self._view, self._half = session, view, half
        self._pen, self._tools = session.editor.pen, session.editor.tools
        self._space = self._down = self._ringed = False
        self._panning: QPointF | None = None
        self._resizing: tuple[float, int] | None = None
        self._grip: Grip | None = None
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self._show_hand()

    def sizeHint(self) -> QSize:
        return QSize(560, 400)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._view.zoom_at(event.position(), 1 + event.value(), self.size())
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                at = QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint()))
                self._view.zoom_at(at, pinch.scaleFactor(), self.size())
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / 120
        if turns:
            self._view.zoom_at(event.position(), WHEEL_STEP**turns, self.size())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._press(event)  # the second of two quick strokes

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._release(event)

    def tabletEvent(self, event: QTabletEvent) -> None:
        if event.type() == QEvent.Type.TabletPress:
            self._press(event)
        elif event.type() == QEvent.Type.TabletMove:
            self._move(event)
        else:
            self._release(event)
        event.accept()  # so that no mouse event follows

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._space = True
            self._show_hand()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._pen.busy:
            self._pen.finish()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_hand()
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        reasons = Qt.FocusReason
        self._ringed = event.reason() in (reasons.TabFocusReason, reasons.BacktabFocusReason)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = self._space = False
        self._show_hand()
        super().focusOutEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        if not isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox):  # who types goes on typing
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        if self._down:  # nobody will hear the pen being lifted
            self._pen.settle()
            self._put(down=False)
        super().hideEvent(event)

    def leaveEvent(self, event: object) -> None:
        self._view.point_at(None)

    def _press(self, event: QSinglePointEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space):
            if not self._down:
                self._panning = event.position()
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left and resizes(event, self._tools) and not self._pen.busy:
            self._resizing = event.position().x(), self._tools.size
        elif left:
            correcting = not self._session.generator.adopts
            self._grip = grip(event, self._tools, self._half, correcting=correcting)
            self._put(down=True)
            self._pen.press(touch(self._place(event), event, self._grip), self._grip)

    def _move(self, event: QSinglePointEvent) -> None:
        if self._resizing is not None:
            start, size = self._resizing
            self._tools.set_size(size + round((event.position().x() - start) / RESIZE))
            return  # the circle grows where the pen went down
        if self._panning is not None:
            self._view.pan(event.position() - self._panning, self.size())
            self._panning = event.position()
        elif self._pen.busy:
            self._pen.move(touch(self._place(event), event, self._grip))
        self._view.point_at(self._place(event))

    def _release(self, event: QSinglePointEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if self._resizing is not None and left:
            self._resizing = None
        elif self._panning is not None and not self._down:
            self._panning = None
            self._show_hand()
        elif left and self._down:
            self._pen.release(touch(self._place(event), event, self._grip))
            self._put(down=False)

    def _put(self, *, down: bool) -> None:
        self._down = down
        self.pen_down.emit(down)

    def _place(self, event: QSinglePointEvent) -> QPointF:
        return self._view.to_document(event.position(), self.size())

    def _show_hand(self) -> None:
        self.setCursor(Qt.CursorShape.OpenHandCursor if self._space else Qt.CursorShape.CrossCursor)

    def _around(self, x: float, y: float, width: float, height: float) -> QRect:
        """The screen pixels that show a part of the document, and one more on each side."""
        zoom, corner = self._view.zoom(self.size()), self._view.to_canvas(QPointF(x, y), self.size())
        left, top = int(corner.x()) - 2, int(corner.y()) - 2
        return QRect(left, top, int(width * zoom) + 5, int(height * zoom) + 5)
