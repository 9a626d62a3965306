"""What comes in and goes out: requests in PNG files, the clipboard, crops, and the steps of a result."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from engine.interface.raster import decode_layout, encode_image, read_image, read_layout, read_png_note
from studio.domain.document import GenerationMode, ImageKind
from tests.studio.conftest import CLASSES, OpenStudio
from tests.studio.studio_driver import StudioDriver
from tests.studio.ui.test_accessibility import check_accessible

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def drop_data(on: QWidget, data: QMimeData) -> None:
    copy, button, key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, button, key)
    QApplication.sendEvent(on, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(on, QDropEvent(QPointF(5, 5), copy, data, button, key))


def drop_files(on: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    drop_data(on, data)


def save_both_halves(driver: StudioDriver, folder: Path) -> tuple[Path, Path]:
    """Both halves as files."""
    image, layout = folder / "image.png", folder / "layout.png"
    driver.session.files.save_image(image)
    driver.session.files.save_layout(layout)
    driver.wait_until(lambda: image.exists() and layout.exists())
    return image, layout


def test_a_png_that_is_dropped_back_restores_the_pair_and_its_request(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    driver.generator.settings.set_options(driver.generator.settings.options.__class__(prompt="open sky", seed=41))
    driver.wait_until(lambda: driver.generator.running)
    driver.wait_until_idle()
    pair = driver.document.visible_layout(), driver.document.image.copy()
    painted = driver.document.painted.copy()
    image, layout = save_both_halves(driver, tmp_path)
    assert (read_image(image) == pair[1]).all()
    assert (read_layout(layout, CLASSES) == pair[0]).all()
    assert read_png_note(image.read_bytes()) == read_png_note(layout.read_bytes()) != ""
    driver.press_key(Qt.Key.Key_N, CTRL)
    driver.generator.settings.set_options(driver.generator.settings.options.__class__(prompt="", seed=1))
    driver.wait_until_idle()
    requests = len(driver.engine_log("request"))
    drop_files(driver.window.image_half, layout, image)
    driver.wait_until(lambda: (driver.document.image == pair[1]).all())
    assert (driver.document.visible_layout() == pair[0]).all()
    assert (driver.document.painted == painted).all()
    assert (driver.generator.settings.options.prompt, driver.generator.settings.options.seed) == ("open sky", 41)
    assert driver.window.prompt_panel.prompt_edit.text() == "open sky"
    assert "with its layout and its request" in driver.notice_text()
    assert len(driver.engine_log("request")) == requests, "it is there, so nothing is drawn"
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert driver.document.status.image is ImageKind.NONE


def test_a_layout_that_is_dropped_back_brings_its_request_along(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    driver.generator.settings.set_options(driver.generator.settings.options.__class__(prompt="open sky", seed=41))
    driver.wait_until(lambda: driver.generator.running)
    driver.wait_until_idle()
    before = driver.document.image.copy()
    _, layout = save_both_halves(driver, tmp_path)
    driver.press_key(Qt.Key.Key_N, CTRL)
    driver.generator.settings.set_options(driver.generator.settings.options.__class__(prompt="", seed=1))
    drop_files(driver.window.layout_half, layout)
    driver.wait_until(lambda: driver.generator.settings.options.seed == 41)
    driver.wait_until(lambda: (driver.document.image == before).all())


def test_a_png_that_was_edited_elsewhere_is_a_photograph(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    image, _ = save_both_halves(driver, tmp_path)
    with Image.open(image) as picture:
        info, pixels = picture.info["diptych"], np.asarray(picture).copy()
    assert info
    pixels[3, 4] ^= 1
    driver.session.files.open_bytes(encode_image(pixels, info), "edited.png", "image")
    driver.wait_until(lambda: driver.document.status.image is ImageKind.GIVEN)
    assert (driver.document.image == pixels).all()


def test_a_result_dragged_from_the_strip_and_dropped_on_the_image_comes_back(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: len(driver.session.results.entries) == 2)
    driver.wait_until_idle()
    strip = driver.window.results_strip.filmstrip
    drop_data(driver.window.image_half, strip.result_mime_data(driver.session.results.entries[1]))
    driver.wait_until(lambda: driver.document.painted[24, 25] == 0)


def test_copy_and_paste_of_both_halves(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.click(driver.window.mode_bar.live_button)
    clipboard = QGuiApplication.clipboard()
    painted, image = driver.document.painted.copy(), driver.document.image.copy()
    driver.press_key(Qt.Key.Key_C, CTRL, SHIFT)
    data = bytes(clipboard.mimeData().data("image/png").data())
    assert (decode_layout(data, CLASSES, "clipboard") == driver.document.visible_layout()).all()
    assert clipboard.image().pixelColor(2, 2).name() == CLASSES[2].colour
    driver.press_key(Qt.Key.Key_N, CTRL)
    driver.press_key(Qt.Key.Key_V, CTRL)
    driver.wait_until(lambda: (driver.document.painted[:, :48] == painted[:, :48]).all())
    assert (driver.document.painted[:, 48:] == 1).all(), "the layout as it was seen, with what was filled in"
    driver.press_key(Qt.Key.Key_Z, CTRL)
    driver.press_key(Qt.Key.Key_Z, CTRL)
    driver.press_key(Qt.Key.Key_C, CTRL)
    driver.press_key(Qt.Key.Key_N, CTRL)
    driver.press_key(Qt.Key.Key_V, CTRL)
    driver.wait_until(lambda: (driver.document.image == image).all())
    assert (driver.document.painted == painted).all(), "an image of ours brings its layout"


def test_a_picture_of_another_program_is_pasted_as_an_image(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    picture = QImage(128, 64, QImage.Format.Format_RGB888)
    picture.fill(0x336699)
    QGuiApplication.clipboard().setImage(picture)
    driver.press_key(Qt.Key.Key_V, CTRL)
    driver.wait_until(lambda: driver.document.status.image is ImageKind.GIVEN)
    assert driver.document.image[5, 5].tolist() == [0x33, 0x66, 0x99]
    QGuiApplication.clipboard().setText("words")
    driver.press_key(Qt.Key.Key_V, CTRL)
    assert "no picture on the clipboard" in driver.notice_text()


def write_ramp_photograph(path: Path, height: int, width: int) -> np.ndarray:
    """A photograph whose red is its column and whose green its row, in 256ths."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width)
    pixels[..., 1] = np.linspace(0, 255, height)[:, None]
    Image.fromarray(pixels).save(path)
    return pixels


def turn_wheel(canvas: QWidget, position: QPointF, steps: int) -> None:
    """Turn the wheel over a place."""
    no, none, phase = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    QApplication.sendEvent(
        canvas,
        QWheelEvent(position, canvas.mapToGlobal(position), QPoint(), QPoint(0, 120 * steps), no, none, phase, False),
    )


def test_another_part_of_a_photograph_is_chosen_without_a_box_in_the_way(
    open_studio: OpenStudio, tmp_path: Path
) -> None:
    driver = open_studio().wait_until_ready()
    pixels = write_ramp_photograph(tmp_path / "photo.png", 256, 256)
    drop_files(driver.window.image_half, tmp_path / "photo.png")
    driver.wait_until(lambda: driver.document.status.image is ImageKind.GIVEN)
    driver.wait_until(lambda: "its middle was fitted" in driver.notice_text())
    driver.wait_until_idle()
    middle = driver.document.image.copy()
    assert abs(int(middle[0, 0, 1]) - 64) <= 2
    row = next(row for row in map(driver.window.notice_bar.row_at, range(9)) if "middle" in row.notice.text)
    driver.click(row.action_button)
    frame = driver.window.crop_overlay
    assert frame.isVisible()
    canvas = driver.window.image_canvas
    QTest.mousePress(frame, Qt.MouseButton.LeftButton, pos=driver.canvas_position(30, 10, canvas))
    QTest.mouseMove(frame, driver.canvas_position(30, 90, canvas))
    QTest.mouseRelease(frame, Qt.MouseButton.LeftButton, pos=driver.canvas_position(30, 90, canvas))
    assert frame.crop.top == 0, "no farther than the photograph"
    turn_wheel(frame, QPointF(driver.canvas_position(0, 0, canvas)), 5)
    left, top, right, bottom = frame.crop
    assert (left, top) == pytest.approx((0, 0), abs=3)
    assert right - left == pytest.approx(256 / 1.15**5, rel=0.01)
    assert (right - left) / (bottom - top) == pytest.approx(2)
    QTest.keyClick(frame, Qt.Key.Key_Return)
    assert not frame.isVisible()
    driver.wait_until(lambda: (driver.document.image != middle).any())
    assert driver.document.image[-1, -1] == pytest.approx(pixels[int(bottom) - 1, int(right) - 1], abs=3)
    driver.wait_until(lambda: driver.document.status.fill_whole)
    placed = driver.document.image.copy()
    driver.window.commands["file.crop"].trigger()
    QTest.keyClick(frame, Qt.Key.Key_Minus)
    QTest.keyClick(frame, Qt.Key.Key_Escape)
    assert not frame.isVisible()
    assert (driver.document.image == placed).all()
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert (driver.document.image == middle).all()


def test_a_crop_can_be_chosen_while_the_halves_are_overlaid_and_left_from_anywhere(
    open_studio: OpenStudio, tmp_path: Path
) -> None:
    driver = open_studio().wait_until_ready()
    write_ramp_photograph(tmp_path / "photo.png", 256, 256)
    drop_files(driver.window.image_half, tmp_path / "photo.png")
    driver.wait_until(lambda: driver.session.files.photo is not None)
    driver.wait_until_idle()
    driver.window.commands["view.overlay"].trigger()
    driver.window.commands["file.crop"].trigger()
    assert driver.window.crop_overlay.isVisible()
    driver.press_key(Qt.Key.Key_Escape)
    assert not driver.window.crop_overlay.isVisible()


def test_the_timeline_shows_every_step_and_saves_them(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio("--steps", "5").wait_until_ready()
    before, image = len(driver.engine_log("request")), driver.document.image.copy()
    driver.window.show_timeline()
    window, timeline = driver.window.timeline_window, driver.session.timeline
    driver.wait_until(lambda: len(timeline.steps) == 6 and not timeline.running)
    assert len(driver.engine_log("request")) == before + 1
    assert (
        driver.engine_log("request")[-1].split("revision")[0] == driver.engine_log("request")[-2].split("revision")[0]
    )
    assert [moment.layout_clock for moment in timeline.steps] == [1000, 800, 600, 400, 200, 0]
    assert (timeline.steps[-1].image == image).all()
    check_accessible(window)
    window.slider.setValue(1)
    assert window.layout_clock_bar.progress_bar.value() == 800
    assert "800 / 1000" in window.image_clock_bar.clock_label.text()
    assert window.step_label.text() == "2 of 6"
    driver.click(window.play_button)
    driver.wait_until(lambda: window.slider.value() == 5 and not window.play_button.isChecked())
    timeline.save_gif(tmp_path / "steps.gif")
    driver.wait_until((tmp_path / "steps.gif").exists)
    with Image.open(tmp_path / "steps.gif") as gif:
        assert (gif.n_frames, gif.size) == (6, (132, 68))
    timeline.save_frames(tmp_path / "frames")
    driver.wait_until((tmp_path / "frames" / "0005-layout.png").exists)
    for index, moment in enumerate(timeline.steps):
        stem = tmp_path / "frames" / f"{index:04}"
        assert (read_layout(Path(f"{stem}-noisy-layout.png"), CLASSES) == moment.noisy_layout).all()
        assert (read_image(Path(f"{stem}-image.png")) == moment.image).all()
    assert (driver.document.image == image).all(), "looking changes nothing"
    window.close()


def test_closing_the_timeline_stops_it_and_a_stroke_comes_first(open_studio: OpenStudio) -> None:
    driver = open_studio("--steps", "9", "--pause", "0.05").wait_until_ready()
    driver.window.show_timeline()
    driver.wait_until(lambda: len(driver.session.timeline.steps) > 1)
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: driver.editor.history.undo_step.answered)
    assert driver.session.timeline.running, "the steps are made afterwards"
    driver.wait_until_idle()
    assert [moment.layout_clock for moment in driver.session.timeline.steps] == [
        *(1000 * (10 - index) // 9 for index in range(1, 10)),
        0,
    ], "each of them once"
    assert driver.generator.settings.mode is GenerationMode.LAYOUT_TO_IMAGE
    driver.click(driver.window.timeline_window.retrace_button)
    driver.wait_until(lambda: len(driver.session.timeline.steps) > 1)
    driver.window.timeline_window.close()
    assert not driver.generator.running
    assert not driver.session.timeline.running


def test_asking_for_the_steps_twice_makes_them_once_and_escape_stops_them(open_studio: OpenStudio) -> None:
    driver = open_studio("--steps", "9", "--pause", "0.05").wait_until_ready()
    timeline = driver.session.timeline
    for _ in range(2):
        driver.window.show_timeline()
        driver.wait_until(lambda: len(timeline.steps) > 1)
    assert timeline.running
    QTest.keyClick(driver.window.timeline_window, Qt.Key.Key_Escape)
    assert not timeline.running
    assert not driver.generator.running
