"""The canvases at a pinned size, pixel by pixel: ids as flat colours, outlines, hatching, an overlay.

`DIPTYCH_DRAW_SNAPSHOTS=1` draws the pictures in snapshots/ anew; look at them before they are committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from engine.interface.protocol import UNKNOWN, Pixels
from studio.domain.document import Document, DocumentStatus, ImageKind
from studio.ui.canvas.canvas_widget import CanvasWidget
from tests.studio.conftest import OpenStudio
from tests.studio.studio_driver import StudioDriver

SNAPSHOTS = Path(__file__).parent / "snapshots"
SIZE = 360, 200


def paint_scene(document: Document) -> None:
    """A road under the sky, a car in between, a guess at the right and an unknown corner."""
    ids = np.full((32, 64), 2, np.uint8)
    ids[16:], ids[20:26, 10:24] = 0, 3
    filled = np.full_like(ids, UNKNOWN)
    ids[:, 48:], filled[4:, 48:] = UNKNOWN, 1
    rows, columns = np.mgrid[:32, :64]
    image = np.stack([rows * 8, columns * 4, np.full_like(rows, 90)], axis=2).astype(np.uint8)
    document.set_planes(painted=ids, filled=filled, image=image, status=DocumentStatus(ImageKind.GIVEN))


def canvas_pixels(canvas: QWidget) -> Pixels:
    """What a canvas shows, RGB [H, W, 3]."""
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


@pytest.fixture
def driver(open_studio: OpenStudio) -> StudioDriver:
    """A studio without an engine, with the scene on canvases of one size."""
    opened = open_studio("--mute")
    opened.generator.settings.set_live(False)
    opened.generator.cancel_all()
    opened.editor.reset(paint_scene)
    for canvas in (opened.window.layout_canvas, opened.window.image_canvas):
        canvas.setFixedSize(*SIZE)
    opened.window.viewport.fit()
    opened.wait_until(lambda: opened.window.layout_canvas.width() == SIZE[0])
    return opened


def check_snapshot(canvas: CanvasWidget, name: str) -> None:
    file, found = SNAPSHOTS / f"{name}.png", canvas_pixels(canvas)
    if os.environ.get("DIPTYCH_DRAW_SNAPSHOTS"):
        Image.fromarray(found).save(file)
    wanted = np.asarray(Image.open(file).convert("RGB"))
    assert found.shape == wanted.shape
    wrong = (found != wanted).any(axis=2)
    assert not wrong.any(), f"{wrong.sum()} pixels of {name} differ, first at {np.argwhere(wrong)[0]}"


def test_a_layout(driver: StudioDriver) -> None:
    check_snapshot(driver.window.layout_canvas, "layout")


def test_a_selection_and_a_rectangle_in_progress(driver: StudioDriver) -> None:
    driver.document.selection[5:12, 30:44] = True
    driver.editor.document_changed.emit()
    driver.press_key(Qt.Key.Key_R)
    canvas = driver.window.layout_canvas
    driver.qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=driver.canvas_position(4.5, 4.5))
    driver.qtbot.mouseMove(canvas, driver.canvas_position(20.5, 12.5))
    driver.window.viewport.set_cursor(None)
    check_snapshot(canvas, "shapes")


def test_what_is_kept_of_the_image(driver: StudioDriver) -> None:
    driver.document.keep_image[:] = True
    driver.document.keep_image[8:20, 12:30] = False
    driver.editor.document_changed.emit()
    driver.press_key(Qt.Key.Key_K)
    driver.window.viewport.set_cursor(None)
    found = canvas_pixels(driver.window.image_canvas)
    row, column = (
        driver.canvas_position(20, 14, driver.window.image_canvas).y(),
        driver.canvas_position(20, 14, driver.window.image_canvas).x(),
    )
    inside = found[row - 10 : row + 10, column - 10 : column + 10]
    beside = found[row - 10 : row + 10, column + 120 : column + 140]
    assert np.ptp(inside.astype(int), axis=(0, 1)).max() < 60, "what is drawn anew has no hatching"
    assert np.ptp(beside.astype(int), axis=(0, 1)).max() > 60
    driver.press_key(Qt.Key.Key_B)
    driver.window.viewport.set_cursor(None)
    beside = canvas_pixels(driver.window.image_canvas)[row - 10 : row + 10, column + 120 : column + 140]
    assert np.ptp(beside.astype(int), axis=(0, 1)).max() < 60, "the hatching is there only with the locks in hand"


def test_a_stroke_changes_exactly_what_a_new_window_would_show(driver: StudioDriver) -> None:
    driver.editor.toolbox.set_brush_size(5)
    driver.stroke((5, 5), (40, 28), (60, 3))
    driver.window.viewport.set_cursor(None)
    box_by_box = canvas_pixels(driver.window.layout_canvas)
    driver.editor.document_changed.emit()
    assert (canvas_pixels(driver.window.layout_canvas) == box_by_box).all()
