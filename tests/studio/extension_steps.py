"""Steps of tests that extend the picture."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from studio.domain.margins import CanvasMargins
from studio.ui.overlays.extend_handle import ExtendHandle
from tests.studio.studio_driver import StudioDriver


def picture_size(driver: StudioDriver) -> tuple[int, int]:
    return driver.document.width, driver.document.height


def extend_and_wait(driver: StudioDriver, **margins: int) -> StudioDriver:
    """As if by hand, and drawn."""
    driver.session.extension.extend(CanvasMargins(**margins))
    driver.wait_until_idle()
    return driver


def show_handle(driver: StudioDriver, side: str, canvas: QWidget | None = None) -> ExtendHandle:
    """The handle of a side, after the pen has come near its edge."""
    canvas = canvas or driver.window.layout_canvas
    x, y = {"left": (0, 0.5), "right": (1, 0.5), "top": (0.5, 0), "bottom": (0.5, 1)}[side]
    for inside in (0.9, 1):  # the first move only enters the canvas
        place = (0.5 + inside * (x - 0.5)) * driver.document.width, (0.5 + inside * (y - 0.5)) * driver.document.height
        driver.qtbot.mouseMove(canvas, driver.canvas_position(*place, canvas))
    (found,) = [one for one in driver.window.extend_controller.handles if one.side == side and one.parent() is canvas]
    driver.wait_until(found.isVisible)
    return found


def drag_handle(
    driver: StudioDriver, side: str, pixels: int, canvas: QWidget | None = None, *, drop: bool = True
) -> None:
    """Drag the handle of a side so many document pixels outwards."""
    canvas = canvas or driver.window.layout_canvas
    held = show_handle(driver, side, canvas)
    start = held.rect().center()
    driver.qtbot.mousePress(held, Qt.MouseButton.LeftButton, pos=start)
    way = round(pixels * driver.window.viewport.zoom(canvas.size()))
    by = {"left": (-way, 0), "right": (way, 0), "top": (0, -way), "bottom": (0, way)}[side]
    for share in (0.4, 1):
        driver.qtbot.mouseMove(held, start + QPoint(round(by[0] * share), round(by[1] * share)))
    if drop:
        driver.qtbot.mouseRelease(held, Qt.MouseButton.LeftButton, pos=start + QPoint(*by))
