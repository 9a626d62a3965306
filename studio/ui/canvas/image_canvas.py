"""The image canvas at the right, smooth at every zoom."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QPainter

from engine.interface.protocol import Pixels
from studio.domain.document import PictureHalf
from studio.session.session import Session
from studio.ui.canvas.canvas_layers import CanvasLayer
from studio.ui.canvas.canvas_view import CanvasView
from studio.ui.canvas.viewport import Viewport
from studio.ui.style.theme import Theme


class ImageLayer(QObject):
    """The displayed image, shared by both canvases."""

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        document = session.editor.document
        self._layer, self._full_size_layer = (CanvasLayer(document.height, document.width) for _ in range(2))
        self._has_full_size = False
        self._shown_full_size: Pixels | None = None
        self.has_image = self.is_complete = False
        session.editor.document_changed.connect(self._refresh)
        session.generator.display.changed.connect(self._refresh)
        session.full_size.changed.connect(self._refresh)
        self._refresh()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        """Draw the image, if there is one, into `rect`; from its full-size version when zoomed in."""
        if self.has_image:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            large = rect.width() * painter.device().devicePixelRatioF() > self._layer.image.width()
            painter.drawImage(
                rect, self._full_size_layer.image if self._has_full_size and large else self._layer.image
            )
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)

    def _refresh(self) -> None:
        full, pixels = self._session.full_size.displayed_image(), self._session.generator.display.image()
        part = self._session.generator.display.image_box()
        self.has_image = pixels is not None
        self.is_complete = self.has_image and part is None
        if pixels is not None:
            self._layer.set_rgb(pixels, part)
        if full is not None and full is not self._shown_full_size:
            self._full_size_layer.set_rgb(full)
            self._shown_full_size = full
        self._has_full_size = full is not None
        self.changed.emit()


class ImageCanvas(CanvasView):
    """Shows the image; strokes on it paint the layout, or keep and release parts of the image."""

    def __init__(self, session: Session, viewport: Viewport, theme: Theme, image_layer: ImageLayer) -> None:
        super().__init__(
            session, viewport, theme, PictureHalf.IMAGE, QCoreApplication.translate("ImageCanvas", "Image")
        )
        self._image_layer = image_layer
        image_layer.changed.connect(self.update)
        self._on_document_changed()

    def _draw_picture(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        if not self._image_layer.is_complete:
            self._draw_checkers(painter, rect)
        if self._image_layer.has_image:
            self._image_layer.draw(painter, rect)
        else:
            painter.setPen(self._theme.colours.dim)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.tr("The image appears here"))
