"""A person at the studio: real mouse and key events on the real window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.composition import Studio
from studio.domain.document import ImageKind
from studio.session.engine_client import EngineState
from studio.ui.main_window import MainWindow

PATIENCE = 120_000
"""Milliseconds; the real engine loads torch, on machines that do other things too."""


class Desk:
    """Places are in document pixels."""

    def __init__(self, qtbot: QtBot, folder: Path, log: Path, size: tuple[int, int] | None) -> None:
        self.qtbot, self._log = qtbot, log
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        preferences = folder / "config" / "preferences.json"
        if not preferences.exists():  # whatever the system speaks, the tests read English
            preferences.parent.mkdir(exist_ok=True)
            preferences.write_text('{"language": "en"}')
        self.studio = Studio(app, folder / "data", folder / "config")
        self.session = self.studio.session
        self.editor, self.generator = self.session.editor, self.session.generator
        self.client, self.document = self.session.client, self.session.editor.document
        if size:
            self.window.resize(*size)
        self.studio.show()
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)

    @property
    def window(self) -> MainWindow:
        """The one that is open now."""
        return self.studio.window

    def until(self, condition) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE)

    def ready(self) -> Desk:
        """Wait for the engine and for the first image, which comes by itself."""
        self.until(lambda: self.client.state is EngineState.READY)
        self.until(lambda: self.document.marks.image is not ImageKind.NONE)
        self.settled()
        return self

    def settled(self) -> None:
        """Wait until nothing runs."""
        self.until(lambda: not self.generator.running)

    def at(self, x: float, y: float, canvas: QWidget | None = None) -> QPoint:
        """Where a document pixel's place is on a canvas."""
        canvas = canvas or self.window.layout_canvas
        return self.window.view.to_canvas(QPointF(x, y), canvas.size()).toPoint()

    def stroke(self, *points: tuple[float, float]) -> None:
        """Press, draw and release on the layout."""
        canvas = self.window.layout_canvas
        first, last = self.at(*points[0]), self.at(*points[-1])
        self.qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=first)
        for point in points[1:]:
            self.qtbot.mouseMove(canvas, self.at(*point))
        self.qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=last)

    def key(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        """A key while the layout has the focus."""
        held = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            held |= modifier
        self.window.layout_canvas.setFocus()
        self.qtbot.keyClick(self.window.layout_canvas, key, held)

    def click(self, widget: QWidget) -> None:
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)

    def said(self) -> str:
        """Everything that can be read in the notices."""
        return "\n".join(notice.text for notice in self.window.notices.notices)

    def log(self, kind: str) -> list[str]:
        """What the engine noted: "start", "request", "preview", "end" or "cancel"."""
        return [line for line in self.lines() if line.startswith(kind + " ")]

    def lines(self) -> list[str]:
        """All that the engine noted, in order."""
        return self._log.read_text().splitlines() if self._log.exists() else []

    def close(self) -> None:
        """Close the window as a person does, and wait until nothing is left."""
        if not self.studio.closed.is_set():
            self.window.close()
            self.until(self.studio.closed.is_set)
            self.window.deleteLater()
