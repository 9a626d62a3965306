"""The row under the halves: variations while there are some, and the filmstrip."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy

from studio.session.session import Session
from studio.session.variations import COUNT, Variations
from studio.ui.build import panel, row
from studio.ui.filmstrip import HEIGHT, Filmstrip
from studio.ui.pictures import inside, qimage
from studio.ui.shortcuts import Actions
from studio.ui.theme import Theme


class Strip(QFrame):
    """Buttons for variations and comparing, four tiles that come and go, and all results."""

    def __init__(self, session: Session, commands: Actions, theme: Theme) -> None:
        super().__init__()
        panel(self)
        self._variations = session.variations
        self.filmstrip = Filmstrip(session, theme)
        width = round(HEIGHT * session.pack.info.width / session.pack.info.height)
        size = QSize(min(2 * HEIGHT, width), HEIGHT)
        self.tiles = [Tile(self._variations, index, size, theme) for index in range(COUNT)]
        self.draw = commands.button("picture.variations")
        self.close_ = commands.button("picture.close_variations")
        line = row()
        line.setContentsMargins(8, 4, 8, 4)
        line.addWidget(self.draw)
        for tile in self.tiles:
            line.addWidget(tile)
            tile.clicked.connect(partial(self._variations.take, tile.index))
        line.addWidget(self.close_)
        line.addWidget(self.filmstrip, 1)
        self.setLayout(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._variations.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        there = bool(self._variations.shown)
        self.close_.setVisible(there)
        for tile in self.tiles:
            tile.setVisible(there)
            tile.follow()


class Tile(QAbstractButton):
    """One variation as it forms; it can be taken when it is finished."""

    def __init__(self, variations: Variations, index: int, size: QSize, theme: Theme) -> None:
        super().__init__()
        self._variations, self._theme = variations, theme
        self.index = index
        self.setFixedSize(size)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.follow()

    def follow(self) -> None:
        """Show the variation as it is now."""
        done = self.index < len(self._variations.shown) and self._variations.shown[self.index].recipe is not None
        self.setEnabled(done)
        name = self.tr("Variation {number}").format(number=self.index + 1)
        self.setAccessibleName(name)
        self.setToolTip(self.tr("Make this the picture") if done else name)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colours = QPainter(self), self._theme.colours
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.fillRect(area, colours.canvas)
        shown = self._variations.shown
        image = shown[self.index].image if self.index < len(shown) else None
        if image is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            picture = qimage(image)
            painter.drawImage(inside(area, picture.size()), picture)
        else:
            painter.setPen(colours.dim)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(self.index + 1))
        marked = self.hasFocus() or self.underMouse() or self._variations.current == self.index
        painter.setPen(QPen(colours.accent if marked else colours.border, 2 if marked else 1))
        painter.drawRect(area)
        painter.end()
