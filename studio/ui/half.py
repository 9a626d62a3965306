"""A canvas with its heading: what it is, where it comes from, and its files. Files can be dropped on it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QToolButton

from studio.ui.build import column, panel, row, text
from studio.ui.canvas import Canvas
from studio.ui.file_commands import takes


class Half(QFrame):
    """One of the two panels."""

    def __init__(
        self, title: str, canvas: Canvas, buttons: list[QToolButton], dropped: Callable[[QMimeData], object]
    ) -> None:
        super().__init__()
        panel(self)
        self._dropped = dropped
        self.setAcceptDrops(True)
        self.state = State()
        line = row()
        line.addWidget(text(title, "heading"))
        line.addWidget(self.state, 1)
        for button in buttons:
            line.addWidget(button)
        rows = column(spacing=6)
        rows.setContentsMargins(10, 6, 10, 10)
        rows.addLayout(line)
        rows.addWidget(canvas, 1)
        self.setLayout(rows)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if takes(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._dropped(event.mimeData())


class State(QLabel):
    """Words that give way, so that long ones do not make one half wider than the other."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.setProperty("dim", True)

    def say(self, words: str) -> None:
        """Show as much of the words as there is room for, and all of them as a tip."""
        self._words = words
        self.setToolTip(words)
        self.setAccessibleName(words)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, self.width()))
