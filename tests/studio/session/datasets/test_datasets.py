"""Data sets from the window: exported behind the brush, gone on with after anything, looked through and thinned."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.interface.raster import read_image, read_layout
from studio.session.datasets.export_jobs import PENDING_EXPORT_FILE, ExportStage
from studio.session.datasets.export_options import ExportSourceKind
from studio.ui.windows.dataset_window import DatasetWindow
from studio.ui.windows.export_dialog import ExportDialog
from studio.ui.windows.pair_grid import ENTRY_ROLE
from tests.studio.studio_driver import StudioDriver

LEFT, KEY, CTRL = Qt.MouseButton.LeftButton, Qt.Key, Qt.KeyboardModifier.ControlModifier
MANY_PAIRS = 100_000


def open_export_dialog(driver: StudioDriver) -> ExportDialog:
    driver.window.commands["data.export"].trigger()
    dialog = driver.window.dataset_commands.export_dialog
    assert dialog is not None
    driver.wait_until(dialog.isVisible)
    return dialog


def open_dataset_window(driver: StudioDriver) -> DatasetWindow:
    driver.wait_until(lambda: driver.window.dataset_commands.dataset_window is not None)
    browser = driver.window.dataset_commands.dataset_window
    assert browser is not None
    driver.wait_until(lambda: browser.isVisible() and not browser.browser.opening)
    return browser


def type_into(driver: StudioDriver, field: QLineEdit, words: str) -> None:
    field.setFocus()
    field.selectAll()
    driver.qtbot.keyClicks(field, words)


def start_export(driver: StudioDriver, out: Path, count: int) -> ExportDialog:
    dialog = open_export_dialog(driver)
    driver.generator.settings.set_live(False)
    driver.generator.settings.set_options(msgspec.structs.replace(driver.generator.settings.options, steps=2))
    driver.generator.settings.set_live(True)
    type_into(driver, dialog.count_box.lineEdit(), str(count))
    type_into(driver, dialog.folder_field.path_edit, str(out))
    driver.click(dialog.export_button)
    return dialog


def wait_for_pairs(driver: StudioDriver, more: int = 0) -> None:
    """Wait until some pairs, and so many more than now, are there."""
    progress = driver.session.exports.progress
    least = max(1, (progress.pairs if progress else 0) + more)
    driver.wait_until(
        lambda: driver.session.exports.progress is not None and driver.session.exports.progress.pairs >= least
    )


def wait_until_exported(driver: StudioDriver) -> None:
    driver.wait_until(lambda: driver.session.exports.stage is ExportStage.NONE)


def press_notice_button(driver: StudioDriver, words: str) -> None:
    """Press the button of the notice that says this."""
    rows = driver.window.notice_bar
    driver.wait_until(lambda: any(words in notice.text for notice in rows.notices))
    place = next(place for place, notice in enumerate(rows.notices) if words in notice.text)
    driver.click(rows.row_at(place).action_button)


def pair_names(out: Path) -> list[str]:
    lines = [json.loads(line) for line in (out / "manifest.jsonl").read_bytes().splitlines()]
    return [line["name"] for line in lines if line["type"] == "pair"]


def pending_export_files(folder: Path) -> list[Path]:
    """Where an export that is not finished is remembered."""
    return list((folder / "data").rglob(PENDING_EXPORT_FILE))


def verification_output(out: Path, packs: Path) -> str:
    command = [sys.executable, "-m", "engine.cli", "export", "--verify", "--device", "cpu", "--out", str(out)]
    environment = os.environ | {"DIPTYCH_PACKS": str(packs)}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    return " ".join(run.stdout.split())


def click_pair(driver: StudioDriver, browser: DatasetWindow, row: int, held=Qt.KeyboardModifier.NoModifier) -> None:
    grid = browser.grid
    driver.qtbot.mouseClick(grid.viewport(), LEFT, held, grid.visualRect(grid.model().index(row, 0)).center())


def test_from_the_dialog_to_a_pair_on_the_canvas(driver: StudioDriver, tmp_path: Path) -> None:
    out = tmp_path / "sets" / "one"
    driver.wait_until_ready()
    dialog = start_export(driver, out, 6)
    assert not dialog.form_widget.isEnabled()
    wait_until_exported(driver)
    assert pair_names(out) == [f"{seed:09d}" for seed in range(6)]
    assert all(json.loads(text)["caption"] for text in (out / "captions.jsonl").read_text().splitlines())
    driver.wait_until(dialog.form_widget.isEnabled)
    assert dialog.folder_field.path == str(tmp_path / "sets" / "tiny-1"), "the next one has a folder of its own"
    assert driver.studio.preferences.values.export.count == 6
    press_notice_button(driver, "holds 6 pairs")
    browser = open_dataset_window(driver)
    assert browser.count_label.text() == "6 pairs"
    model = browser.grid.model()
    driver.wait_until(lambda: model.data(model.index(5, 0), Qt.ItemDataRole.DecorationRole) is not None)
    click_pair(driver, browser, 2)
    before = driver.document.painted.copy()
    driver.qtbot.keyClick(browser.grid, KEY.Key_Return)
    layout = read_layout(out / "layouts" / "000000002.png", driver.session.pack.info.classes)
    driver.wait_until(lambda: (driver.document.painted == layout).all())
    assert (driver.document.image == read_image(out / "images" / "000000002.png")).all()
    assert driver.generator.settings.options.seed == 2
    driver.window.activateWindow()
    driver.wait_until(driver.window.isActiveWindow)
    driver.press_key(KEY.Key_Z, CTRL)
    assert (driver.document.painted == before).all()


def test_what_is_dropped_can_be_taken_back_until_the_window_is_closed(
    driver: StudioDriver, packs: Path, tmp_path: Path
) -> None:
    out = tmp_path / "set"
    driver.wait_until_ready()
    start_export(driver, out, 6)
    wait_until_exported(driver)
    driver.window.dataset_commands.show_dataset_window(out)
    browser = open_dataset_window(driver)
    grid, gallery = browser.grid, browser.browser
    driver.wait_until(lambda: gallery.pair_count == 6)
    click_pair(driver, browser, 1)
    click_pair(driver, browser, 2, CTRL)
    assert grid.selected_rows == [1, 2]
    driver.qtbot.keyClick(grid, KEY.Key_Delete)
    assert [gallery.entry_at(row).record.seed for row in range(4)] == [0, 3, 4, 5]
    driver.click(browser.undo_button)
    assert browser.count_label.text() == "6 pairs"
    click_pair(driver, browser, 4)
    driver.click(browser.drop_button)
    assert (out / "images" / "000000004.png").exists()
    browser.activateWindow()
    driver.wait_until(browser.isActiveWindow)
    driver.qtbot.keyClick(grid, KEY.Key_Escape)
    driver.wait_until(lambda: "holds 5 pairs now" in driver.notice_text())
    assert not (out / "images" / "000000004.png").exists()
    assert "000000004" not in (out / "captions.jsonl").read_text()
    assert "5 pairs were checked, 0 files made again" in verification_output(out, packs)


def test_painting_goes_on_and_the_export_waits_its_turn(driver: StudioDriver, tmp_path: Path) -> None:
    driver.wait_until_ready()
    dialog = start_export(driver, tmp_path / "set", MANY_PAIRS)
    wait_for_pairs(driver)
    assert len(pending_export_files(tmp_path)) == 1
    image = driver.document.image.copy()
    driver.editor.toolbox.select_class(2)
    driver.stroke((10, 24), (20, 24))
    driver.wait_until(lambda: bool((driver.document.image != image).any()))
    driver.wait_until_idle()
    wait_for_pairs(driver, 5)
    assert "pairs" in driver.window.dataset_commands.status_button.text()
    driver.click(dialog.pause_button)
    assert driver.session.exports.stage is ExportStage.PAUSED
    assert "paused" in dialog.plan_label.text()
    driver.stroke((10, 4), (20, 4))
    driver.wait_until(lambda: driver.generator.running)
    driver.wait_until_idle()
    driver.click(dialog.pause_button)
    wait_for_pairs(driver, 5)
    driver.click(dialog.stop_button)
    assert driver.session.exports.stage is ExportStage.STOPPED
    driver.click(dialog.continue_button)
    wait_for_pairs(driver, 0)
    driver.click(dialog.stop_button)
    assert pending_export_files(tmp_path) == []


def test_after_a_dead_engine_it_waits_for_a_word(driver: StudioDriver, packs: Path, tmp_path: Path) -> None:
    out, count = tmp_path / "set", 150
    driver.wait_until_ready()
    start_export(driver, out, count)
    wait_for_pairs(driver)
    os.kill(driver.client.pid, 9)
    driver.wait_until(lambda: driver.session.exports.stage is ExportStage.STOPPED)
    before = pair_names(out)
    assert 0 < len(before) < count
    press_notice_button(driver, "stopped with the engine")
    wait_until_exported(driver)
    assert pair_names(out)[: len(before)] == before
    assert len(pair_names(out)) == count
    assert "150 pairs were checked, 0 files made again" in verification_output(out, packs)


def test_what_was_not_finished_is_offered_the_next_time(
    driver: StudioDriver, qtbot: QtBot, tmp_path: Path, reopened: list[StudioDriver]
) -> None:
    out = tmp_path / "set"
    driver.wait_until_ready()
    start_export(driver, out, MANY_PAIRS)
    wait_for_pairs(driver)
    driver.close()
    count = len(pair_names(out)) + 3
    (file,) = pending_export_files(tmp_path)
    request = msgspec.msgpack.decode(file.read_bytes())
    file.write_bytes(msgspec.msgpack.encode(request | {"count": count}))
    again = StudioDriver(qtbot, tmp_path, tmp_path / "no.log", (1280, 760))
    reopened.append(again)
    press_notice_button(again, "is not finished")
    wait_until_exported(again)
    assert len(pair_names(out)) == count
    assert not file.exists()


@pytest.fixture
def reopened() -> Iterator[list[StudioDriver]]:
    desks: list[StudioDriver] = []
    yield desks
    for desk in desks:
        desk.close()


def test_what_cannot_be_made_is_said_in_the_dialog(driver: StudioDriver, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("x")
    driver.wait_until_ready()
    dialog = start_export(driver, tmp_path / "thesis", 3)
    driver.wait_until(lambda: bool(dialog.notice_bar.notices))
    assert "thesis.tex" in dialog.notice_bar.notices[-1].text
    assert driver.session.exports.stage is ExportStage.NONE
    assert dialog.export_button.isEnabled()


def test_every_source_becomes_a_request(driver: StudioDriver, tmp_path: Path) -> None:
    """The canvas with its layout kept, and given layouts; what is lacking is said before."""
    driver.wait_until_ready()
    dialog = open_export_dialog(driver)
    choose_source(dialog, "layouts")
    assert not dialog.export_button.isEnabled()
    assert "Choose a folder" in dialog.plan_label.text()
    type_into(
        driver, dialog.path_fields[ExportSourceKind.LAYOUTS].path_edit, str(driver.session.pack.examples[0].parent)
    )
    assert dialog.export_button.isEnabled()
    start_export(driver, tmp_path / "given", 2)
    wait_until_exported(driver)
    lane = read_layout(driver.session.pack.examples[0], driver.session.pack.info.classes)
    known = lane != 255
    for path in sorted((tmp_path / "given" / "layouts").iterdir()):
        assert (read_layout(path, driver.session.pack.info.classes)[known] == lane[known]).all()
    assert dialog.path_fields[ExportSourceKind.LAYOUTS].isVisible()
    choose_source(dialog, "canvas")
    start_export(driver, tmp_path / "canvas", 2)
    wait_until_exported(driver)
    images = [read_image(path) for path in sorted((tmp_path / "canvas" / "images").iterdir())]
    assert len(images) == 2
    assert (images[0] != images[1]).any()


def choose_source(dialog: ExportDialog, source: str) -> None:
    dialog.source_box.setFocus()
    dialog.source_box.setCurrentIndex(dialog.source_box.findData(source))


def test_ten_thousand_pairs_are_listed_and_only_those_in_sight_decoded(
    driver: StudioDriver, packs: Path, tmp_path: Path
) -> None:
    count = 10_000
    out = tmp_path / "large"
    driver.wait_until_ready()
    start_export(driver, out, 1)
    wait_until_exported(driver)
    line = next(json.loads(text) for text in (out / "manifest.jsonl").read_bytes().splitlines())
    with (out / "manifest.jsonl").open("w") as file:
        for seed in range(count):
            areas = [seed % 7, 1000, 0 if seed % 2 else 5, 0]
            request = line["request"] | {"seed": seed}
            file.write(json.dumps(line | {"name": f"{seed:09d}", "request": request, "areas": areas}) + "\n")
    driver.window.dataset_commands.show_dataset_window(out)
    browser = open_dataset_window(driver)
    driver.wait_until(lambda: browser.browser.pair_count == count)
    asked: list[str] = []
    thumbnails = browser.browser.thumbnails
    assert thumbnails is not None
    thumbnails.thumbnail_ready.connect(lambda name, pixels: asked.append(name))
    bar = browser.grid.verticalScrollBar()
    driver.wait_until(lambda: bar.maximum() > 100_000)
    bar.setValue(bar.maximum())
    driver.wait_until(lambda: f"{count - 1:09d}" in asked)
    assert len(asked) < 400
    browser.class_filter.setFocus()
    driver.qtbot.keyClick(browser.class_filter, KEY.Key_C)  # car, the only class with this letter
    driver.wait_until(lambda: len(browser.browser.shown_indices) == count // 2)
    assert "5,000 of 10,000" in browser.count_label.text()
    shares = {share.name: share for share in browser.browser.class_frequencies()}
    assert shares["car"].pair_share == 1
    assert shares["tree"].pair_share == 0
    assert np.isclose(sum(share.pixel_share for share in shares.values()), 1)


def test_a_damaged_pair_and_a_strange_folder_are_shown_as_such(driver: StudioDriver, tmp_path: Path) -> None:
    out = tmp_path / "set"
    driver.wait_until_ready()
    start_export(driver, out, 3)
    wait_until_exported(driver)
    (out / "images" / "000000001.png").write_bytes(b"")
    driver.window.dataset_commands.show_dataset_window(out)
    browser = open_dataset_window(driver)
    model = browser.grid.model()
    driver.wait_until(lambda: model.rowCount() == 3)
    driver.wait_until(lambda: model.data(model.index(1, 0), Qt.ItemDataRole.DecorationRole) is not None)
    assert model.data(model.index(1, 0), Qt.ItemDataRole.DecorationRole).isNull()
    assert model.data(model.index(1, 0), ENTRY_ROLE).name == "000000001"
    browser.browser.put_on_canvas(1)
    driver.wait_until(lambda: "cannot be read" in driver.notice_text())
    browser.browser.open(tmp_path)
    driver.wait_until(lambda: bool(browser.notice_bar.notices))
    assert "holds no export" in browser.notice_bar.notices[-1].text
    assert browser.count_label.text() == "3 pairs", "what was open stays"


def test_a_drop_that_cannot_be_written_is_taken_back(driver: StudioDriver, tmp_path: Path) -> None:
    out = tmp_path / "set"
    driver.wait_until_ready()
    start_export(driver, out, 3)
    wait_until_exported(driver)
    driver.window.dataset_commands.show_dataset_window(out)
    browser = open_dataset_window(driver)
    driver.wait_until(lambda: browser.browser.pair_count == 3)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    browser.grid.setCurrentIndex(browser.grid.model().index(0, 0))
    driver.click(browser.drop_button)
    assert browser.count_label.text() == "2 pairs"
    driver.wait_until(lambda: browser.count_label.text() == "3 pairs")
    assert "Another export is writing" in browser.notice_bar.notices[-1].text
    holder.communicate("done\n", timeout=60)


HOLD = (
    "import sys; from pathlib import Path; from engine.interface.dataset.dataset_store import open_store\n"
    "with open_store(Path(sys.argv[1])): print('held', flush=True); sys.stdin.readline()"
)


def visible_button_texts(window: QWidget) -> list[str]:
    return [button.text() for button in window.findChildren(QPushButton) if button.isVisible()]


def test_the_dialog_shows_the_buttons_that_mean_something(driver: StudioDriver, tmp_path: Path) -> None:
    dialog = open_export_dialog(driver)
    assert visible_button_texts(dialog) == ["Choose…", "Browse a data set…", "Export"]
    driver.wait_until_ready()
    start_export(driver, tmp_path / "set", MANY_PAIRS)
    assert set(visible_button_texts(dialog)) == {"Choose…", "Browse a data set…", "Stop", "Pause"}
    wait_for_pairs(driver)
    driver.click(dialog.stop_button)
    assert set(visible_button_texts(dialog)) >= {"Continue", "Export"}
