"""What a hand does on the canvases, and what it leaves there."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from studio.domain.layout import Mask
from tests.studio.desk import Desk

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NONE = Qt.KeyboardModifier.NoModifier
SKY, ROAD, CAR = 2, 0, 3


def drag(at: Desk, *points: tuple[float, float], canvas: QWidget | None = None, held=NONE) -> None:
    canvas = canvas or at.window.layout_canvas
    at.qtbot.mousePress(canvas, LEFT, held, at.at(*points[0], canvas))
    for point in points[1:]:
        at.qtbot.mouseMove(canvas, at.at(*point, canvas))
    at.qtbot.mouseRelease(canvas, LEFT, held, at.at(*points[-1], canvas))


def cars(at: Desk) -> Mask:
    return at.document.painted == CAR


def box(top: int, left: int, bottom: int, right: int) -> Mask:
    mask = np.zeros((32, 64), np.bool_)
    mask[top:bottom, left:right] = True
    return mask
