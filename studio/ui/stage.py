"""How a canvas looks: its picture, what is kept and selected, the shape in progress, and the cursor of both."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPaintEvent, QPen, QPixmap, QRegion

from studio.domain.document import Half
from studio.domain.layout import Box
from studio.domain.tools.ink import Ink
from studio.session.session import Session
from studio.session.toolbox import Tool
from studio.ui.canvas import Canvas
from studio.ui.layers import Layer
from studio.ui.outlines import Outline
from studio.ui.theme import Colours, Theme
from studio.ui.view import View

TILE = 10
BRIGHT = QColor(255, 255, 255, 230)
GUESS, KEPT = QColor(255, 255, 255, 70), QColor(255, 255, 255, 120)


class Stage(Canvas):
    """Subclasses show their picture."""

    def __init__(self, session: Session, view: View, theme: Theme, half: Half, name: str) -> None:
        super().__init__(session, view, half, name)
        self._theme, self._document = theme, session.editor.document
        shape = self._document.height, self._document.width
        self._selected, self._kept, self._drawing = Outline(dashed=True), Outline(inverted=True), Outline()
        self._kept_layer = Layer(*shape)
        for signal in (view.changed, theme.changed, session.editor.tools.changed):
            signal.connect(self.update)
        view.cursor_moved.connect(self._on_cursor_moved)
        session.editor.pen.moved.connect(self._on_pen_moved)
        session.editor.painted_in.connect(self._on_painted)
        session.editor.document_changed.connect(self._on_changed)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = self._view.rect(self.size())
        if not rect.contains(QRectF(event.rect())):
            painter.fillRect(event.rect(), self._theme.colours.canvas)
        self._show(painter, rect, event.rect())
        if self._tools.ink in (Ink.KEEP, Ink.RELEASE):
            self._hatch(painter, rect, event.rect(), self._kept_layer.image, KEPT, Qt.BrushStyle.DiagCrossPattern)
        self._draw_lines(painter, rect, event.rect())
        self._draw_cursor(painter, rect)
        if self._ringed:
            painter.setPen(QPen(self._theme.colours.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    @abstractmethod
    def _show(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        """Draw the picture into its place `rect`; only `exposed` is seen."""

    def _on_painted(self, box: Box) -> None:
        if self._follow_masks():
            self.update()
        else:
            self.update(self._around(box.left, box.top, box.right - box.left, box.bottom - box.top))

    def _on_changed(self) -> None:
        self._follow_masks()
        self.update()

    def _on_pen_moved(self) -> None:
        area = self._pen.preview()
        if not area.empty or not self._drawing.empty:
            self._drawing.follow(area.whole(self._document.height, self._document.width))
            self.update()

    def _follow_masks(self) -> bool:
        document = self._document
        selected = self._selected.follow(document.selection)
        mask = document.keep_layout if self._half is Half.LAYOUT else document.keep_image
        kept = self._kept.follow(mask)
        if kept:
            self._kept_layer.fit(*mask.shape)
            self._kept_layer.show_mask(mask)
        return selected or kept

    def _hatch(
        self, painter: QPainter, rect: QRectF, exposed: QRect, mask: QImage, colour: QColor, pattern: Qt.BrushStyle
    ) -> None:
        area = rect.toAlignedRect() & exposed
        if area.isEmpty():
            return
        layer = QImage(area.size(), QImage.Format.Format_ARGB32_Premultiplied)
        layer.fill(Qt.GlobalColor.transparent)
        pen = QPainter(layer)
        pen.translate(-area.topLeft())
        pen.setBrushOrigin(rect.topLeft())
        pen.fillRect(area, QBrush(colour, pattern))
        pen.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        pen.drawImage(rect, mask)
        pen.end()
        painter.drawImage(area.topLeft(), layer)

    def _draw_lines(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        corner, zoom = rect.topLeft().toPoint(), self._view.zoom(self.size())
        for outline, colour in (
            (self._kept, self._theme.colours.accent),  # around what is made anew
            (self._selected, BRIGHT),
            (self._drawing, BRIGHT),
        ):
            outline.draw(painter, corner, zoom, exposed, colour)

    def _draw_cursor(self, painter: QPainter, rect: QRectF) -> None:
        cursor = self._view.cursor
        if cursor is None:
            return
        at = self._view.to_canvas(cursor, self.size())
        radius = self._radius()
        for colour, shift in ((QColor(0, 0, 0, 110), 1), (QColor(255, 255, 255, 190), 0)):
            painter.setPen(QPen(colour, 1))
            x, y = round(at.x()) + shift, round(at.y()) + shift
            painter.drawLine(int(rect.left()), y, int(rect.right()), y)
            painter.drawLine(x, int(rect.top()), x, int(rect.bottom()))
            if radius:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.drawEllipse(at, radius + shift, radius + shift)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _radius(self) -> float:
        """Of the brush on the screen; 0 for a tool that has no width."""
        wide = self._tools.tool in (Tool.BRUSH, Tool.LINE)
        return self._tools.size * self._view.zoom(self.size()) / 2 if wide else 0.0

    def _on_cursor_moved(self, old: QPointF | None, new: QPointF | None) -> None:
        for cursor in (old, new):
            if cursor is not None:
                self.update(self._cursor_region(cursor))

    def _cursor_region(self, cursor: QPointF) -> QRegion:
        at = self._view.to_canvas(cursor, self.size()).toPoint()
        radius = int(self._radius()) + 4
        region = QRegion(QRect(0, at.y() - 2, self.width(), 5))
        region += QRegion(QRect(at.x() - 2, 0, 5, self.height()))
        return region + QRegion(QRect(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius))

    def _fill_checkers(self, painter: QPainter, rect: QRectF) -> None:
        """Where nothing is known."""
        painter.setBrushOrigin(rect.topLeft())
        painter.fillRect(rect, checkers(self._theme.colours))


def checkers(colours: Colours) -> QBrush:
    """What stands for nothing known."""
    tile = QPixmap(2 * TILE, 2 * TILE)
    tile.fill(colours.checker)
    painter = QPainter(tile)
    painter.fillRect(0, 0, TILE, TILE, colours.checker_other)
    painter.fillRect(TILE, TILE, TILE, TILE, colours.checker_other)
    painter.end()
    return QBrush(tile)
