"""The drawing of a canvas: its picture, kept and selected areas, the shape in progress, and the shared cursor."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPaintEvent, QPen, QPixmap, QRegion

from studio.domain.document import PictureHalf
from studio.domain.layout import Box
from studio.domain.tools.paint_operations import PaintOperation
from studio.session.editing.toolbox import Tool
from studio.session.session import Session
from studio.ui.canvas.canvas_layers import CanvasLayer
from studio.ui.canvas.canvas_widget import CanvasWidget
from studio.ui.canvas.outlines import Outline
from studio.ui.canvas.viewport import Viewport
from studio.ui.style.drawing import draw_focus_ring
from studio.ui.style.theme import Theme, ThemeColours

CHECKER_SIZE = 10
OUTLINE_COLOUR = QColor(255, 255, 255, 230)
GUESS_HATCH_COLOUR, KEPT_HATCH_COLOUR = QColor(255, 255, 255, 70), QColor(255, 255, 255, 120)


class CanvasView(CanvasWidget):
    """Draws all that both canvases have in common; subclasses draw their picture."""

    def __init__(self, session: Session, viewport: Viewport, theme: Theme, half: PictureHalf, name: str) -> None:
        super().__init__(session, viewport, half, name)
        self._theme, self._document = theme, session.editor.document
        shape = self._document.height, self._document.width
        self._selection_outline, self._kept_outline, self._shape_outline = (
            Outline(dashed=True),
            Outline(inverted=True),
            Outline(),
        )
        self._kept_layer = CanvasLayer(*shape)
        for signal in (viewport.changed, theme.changed, session.editor.toolbox.changed):
            signal.connect(self.update)
        viewport.cursor_moved.connect(self._on_cursor_moved)
        session.editor.painter.outline_changed.connect(self._on_pen_moved)
        session.editor.box_painted.connect(self._on_painted)
        session.editor.document_changed.connect(self._on_document_changed)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = self._viewport.picture_rect(self.size())
        if not rect.contains(QRectF(event.rect())):
            painter.fillRect(event.rect(), self._theme.colours.canvas)
        self._draw_picture(painter, rect, event.rect())
        if self._toolbox.operation in (PaintOperation.KEEP, PaintOperation.RELEASE):
            self._draw_hatching(
                painter, rect, event.rect(), self._kept_layer.image, KEPT_HATCH_COLOUR, Qt.BrushStyle.DiagCrossPattern
            )
        self._draw_outlines(painter, rect, event.rect())
        self._draw_cursor(painter, rect)
        if self._has_focus_ring:
            draw_focus_ring(painter, self.rect(), self._theme.colours)
        painter.end()

    @abstractmethod
    def _draw_picture(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        """Draw the picture into `rect`; only the part within `exposed` is visible."""

    def _on_painted(self, box: Box) -> None:
        if self._refresh_mask_outlines():
            self.update()
        else:
            self.update(self._screen_rect(box.left, box.top, box.right - box.left, box.bottom - box.top))

    def _on_document_changed(self) -> None:
        self._refresh_mask_outlines()
        self.update()

    def _on_pen_moved(self) -> None:
        area = self._painter.preview()
        if not area.is_empty or not self._shape_outline.empty:
            self._shape_outline.set_mask(area.to_mask(self._document.height, self._document.width))
            self.update()

    def _refresh_mask_outlines(self) -> bool:
        document = self._document
        selected = self._selection_outline.set_mask(document.selection)
        mask = document.keep_layout if self._half is PictureHalf.LAYOUT else document.keep_image
        kept = self._kept_outline.set_mask(mask)
        if kept:
            self._kept_layer.resize(*mask.shape)
            self._kept_layer.set_mask(mask)
        return selected or kept

    def _draw_hatching(
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

    def _draw_outlines(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        corner, zoom = rect.topLeft().toPoint(), self._viewport.zoom(self.size())
        for outline, colour in (
            (self._kept_outline, self._theme.colours.accent),  # around what is regenerated
            (self._selection_outline, OUTLINE_COLOUR),
            (self._shape_outline, OUTLINE_COLOUR),
        ):
            outline.draw(painter, corner, zoom, exposed, colour)

    def _draw_cursor(self, painter: QPainter, rect: QRectF) -> None:
        cursor = self._viewport.cursor
        if cursor is None:
            return
        at = self._viewport.to_canvas(cursor, self.size())
        radius = self._brush_radius()
        for colour, shift in ((QColor(0, 0, 0, 110), 1), (QColor(255, 255, 255, 190), 0)):
            painter.setPen(QPen(colour, 1))
            x, y = round(at.x()) + shift, round(at.y()) + shift
            painter.drawLine(int(rect.left()), y, int(rect.right()), y)
            painter.drawLine(x, int(rect.top()), x, int(rect.bottom()))
            if radius:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.drawEllipse(at, radius + shift, radius + shift)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _brush_radius(self) -> float:
        """The radius of the brush in screen pixels; 0 for a tool without a width."""
        has_width = self._toolbox.tool in (Tool.BRUSH, Tool.LINE)
        return self._toolbox.brush_size * self._viewport.zoom(self.size()) / 2 if has_width else 0.0

    def _on_cursor_moved(self, old: QPointF | None, new: QPointF | None) -> None:
        for cursor in (old, new):
            if cursor is not None:
                self.update(self._cursor_region(cursor))

    def _cursor_region(self, cursor: QPointF) -> QRegion:
        at = self._viewport.to_canvas(cursor, self.size()).toPoint()
        radius = int(self._brush_radius()) + 4
        region = QRegion(QRect(0, at.y() - 2, self.width(), 5))
        region += QRegion(QRect(at.x() - 2, 0, 5, self.height()))
        return region + QRegion(QRect(at.x() - radius, at.y() - radius, 2 * radius, 2 * radius))

    def _draw_checkers(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the checkerboard that stands for unknown pixels."""
        painter.setBrushOrigin(rect.topLeft())
        painter.fillRect(rect, checker_brush(self._theme.colours))


def checker_brush(colours: ThemeColours) -> QBrush:
    """The checkerboard that stands for unknown pixels."""
    tile = QPixmap(2 * CHECKER_SIZE, 2 * CHECKER_SIZE)
    tile.fill(colours.checker)
    painter = QPainter(tile)
    painter.fillRect(0, 0, CHECKER_SIZE, CHECKER_SIZE, colours.checker_other)
    painter.fillRect(CHECKER_SIZE, CHECKER_SIZE, CHECKER_SIZE, CHECKER_SIZE, colours.checker_other)
    painter.end()
    return QBrush(tile)
