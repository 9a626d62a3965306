"""The base class of widgets that cover a canvas and take its mouse and key events."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QWidget

from studio.ui.actions.shortcuts import claim_key


class CanvasOverlay(QWidget):
    """Covers its canvas; while it has the focus, its `keys` take precedence over shortcuts of the window."""

    def __init__(self, canvas: QWidget, keys: Collection[int]) -> None:
        super().__init__(canvas)
        self._canvas, self._keys = canvas, keys
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hide()
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.resize(self._canvas.size())
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        return claim_key(event, self._keys) or super().event(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        if self._canvas.hasFocus():  # the canvas took it first, but is covered
            self.setFocus(Qt.FocusReason.MouseFocusReason)
