"""Files: opened, dropped, saved, and kept for the next time."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from engine.interface.protocol import UNKNOWN
from engine.interface.raster import read_image, read_layout, write_layout
from studio.domain.document import GenerationMode, ImageKind, Plane
from studio.session.generation.request_builder import RequestDraft
from studio.session.persistence.journal import read_records as read_journal
from tests.studio.conftest import CLASSES, OpenStudio
from tests.studio.studio_driver import StudioDriver

CTRL = Qt.KeyboardModifier.ControlModifier


def write_photograph(path: Path, height: int, width: int) -> Path:
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    pixels = np.stack([np.tile(ramp, (height, 1))] * 3, axis=2)
    pixels[..., 1] = 90
    Image.fromarray(pixels).save(path)
    return path


def drop_files(on: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/no-file.png"), *(QUrl.fromLocalFile(str(path)) for path in paths)])
    copy, button, key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, button, key)
    QApplication.sendEvent(on, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(on, QDropEvent(QPointF(5, 5), copy, data, button, key))


def test_a_dropped_photograph_gets_its_layout(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    painted = driver.document.painted.copy()
    drop_files(driver.window.image_half, write_photograph(tmp_path / "photo.jpg", 300, 500))
    driver.wait_until(lambda: driver.document.status.fill_whole)
    assert driver.generator.settings.mode is GenerationMode.IMAGE_TO_LAYOUT
    assert driver.document.status.image is ImageKind.GIVEN
    assert "given=- image=image" in driver.engine_log("request")[-1]
    assert "its middle was fitted to 64×32" in driver.notice_text()
    assert (driver.document.filled == 1).all()
    photo = driver.document.image.copy()
    driver.stroke((20, 8), (24, 8))
    assert (driver.document.painted != UNKNOWN).sum() < 200, "a stroke here is a correction, not a new picture"
    driver.click(driver.window.prompt_panel.generate_button)
    driver.wait_until_idle()
    assert driver.document.painted[8, 22] == 3
    assert (driver.document.image == photo).all()
    for _ in range(3):
        driver.press_key(Qt.Key.Key_Z, CTRL)
    assert (driver.document.painted == painted).all(), "the photograph and its layout are one step"


def test_a_fully_painted_layout_is_not_lost_to_image_to_layout(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.press_key(Qt.Key.Key_K, CTRL)
    painted = driver.document.painted.copy()
    driver.click(driver.window.mode_bar.mode_buttons[GenerationMode.IMAGE_TO_LAYOUT])
    driver.click(driver.window.prompt_panel.generate_button)
    assert "nothing left to find" in driver.notice_text()
    assert (driver.document.painted == painted).all()
    driver.click(driver.window.notice_bar.row_at(-1).action_button)
    driver.wait_until(lambda: driver.document.status.fill_whole)
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert (driver.document.painted == painted).all()


def test_words_for_another_picture_do_not_steer_image_to_layout(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    driver.click(driver.window.mode_bar.live_button)
    options = msgspec.structs.replace(driver.generator.settings.options, prompt="a beach", negative="cars")
    driver.generator.settings.set_options(options)
    drop_files(driver.window.image_half, write_photograph(tmp_path / "photo.png", 32, 64))
    driver.wait_until(lambda: driver.document.status.fill_whole)
    assert driver.engine_log("request")[-1].endswith("prompt=None")
    request = RequestDraft.of(driver.document, GenerationMode.IMAGE_TO_LAYOUT).build(options, "street", 1)
    assert (request.prompt, request.negative) == (None, "")
    request = RequestDraft.of(driver.document, GenerationMode.LAYOUT_TO_IMAGE).build(options, "street", 1)
    assert (request.prompt, request.negative) == ("a beach", "cars")


def test_of_several_dropped_files_the_one_taken_is_named(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    photographs = [write_photograph(tmp_path / f"{name}.png", 300, 500) for name in ("one", "two")]
    drop_files(driver.window.image_half, *photographs)
    driver.wait_until(lambda: driver.document.status.fill_whole)
    assert "Only one.png was opened, the first of 2 files" in driver.notice_text()
    assert "its middle was fitted" in driver.notice_text()


def test_a_layout_of_another_size_is_fitted(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    layout = np.full((128, 128), 1, np.uint8)
    layout[64:] = 3
    write_layout(tmp_path / "big.png", layout, CLASSES)
    drop_files(driver.window.layout_half, tmp_path / "big.png")
    driver.wait_until(lambda: (driver.document.painted == 3).any())
    assert set(np.unique(driver.document.painted)) == {1, 3}
    assert "big.png is 128×128" in driver.notice_text()
    driver.wait_until(lambda: "given=2048" in driver.engine_log("request")[-1])
    driver.wait_until_idle()


def test_a_file_that_is_no_layout_is_said(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    painted = driver.document.painted.copy()
    Image.fromarray(np.full((32, 64), 9, np.uint8)).save(tmp_path / "nine.png")
    drop_files(driver.window.layout_half, tmp_path / "nine.png")
    driver.wait_until(lambda: "holds the class id 9" in driver.notice_text())
    (tmp_path / "words.png").write_text("no picture")
    drop_files(driver.window.image_half, tmp_path / "words.png")
    driver.wait_until(lambda: "cannot be read as a picture" in driver.notice_text())
    assert (driver.document.painted == painted).all()


def test_save_both_halves(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    driver.session.files.save_layout(tmp_path / "saved" / "layout.png")
    driver.wait_until(lambda: (tmp_path / "saved" / "layout.png").exists())
    driver.session.files.save_image(tmp_path / "saved" / "image.png")
    driver.wait_until(lambda: (tmp_path / "saved" / "image.png").exists())
    driver.wait_until(lambda: "image.png" in driver.notice_text())
    assert (read_layout(tmp_path / "saved" / "layout.png", CLASSES) == driver.document.visible_layout()).all()
    assert (read_image(tmp_path / "saved" / "image.png") == driver.document.image).all()


def test_a_place_that_cannot_be_written_is_said(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    (tmp_path / "file").write_text("in the way")
    driver.session.files.save_layout(tmp_path / "file" / "layout.png")
    driver.wait_until(lambda: "cannot be written" in driver.notice_text())


def test_the_dialog_opens_without_stopping_anything(open_studio: OpenStudio, pack: Path) -> None:
    driver = open_studio().wait_until_ready()
    driver.press_key(Qt.Key.Key_O, CTRL)
    dialog = driver.window.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.fileSelected.emit(str(pack / "examples" / "lane.png"))
    dialog.close()
    depth = len(driver.editor.history)
    driver.wait_until(
        lambda: "Open lane.png" in driver.window.mode_bar.undo_button.toolTip() or len(driver.editor.history) > depth
    )


def reopen(first: StudioDriver, open_studio: OpenStudio) -> StudioDriver:
    first.close()
    return open_studio()


def test_the_picture_is_there_the_next_time(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: driver.generator.running)
    driver.wait_until_idle()
    driver.window.prompt_panel.prompt_edit.setFocus()
    driver.qtbot.keyClicks(driver.window.prompt_panel.prompt_edit, "open sky")
    again = reopen(driver, open_studio)
    assert (again.document.painted == driver.document.painted).all()
    assert (again.document.filled == driver.document.filled).all()
    assert (again.document.image == driver.document.image).all()
    assert again.document.status == driver.document.status
    assert again.window.prompt_panel.prompt_edit.text() == "open sky"
    assert "Paint a car" not in again.notice_text()


def test_changes_are_on_disk_soon_without_closing(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    driver.wait_until((tmp_path / "data" / "picture" / "picture.diptych").exists)
    driver.click(driver.window.mode_bar.live_button)
    driver.stroke((20, 8), (30, 8))
    folder = tmp_path / "data" / "picture"

    (journal,) = folder.glob("journal-*")
    records = read_journal(journal)
    assert records[-1].name == "Paint car"
    assert records[-1].patches[0].plane is Plane.PAINTED


def test_a_broken_picture_is_kept_aside(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    driver.close()
    (tmp_path / "data" / "picture" / "picture.diptych").write_bytes(b"broken")
    again = open_studio()
    assert "cannot be restored" in again.notice_text()
    assert (again.document.painted[:16, :48] == 2).all(), "the example is there instead"
    assert len(list((tmp_path / "data").glob("picture-from-*/picture.diptych"))) == 1


def test_a_damaged_document_is_kept_aside(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    driver.close()
    file = tmp_path / "data" / "picture" / "picture.diptych"
    damaged = file.read_bytes().replace(b'"street"', b'"stra\xdfe"')
    file.write_bytes(damaged)
    again = open_studio()
    assert "cannot be restored" in again.notice_text()
    (aside,) = (tmp_path / "data").glob("picture-from-*")
    assert (aside / "picture.diptych").read_bytes() == damaged


def test_an_error_that_nobody_foresaw_does_not_keep_a_closed_window(
    open_studio: OpenStudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = open_studio().wait_until_ready()
    pid = driver.client.pid

    def stumble(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("studio.session.persistence.project_file.encode_layout", stumble)
    driver.window.close()
    driver.wait_until(lambda: "cannot be kept for the next start. RuntimeError: a bug" in driver.notice_text())
    assert driver.window.isVisible()
    driver.window.close()
    driver.wait_until(driver.studio.closed.is_set)
    assert pid
    assert driver.client.pid == 0, "the engine is gone as well"


def test_closing_never_drops_a_picture_silently(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    driver.click(driver.window.mode_bar.live_button)
    driver.wait_until((tmp_path / "data" / "picture" / "picture.diptych").exists)
    shutil.rmtree(tmp_path / "data" / "picture")
    (tmp_path / "data" / "picture").write_text("in the way")
    driver.window.close()
    driver.wait_until(lambda: "cannot be kept for the next start" in driver.notice_text())
    assert driver.window.isVisible()
    driver.session.files.save_layout(tmp_path / "layout.png")
    driver.wait_until((tmp_path / "layout.png").exists)
    driver.close()
    assert not driver.window.isVisible()


def test_two_windows_keep_two_pictures(open_studio: OpenStudio, tmp_path: Path) -> None:
    one, two = open_studio().wait_until_ready(), open_studio().wait_until_ready()
    one.stroke((20, 24), (30, 24))
    one.close()
    two.close()
    assert {p.parent.name for p in (tmp_path / "data").glob("*/picture.diptych")} == {"picture", "picture-2"}


def test_the_newest_picture_comes_back_whichever_window_it_was_in(open_studio: OpenStudio) -> None:
    one, two = open_studio().wait_until_ready(), open_studio().wait_until_ready()
    one.close()
    two.click(two.window.mode_bar.live_button)
    two.editor.toolbox.select_class(3)
    two.stroke((20, 24), (30, 24))
    two.close()
    again = open_studio()
    assert (again.document.painted == two.document.painted).all()
    assert again.document.painted[24, 25] == 3


def test_no_pack_is_said(open_studio: OpenStudio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("studio.session.pack_library.open_pack.pack_folders", dict)
    driver = open_studio()
    assert "There is no pack to paint with" in driver.notice_text()
    driver.stroke((20, 24), (30, 24))
    driver.click(driver.window.prompt_panel.generate_button)
    assert not (driver.document.painted != UNKNOWN).any()
    assert driver.client.pid == 0
    driver.window.prompt_panel.prompt_edit.setFocus()
    driver.qtbot.keyClicks(driver.window.prompt_panel.prompt_edit, "a street")
    driver.qtbot.keyClick(driver.window.prompt_panel.prompt_edit, Qt.Key.Key_Return)
    assert not driver.generator.running
    assert "No pack could be opened" in driver.notice_text()


def test_broken_settings_are_said(open_studio: OpenStudio, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").write_text("engine = 3")
    driver = open_studio()
    assert "settings.toml cannot be read" in driver.notice_text()
    assert "goes on with its defaults" in driver.notice_text()
