"""The row below the halves: variations while there are any, and the filmstrip."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy

from studio.session.generation.variations import VARIATION_COUNT, Variations
from studio.session.session import Session
from studio.ui.actions.shortcuts import CommandRegistry
from studio.ui.panels.filmstrip import THUMBNAIL_HEIGHT, Filmstrip, thumbnail_width
from studio.ui.style.image_conversion import fitted_rect, qimage
from studio.ui.style.layouts import hbox, style_as_panel
from studio.ui.style.theme import Theme


class ResultsStrip(QFrame):
    """Shows the buttons and tiles of the variations and the filmstrip."""

    def __init__(self, session: Session, commands: CommandRegistry, theme: Theme) -> None:
        super().__init__()
        style_as_panel(self)
        self._variations = session.variations
        self.filmstrip = Filmstrip(session, theme)
        size = QSize(thumbnail_width(session.pack.info, max_aspect=2), THUMBNAIL_HEIGHT)
        self.variation_tiles = [
            VariationTile(self._variations, index, size, theme) for index in range(VARIATION_COUNT)
        ]
        self.variations_button = commands.button("picture.variations")
        self.close_variations_button = commands.button("picture.close_variations")
        line = hbox()
        line.setContentsMargins(8, 4, 8, 4)
        line.addWidget(self.variations_button)
        for tile in self.variation_tiles:
            line.addWidget(tile)
            tile.clicked.connect(partial(self._variations.apply, tile.index))
        line.addWidget(self.close_variations_button)
        line.addWidget(self.filmstrip, 1)
        self.setLayout(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._variations.changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        any_shown = bool(self._variations.variations)
        self.close_variations_button.setVisible(any_shown)
        for tile in self.variation_tiles:
            tile.setVisible(any_shown)
            tile.refresh()


class VariationTile(QAbstractButton):
    """Shows one variation while it is generated; once finished, a click applies it."""

    def __init__(self, variations: Variations, index: int, size: QSize, theme: Theme) -> None:
        super().__init__()
        self._variations, self._theme = variations, theme
        self.index = index
        self.setFixedSize(size)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.refresh()

    def refresh(self) -> None:
        """Show the current state of the variation."""
        done = (
            self.index < len(self._variations.variations)
            and self._variations.variations[self.index].provenance is not None
        )
        self.setEnabled(done)
        name = self.tr("Variation {number}").format(number=self.index + 1)
        self.setAccessibleName(name)
        self.setToolTip(self.tr("Use this variation") if done else name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colours = QPainter(self), self._theme.colours
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.fillRect(area, colours.canvas)
        shown = self._variations.variations
        image = shown[self.index].image if self.index < len(shown) else None
        if image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            picture = qimage(image)
            painter.drawImage(fitted_rect(area, picture.size()), picture)
        else:
            painter.setPen(colours.dim)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(self.index + 1))
        marked = self.hasFocus() or self.underMouse() or self._variations.current_index == self.index
        painter.setPen(QPen(colours.accent if marked else colours.border, 2 if marked else 1))
        painter.drawRect(area)
        painter.end()
