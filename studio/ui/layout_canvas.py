"""The left half: where a person paints classes, and where guesses show as what they are."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QCoreApplication, QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from engine.protocol import UNKNOWN
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
        self._guesses = self._see_through = False
        image.changed.connect(self._on_image)
        session.generator.shown_changed.connect(self._on_changed)
        self._on_changed()

    def _on_image(self) -> None:
        if self._view.overlaid:
            self.update()

    def _on_changed(self) -> None:
        table = self._session.palette.colours(np.arange(256, dtype=np.uint8)[None])[0]
        for layer in (self._layer, self._guess):
            layer.fit(self._document.height, self._document.width)
        self._tables = premultiplied(table, 255), premultiplied(table, GUESS_ALPHA)
        self._render(Box(0, 0, self._document.height, self._document.width))
        super()._on_changed()

    def _on_painted(self, box: Box) -> None:
        self._render(box)
        super()._on_painted(box)

    def _render(self, box: Box) -> None:
        generator = self._session.generator
        ids, guessed = generator.layout(box), generator.guessed(box)
        plain, pale = self._tables
        colours = plain[ids]
        whole = guessed.shape == (self._document.height, self._document.width)
        self._see_through = bool((ids == UNKNOWN).any()) or (self._see_through and not whole)
        if self._guesses or guessed.any():
            colours[guessed] = pale[ids[guessed]]
            self._guess.show_mask(guessed & (colours > 0), box)
            self._guesses = not whole or bool(guessed.any())
        self._layer.pixels[box.area] = colours

    def _show(self, painter: QPainter, rect: QRectF, exposed: QRect) -> None:
        overlaid = self._view.overlaid and self._picture.there
        if not (overlaid and self._picture.whole) and (self._see_through or self._guesses or self._view.overlaid):
            self._fill_checkers(painter, rect)
        if overlaid:
            self._picture.draw(painter, rect)
        if self._view.overlaid:
            painter.setOpacity(self._view.opacity)
        painter.drawImage(rect, self._layer.image)
        if self._guesses:
            self._hatch(painter, rect, exposed, self._guess.image, GUESS, Qt.BrushStyle.BDiagPattern)
        painter.setOpacity(1)
        if not len(self._session.palette):
            painter.setPen(self._theme.colours.dim)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.tr("There is no pack to paint with"))
