"""Comparison of the picture with a result: the picture at the left of a divider, the result at its right."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from engine.interface.protocol import Pixels
from studio.session.persistence.provenance import Provenance
from studio.session.results.result_store import ResultEntry
from studio.session.session import Session
from studio.ui.canvas.viewport import Viewport
from studio.ui.overlays.overlay import CanvasOverlay
from studio.ui.style.image_conversion import qimage
from studio.ui.style.theme import Theme

DIVIDER_KEY_STEP = 0.02
COMPARE_KEYS = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Escape}


class Comparison(QObject):
    """Shows and hides an overlay on each canvas, with the divider at the same position on both."""

    changed = Signal()  # the divider moved, or the comparison began or ended

    def __init__(self, session: Session, viewport: Viewport, theme: Theme, canvases: tuple[QWidget, QWidget]) -> None:
        super().__init__(canvases[1])
        self._session = session
        self.divider = 0.5
        self.result_stem = ""
        self.result_frame = session.editor.document.frame
        self.overlays = tuple(
            CompareOverlay(self, viewport, theme, canvas, smooth=smooth)
            for canvas, smooth in zip(canvases, (False, True), strict=True)
        )
        session.editor.document_changed.connect(self._refresh)

    @property
    def active(self) -> bool:
        """Whether a comparison is shown."""
        return bool(self.result_stem)

    def result_rect(self, viewport: Viewport, size: QSize) -> QRectF:
        """The rectangle of the result on a canvas of this size; edges may have moved since."""
        frame = self._session.editor.document.frame
        if frame == self.result_frame:
            return viewport.picture_rect(size)
        corner = viewport.to_canvas(
            QPointF(self.result_frame.left - frame.left, self.result_frame.top - frame.top), size
        )
        zoom = viewport.zoom(size)
        return QRectF(corner.x(), corner.y(), self.result_frame.width * zoom, self.result_frame.height * zoom)

    def toggle(self, entry: ResultEntry) -> None:
        """Compare with a result, or end the comparison with it."""
        if entry.stem == self.result_stem:
            self.close()
        else:
            self._session.results.read(entry, lambda provenance, image: self._open(entry, provenance, image))

    def move_divider(self, divider: float) -> None:
        """Move the divider to a share of the width from 0 to 1."""
        self.divider = max(0.0, min(1.0, divider))
        self.changed.emit()

    def close(self) -> None:
        """End the comparison."""
        self.result_stem = ""
        for overlay in self.overlays:
            overlay.hide()
        self.changed.emit()

    def _open(self, entry: ResultEntry, provenance: Provenance, image: Pixels) -> None:
        self.result_stem, self.divider = entry.stem, 0.5
        layout = np.ascontiguousarray(self._session.palette.to_rgba(provenance.layout())[..., :3])
        self.result_frame = provenance.frame_box
        for overlay, pixels in zip(self.overlays, (layout, image), strict=True):
            overlay.show_image(qimage(pixels))
        self.overlays[1].setFocus()
        self.changed.emit()

    def _refresh(self) -> None:
        for overlay in self.overlays:
            overlay.update()


class CompareOverlay(CanvasOverlay):
    """Covers one canvas and draws the part of the result at the right of the divider, which mouse and keys move."""

    def __init__(
        self, comparison: Comparison, viewport: Viewport, theme: Theme, canvas: QWidget, *, smooth: bool
    ) -> None:
        super().__init__(canvas, COMPARE_KEYS)
        self._smooth = smooth  # False for layouts, whose classes must not blend
        self._comparison, self._viewport, self._theme = comparison, viewport, theme
        self._image = QImage()
        self.setAccessibleName(self.tr("Comparison: arrow keys move the divider, Escape closes it"))
        self.setCursor(Qt.CursorShape.SplitHCursor)
        for signal in (viewport.changed, comparison.changed):
            signal.connect(self.update)

    def show_image(self, image: QImage) -> None:
        """Show the overlay with one half of the result."""
        self._image = image
        self.resize(self._canvas.size())
        self.show()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._drag_divider_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag_divider_to(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._comparison.move_divider(
                self._comparison.divider + (DIVIDER_KEY_STEP if event.key() == Qt.Key.Key_Right else -DIVIDER_KEY_STEP)
            )
        elif event.key() == Qt.Key.Key_Escape:
            self._comparison.close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        rect, result_rect = self._compared_rect(), self._comparison.result_rect(self._viewport, self.size())
        x = rect.left() + self._comparison.divider * rect.width()
        painter = QPainter(self)
        painter.setClipRect(QRectF(x, rect.top(), rect.right() - x, rect.height()))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
        if result_rect != rect:
            painter.fillRect(rect, self._theme.colours.canvas)
        painter.drawImage(result_rect, self._image)
        painter.setClipping(False)
        painter.setPen(QPen(self._theme.colours.window, 8 if self.hasFocus() else 4))
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.setPen(QPen(self._theme.colours.accent, 2))
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.setBrush(self._theme.colours.accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawEllipse(QPointF(x, rect.center().y()), 7, 7)
        painter.end()

    def _drag_divider_to(self, at: QPointF) -> None:
        rect = self._compared_rect()
        self._comparison.move_divider((at.x() - rect.left()) / rect.width())

    def _compared_rect(self) -> QRectF:
        """The part of the canvas that contains both pictures."""
        return self._viewport.picture_rect(self.size()) | self._comparison.result_rect(self._viewport, self.size())
