"""The right half: the image, smooth at every zoom."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter

from engine.protocol import Pixels
from studio.domain.document import Half
from studio.session.session import Session
from studio.ui.layers import Layer
from studio.ui.stage import Stage
from studio.ui.theme import Theme
from studio.ui.view import View


class ImageLayer(QObject):
    """The image as it is to be shown, for both canvases."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        document = session.editor.document
        self._layer, self._full = (Layer(document.height, document.width) for _ in range(2))
        self._sharp = False
        self._shown: Pixels | None = None
        self.there = self.whole = False
        session.editor.document_changed.connect(self._refresh)
        session.generator.shown_changed.connect(self._refresh)
        session.sharpness.changed.connect(self._refresh)
        self._refresh()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Into its place, if there is an image."""
        if self.there:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            large = rect.width() * painter.device().devicePixelRatioF() > self._layer.image.width()
            painter.drawImage(rect, self._full.image if self._sharp and large else self._layer.image)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)

    def _refresh(self) -> None:
        full, pixels = self._session.sharpness.image(), self._session.generator.image()
        part = self._session.generator.part()
        self.there = pixels is not None
        self.whole = self.there and part is None
        if pixels is not None:
            self._layer.show_rgb(pixels, part)
        if full is not None and full is not self._shown:
            self._full.show_rgb(full)
            self._shown = full
        self._sharp = full is not None
        self.changed.emit()


class ImageCanvas(Stage):
    """Shows the image; strokes on it go where they would go on the layout, and keep or free the image."""

    def __init__(self, session: Session, view: View, theme: Theme, image: ImageLayer) -> None:
        super().__init__(session, view, theme, Half.IMAGE, QCoreApplication.translate("ImageCanvas", "Image"))
        self._picture = image
        image.changed.connect(self.update)
        self._on_changed()

    def _show(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        if not self._picture.whole:
            self._fill_checkers(painter, rect)
        if self._picture.there:
            self._picture.draw(painter, rect)
        else:
            painter.setPen(self._theme.colours.dim)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.tr("The image appears here"))
