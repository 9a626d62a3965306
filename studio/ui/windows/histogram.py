"""A histogram of the classes in a data set."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.session.datasets.dataset_browser import ClassFrequency
from studio.ui.style.theme import Theme

ROW_HEIGHT, BAR_HEIGHT = 30, 7


class ClassHistogram(QWidget):
    """Shows a bar for each class, with its share of the pixels and the share of pairs that contain it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._shares = theme, list[ClassFrequency]()
        self.setContentsMargins(0, 0, 10, 0)
        self.setAccessibleName(self.tr("Classes in the pairs"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, ROW_HEIGHT * len(self._shares))

    def show_shares(self, shares: list[ClassFrequency]) -> None:
        """Show the shares of all classes; the largest one fills the width."""
        self._shares = shares
        self.setAccessibleDescription(", ".join(f"{share.name} {percent_text(share.pixel_share)}" for share in shares))
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colours, width = QPainter(self), self._theme.colours, self.contentsRect().width()
        largest = max((share.pixel_share for share in self._shares), default=0.0) or 1.0
        flags = Qt.AlignmentFlag
        for row, share in enumerate(self._shares):
            line = QRect(0, row * ROW_HEIGHT, width, ROW_HEIGHT - BAR_HEIGHT - 4)
            painter.setPen(colours.text if share.pair_share else colours.dim)
            painter.drawText(line, flags.AlignLeft | flags.AlignVCenter, share.name)
            painter.setPen(colours.dim)
            words = self.tr("{pixels} · {pairs}").format(
                pixels=percent_text(share.pixel_share), pairs=percent_text(share.pair_share)
            )
            painter.drawText(line, flags.AlignRight | flags.AlignVCenter, words)
            bar = QRect(0, line.bottom() + 1, width, BAR_HEIGHT)
            painter.fillRect(bar, colours.border)
            painter.fillRect(bar.adjusted(1, 1, -1, -1), colours.field)
            painter.fillRect(
                QRect(0, bar.top(), round(bar.width() * share.pixel_share / largest), BAR_HEIGHT), QColor(share.colour)
            )
        painter.end()


def percent_text(share: float) -> str:
    """A share from 0 to 1 in percent, with one decimal place below 10 %."""
    value = 100 * share
    return f"{QLocale().toString(value, 'f', 1 if 0 < value < 9.95 else 0)} %"
