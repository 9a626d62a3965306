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

from engine.protocol import UNKNOWN, Pixels
from studio.domain.document import Document, ImageKind, Marks
from studio.ui.canvas import Canvas
from tests.studio.conftest import MakeDesk
from tests.studio.desk import Desk

SNAPSHOTS = Path(__file__).parent / "snapshots"
SIZE = 360, 200


def scene(document: Document) -> None:
    """A road under the sky, a car in between, a guess at the right and an unknown corner."""
    ids = np.full((32, 64), 2, np.uint8)
    ids[16:], ids[20:26, 10:24] = 0, 3
    filled = np.full_like(ids, UNKNOWN)
    ids[:, 48:], filled[4:, 48:] = UNKNOWN, 1
    rows, columns = np.mgrid[:32, :64]
    image = np.stack([rows * 8, columns * 4, np.full_like(rows, 90)], axis=2).astype(np.uint8)
    document.change(painted=ids, filled=filled, image=image, marks=Marks(ImageKind.GIVEN))


def seen(canvas: QWidget) -> Pixels:
    """What a canvas shows, RGB [H, W, 3]."""
    image = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


@pytest.fixture
def at(desk: MakeDesk) -> Desk:
    """A studio without an engine, with the scene on canvases of one size."""
    opened = desk("--mute")
    opened.generator.set_live(False)
    opened.generator.cancel()
    opened.editor.start(scene)
    for canvas in (opened.window.layout_canvas, opened.window.image_canvas):
        canvas.setFixedSize(*SIZE)
    opened.window.view.fit()
    opened.until(lambda: opened.window.layout_canvas.width() == SIZE[0])
    return opened


def check(canvas: Canvas, name: str) -> None:
    file, found = SNAPSHOTS / f"{name}.png", seen(canvas)
    if os.environ.get("DIPTYCH_DRAW_SNAPSHOTS"):
        Image.fromarray(found).save(file)
    wanted = np.asarray(Image.open(file).convert("RGB"))
    assert found.shape == wanted.shape
    wrong = (found != wanted).any(axis=2)
    assert not wrong.any(), f"{wrong.sum()} pixels of {name} differ, first at {np.argwhere(wrong)[0]}"


def test_a_layout(at: Desk) -> None:
    check(at.window.layout_canvas, "layout")


def test_a_selection_and_a_rectangle_in_progress(at: Desk) -> None:
    at.document.selection[5:12, 30:44] = True
    at.editor.document_changed.emit()
    at.key(Qt.Key.Key_R)
    canvas = at.window.layout_canvas
    at.qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at.at(4.5, 4.5))
    at.qtbot.mouseMove(canvas, at.at(20.5, 12.5))
    at.window.view.point_at(None)
    check(canvas, "shapes")


def test_what_is_kept_of_the_image(at: Desk) -> None:
    at.document.keep_image[:] = True
    at.document.keep_image[8:20, 12:30] = False
    at.editor.document_changed.emit()
    at.key(Qt.Key.Key_K)
    at.window.view.point_at(None)
    found = seen(at.window.image_canvas)
    row, column = at.at(20, 14, at.window.image_canvas).y(), at.at(20, 14, at.window.image_canvas).x()
    inside = found[row - 10 : row + 10, column - 10 : column + 10]
    beside = found[row - 10 : row + 10, column + 120 : column + 140]
    assert np.ptp(inside.astype(int), axis=(0, 1)).max() < 60, "what is drawn anew has no hatching"
    assert np.ptp(beside.astype(int), axis=(0, 1)).max() > 60
    at.key(Qt.Key.Key_B)
    at.window.view.point_at(None)
    beside = seen(at.window.image_canvas)[row - 10 : row + 10, column + 120 : column + 140]
    assert np.ptp(beside.astype(int), axis=(0, 1)).max() < 60, "the hatching is there only with the locks in hand"


def test_a_stroke_changes_exactly_what_a_new_window_would_show(at: Desk) -> None:
    at.editor.tools.set_size(5)
    at.stroke((5, 5), (40, 28), (60, 3))
    at.window.view.point_at(None)
    box_by_box = seen(at.window.layout_canvas)
    at.editor.document_changed.emit()
    assert (seen(at.window.layout_canvas) == box_by_box).all()
