"""Random mouse, wheel and key events at the real window."""

from __future__ import annotations

import random

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.session.session import Session
from studio.ui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
NONE, SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
TOOL_KEYS = "BLRQGFPTNESKUMX[]+-1234"


class Monkey:
    """One event with `act`; the same seed does the same things."""

    def __init__(self, window: MainWindow, session: Session, seed: int) -> None:
        self._window, self._session = window, session
        self._random = random.Random(seed)
        self._pressed_canvas: QWidget | None = None

    def act_once(self) -> None:
        """Do one thing, which may be nonsense."""
        acts = (self._press, self._move, self._release, self._key, self._command, self._wheel, self._drag_edge)
        self._random.choices(acts, weights=(12, 28, 16, 12, 6, 2, 1))[0]()

    def _canvas(self) -> QWidget:
        both = (self._window.layout_canvas, self._window.image_canvas)
        return self._pressed_canvas or self._random.choice([canvas for canvas in both if canvas.isVisible()])

    def _random_position(self, canvas: QWidget) -> QPoint:
        document, view = self._session.editor.document, self._window.viewport
        x, y = self._random.uniform(-4, document.width + 4), self._random.uniform(-4, document.height + 4)
        return view.to_canvas(QPointF(x, y), canvas.size()).toPoint()

    def _modifiers(self) -> Qt.KeyboardModifier:
        return self._random.choices((NONE, SHIFT, ALT, CTRL, SHIFT | ALT), weights=(12, 2, 1, 1, 1))[0]

    def _press(self) -> None:
        canvas = self._canvas()
        self._pressed_canvas = canvas
        QTest.mousePress(canvas, LEFT, self._modifiers(), self._random_position(canvas))

    def _move(self) -> None:
        canvas = self._canvas()
        QTest.mouseMove(canvas, self._random_position(canvas))

    def _release(self) -> None:
        canvas = self._canvas()
        self._pressed_canvas = None
        QTest.mouseRelease(canvas, LEFT, NONE, self._random_position(canvas))

    def _key(self) -> None:
        QTest.keyClicks(self._window.layout_canvas, self._random.choice(TOOL_KEYS))

    def _command(self) -> None:
        names = (
            "edit.undo", "edit.undo", "edit.redo", "edit.keep", "picture.cancel", "select.all", "select.none",
            "select.invert", "select.erase", "select.redraw", "image.keep", "image.release", "tool.swap",
            "view.fit", "view.actual", "view.overlay", "view.history", "view.areas", "tool.steady", "picture.extend",
        )  # fmt: skip
        self._window.commands[self._random.choice(names)].trigger()
        if self._window.viewport.overlaid and self._pressed_canvas is self._window.image_canvas:
            self._pressed_canvas = None

    def _drag_edge(self) -> None:
        """Drag an edge, perhaps outwards, unless the picture is large already or the pen is down."""
        document, first = self._session.editor.document, self._session.pack.info
        if self._pressed_canvas or document.height * document.width > 3 * first.height * first.width:
            return
        handle = self._random.choice(self._window.extend_controller.handles)
        by = QPoint(self._random.randint(-60, 60), self._random.randint(-60, 60))
        QTest.mousePress(handle, LEFT, NONE, QPoint(4, 4))
        QTest.mouseMove(handle, QPoint(4, 4) + by)
        QTest.mouseRelease(handle, LEFT, NONE, QPoint(4, 4) + by)

    def _wheel(self) -> None:
        canvas = self._canvas()
        place = self._random_position(canvas)
        none = Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase
        turn = QPoint(0, self._random.choice((120, -120)))
        away = QPointF(canvas.mapToGlobal(place))
        QApplication.sendEvent(canvas, QWheelEvent(QPointF(place), away, QPoint(), turn, *none, False))
