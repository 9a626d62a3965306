"""The left half: where a person paints classes, and where guesses show as what they are."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from studio.domain.document import Half
from studio.domain.layout import Box
from studio.session.session import Session
from studio.ui.image_canvas import ImageLayer
from studio.ui.layers import Layer, premultiplied
from studio.ui.stage import GUESS, Stage
from studio.ui.theme import Theme
from studio.ui.view import View

GUESS_ALPHA = 150


class LayoutCanvas(Stage):
    """Ids as flat colours with hard edges; checkers where nothing is known, hatching over guesses.

    In an overlay it shows the image beneath.
    """

    def __init__(self, session: Session, view: View, theme: Theme, image: ImageLayer) -> None:
        super().__init__(session, view, theme, Half.LAYOUT, QCoreApplication.translate("LayoutCanvas", "Layout"))
        self._picture = image
        self._layer = Layer(self._document.height, self._document.width)
        self._guess = Layer(self._document.height, self._document.width)
        self._guesses = False
        image.changed.connect(self._on_image)
        session.generator.shown_changed.connect(self._on_changed)
        self._on_changed()

    def _on_image(self) -> None:
        if self._view.overlaid:
            self.update()

    def _on_changed(self) -> None:
        table = self._session.palette.colours(np.arange(256, dtype=np.uint8)[None])[0]
        self._tables = premultiplied(table, 255), premultiplied(table, GUESS_ALPHA)
        self._render(Box(0, 0, self._document.height, self._document.width))
        super()._on_changed()

    def _on_painted(self, box: Box) -> None:
        self._render(box)
        super()._on_painted(box)

    def _render(self, box: Box) -> None:
        generator, document = self._session.generator, self._document
        if generator.preview is None:
            ids, guessed = document.layout(box), document.guessed(box)
        else:
            ids, guessed = generator.layout()[box.area], generator.guessed()[box.area]
        plain, pale = self._tables
        self._layer.pixels[box.area] = np.where(guessed, pale[ids], plain[ids])
        self._guess.show_mask(guessed & (plain[ids] > 0), box)
        whole = guessed.shape == (document.height, document.width)
        self._guesses = bool(guessed.any()) or (self._guesses and not whole)

    def _show(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        if self._view.overlaid:
            self._picture.draw(painter, rect)
            painter.setOpacity(self._view.opacity)
        painter.drawImage(rect, self._layer.image)
        if self._guesses:
            self._hatch(painter, rect, exposed, self._guess.image, GUESS, Qt.BrushStyle.BDiagPattern)
        painter.setOpacity(1)
        if not len(self._session.palette):
            painter.setPen(self._theme.colours.dim)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.tr("There is no pack to paint with"))
