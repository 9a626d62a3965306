"""What a hand does on the canvases, and what it leaves there."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from studio.domain.layout import Mask
from tests.studio.studio_driver import StudioDriver

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
NONE = Qt.KeyboardModifier.NoModifier
SKY, ROAD, CAR = 2, 0, 3


def drag(driver: StudioDriver, *points: tuple[float, float], canvas: QWidget | None = None, modifiers=NONE) -> None:
    canvas = canvas or driver.window.layout_canvas
    driver.qtbot.mousePress(canvas, LEFT, modifiers, driver.canvas_position(*points[0], canvas))
    for point in points[1:]:
        driver.qtbot.mouseMove(canvas, driver.canvas_position(*point, canvas))
    driver.qtbot.mouseRelease(canvas, LEFT, modifiers, driver.canvas_position(*points[-1], canvas))


def car_mask(driver: StudioDriver) -> Mask:
    return driver.document.painted == CAR


def box_mask(top: int, left: int, bottom: int, right: int) -> Mask:
    mask = np.zeros((32, 64), np.bool_)
    mask[top:bottom, left:right] = True
    return mask
