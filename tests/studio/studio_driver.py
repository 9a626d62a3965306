"""A person at the studio: real mouse and key events on the real window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.composition import StudioApplication
from studio.domain.document import ImageKind
from studio.session.connection.engine_client import EngineState
from studio.ui.main_window import MainWindow

TIMEOUT_MS = 120_000
"""Milliseconds; the real engine loads torch, on machines that do other things too."""


class StudioDriver:
    """Places are in document pixels."""

    def __init__(self, qtbot: QtBot, folder: Path, log: Path, size: tuple[int, int] | None) -> None:
        self.qtbot, self._engine_log = qtbot, log
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        preferences = folder / "config" / "preferences.json"
        if not preferences.exists():  # whatever the system speaks, the tests read English
            preferences.parent.mkdir(exist_ok=True)
            preferences.write_text('{"language": "en"}')
        self.studio = StudioApplication(app, folder / "data", folder / "config")
        self.session = self.studio.session
        self.editor, self.generator = self.session.editor, self.session.generator
        self.client, self.document = self.session.client, self.session.editor.document
        if size:
            self.window.resize(*size)
        self.studio.show()
        self.window.activateWindow()
        self.wait_until(self.window.isActiveWindow)

    @property
    def window(self) -> MainWindow:
        """The one that is open now."""
        return self.studio.window

    def wait_until(self, condition) -> None:
        self.qtbot.waitUntil(condition, timeout=TIMEOUT_MS)

    def wait_until_ready(self) -> StudioDriver:
        """Wait for the engine and for the first image, which comes by itself."""
        self.wait_until(lambda: self.client.state is EngineState.READY)
        self.wait_until(lambda: self.document.status.image is not ImageKind.NONE)
        self.wait_until_idle()
        return self

    def wait_until_idle(self) -> None:
        """Wait until nothing runs."""
        self.wait_until(lambda: not self.generator.running)

    def canvas_position(self, x: float, y: float, canvas: QWidget | None = None) -> QPoint:
        """Where a document pixel's place is on a canvas."""
        canvas = canvas or self.window.layout_canvas
        return self.window.viewport.to_canvas(QPointF(x, y), canvas.size()).toPoint()

    def stroke(self, *points: tuple[float, float]) -> None:
        """Press, draw and release on the layout."""
        canvas = self.window.layout_canvas
        first, last = self.canvas_position(*points[0]), self.canvas_position(*points[-1])
        self.qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=first)
        for point in points[1:]:
            self.qtbot.mouseMove(canvas, self.canvas_position(*point))
        self.qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=last)

    def press_key(self, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
        """A key while the layout has the focus."""
        pressed = Qt.KeyboardModifier.NoModifier
        for modifier in modifiers:
            pressed |= modifier
        self.window.layout_canvas.setFocus()
        self.qtbot.keyClick(self.window.layout_canvas, key, pressed)

    def click(self, widget: QWidget) -> None:
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)

    def notice_text(self) -> str:
        """Everything that can be read in the notices."""
        return "\n".join(notice.text for notice in self.window.notice_bar.notices)

    def engine_log(self, entry_kind: str) -> list[str]:
        """What the engine noted: "start", "request", "preview", "end" or "cancel"."""
        return [line for line in self.engine_log_lines() if line.startswith(entry_kind + " ")]

    def engine_log_lines(self) -> list[str]:
        """All that the engine noted, in order."""
        return self._engine_log.read_text().splitlines() if self._engine_log.exists() else []

    def close(self) -> None:
        """Close the window as a person does, and wait until nothing is left."""
        if not self.studio.closed.is_set():
            self.window.close()
            self.wait_until(self.studio.closed.is_set)
            self.window.deleteLater()
