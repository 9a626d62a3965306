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

from engine.raster import decode_layout, encode_image, read_image, read_layout, read_note
from studio.domain.document import ImageKind, Mode
from tests.studio.conftest import CLASSES, MakeDesk
from tests.studio.desk import Desk
from tests.studio.test_access import check

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def dropped(on: QWidget, data: QMimeData) -> None:
    copy, button, key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, button, key)
    QApplication.sendEvent(on, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(on, QDropEvent(QPointF(5, 5), copy, data, button, key))


def drop(on: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    dropped(on, data)


def saved(at: Desk, folder: Path) -> tuple[Path, Path]:
    """Both halves as files."""
    image, layout = folder / "image.png", folder / "layout.png"
    at.session.files.save_image(image)
    at.session.files.save_layout(layout)
    at.until(lambda: image.exists() and layout.exists())
    return image, layout


def test_a_png_that_is_dropped_back_restores_the_pair_and_its_request(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    at.generator.set_options(at.generator.options.__class__(prompt="open sky", seed=41))
    at.until(lambda: at.generator.running)
    at.settled()
    pair = at.document.layout(), at.document.image.copy()
    painted = at.document.painted.copy()
    image, layout = saved(at, tmp_path)
    assert (read_image(image) == pair[1]).all()
    assert (read_layout(layout, CLASSES) == pair[0]).all()
    assert read_note(image.read_bytes()) == read_note(layout.read_bytes()) != ""
    at.key(Qt.Key.Key_N, CTRL)
    at.generator.set_options(at.generator.options.__class__(prompt="", seed=1))
    at.settled()
    requests = len(at.log("request"))
    drop(at.window.image_half, layout, image)
    at.until(lambda: (at.document.image == pair[1]).all())
    assert (at.document.layout() == pair[0]).all()
    assert (at.document.painted == painted).all()
    assert (at.generator.options.prompt, at.generator.options.seed) == ("open sky", 41)
    assert at.window.prompt_panel.prompt.text() == "open sky"
    assert "with its layout and its request" in at.said()
    assert len(at.log("request")) == requests, "it is there, so nothing is drawn"
    at.key(Qt.Key.Key_Z, CTRL)
    assert at.document.marks.image is ImageKind.NONE


def test_a_layout_that_is_dropped_back_brings_its_request_along(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    at.generator.set_options(at.generator.options.__class__(prompt="open sky", seed=41))
    at.until(lambda: at.generator.running)
    at.settled()
    before = at.document.image.copy()
    _, layout = saved(at, tmp_path)
    at.key(Qt.Key.Key_N, CTRL)
    at.generator.set_options(at.generator.options.__class__(prompt="", seed=1))
    drop(at.window.layout_half, layout)
    at.until(lambda: at.generator.options.seed == 41)
    at.until(lambda: (at.document.image == before).all())


def test_a_png_that_was_edited_elsewhere_is_a_photograph(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    image, _ = saved(at, tmp_path)
    with Image.open(image) as picture:
        info, pixels = picture.info["diptych"], np.asarray(picture).copy()
    assert info
    pixels[3, 4] ^= 1
    at.session.files.take(encode_image(pixels, info), "edited.png", "image")
    at.until(lambda: at.document.marks.image is ImageKind.GIVEN)
    assert (at.document.image == pixels).all()


def test_a_result_dragged_from_the_strip_and_dropped_on_the_image_comes_back(desk: MakeDesk) -> None:
    at = desk().ready()
    at.stroke((20, 24), (30, 24))
    at.until(lambda: len(at.session.results.entries) == 2)
    at.settled()
    strip = at.window.strip.filmstrip
    dropped(at.window.image_half, strip.mime(at.session.results.entries[1]))
    at.until(lambda: at.document.painted[24, 25] == 0)


def test_copy_and_paste_of_both_halves(desk: MakeDesk) -> None:
    at = desk().ready()
    at.click(at.window.mode_bar.live)
    clipboard = QGuiApplication.clipboard()
    painted, image = at.document.painted.copy(), at.document.image.copy()
    at.key(Qt.Key.Key_C, CTRL, SHIFT)
    data = bytes(clipboard.mimeData().data("image/png").data())
    assert (decode_layout(data, CLASSES, "clipboard") == at.document.layout()).all()
    assert clipboard.image().pixelColor(2, 2).name() == CLASSES[2].colour
    at.key(Qt.Key.Key_N, CTRL)
    at.key(Qt.Key.Key_V, CTRL)
    at.until(lambda: (at.document.painted[:, :48] == painted[:, :48]).all())
    assert (at.document.painted[:, 48:] == 1).all(), "the layout as it was seen, with what was filled in"
    at.key(Qt.Key.Key_Z, CTRL)
    at.key(Qt.Key.Key_Z, CTRL)
    at.key(Qt.Key.Key_C, CTRL)
    at.key(Qt.Key.Key_N, CTRL)
    at.key(Qt.Key.Key_V, CTRL)
    at.until(lambda: (at.document.image == image).all())
    assert (at.document.painted == painted).all(), "an image of ours brings its layout"


def test_a_picture_of_another_program_is_pasted_as_an_image(desk: MakeDesk) -> None:
    at = desk().ready()
    picture = QImage(128, 64, QImage.Format.Format_RGB888)
    picture.fill(0x336699)
    QGuiApplication.clipboard().setImage(picture)
    at.key(Qt.Key.Key_V, CTRL)
    at.until(lambda: at.document.marks.image is ImageKind.GIVEN)
    assert at.document.image[5, 5].tolist() == [0x33, 0x66, 0x99]
    QGuiApplication.clipboard().setText("words")
    at.key(Qt.Key.Key_V, CTRL)
    assert "no picture on the clipboard" in at.said()


def ramp(path: Path, height: int, width: int) -> np.ndarray:
    """A photograph whose red is its column and whose green its row, in 256ths."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0] = np.linspace(0, 255, width)
    pixels[..., 1] = np.linspace(0, 255, height)[:, None]
    Image.fromarray(pixels).save(path)
    return pixels


def turn(on: QWidget, at: QPointF, steps: int) -> None:
    """Turn the wheel over a place."""
    no, none, phase = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    QApplication.sendEvent(
        on, QWheelEvent(at, on.mapToGlobal(at), QPoint(), QPoint(0, 120 * steps), no, none, phase, False)
    )


def test_another_part_of_a_photograph_is_chosen_without_a_box_in_the_way(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    pixels = ramp(tmp_path / "photo.png", 256, 256)
    drop(at.window.image_half, tmp_path / "photo.png")
    at.until(lambda: at.document.marks.image is ImageKind.GIVEN)
    at.until(lambda: "its middle was fitted" in at.said())
    at.settled()
    middle = at.document.image.copy()
    assert abs(int(middle[0, 0, 1]) - 64) <= 2
    row = next(row for row in map(at.window.notices.row, range(9)) if "middle" in row.notice.text)
    at.click(row.button)
    frame = at.window.crop_frame
    assert frame.isVisible()
    canvas = at.window.image_canvas
    QTest.mousePress(frame, Qt.MouseButton.LeftButton, pos=at.at(30, 10, canvas))
    QTest.mouseMove(frame, at.at(30, 90, canvas))
    QTest.mouseRelease(frame, Qt.MouseButton.LeftButton, pos=at.at(30, 90, canvas))
    assert frame.crop.top == 0, "no farther than the photograph"
    turn(frame, QPointF(at.at(0, 0, canvas)), 5)
    left, top, right, bottom = frame.crop
    assert (left, top) == pytest.approx((0, 0), abs=3)
    assert right - left == pytest.approx(256 / 1.15**5, rel=0.01)
    assert (right - left) / (bottom - top) == pytest.approx(2)
    QTest.keyClick(frame, Qt.Key.Key_Return)
    assert not frame.isVisible()
    at.until(lambda: (at.document.image != middle).any())
    assert at.document.image[-1, -1] == pytest.approx(pixels[int(bottom) - 1, int(right) - 1], abs=3)
    at.until(lambda: at.document.marks.fill_whole)
    placed = at.document.image.copy()
    at.window.commands["file.crop"].trigger()
    QTest.keyClick(frame, Qt.Key.Key_Minus)
    QTest.keyClick(frame, Qt.Key.Key_Escape)
    assert not frame.isVisible()
    assert (at.document.image == placed).all()
    at.key(Qt.Key.Key_Z, CTRL)
    assert (at.document.image == middle).all()


def test_a_crop_can_be_chosen_while_the_halves_are_overlaid_and_left_from_anywhere(
    desk: MakeDesk, tmp_path: Path
) -> None:
    at = desk().ready()
    ramp(tmp_path / "photo.png", 256, 256)
    drop(at.window.image_half, tmp_path / "photo.png")
    at.until(lambda: at.session.files.photo is not None)
    at.settled()
    at.window.commands["view.overlay"].trigger()
    at.window.commands["file.crop"].trigger()
    assert at.window.crop_frame.isVisible()
    at.key(Qt.Key.Key_Escape)
    assert not at.window.crop_frame.isVisible()


def test_the_timeline_shows_every_step_and_saves_them(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk("--steps", "5").ready()
    before, image = len(at.log("request")), at.document.image.copy()
    at.window.show_timeline()
    window, timeline = at.window.timeline, at.session.timeline
    at.until(lambda: len(timeline.moments) == 6 and not timeline.running)
    assert len(at.log("request")) == before + 1
    assert at.log("request")[-1].split("revision")[0] == at.log("request")[-2].split("revision")[0]
    assert [moment.layout_clock for moment in timeline.moments] == [1000, 800, 600, 400, 200, 0]
    assert (timeline.moments[-1].image == image).all()
    check(window)
    window.slider.setValue(1)
    assert window.layout_clock.bar.value() == 800
    assert "800 / 1000" in window.image_clock.words.text()
    assert window.step.text() == "2 of 6"
    at.click(window.play)
    at.until(lambda: window.slider.value() == 5 and not window.play.isChecked())
    timeline.save_gif(tmp_path / "steps.gif")
    at.until((tmp_path / "steps.gif").exists)
    with Image.open(tmp_path / "steps.gif") as gif:
        assert (gif.n_frames, gif.size) == (6, (132, 68))
    timeline.save_frames(tmp_path / "frames")
    at.until((tmp_path / "frames" / "0005-layout.png").exists)
    for index, moment in enumerate(timeline.moments):
        stem = tmp_path / "frames" / f"{index:04}"
        assert (read_layout(Path(f"{stem}-noisy-layout.png"), CLASSES) == moment.noisy_layout).all()
        assert (read_image(Path(f"{stem}-image.png")) == moment.image).all()
    assert (at.document.image == image).all(), "looking changes nothing"
    window.close()


def test_closing_the_timeline_stops_it_and_a_stroke_comes_first(desk: MakeDesk) -> None:
    at = desk("--steps", "9", "--pause", "0.05").ready()
    at.window.show_timeline()
    at.until(lambda: len(at.session.timeline.moments) > 1)
    at.stroke((20, 24), (30, 24))
    at.until(lambda: at.editor.history.top.answered)
    assert at.session.timeline.running, "the steps are made afterwards"
    at.settled()
    assert [moment.layout_clock for moment in at.session.timeline.moments] == [
        *(1000 * (10 - index) // 9 for index in range(1, 10)),
        0,
    ], "each of them once"
    assert at.generator.mode is Mode.LAYOUT_TO_IMAGE
    at.click(at.window.timeline.again)
    at.until(lambda: len(at.session.timeline.moments) > 1)
    at.window.timeline.close()
    assert not at.generator.running
    assert not at.session.timeline.running


def test_asking_for_the_steps_twice_makes_them_once_and_escape_stops_them(desk: MakeDesk) -> None:
    at = desk("--steps", "9", "--pause", "0.05").ready()
    timeline = at.session.timeline
    for _ in range(2):
        at.window.show_timeline()
        at.until(lambda: len(timeline.moments) > 1)
    assert timeline.running
    QTest.keyClick(at.window.timeline, Qt.Key.Key_Escape)
    assert not timeline.running
    assert not at.generator.running
