"""A canvas with its heading: what it is, where it comes from, and its files. Files can be dropped on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QToolButton

from studio.session.notices import Notice
from studio.ui.build import column, panel, row, text
from studio.ui.canvas import Canvas


class Half(QFrame):
    """One of the two panels."""

    noticed = Signal(object)  # Notice

    def __init__(self, title: str, canvas: Canvas, buttons: list[QToolButton], opened: Callable[[Path], None]) -> None:
        super().__init__()
        panel(self)
        self._opened = opened
        self.setAcceptDrops(True)
        self.state = text("", "dim")
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
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if not files:
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if len(files) > 1:
            words = self.tr("{file} is opened, the first of the {count} dropped. Drop the others one by one.")
            self.noticed.emit(Notice(words.format(file=files[0].name, count=len(files))))
        self._opened(files[0])
