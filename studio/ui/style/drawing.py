"""Shapes that several widgets draw in the same way."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from studio.ui.style.theme import ThemeColours

CAPTION_HEIGHT = 26
CAPTION_PADDING = 12


def draw_caption(painter: QPainter, text: str, centre: QPointF, bounds: QRectF, colours: ThemeColours) -> None:
    """Draw a line of text on a rounded plate, as near to `centre` as fits into `bounds`."""
    plate = QRectF(0, 0, painter.fontMetrics().horizontalAdvance(text) + 2 * CAPTION_PADDING, CAPTION_HEIGHT)
    plate.moveCenter(centre)
    plate.moveLeft(max(bounds.left(), min(plate.left(), bounds.right() - plate.width())))
    plate.moveTop(max(bounds.top(), min(plate.top(), bounds.bottom() - plate.height())))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colours.border, 1))
    painter.setBrush(colours.panel)
    painter.drawRoundedRect(plate, 6, 6)
    painter.setPen(colours.text)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def draw_focus_ring(painter: QPainter, rect: QRect, colours: ThemeColours) -> None:
    """Outline the keyboard focus along the inside of a widget's rectangle."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colours.accent, 2))
    painter.drawRect(rect.adjusted(1, 1, -1, -1))
