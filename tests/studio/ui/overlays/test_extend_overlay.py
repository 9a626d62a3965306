"""Extend canvas with real events: edges dragged on either half, keys, the dialog, and everything that follows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from engine.interface.protocol import MAX_SIDE, UNKNOWN
from engine.interface.raster import write_image
from studio.domain.document import GenerationMode, ImageKind
from studio.domain.margins import MAX_PICTURE_PIXELS, CanvasMargins
from tests.studio.conftest import OpenStudio
from tests.studio.domain.test_growing_pictures import document_state
from tests.studio.extension_steps import drag_handle, extend_and_wait, picture_size, show_handle
from tests.studio.ui.canvas.test_canvas_view import canvas_colour, turn_wheel

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
STEP = 16


@pytest.mark.parametrize("half", ["layout", "image"])
@pytest.mark.parametrize("side", CanvasMargins._fields)
def test_an_edge_is_dragged_outwards(open_studio: OpenStudio, side: str, half: str) -> None:
    driver = open_studio().wait_until_ready()
    first, image, layout = (
        document_state(driver.document),
        driver.document.image.copy(),
        driver.document.visible_layout(),
    )
    depth, drawn = len(driver.editor.history), len(driver.engine_log("request"))
    drag_handle(
        driver, side, 2 * STEP + 3, driver.window.layout_canvas if half == "layout" else driver.window.image_canvas
    )
    more = CanvasMargins(**{side: 2 * STEP})
    assert picture_size(driver) == (64 + more.left + more.right, 32 + more.top + more.bottom)
    driver.wait_until(lambda: len(driver.engine_log("request")) == drawn + 1)
    driver.wait_until_idle()
    inner = (slice(more.top, more.top + 32), slice(more.left, more.left + 64))
    assert (driver.document.image[inner] == image).all()
    assert (driver.document.visible_layout()[inner] == layout).all()
    assert (driver.document.visible_layout() != UNKNOWN).all()
    assert driver.document.image_mask().all()
    assert len(driver.editor.history) == depth + 1, "with its result it is one step"
    after = document_state(driver.document)
    driver.press_key(KEY.Key_Z, CTRL)
    assert document_state(driver.document) == first
    driver.press_key(KEY.Key_Z, CTRL, SHIFT)
    assert document_state(driver.document) == after


def test_the_frame_is_seen_while_it_is_dragged_and_escape_leaves_everything(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    frame, first = driver.window.extend_controller, document_state(driver.document)
    drag_handle(driver, "right", STEP, drop=False)
    curtains = frame.overlays
    assert [curtain.label_text for curtain in curtains] == ["80 × 32", "80 × 32"]
    for canvas in (driver.window.layout_canvas, driver.window.image_canvas):
        assert canvas_colour(driver, 72, 16, canvas).name() in {"#303236", "#3a3c41", "#e9eaec", "#dcdee1"}
    assert frame.edges.extended_rect(curtains[0].size()).width() == pytest.approx(
        80 * driver.window.viewport.zoom(curtains[0].size()), abs=1
    )
    QTest.keyClick(driver.window, KEY.Key_Escape)
    assert not frame.edges.active
    assert not any(part.isVisible() for part in (*curtains, *frame.handles))
    QTest.mouseRelease(frame.handles[1], LEFT)
    assert document_state(driver.document) == first
    assert driver.window.viewport.state[0] == 0, "all of the picture is shown again"


def test_what_is_dragged_inwards_or_hardly_at_all_is_nothing(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    depth = len(driver.editor.history)
    for pixels in (-20, 5):
        drag_handle(driver, "top", pixels)
        assert driver.window.extend_controller.edges.active, "one can try again"
        driver.press_key(KEY.Key_Escape)
    assert (picture_size(driver), len(driver.editor.history)) == ((64, 32), depth)


def test_the_tool_moves_edges_and_corners_by_mouse_and_by_keys(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0").wait_until_ready()
    frame = driver.window.extend_controller
    driver.press_key(KEY.Key_C)
    assert driver.window.mode_bar.extend_button.isChecked()
    curtain = frame.overlays[0]
    assert curtain.hasFocus()
    for key, held in ((KEY.Key_Left, 2), (KEY.Key_Right, 1), (KEY.Key_Down, 3)):
        for _ in range(held):
            QTest.keyClick(curtain, key)
    QTest.keyClick(curtain, KEY.Key_Down, SHIFT)
    assert frame.edges.margins == CanvasMargins(left=32, right=16, bottom=32)
    QTest.keyClick(curtain, KEY.Key_Return)
    assert picture_size(driver) == (112, 64)
    assert not driver.window.mode_bar.extend_button.isChecked()
    assert driver.window.layout_canvas.hasFocus()
    driver.wait_until_idle()
    driver.click(driver.window.mode_bar.extend_button)
    corner = driver.canvas_position(112, 64).toPointF() - QPointF(2, 2)
    zoom = driver.window.viewport.zoom(curtain.size())
    driver.qtbot.mousePress(curtain, LEFT, pos=corner.toPoint())
    driver.qtbot.mouseMove(curtain, (corner + QPointF(STEP, 2 * STEP) * zoom).toPoint())
    driver.qtbot.mouseRelease(curtain, LEFT, pos=(corner + QPointF(STEP, 2 * STEP) * zoom).toPoint())
    assert picture_size(driver) == (128, 96)


def test_nothing_is_painted_through_the_frame_but_panning_works(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    canvas, painted = driver.window.layout_canvas, driver.document.painted.copy()
    driver.press_key(KEY.Key_C)
    curtain = driver.window.extend_controller.overlays[0]
    before = driver.canvas_position(10, 10)
    driver.qtbot.mousePress(curtain, Qt.MouseButton.MiddleButton, pos=before)
    driver.qtbot.mouseMove(canvas, before + QPoint(40, 10))
    driver.qtbot.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=before + QPoint(40, 10))
    assert (driver.canvas_position(10, 10) - before - QPoint(40, 10)).manhattanLength() <= 3
    driver.qtbot.mousePress(curtain, LEFT, pos=driver.canvas_position(20, 20))
    driver.qtbot.mouseMove(curtain, driver.canvas_position(30, 20))
    driver.qtbot.mouseRelease(curtain, LEFT, pos=driver.canvas_position(30, 20))
    assert (driver.document.painted == painted).all()
    driver.press_key(KEY.Key_C)
    assert not curtain.isVisible()


def test_a_dialog_extends_by_numbers(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.press_key(KEY.Key_C, CTRL, Qt.KeyboardModifier.AltModifier)
    dialog = driver.window.extend_controller.dialog
    assert dialog is not None
    assert not dialog.extend_button.isEnabled()
    QTest.keyClick(dialog.margin_boxes["left"], KEY.Key_Up)
    dialog.margin_boxes["bottom"].selectAll()
    QTest.keyClicks(dialog.margin_boxes["bottom"], "30")
    assert "80 × 64" in dialog.size_label.text()
    dialog.margin_boxes["right"].setValue(MAX_SIDE)
    assert "largest possible" in dialog.size_label.text()
    dialog.margin_boxes["right"].setValue(0)
    driver.click(dialog.extend_button)
    assert picture_size(driver) == (80, 64)
    driver.wait_until_idle()


def test_a_picture_ends_growing_and_says_so(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.generator.settings.set_live(False)
    driver.session.extension.extend(CanvasMargins(left=MAX_SIDE, right=MAX_SIDE))
    assert picture_size(driver) == (MAX_SIDE, 32)
    assert "4096×32" in driver.notice_text()
    driver.session.extension.extend(CanvasMargins(bottom=MAX_SIDE))
    assert driver.document.width * driver.document.height == MAX_PICTURE_PIXELS
    depth = len(driver.editor.history)
    driver.press_key(KEY.Key_C)
    curtain = driver.window.extend_controller.overlays[0]
    QTest.keyClick(curtain, KEY.Key_Down)
    assert "maximum size" in curtain.label_text
    QTest.keyClick(curtain, KEY.Key_Return)
    assert len(driver.editor.history) == depth


def test_without_live_it_waits_to_be_asked(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.click(driver.window.mode_bar.live_button)
    count, image = len(driver.engine_log("request")), driver.document.image.copy()
    drag_handle(driver, "left", STEP)
    assert len(driver.engine_log("request")) == count
    assert canvas_colour(driver, 8, 16, driver.window.image_canvas).name() in {
        "#303236",
        "#3a3c41",
        "#e9eaec",
        "#dcdee1",
    }
    driver.click(driver.window.prompt_panel.generate_button)
    driver.wait_until(lambda: driver.document.image_mask().all())
    driver.wait_until_idle()
    assert (driver.document.image[:, STEP:] == image).all()
    assert not driver.window.viewport.state[0]


def test_painting_goes_on_in_the_larger_picture(open_studio: OpenStudio) -> None:
    driver = extend_and_wait(open_studio("--pause", "0").wait_until_ready(), left=32, top=16)
    image = driver.document.image.copy()
    driver.editor.toolbox.select_class(3)
    driver.stroke((8, 8), (16, 8))
    driver.wait_until_idle()
    assert (driver.document.painted[8, 8:16] == 3).all()
    assert (driver.document.image[16:, 32:] == image[16:, 32:]).all(), "what was there before is kept"
    driver.window.commands["tool.symmetry"].trigger()
    driver.stroke((40, 40), (44, 40))
    driver.wait_until_idle()
    assert driver.document.painted[40, 42] == driver.document.painted[40, 96 - 43] == 3, "about the new middle"
    changed = (driver.document.image != image).any(axis=2)
    assert changed[40, 42], "what is painted over is drawn anew"
    kept = driver.document.keep_image
    assert not changed[kept].any()
    assert kept.sum() > 1500
    driver.press_key(KEY.Key_A, CTRL)
    assert driver.document.selection.all()
    driver.window.commands["view.areas"].trigger()
    driver.window.commands["view.overlay"].trigger()
    QApplication.processEvents()


def test_where_one_looks_stays_where_it_is(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    turn_wheel(driver, driver.window.layout_canvas, driver.canvas_position(20, 20), 6)
    place = driver.canvas_position(20, 20)
    extend_and_wait(driver, left=32, top=16)
    assert (driver.canvas_position(52, 36) - place).manhattanLength() <= 2
    driver.press_key(KEY.Key_Z, CTRL)
    assert (driver.canvas_position(20, 20) - place).manhattanLength() <= 2


def test_new_and_what_is_opened_have_the_packs_size_again(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = extend_and_wait(open_studio().wait_until_ready(), right=32)
    write_image(tmp_path / "photo.png", np.full((90, 180, 3), 90, np.uint8))
    for begin in (
        driver.session.projects.new,
        lambda: driver.session.files.open_image(tmp_path / "photo.png"),
        lambda: driver.session.files.open_layout(driver.session.pack.examples[0]),
    ):
        begin()
        driver.wait_until(lambda: picture_size(driver) == (64, 32))
        driver.wait_until_idle()
        driver.generator.cancel_all()
        while picture_size(driver) == (64, 32):
            driver.editor.undo()
        driver.generator.cancel_all()


def test_a_photograph_stays_as_it_is_and_its_crop_fills_the_larger_picture(
    open_studio: OpenStudio, tmp_path: Path
) -> None:
    driver = open_studio().wait_until_ready()
    photo = np.random.default_rng(1).integers(0, 256, (32, 64, 3)).astype(np.uint8)
    write_image(tmp_path / "photo.png", photo)
    driver.session.files.open_image(tmp_path / "photo.png")
    driver.wait_until(lambda: driver.document.status.fill_whole)
    driver.wait_until_idle()
    drag_handle(driver, "right", 32, driver.window.image_canvas)
    driver.wait_until(lambda: driver.document.image_mask().all())
    driver.wait_until_idle()
    assert (driver.document.image[:, :64] == photo).all()
    assert driver.document.status.image is ImageKind.GIVEN
    assert driver.generator.settings.mode is GenerationMode.IMAGE_TO_LAYOUT
    assert (driver.document.visible_layout() != UNKNOWN).all()
    driver.window.commands["file.crop"].trigger()
    QTest.keyClick(driver.window.crop_overlay, KEY.Key_Return)
    driver.wait_until(lambda: driver.document.keep_image.all())
    assert picture_size(driver) == (96, 32)
    driver.generator.cancel_all()


def test_words_alone_draw_what_came_on(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0").wait_until_ready()
    driver.click(driver.window.mode_bar.mode_buttons[GenerationMode.TEXT_TO_BOTH])
    driver.window.prompt_panel.prompt_edit.setText("a street")
    driver.click(driver.window.prompt_panel.generate_button)
    driver.wait_until(lambda: driver.document.status.fill_whole)
    driver.wait_until_idle()
    depth, image, layout = len(driver.editor.history), driver.document.image.copy(), driver.document.visible_layout()
    drag_handle(driver, "bottom", STEP)
    driver.wait_until(lambda: driver.document.image_mask().all())
    driver.wait_until_idle()
    assert len(driver.editor.history) == depth + 1
    assert (driver.document.image[:32] == image).all()
    assert (driver.document.visible_layout()[:32] == layout).all()


def test_handles_keep_out_of_the_way_of_the_pen(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    canvas = driver.window.layout_canvas
    driver.qtbot.mouseMove(canvas, driver.canvas_position(32, 16))
    assert not any(one.isVisible() for one in driver.window.extend_controller.handles), "far from every edge"
    show_handle(driver, "bottom")
    driver.qtbot.mousePress(canvas, LEFT, pos=driver.canvas_position(20, 31))
    driver.qtbot.mouseMove(canvas, driver.canvas_position(32, 31.5))
    assert not any(one.isVisible() for one in driver.window.extend_controller.handles), "while it paints"
    driver.qtbot.mouseRelease(canvas, LEFT, pos=driver.canvas_position(32, 31.5))
    assert not driver.window.findChildren(QFileDialog)
    below = show_handle(driver, "bottom").geometry()
    assert below.top() >= driver.canvas_position(0, 32).y() - 1, "it stands outside"
