"""What was painted and not saved when another picture took its place is kept, in the file list and behind a notice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from engine.interface.protocol import Pixels
from engine.interface.raster import write_image, write_layout
from studio.domain.document import GenerationMode, ImageKind, Plane
from studio.session.generation.request_builder import GenerationOptions
from studio.session.persistence.project_file import decode_project
from tests.studio.conftest import CLASSES, OpenStudio
from tests.studio.session.persistence.test_file_exchange import drop_files, write_photograph
from tests.studio.session.persistence.test_projects import INFO, window_title
from tests.studio.session.results.test_results import click_result, result_count
from tests.studio.studio_driver import StudioDriver

CTRL = Qt.KeyboardModifier.ControlModifier


def unsaved_layouts(folder: Path) -> list[Pixels]:
    """What is painted in each of the pictures that were set aside, the oldest first."""
    files = sorted((folder / "data" / "unsaved").glob("*.diptych"))
    return [decode_project(path.read_bytes(), INFO, path.name).planes[Plane.PAINTED] for path in files]


def paint_stroke(driver: StudioDriver) -> Pixels:
    """A stroke that no result has answered, and what is painted then."""
    driver.generator.settings.set_live(False)
    driver.stroke((20, 24), (40, 24))
    return driver.document.painted.copy()


def drop_kind(driver: StudioDriver, folder: Path, what: str) -> None:
    """Drop a photograph, a layout or a PNG that carries its request on the window."""
    if what == "photograph":
        drop_files(driver.window.image_half, write_photograph(folder / "photo.png", 32, 64))
        driver.wait_until(lambda: driver.document.status.image is ImageKind.GIVEN)
    elif what == "layout":
        write_layout(folder / "all.png", np.full((32, 64), 1, np.uint8), CLASSES)
        drop_files(driver.window.layout_half, folder / "all.png")
        driver.wait_until(lambda: (driver.document.painted == 1).all())
    else:
        first = driver.session.results.result_paths(driver.session.results.entries[-1])[0]
        drop_files(driver.window.image_half, first)
        driver.wait_until(lambda: "was opened with its layout" in driver.notice_text())


@pytest.mark.parametrize("what", ["photograph", "layout", "result"])
def test_what_is_dropped_takes_no_unsaved_picture_away(open_studio: OpenStudio, tmp_path: Path, what: str) -> None:
    driver = open_studio().wait_until_ready()
    driver.wait_until(lambda: result_count(driver) == 1)
    mine = paint_stroke(driver)
    drop_kind(driver, tmp_path, what)
    driver.wait_until(lambda: len(unsaved_layouts(tmp_path)) == 1)
    assert (unsaved_layouts(tmp_path)[0] == mine).all()
    driver.wait_until_idle()
    driver.wait_until(lambda: "was not saved" in driver.notice_text())
    words = [notice.text for notice in driver.window.notice_bar.notices]
    index = next(place for place, text in enumerate(words) if "was not saved" in text)
    driver.click(driver.window.notice_bar.row_at(index).action_button)
    driver.wait_until(lambda: (driver.document.painted == mine).all())
    assert window_title(driver) == "Untitled •", "no file that the studio removes one day is taken for a person's own"
    assert driver.session.projects.path is None


def test_a_dropped_picture_is_never_written_over_the_project_before(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    path = tmp_path / "castle.diptych"
    driver.session.projects.save(path)
    driver.wait_until(lambda: window_title(driver) == "castle")
    content = path.read_bytes()
    drop_kind(driver, tmp_path, "photograph")
    driver.wait_until(lambda: window_title(driver).startswith("Untitled"))
    driver.press_key(Qt.Key.Key_S, CTRL)
    dialog = driver.window.findChild(QFileDialog)
    assert dialog is not None, "a new picture is asked for its name"
    dialog.close()
    assert path.read_bytes() == content
    driver.window.activateWindow()
    driver.wait_until(driver.window.isActiveWindow)
    driver.wait_until_idle()
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert driver.session.projects.path == path


def test_an_example_that_nobody_touched_is_not_kept(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    drop_kind(driver, tmp_path, "layout")
    driver.wait_until_idle()
    assert unsaved_layouts(tmp_path) == []
    assert "was not saved" not in driver.notice_text()


def test_text_to_both_keeps_the_layout_that_it_takes_the_place_of(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    mine = paint_stroke(driver)
    driver.click(driver.window.mode_bar.mode_buttons[GenerationMode.TEXT_TO_BOTH])
    driver.generator.settings.set_options(GenerationOptions(prompt="a street"))
    driver.click(driver.window.prompt_panel.generate_button)
    driver.wait_until(lambda: driver.document.status.fill_whole)
    driver.wait_until(lambda: len(unsaved_layouts(tmp_path)) == 1)
    assert (unsaved_layouts(tmp_path)[0] == mine).all()


def test_looking_through_results_keeps_a_stroke_but_no_results(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    driver.stroke((20, 20), (30, 20))
    driver.wait_until(lambda: result_count(driver) == 2)
    driver.wait_until_idle()
    for row in (1, 0, 1):
        count = len(driver.editor.history.names)
        click_result(driver, row)
        driver.wait_until(lambda count=count: len(driver.editor.history.names) == count + 1)
    assert unsaved_layouts(tmp_path) == []
    mine = paint_stroke(driver)
    click_result(driver, 0)
    driver.wait_until(lambda: len(unsaved_layouts(tmp_path)) == 1)
    assert (unsaved_layouts(tmp_path)[0] == mine).all()


def test_the_file_list_shows_them_and_where_each_file_is(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    path = tmp_path / "castle.diptych"
    driver.session.projects.save(path)
    driver.wait_until(lambda: window_title(driver) == "castle")
    mine = paint_stroke(driver)
    driver.press_key(Qt.Key.Key_N, CTRL)
    driver.wait_until(lambda: len(driver.session.projects.unsaved) == 1)
    driver.close()
    driver = open_studio()
    menu = driver.window.file_commands.recent_menu
    menu.aboutToShow.emit()
    assert menu.toolTipsVisible()
    named = [action for action in menu.actions() if action.isEnabled() and not action.isSeparator()]
    assert [action.text().split()[-1] for action in named] == ["castle", "castle"]
    assert named[0].toolTip() == str(path)
    assert Path(named[1].toolTip()).parent == tmp_path / "data" / "unsaved"
    named[1].trigger()
    driver.wait_until(lambda: (driver.document.painted == mine).all())
    assert driver.session.projects.recent == [path]


def test_a_picture_that_cannot_be_kept_is_said_and_still_one_undo_away(
    open_studio: OpenStudio, tmp_path: Path
) -> None:
    driver = open_studio().wait_until_ready()
    mine = paint_stroke(driver)
    (tmp_path / "data" / "unsaved").write_text("a file where the folder should be")
    write_image(tmp_path / "photo.png", np.full((32, 64, 3), 7, np.uint8))
    drop_files(driver.window.image_half, tmp_path / "photo.png")
    driver.wait_until(lambda: "cannot be written" in driver.notice_text())
    driver.wait_until_idle()
    QTest.keyClick(driver.window.layout_canvas, Qt.Key.Key_Z, CTRL)
    assert (driver.document.painted == mine).all()
