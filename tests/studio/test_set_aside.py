"""What was painted and not saved when another picture took its place is kept, in the file list and behind a notice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from engine.protocol import Pixels
from engine.raster import write_image, write_layout
from studio.domain.document import ImageKind, Mode, Plane
from studio.session.requests import Options
from studio.session.snapshot import decode
from tests.studio.conftest import CLASSES, MakeDesk
from tests.studio.desk import Desk
from tests.studio.test_files import drop, photograph
from tests.studio.test_projects import INFO, title
from tests.studio.test_results import click, rows

CTRL = Qt.KeyboardModifier.ControlModifier


def kept(folder: Path) -> list[Pixels]:
    """What is painted in each of the pictures that were set aside, the oldest first."""
    files = sorted((folder / "data" / "unsaved").glob("*.diptych"))
    return [decode(path.read_bytes(), INFO, path.name).planes[Plane.PAINTED] for path in files]


def painted(at: Desk) -> Pixels:
    """A stroke that no result has answered, and what is painted then."""
    at.generator.set_live(False)
    at.stroke((20, 24), (40, 24))
    return at.document.painted.copy()


def brought(at: Desk, folder: Path, what: str) -> None:
    """Drop a photograph, a layout or a PNG that carries its request on the window."""
    if what == "photograph":
        drop(at.window.image_half, photograph(folder / "photo.png", 32, 64))
        at.until(lambda: at.document.marks.image is ImageKind.GIVEN)
    elif what == "layout":
        write_layout(folder / "all.png", np.full((32, 64), 1, np.uint8), CLASSES)
        drop(at.window.layout_half, folder / "all.png")
        at.until(lambda: (at.document.painted == 1).all())
    else:
        first = at.session.results.files(at.session.results.entries[-1])[0]
        drop(at.window.image_half, first)
        at.until(lambda: "is back with its layout" in at.said())


@pytest.mark.parametrize("what", ["photograph", "layout", "result"])
def test_what_is_dropped_takes_no_unsaved_picture_away(desk: MakeDesk, tmp_path: Path, what: str) -> None:
    at = desk().ready()
    at.until(lambda: rows(at) == 1)
    mine = painted(at)
    brought(at, tmp_path, what)
    at.until(lambda: len(kept(tmp_path)) == 1)
    assert (kept(tmp_path)[0] == mine).all()
    at.settled()
    at.until(lambda: "was not saved" in at.said())
    words = [notice.text for notice in at.window.notices.notices]
    index = next(place for place, text in enumerate(words) if "was not saved" in text)
    at.click(at.window.notices.row(index).button)
    at.until(lambda: (at.document.painted == mine).all())
    assert title(at) == "Untitled •", "no file that the studio removes one day is taken for a person's own"
    assert at.session.projects.path is None


def test_a_dropped_picture_is_never_written_over_the_project_before(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    path = tmp_path / "castle.diptych"
    at.session.projects.save(path)
    at.until(lambda: title(at) == "castle")
    content = path.read_bytes()
    brought(at, tmp_path, "photograph")
    at.until(lambda: title(at).startswith("Untitled"))
    at.key(Qt.Key.Key_S, CTRL)
    dialog = at.window.findChild(QFileDialog)
    assert dialog is not None, "a new picture is asked for its name"
    dialog.close()
    assert path.read_bytes() == content
    at.window.activateWindow()
    at.until(at.window.isActiveWindow)
    at.settled()
    at.key(Qt.Key.Key_Z, CTRL)
    assert at.session.projects.path == path


def test_an_example_that_nobody_touched_is_not_kept(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    brought(at, tmp_path, "layout")
    at.settled()
    assert kept(tmp_path) == []
    assert "was not saved" not in at.said()


def test_text_to_both_keeps_the_layout_that_it_takes_the_place_of(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    mine = painted(at)
    at.click(at.window.mode_bar.modes[Mode.TEXT_TO_BOTH])
    at.generator.set_options(Options(prompt="a street"))
    at.click(at.window.prompt_panel.generate)
    at.until(lambda: at.document.marks.fill_whole)
    at.until(lambda: len(kept(tmp_path)) == 1)
    assert (kept(tmp_path)[0] == mine).all()


def test_looking_through_results_keeps_a_stroke_but_no_results(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    at.stroke((20, 20), (30, 20))
    at.until(lambda: rows(at) == 2)
    at.settled()
    for row in (1, 0, 1):
        count = len(at.editor.history.names)
        click(at, row)
        at.until(lambda count=count: len(at.editor.history.names) == count + 1)
    assert kept(tmp_path) == []
    mine = painted(at)
    click(at, 0)
    at.until(lambda: len(kept(tmp_path)) == 1)
    assert (kept(tmp_path)[0] == mine).all()


def test_the_file_list_shows_them_and_where_each_file_is(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    path = tmp_path / "castle.diptych"
    at.session.projects.save(path)
    at.until(lambda: title(at) == "castle")
    mine = painted(at)
    at.key(Qt.Key.Key_N, CTRL)
    at.until(lambda: len(at.session.projects.unsaved) == 1)
    at.close()
    at = desk()
    menu = at.window.file_commands.recent
    menu.aboutToShow.emit()
    assert menu.toolTipsVisible()
    named = [action for action in menu.actions() if action.isEnabled() and not action.isSeparator()]
    assert [action.text().split()[-1] for action in named] == ["castle", "castle"]
    assert named[0].toolTip() == str(path)
    assert Path(named[1].toolTip()).parent == tmp_path / "data" / "unsaved"
    named[1].trigger()
    at.until(lambda: (at.document.painted == mine).all())
    assert at.session.projects.recent == [path]


def test_a_picture_that_cannot_be_kept_is_said_and_still_one_undo_away(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    mine = painted(at)
    (tmp_path / "data" / "unsaved").write_text("a file where the folder should be")
    write_image(tmp_path / "photo.png", np.full((32, 64, 3), 7, np.uint8))
    drop(at.window.image_half, tmp_path / "photo.png")
    at.until(lambda: "cannot be written" in at.said())
    at.settled()
    QTest.keyClick(at.window.layout_canvas, Qt.Key.Key_Z, CTRL)
    assert (at.document.painted == mine).all()
