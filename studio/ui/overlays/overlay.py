"""What can be drawn over a canvas and worked with by hand and keys."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QWidget

from studio.ui.actions.shortcuts import claim_key


class CanvasOverlay(QWidget):
    """As large as its canvas; its `own` keys are its own even where they are shortcuts of the window."""

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
        if self._canvas.hasFocus():  # it heard of the mouse first; its keys mean nothing beneath this
            self.setFocus(Qt.FocusReason.MouseFocusReason)
