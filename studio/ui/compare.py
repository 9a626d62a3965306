"""A and B: the picture on the left of a line, a result on the right of it, in both halves at once."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from engine.protocol import Pixels
from studio.session.recipe import Recipe
from studio.session.session import Session
from studio.session.shelf import Entry
from studio.ui.pictures import qimage
from studio.ui.theme import Theme
from studio.ui.veil import Veil
from studio.ui.view import View

STEP = 0.02
OWN = {Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Escape}


class Compare(QObject):
    """Opens and closes the two curtains over the canvases; the line is at one place in both."""

    changed = Signal()  # the line moved, or it began or ended

    def __init__(self, session: Session, view: View, theme: Theme, canvases: tuple[QWidget, QWidget]) -> None:
        super().__init__(canvases[1])
        self._session = session
        self.line = 0.5
        self.stem = ""
        self.place = session.editor.document.frame
        self.curtains = tuple(
            Curtain(self, view, theme, canvas, smooth=smooth)
            for canvas, smooth in zip(canvases, (False, True), strict=True)
        )
        session.editor.document_changed.connect(self._refresh)

    @property
    def active(self) -> bool:
        return bool(self.stem)

    def rect(self, view: View, size: QSize) -> QRectF:
        """Where the other picture lies on a canvas of this size: where it was before an edge moved."""
        frame = self._session.editor.document.frame
        if frame == self.place:
            return view.rect(size)
        corner = view.to_canvas(QPointF(self.place.left - frame.left, self.place.top - frame.top), size)
        zoom = view.zoom(size)
        return QRectF(corner.x(), corner.y(), self.place.width * zoom, self.place.height * zoom)

    def ask(self, entry: Entry) -> None:
        """Compare with this result, or no more if it is the one."""
        if entry.stem == self.stem:
            self.close()
        else:
            self._session.results.read(entry, lambda recipe, image: self._open(entry, recipe, image))

    def move(self, line: float) -> None:
        """Put the line at this share of the width."""
        self.line = max(0.0, min(1.0, line))
        self.changed.emit()

    def close(self) -> None:
        """Show the picture alone."""
        self.stem = ""
        for curtain in self.curtains:
            curtain.hide()
        self.changed.emit()

    def _open(self, entry: Entry, recipe: Recipe, image: Pixels) -> None:
        self.stem, self.line = entry.stem, 0.5
        layout = np.ascontiguousarray(self._session.palette.colours(recipe.layout())[..., :3])
        self.place = recipe.place
        for curtain, pixels in zip(self.curtains, (layout, image), strict=True):
            curtain.open(qimage(pixels))
        self.curtains[1].setFocus()
        self.changed.emit()

    def _refresh(self) -> None:
        for curtain in self.curtains:
            curtain.update()


class Curtain(Veil):
    """Lies over one canvas and draws the right part of the other picture; it can be drawn by mouse and by keys."""

    def __init__(self, compare: Compare, view: View, theme: Theme, canvas: QWidget, *, smooth: bool) -> None:
        super().__init__(canvas, OWN)
        self._smooth = smooth  # class ids keep their edges
        self._compare, self._view, self._theme = compare, view, theme
        self._image = QImage()
        self.setAccessibleName(self.tr("Comparison: arrow keys move the line, Escape ends it"))
        self.setCursor(Qt.CursorShape.SplitHCursor)
        for signal in (view.changed, compare.changed):
            signal.connect(self.update)

    def open(self, image: QImage) -> None:
        self._image = image
        self.resize(self._canvas.size())
        self.show()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._follow(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._compare.move(self._compare.line + (STEP if event.key() == Qt.Key.Key_Right else -STEP))
        elif event.key() == Qt.Key.Key_Escape:
            self._compare.close()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        rect, other = self._both(), self._compare.rect(self._view, self.size())
        x = rect.left() + self._compare.line * rect.width()
        painter = QPainter(self)
        painter.setClipRect(QRectF(x, rect.top(), rect.right() - x, rect.height()))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
        if other != rect:
            painter.fillRect(rect, self._theme.colours.canvas)
        painter.drawImage(other, self._image)
        painter.setClipping(False)
        painter.setPen(QPen(self._theme.colours.window, 8 if self.hasFocus() else 4))
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.setPen(QPen(self._theme.colours.accent, 2))
        painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()))
        painter.setBrush(self._theme.colours.accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawEllipse(QPointF(x, rect.center().y()), 7, 7)
        painter.end()

    def _follow(self, at: QPointF) -> None:
        rect = self._both()
        self._compare.move((at.x() - rect.left()) / rect.width())

    def _both(self) -> QRectF:
        """The part of the canvas that holds both pictures."""
        return self._view.rect(self.size()) | self._compare.rect(self._view, self.size())
