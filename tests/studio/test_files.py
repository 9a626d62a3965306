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

from engine.protocol import UNKNOWN
from engine.raster import read_image, read_layout, write_layout
from studio.domain.document import ImageKind, Mode, Plane
from studio.session.journal import read as read_journal
from studio.session.requests import build
from tests.studio.conftest import CLASSES, MakeDesk
from tests.studio.desk import Desk

CTRL = Qt.KeyboardModifier.ControlModifier


def photograph(path: Path, height: int, width: int) -> Path:
    ramp = np.linspace(0, 255, width).astype(np.uint8)
    pixels = np.stack([np.tile(ramp, (height, 1))] * 3, axis=2)
    pixels[..., 1] = 90
    Image.fromarray(pixels).save(path)
    return path


def drop(on: QWidget, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/no-file.png"), *(QUrl.fromLocalFile(str(path)) for path in paths)])
    copy, button, key = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, button, key)
    QApplication.sendEvent(on, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(on, QDropEvent(QPointF(5, 5), copy, data, button, key))


def test_a_dropped_photograph_gets_its_layout(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    painted = at.document.painted.copy()
    drop(at.window.image_half, photograph(tmp_path / "photo.jpg", 300, 500))
    at.until(lambda: at.document.marks.fill_whole)
    assert at.generator.mode is Mode.IMAGE_TO_LAYOUT
    assert at.document.marks.image is ImageKind.GIVEN
    assert "given=- image=image" in at.log("request")[-1]
    assert "its middle was fitted to 64×32" in at.said()
    assert (at.document.filled == 1).all()
    photo = at.document.image.copy()
    at.stroke((20, 8), (24, 8))
    assert (at.document.painted != UNKNOWN).sum() < 200, "a stroke here is a correction, not a new picture"
    at.click(at.window.prompt_panel.generate)
    at.settled()
    assert at.document.painted[8, 22] == 3
    assert (at.document.image == photo).all()
    for _ in range(3):
        at.key(Qt.Key.Key_Z, CTRL)
    assert (at.document.painted == painted).all(), "the photograph and its layout are one step"


def test_a_fully_painted_layout_is_not_lost_to_image_to_layout(desk: MakeDesk) -> None:
    at = desk().ready()
    at.key(Qt.Key.Key_K, CTRL)
    painted = at.document.painted.copy()
    at.click(at.window.mode_bar.modes[Mode.IMAGE_TO_LAYOUT])
    at.click(at.window.prompt_panel.generate)
    assert "nothing left to find" in at.said()
    assert (at.document.painted == painted).all()
    at.click(at.window.notices.row(-1).button)
    at.until(lambda: at.document.marks.fill_whole)
    at.key(Qt.Key.Key_Z, CTRL)
    assert (at.document.painted == painted).all()


def test_words_for_another_picture_do_not_steer_image_to_layout(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    at.click(at.window.mode_bar.live)
    options = msgspec.structs.replace(at.generator.options, prompt="a beach", negative="cars")
    at.generator.set_options(options)
    drop(at.window.image_half, photograph(tmp_path / "photo.png", 32, 64))
    at.until(lambda: at.document.marks.fill_whole)
    assert at.log("request")[-1].endswith("prompt=None")
    request = build(at.document, Mode.IMAGE_TO_LAYOUT, options, "street", 1)
    assert (request.prompt, request.negative) == (None, "")
    request = build(at.document, Mode.LAYOUT_TO_IMAGE, options, "street", 1)
    assert (request.prompt, request.negative) == ("a beach", "cars")


def test_of_several_dropped_files_the_one_taken_is_named(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    photographs = [photograph(tmp_path / f"{name}.png", 300, 500) for name in ("one", "two")]
    drop(at.window.image_half, *photographs)
    at.until(lambda: at.document.marks.fill_whole)
    assert "one.png is opened, the first of the 2 dropped" in at.said()
    assert "its middle was fitted" in at.said()


def test_a_layout_of_another_size_is_fitted(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    layout = np.full((128, 128), 1, np.uint8)
    layout[64:] = 3
    write_layout(tmp_path / "big.png", layout, CLASSES)
    drop(at.window.layout_half, tmp_path / "big.png")
    at.until(lambda: (at.document.painted == 3).any())
    assert set(np.unique(at.document.painted)) == {1, 3}
    assert "big.png is 128×128" in at.said()
    at.until(lambda: "given=2048" in at.log("request")[-1])
    at.settled()


def test_a_file_that_is_no_layout_is_said(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    painted = at.document.painted.copy()
    Image.fromarray(np.full((32, 64), 9, np.uint8)).save(tmp_path / "nine.png")
    drop(at.window.layout_half, tmp_path / "nine.png")
    at.until(lambda: "holds the class id 9" in at.said())
    (tmp_path / "words.png").write_text("no picture")
    drop(at.window.image_half, tmp_path / "words.png")
    at.until(lambda: "cannot be read as a picture" in at.said())
    assert (at.document.painted == painted).all()


def test_save_both_halves(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    at.session.files.save_layout(tmp_path / "saved" / "layout.png")
    at.until(lambda: (tmp_path / "saved" / "layout.png").exists())
    at.session.files.save_image(tmp_path / "saved" / "image.png")
    at.until(lambda: (tmp_path / "saved" / "image.png").exists())
    at.until(lambda: "image.png" in at.said())
    assert (read_layout(tmp_path / "saved" / "layout.png", CLASSES) == at.document.layout()).all()
    assert (read_image(tmp_path / "saved" / "image.png") == at.document.image).all()


def test_a_place_that_cannot_be_written_is_said(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    (tmp_path / "file").write_text("in the way")
    at.session.files.save_layout(tmp_path / "file" / "layout.png")
    at.until(lambda: "cannot be written" in at.said())


def test_the_dialog_opens_without_stopping_anything(desk: MakeDesk, pack: Path) -> None:
    at = desk().ready()
    at.key(Qt.Key.Key_O, CTRL)
    dialog = at.window.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.isVisible()
    dialog.fileSelected.emit(str(pack / "examples" / "lane.png"))
    dialog.close()
    depth = len(at.editor.history)
    at.until(lambda: "Open lane.png" in at.window.mode_bar.undo.toolTip() or len(at.editor.history) > depth)


def reopened(first: Desk, desk: MakeDesk) -> Desk:
    first.close()
    return desk()


def test_the_picture_is_there_the_next_time(desk: MakeDesk) -> None:
    at = desk().ready()
    at.stroke((20, 24), (30, 24))
    at.until(lambda: at.generator.running)
    at.settled()
    at.window.prompt_panel.prompt.setFocus()
    at.qtbot.keyClicks(at.window.prompt_panel.prompt, "open sky")
    again = reopened(at, desk)
    assert (again.document.painted == at.document.painted).all()
    assert (again.document.filled == at.document.filled).all()
    assert (again.document.image == at.document.image).all()
    assert again.document.marks == at.document.marks
    assert again.window.prompt_panel.prompt.text() == "open sky"
    assert "Paint a car" not in again.said()


def test_changes_are_on_disk_soon_without_closing(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    at.until((tmp_path / "data" / "picture" / "picture.diptych").exists)
    at.click(at.window.mode_bar.live)
    at.stroke((20, 8), (30, 8))
    folder = tmp_path / "data" / "picture"

    (journal,) = folder.glob("journal-*")
    records = read_journal(journal)
    assert records[-1].name == "Paint car"
    assert records[-1].patches[0].plane is Plane.PAINTED


def test_a_broken_picture_is_kept_aside(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    at.close()
    (tmp_path / "data" / "picture" / "picture.diptych").write_bytes(b"broken")
    again = desk()
    assert "cannot be restored" in again.said()
    assert (again.document.painted[:16, :48] == 2).all(), "the example is there instead"
    assert len(list((tmp_path / "data").glob("picture-from-*/picture.diptych"))) == 1


def test_a_damaged_document_is_kept_aside(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    at.close()
    file = tmp_path / "data" / "picture" / "picture.diptych"
    damaged = file.read_bytes().replace(b'"street"', b'"stra\xdfe"')
    file.write_bytes(damaged)
    again = desk()
    assert "cannot be restored" in again.said()
    (aside,) = (tmp_path / "data").glob("picture-from-*")
    assert (aside / "picture.diptych").read_bytes() == damaged


def test_an_error_that_nobody_foresaw_does_not_keep_a_closed_window(
    desk: MakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = desk().ready()
    pid = at.client.pid

    def stumble(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("studio.session.snapshot.encode_layout", stumble)
    at.window.close()
    at.until(lambda: "cannot be kept for the next time. RuntimeError: a bug" in at.said())
    assert at.window.isVisible()
    at.window.close()
    at.until(at.studio.closed.is_set)
    assert pid
    assert at.client.pid == 0, "the engine is gone as well"


def test_closing_never_drops_a_picture_silently(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    at.click(at.window.mode_bar.live)
    at.until((tmp_path / "data" / "picture" / "picture.diptych").exists)
    shutil.rmtree(tmp_path / "data" / "picture")
    (tmp_path / "data" / "picture").write_text("in the way")
    at.window.close()
    at.until(lambda: "cannot be kept for the next time" in at.said())
    assert at.window.isVisible()
    at.session.files.save_layout(tmp_path / "layout.png")
    at.until((tmp_path / "layout.png").exists)
    at.close()
    assert not at.window.isVisible()


def test_two_windows_keep_two_pictures(desk: MakeDesk, tmp_path: Path) -> None:
    one, two = desk().ready(), desk().ready()
    one.stroke((20, 24), (30, 24))
    one.close()
    two.close()
    assert {p.parent.name for p in (tmp_path / "data").glob("*/picture.diptych")} == {"picture", "picture-2"}


def test_the_newest_picture_comes_back_whichever_window_it_was_in(desk: MakeDesk) -> None:
    one, two = desk().ready(), desk().ready()
    one.close()
    two.click(two.window.mode_bar.live)
    two.editor.tools.choose(3)
    two.stroke((20, 24), (30, 24))
    two.close()
    again = desk()
    assert (again.document.painted == two.document.painted).all()
    assert again.document.painted[24, 25] == 3


def test_no_pack_is_said(desk: MakeDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("studio.session.pack.pack_folders", dict)
    at = desk()
    assert "There is no pack to paint with" in at.said()
    at.stroke((20, 24), (30, 24))
    at.click(at.window.prompt_panel.generate)
    assert not (at.document.painted != UNKNOWN).any()
    assert at.client.pid == 0
    at.window.prompt_panel.prompt.setFocus()
    at.qtbot.keyClicks(at.window.prompt_panel.prompt, "a street")
    at.qtbot.keyClick(at.window.prompt_panel.prompt, Qt.Key.Key_Return)
    assert not at.generator.running
    assert "No pack could be opened" in at.said()


def test_broken_settings_are_said(desk: MakeDesk, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.toml").write_text("engine = 3")
    at = desk()
    assert "settings.toml cannot be read" in at.said()
    assert "goes on with its defaults" in at.said()
