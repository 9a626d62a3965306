"""The left half: where a person paints classes, and where guesses show as what they are."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QMouseEvent, QPainter

from studio.domain.brush import Point
from studio.domain.layout import Box
from studio.session.session import Session
from studio.ui.canvas import Canvas, qimage
from studio.ui.theme import Theme
from studio.ui.view import View

GUESS_ALPHA = 150


class LayoutCanvas(Canvas):
    """Ids as flat colours with hard edges; checkers where nothing is known, hatching over guesses."""

    def __init__(self, session: Session, view: View, theme: Theme) -> None:
        super().__init__(session, view, theme, "Layout")
        self._guess = QImage()
        session.editor.painted_in.connect(self._on_painted)
        session.editor.document_changed.connect(self._refresh)
        session.generator.shown_changed.connect(self._refresh)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._space:
            at = self._point(event.position())
            self._session.editor.begin_stroke(at, adopt=self._session.generator.adopts)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._session.editor.painting:
            self._session.editor.stroke_to(self._point(event.position()))
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._session.editor.painting:
            self._session.editor.end_stroke()
        else:
            super().mouseReleaseEvent(event)

    def _pans(self, event: QMouseEvent) -> bool:
        return super()._pans(event) and not self._session.editor.painting

    def _point(self, at: QPointF) -> Point:
        point = self._view.to_document(at, self.size())
        return Point(point.x(), point.y())

    def _on_painted(self, box: Box) -> None:
        self._render()
        zoom = self._view.zoom(self.size())
        corner = self._view.to_canvas(QPointF(box.left, box.top), self.size())
        width, height = (box.right - box.left) * zoom, (box.bottom - box.top) * zoom
        self.update(QRectF(corner.x(), corner.y(), width, height).toAlignedRect().adjusted(-1, -1, 1, 1))

    def _refresh(self) -> None:
        self._render()
        self.update()

    def _render(self) -> None:
        generator = self._session.generator
        colours, guessed = self._session.palette.colours(generator.layout()), generator.guessed()
        guessed &= colours[..., 3] > 0
        colours[guessed, 3] = GUESS_ALPHA
        self._image = qimage(colours)
        self._guess = QImage()
        if guessed.any():
            mask = np.zeros((*guessed.shape, 4), np.uint8)
            mask[guessed] = 255
            self._guess = qimage(mask)

    def _show(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        super()._show(painter, rect, exposed)
        if not self._guess.isNull():
            self._hatch(painter, rect, exposed)
        if not len(self._session.palette):
            painter.setPen(self._theme.colours.dim)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "There is no pack to paint with")

    def _hatch(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        area = rect.toAlignedRect() & exposed
        if area.isEmpty():
            return
        layer = QImage(area.size(), QImage.Format.Format_ARGB32_Premultiplied)
        layer.fill(Qt.GlobalColor.transparent)
        pen = QPainter(layer)
        pen.translate(-area.topLeft())
        pen.setBrushOrigin(rect.topLeft())
        pen.fillRect(area, QBrush(QColor(255, 255, 255, 70), Qt.BrushStyle.BDiagPattern))
        pen.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        pen.drawImage(rect, self._guess)
        pen.end()
        painter.drawImage(area.topLeft(), layer)
