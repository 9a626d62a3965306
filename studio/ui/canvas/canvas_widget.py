"""The input of a canvas: zooming, panning, and strokes with the mouse or a pen."""

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

from studio.domain.document import PictureHalf
from studio.session.editing.painter import StrokeOptions
from studio.session.session import Session
from studio.ui.canvas.pointer_events import pointer_sample, starts_brush_resize, stroke_options
from studio.ui.canvas.viewport import Viewport

WHEEL_ZOOM_STEP = 1.2
DRAG_PER_BRUSH_PIXEL = 3
"""Screen pixels of a drag that make the brush one pixel larger."""


class CanvasWidget(QWidget):
    """Zooms by wheel or pinch, pans with the middle button or with space held, and passes strokes to the painter."""

    pen_down_changed = Signal(bool)

    def __init__(self, session: Session, viewport: Viewport, half: PictureHalf, name: str) -> None:
        super().__init__()
        self._session, self._viewport, self._half = session, viewport, half
        self._painter, self._toolbox = session.editor.painter, session.editor.toolbox
        self._space_held = self._pen_is_down = self._has_focus_ring = False
        self._pan_position: QPointF | None = None
        self._brush_resize_start: tuple[float, int] | None = None
        self._stroke_options: StrokeOptions | None = None
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 160)
        self._update_cursor_shape()

    def sizeHint(self) -> QSize:
        return QSize(560, 400)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._viewport.zoom_at(event.position(), 1 + event.value(), self.size())
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                at = QPointF(self.mapFromGlobal(pinch.centerPoint().toPoint()))
                self._viewport.zoom_at(at, pinch.scaleFactor(), self.size())
            return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turns = event.angleDelta().y() / 120
        if turns:
            self._viewport.zoom_at(event.position(), WHEEL_ZOOM_STEP**turns, self.size())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._press(event)  # the second of two quick strokes arrives as a double click

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
        event.accept()  # so that Qt does not send a mouse event, too

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._space_held = True
            self._update_cursor_shape()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._painter.gesture_active:
            self._painter.finish()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = False
            self._update_cursor_shape()
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        reasons = Qt.FocusReason
        self._has_focus_ring = event.reason() in (reasons.TabFocusReason, reasons.BacktabFocusReason)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._has_focus_ring = self._space_held = False
        self._update_cursor_shape()
        super().focusOutEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        if not isinstance(QApplication.focusWidget(), QLineEdit | QAbstractSpinBox):  # typing is not interrupted
            self.setFocus(Qt.FocusReason.MouseFocusReason)

    def hideEvent(self, event: QHideEvent) -> None:
        if self._pen_is_down:  # the release event will not arrive
            self._painter.end_stroke()
            self._set_pen_down(down=False)
        super().hideEvent(event)

    def leaveEvent(self, event: object) -> None:
        self._viewport.set_cursor(None)

    def _press(self, event: QSinglePointEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if event.button() == Qt.MouseButton.MiddleButton or (left and self._space_held):
            if not self._pen_is_down:
                self._pan_position = event.position()
                self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif left and starts_brush_resize(event, self._toolbox) and not self._painter.gesture_active:
            self._brush_resize_start = event.position().x(), self._toolbox.brush_size
        elif left:
            correcting = not self._session.generator.settings.stroke_adopts_fill
            self._stroke_options = stroke_options(event, self._toolbox, self._half, correcting=correcting)
            self._set_pen_down(down=True)
            self._painter.press(
                pointer_sample(self._document_position(event), event, self._stroke_options), self._stroke_options
            )

    def _move(self, event: QSinglePointEvent) -> None:
        if self._brush_resize_start is not None:
            start, size = self._brush_resize_start
            self._toolbox.set_brush_size(size + round((event.position().x() - start) / DRAG_PER_BRUSH_PIXEL))
            return  # the cursor stays where the drag began
        if self._pan_position is not None:
            self._viewport.pan(event.position() - self._pan_position, self.size())
            self._pan_position = event.position()
        elif self._painter.gesture_active:
            self._painter.move(pointer_sample(self._document_position(event), event, self._stroke_options))
        self._viewport.set_cursor(self._document_position(event))

    def _release(self, event: QSinglePointEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if self._brush_resize_start is not None and left:
            self._brush_resize_start = None
        elif self._pan_position is not None and not self._pen_is_down:
            self._pan_position = None
            self._update_cursor_shape()
        elif left and self._pen_is_down:
            self._painter.release(pointer_sample(self._document_position(event), event, self._stroke_options))
            self._set_pen_down(down=False)

    def _set_pen_down(self, *, down: bool) -> None:
        self._pen_is_down = down
        self.pen_down_changed.emit(down)

    def _document_position(self, event: QSinglePointEvent) -> QPointF:
        return self._viewport.to_document(event.position(), self.size())

    def _update_cursor_shape(self) -> None:
        self.setCursor(Qt.CursorShape.OpenHandCursor if self._space_held else Qt.CursorShape.CrossCursor)

    def _screen_rect(self, x: float, y: float, width: float, height: float) -> QRect:
        """The screen pixels that show a box of the document, with a margin for outlines."""
        zoom, corner = self._viewport.zoom(self.size()), self._viewport.to_canvas(QPointF(x, y), self.size())
        left, top = int(corner.x()) - 2, int(corner.y()) - 2
        return QRect(left, top, int(width * zoom) + 5, int(height * zoom) + 5)
