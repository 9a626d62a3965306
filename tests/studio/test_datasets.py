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

from engine.raster import read_image, read_layout
from studio.session.export_choices import Source
from studio.session.exports import FILE, Stage
from studio.ui.dataset_window import DatasetWindow
from studio.ui.export_dialog import ExportDialog
from studio.ui.pair_grid import ENTRY
from tests.studio.desk import Desk

LEFT, KEY, CTRL = Qt.MouseButton.LeftButton, Qt.Key, Qt.KeyboardModifier.ControlModifier
MANY = 100_000


def dialog_of(at: Desk) -> ExportDialog:
    at.window.commands["data.export"].trigger()
    dialog = at.window.dataset_commands.dialog
    assert dialog is not None
    at.until(dialog.isVisible)
    return dialog


def browser_of(at: Desk) -> DatasetWindow:
    at.until(lambda: at.window.dataset_commands.browser is not None)
    browser = at.window.dataset_commands.browser
    assert browser is not None
    at.until(lambda: browser.isVisible() and not browser.gallery.opening)
    return browser


def type_in(at: Desk, field: QLineEdit, words: str) -> None:
    field.setFocus()
    field.selectAll()
    at.qtbot.keyClicks(field, words)


def begin(at: Desk, out: Path, count: int) -> ExportDialog:
    dialog = dialog_of(at)
    at.generator.set_live(False)
    at.generator.set_options(msgspec.structs.replace(at.generator.options, steps=2))
    at.generator.set_live(True)
    type_in(at, dialog.count.lineEdit(), str(count))
    type_in(at, dialog.out.edit, str(out))
    at.click(dialog.begin)
    return dialog


def drawing(at: Desk, more: int = 0) -> None:
    """Wait until some pairs, and so many more than now, are there."""
    progress = at.session.exports.progress
    least = max(1, (progress.pairs if progress else 0) + more)
    at.until(lambda: at.session.exports.progress is not None and at.session.exports.progress.pairs >= least)


def finished(at: Desk) -> None:
    at.until(lambda: at.session.exports.stage is Stage.NONE)


def answer(at: Desk, words: str) -> None:
    """Press the button of the notice that says this."""
    rows = at.window.notices
    at.until(lambda: any(words in notice.text for notice in rows.notices))
    place = next(place for place, notice in enumerate(rows.notices) if words in notice.text)
    at.click(rows.row(place).button)


def names(out: Path) -> list[str]:
    lines = [json.loads(line) for line in (out / "manifest.jsonl").read_bytes().splitlines()]
    return [line["name"] for line in lines if line["type"] == "pair"]


def kept(folder: Path) -> list[Path]:
    """Where an export that is not finished is remembered."""
    return list((folder / "data").rglob(FILE))


def verified(out: Path, packs: Path) -> str:
    command = [sys.executable, "-m", "engine.cli", "export", "--verify", "--device", "cpu", "--out", str(out)]
    environment = os.environ | {"DIPTYCH_PACKS": str(packs)}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240)
    return " ".join(run.stdout.split())


def click_pair(at: Desk, browser: DatasetWindow, row: int, held=Qt.KeyboardModifier.NoModifier) -> None:
    grid = browser.grid
    at.qtbot.mouseClick(grid.viewport(), LEFT, held, grid.visualRect(grid.model().index(row, 0)).center())


def test_from_the_dialog_to_a_pair_on_the_canvas(at: Desk, tmp_path: Path) -> None:
    out = tmp_path / "sets" / "one"
    at.ready()
    dialog = begin(at, out, 6)
    assert not dialog.fields.isEnabled()
    finished(at)
    assert names(out) == [f"{seed:09d}" for seed in range(6)]
    assert all(json.loads(text)["caption"] for text in (out / "captions.jsonl").read_text().splitlines())
    at.until(dialog.fields.isEnabled)
    assert dialog.out.path == str(tmp_path / "sets" / "tiny-1"), "the next one has a folder of its own"
    assert at.studio.preferences.chosen.export.count == 6
    answer(at, "holds 6 pairs")
    browser = browser_of(at)
    assert browser.count.text() == "6 pairs"
    model = browser.grid.model()
    at.until(lambda: model.data(model.index(5, 0), Qt.ItemDataRole.DecorationRole) is not None)
    click_pair(at, browser, 2)
    before = at.document.painted.copy()
    at.qtbot.keyClick(browser.grid, KEY.Key_Return)
    layout = read_layout(out / "layouts" / "000000002.png", at.session.pack.info.classes)
    at.until(lambda: (at.document.painted == layout).all())
    assert (at.document.image == read_image(out / "images" / "000000002.png")).all()
    assert at.generator.options.seed == 2
    at.window.activateWindow()
    at.until(at.window.isActiveWindow)
    at.key(KEY.Key_Z, CTRL)
    assert (at.document.painted == before).all()


def test_what_is_dropped_can_be_taken_back_until_the_window_is_closed(at: Desk, packs: Path, tmp_path: Path) -> None:
    out = tmp_path / "set"
    at.ready()
    begin(at, out, 6)
    finished(at)
    at.window.dataset_commands.browse(out)
    browser = browser_of(at)
    grid, gallery = browser.grid, browser.gallery
    at.until(lambda: gallery.total == 6)
    click_pair(at, browser, 1)
    click_pair(at, browser, 2, CTRL)
    assert grid.rows == [1, 2]
    at.qtbot.keyClick(grid, KEY.Key_Delete)
    assert [gallery.entry(row).record.seed for row in range(4)] == [0, 3, 4, 5]
    at.click(browser.undo)
    assert browser.count.text() == "6 pairs"
    click_pair(at, browser, 4)
    at.click(browser.drop)
    assert (out / "images" / "000000004.png").exists()
    browser.activateWindow()
    at.until(browser.isActiveWindow)
    at.qtbot.keyClick(grid, KEY.Key_Escape)
    at.until(lambda: "holds 5 pairs now" in at.said())
    assert not (out / "images" / "000000004.png").exists()
    assert "000000004" not in (out / "captions.jsonl").read_text()
    assert "5 pairs were checked, 0 files made again" in verified(out, packs)


def test_painting_goes_on_and_the_export_waits_its_turn(at: Desk, tmp_path: Path) -> None:
    at.ready()
    dialog = begin(at, tmp_path / "set", MANY)
    drawing(at)
    assert len(kept(tmp_path)) == 1
    image = at.document.image.copy()
    at.editor.tools.choose(2)
    at.stroke((10, 24), (20, 24))
    at.until(lambda: bool((at.document.image != image).any()))
    at.settled()
    drawing(at, 5)
    assert "pairs" in at.window.dataset_commands.status.text()
    at.click(dialog.pause)
    assert at.session.exports.stage is Stage.PAUSED
    assert "paused" in dialog.plan.text()
    at.stroke((10, 4), (20, 4))
    at.until(lambda: at.generator.running)
    at.settled()
    at.click(dialog.pause)
    drawing(at, 5)
    at.click(dialog.cancel)
    assert at.session.exports.stage is Stage.STOPPED
    at.click(dialog.go_on)
    drawing(at, 0)
    at.click(dialog.cancel)
    assert kept(tmp_path) == []


def test_after_a_dead_engine_it_waits_for_a_word(at: Desk, packs: Path, tmp_path: Path) -> None:
    out, count = tmp_path / "set", 150
    at.ready()
    begin(at, out, count)
    drawing(at)
    os.kill(at.client.pid, 9)
    at.until(lambda: at.session.exports.stage is Stage.STOPPED)
    before = names(out)
    assert 0 < len(before) < count
    answer(at, "stopped with the engine")
    finished(at)
    assert names(out)[: len(before)] == before
    assert len(names(out)) == count
    assert "150 pairs were checked, 0 files made again" in verified(out, packs)


def test_what_was_not_finished_is_offered_the_next_time(
    at: Desk, qtbot: QtBot, tmp_path: Path, reopened: list[Desk]
) -> None:
    out = tmp_path / "set"
    at.ready()
    begin(at, out, MANY)
    drawing(at)
    at.close()
    count = len(names(out)) + 3
    (file,) = kept(tmp_path)
    request = msgspec.msgpack.decode(file.read_bytes())
    file.write_bytes(msgspec.msgpack.encode(request | {"count": count}))
    again = Desk(qtbot, tmp_path, tmp_path / "no.log", (1280, 760))
    reopened.append(again)
    answer(again, "is not finished")
    finished(again)
    assert len(names(out)) == count
    assert not file.exists()


@pytest.fixture
def reopened() -> Iterator[list[Desk]]:
    desks: list[Desk] = []
    yield desks
    for desk in desks:
        desk.close()


def test_what_cannot_be_made_is_said_in_the_dialog(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("x")
    at.ready()
    dialog = begin(at, tmp_path / "thesis", 3)
    at.until(lambda: bool(dialog.notices.notices))
    assert "thesis.tex" in dialog.notices.notices[-1].text
    assert at.session.exports.stage is Stage.NONE
    assert dialog.begin.isEnabled()


def test_every_source_becomes_a_request(at: Desk, tmp_path: Path) -> None:
    """The canvas with its layout kept, and given layouts; what is lacking is said before."""
    at.ready()
    dialog = dialog_of(at)
    choose(dialog, "layouts")
    assert not dialog.begin.isEnabled()
    assert "Choose a folder" in dialog.plan.text()
    type_in(at, dialog.places[Source.LAYOUTS].edit, str(at.session.pack.examples[0].parent))
    assert dialog.begin.isEnabled()
    begin(at, tmp_path / "given", 2)
    finished(at)
    lane = read_layout(at.session.pack.examples[0], at.session.pack.info.classes)
    known = lane != 255
    for path in sorted((tmp_path / "given" / "layouts").iterdir()):
        assert (read_layout(path, at.session.pack.info.classes)[known] == lane[known]).all()
    assert dialog.places[Source.LAYOUTS].isVisible()
    choose(dialog, "canvas")
    begin(at, tmp_path / "canvas", 2)
    finished(at)
    images = [read_image(path) for path in sorted((tmp_path / "canvas" / "images").iterdir())]
    assert len(images) == 2
    assert (images[0] != images[1]).any()


def choose(dialog: ExportDialog, source: str) -> None:
    dialog.source.setFocus()
    dialog.source.setCurrentIndex(dialog.source.findData(source))


def test_ten_thousand_pairs_are_listed_and_only_those_in_sight_decoded(at: Desk, packs: Path, tmp_path: Path) -> None:
    count = 10_000
    out = tmp_path / "large"
    at.ready()
    begin(at, out, 1)
    finished(at)
    line = next(json.loads(text) for text in (out / "manifest.jsonl").read_bytes().splitlines())
    with (out / "manifest.jsonl").open("w") as file:
        for seed in range(count):
            areas = [seed % 7, 1000, 0 if seed % 2 else 5, 0]
            request = line["request"] | {"seed": seed}
            file.write(json.dumps(line | {"name": f"{seed:09d}", "request": request, "areas": areas}) + "\n")
    at.window.dataset_commands.browse(out)
    browser = browser_of(at)
    at.until(lambda: browser.gallery.total == count)
    asked: list[str] = []
    thumbnails = browser.gallery.thumbnails
    assert thumbnails is not None
    thumbnails.made.connect(lambda name, pixels: asked.append(name))
    bar = browser.grid.verticalScrollBar()
    at.until(lambda: bar.maximum() > 100_000)
    bar.setValue(bar.maximum())
    at.until(lambda: f"{count - 1:09d}" in asked)
    assert len(asked) < 400
    browser.holding.setFocus()
    at.qtbot.keyClick(browser.holding, KEY.Key_C)  # car, the only class with this letter
    at.until(lambda: len(browser.gallery.shown) == count // 2)
    assert "5,000 of 10,000" in browser.count.text()
    shares = {share.name: share for share in browser.gallery.shares()}
    assert shares["car"].pairs == 1
    assert shares["tree"].pairs == 0
    assert np.isclose(sum(share.pixels for share in shares.values()), 1)


def test_a_damaged_pair_and_a_strange_folder_are_shown_as_such(at: Desk, tmp_path: Path) -> None:
    out = tmp_path / "set"
    at.ready()
    begin(at, out, 3)
    finished(at)
    (out / "images" / "000000001.png").write_bytes(b"")
    at.window.dataset_commands.browse(out)
    browser = browser_of(at)
    model = browser.grid.model()
    at.until(lambda: model.rowCount() == 3)
    at.until(lambda: model.data(model.index(1, 0), Qt.ItemDataRole.DecorationRole) is not None)
    assert model.data(model.index(1, 0), Qt.ItemDataRole.DecorationRole).isNull()
    assert model.data(model.index(1, 0), ENTRY).name == "000000001"
    browser.gallery.put_on_canvas(1)
    at.until(lambda: "cannot be read" in at.said())
    browser.gallery.open(tmp_path)
    at.until(lambda: bool(browser.notices.notices))
    assert "holds no export" in browser.notices.notices[-1].text
    assert browser.count.text() == "3 pairs", "what was open stays"


def test_a_drop_that_cannot_be_written_is_taken_back(at: Desk, tmp_path: Path) -> None:
    out = tmp_path / "set"
    at.ready()
    begin(at, out, 3)
    finished(at)
    at.window.dataset_commands.browse(out)
    browser = browser_of(at)
    at.until(lambda: browser.gallery.total == 3)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    browser.grid.setCurrentIndex(browser.grid.model().index(0, 0))
    at.click(browser.drop)
    assert browser.count.text() == "2 pairs"
    at.until(lambda: browser.count.text() == "3 pairs")
    assert "Another export is writing" in browser.notices.notices[-1].text
    holder.communicate("done\n", timeout=60)


HOLD = (
    "import sys; from pathlib import Path; from engine.export.store import opened\n"
    "with opened(Path(sys.argv[1])): print('held', flush=True); sys.stdin.readline()"
)


def buttons(window: QWidget) -> list[str]:
    return [button.text() for button in window.findChildren(QPushButton) if button.isVisible()]


def test_the_dialog_shows_the_buttons_that_mean_something(at: Desk, tmp_path: Path) -> None:
    dialog = dialog_of(at)
    assert buttons(dialog) == ["Choose…", "Look through a data set…", "Export"]
    at.ready()
    begin(at, tmp_path / "set", MANY)
    assert set(buttons(dialog)) == {"Choose…", "Look through a data set…", "Stop", "Pause"}
    drawing(at)
    at.click(dialog.cancel)
    assert set(buttons(dialog)) >= {"Go on", "Export"}
