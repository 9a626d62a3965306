"""The layout canvas at the left."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from engine.interface.protocol import UNKNOWN
from studio.domain.document import PictureHalf
from studio.domain.layout import Box
from studio.session.session import Session
from studio.ui.canvas.canvas_layers import CanvasLayer, premultiplied_table
from studio.ui.canvas.canvas_view import GUESS_HATCH_COLOUR, CanvasView
from studio.ui.canvas.image_canvas import ImageLayer
from studio.ui.canvas.viewport import Viewport
from studio.ui.style.theme import Theme

GUESS_ALPHA = 150


class LayoutCanvas(CanvasView):
    """Shows class ids as flat colours with hard edges, a checkerboard for unknown pixels and hatching over generated
    ones. In the overlay view, the image is below the layout.
    """

    def __init__(self, session: Session, viewport: Viewport, theme: Theme, image_layer: ImageLayer) -> None:
        super().__init__(
            session, viewport, theme, PictureHalf.LAYOUT, QCoreApplication.translate("LayoutCanvas", "Layout")
        )
        self._image_layer = image_layer
        self._layer = CanvasLayer(self._document.height, self._document.width)
        self._guess_mask_layer = CanvasLayer(self._document.height, self._document.width)
        self._has_guesses = self._has_unknown = False
        image_layer.changed.connect(self._on_image)
        session.generator.display.changed.connect(self._on_document_changed)
        self._on_document_changed()

    def _on_image(self) -> None:
        if self._viewport.overlaid:
            self.update()

    def _on_document_changed(self) -> None:
        table = self._session.palette.to_rgba(np.arange(256, dtype=np.uint8)[None])[0]
        for layer in (self._layer, self._guess_mask_layer):
            layer.resize(self._document.height, self._document.width)
        self._colour_tables = premultiplied_table(table, 255), premultiplied_table(table, GUESS_ALPHA)
        self._render(Box(0, 0, self._document.height, self._document.width))
        super()._on_document_changed()

    def _on_painted(self, box: Box) -> None:
        self._render(box)
        super()._on_painted(box)

    def _render(self, box: Box) -> None:
        generator = self._session.generator
        ids, guessed = generator.display.layout(box), generator.display.guess_mask(box)
        plain, pale = self._colour_tables
        colours = plain[ids]
        whole = guessed.shape == (self._document.height, self._document.width)
        self._has_unknown = bool((ids == UNKNOWN).any()) or (self._has_unknown and not whole)
        if self._has_guesses or guessed.any():
            colours[guessed] = pale[ids[guessed]]
            self._guess_mask_layer.set_mask(guessed & (colours > 0), box)
            self._has_guesses = not whole or bool(guessed.any())
        self._layer.pixels[box.slices] = colours

    def _draw_picture(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        overlaid = self._viewport.overlaid and self._image_layer.has_image
        if not (overlaid and self._image_layer.is_complete) and (
            self._has_unknown or self._has_guesses or self._viewport.overlaid
        ):
            self._draw_checkers(painter, rect)
        if overlaid:
            self._image_layer.draw(painter, rect)
        if self._viewport.overlaid:
            painter.setOpacity(self._viewport.opacity)
        painter.drawImage(rect, self._layer.image)
        if self._has_guesses:
            self._draw_hatching(
                painter, rect, exposed, self._guess_mask_layer.image, GUESS_HATCH_COLOUR, Qt.BrushStyle.BDiagPattern
            )
        painter.setOpacity(1)
        if not len(self._session.palette):
            painter.setPen(self._theme.colours.dim)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.tr("There is no pack to paint with"))
