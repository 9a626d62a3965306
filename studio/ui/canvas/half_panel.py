"""A canvas with a header: its title, its state and its file buttons. Files can be dropped on it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QToolButton

from studio.ui.actions.file_commands import has_openable_data
from studio.ui.canvas.canvas_widget import CanvasWidget
from studio.ui.style.layouts import hbox, style_as_panel, styled_label, vbox


class HalfPanel(QFrame):
    """The panel of one half. Dropped data are passed to `on_dropped`."""

    def __init__(
        self, title: str, canvas: CanvasWidget, buttons: list[QToolButton], on_dropped: Callable[[QMimeData], object]
    ) -> None:
        super().__init__()
        style_as_panel(self)
        self._on_dropped = on_dropped
        self.setAcceptDrops(True)
        self.state_label = ElidedLabel()
        line = hbox()
        line.addWidget(styled_label(title, "heading"))
        line.addWidget(self.state_label, 1)
        for button in buttons:
            line.addWidget(button)
        rows = vbox(spacing=6)
        rows.setContentsMargins(10, 6, 10, 10)
        rows.addLayout(line)
        rows.addWidget(canvas, 1)
        self.setLayout(rows)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if has_openable_data(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._on_dropped(event.mimeData())


class ElidedLabel(QLabel):
    """A label that elides its text, so that a long one does not widen its half."""

    def __init__(self) -> None:
        super().__init__()
        self._full_text = ""
        self.setProperty("dim", True)

    def set_full_text(self, full_text: str) -> None:
        """Show as much of a text as fits, and all of it as the tool tip."""
        self._full_text = full_text
        self.setToolTip(full_text)
        self.setAccessibleName(full_text)
        self._elide()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        self.setText(self.fontMetrics().elidedText(self._full_text, Qt.TextElideMode.ElideRight, self.width()))
