"""Live mode as a person meets it: on, off, paused behind a hidden window, and never in a crowd."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.studio.conftest import MakeDesk
from tests.studio.desk import Desk

CTRL = Qt.KeyboardModifier.ControlModifier


def crowd(at: Desk) -> list[str]:
    """The requests that came while the one before had neither shown itself nor ended."""
    early, quiet = [], False
    for line in at.lines():
        kind = line.split()[0]
        if kind == "request":
            if quiet:
                early.append(line)
            quiet = True
        elif kind in ("preview", "end"):
            quiet = False
    return early


def test_live_is_on_and_a_key_turns_it_off(desk: MakeDesk) -> None:
    at = desk().ready()
    assert at.window.mode_bar.live.isChecked()
    at.key(Qt.Key.Key_L, CTRL)
    assert not at.window.mode_bar.live.isChecked()
    assert not at.generator.live
    at.stroke((20, 24), (30, 24))
    assert not at.generator.running
    at.key(Qt.Key.Key_L, CTRL)
    assert at.generator.running


def test_a_minimised_window_makes_nothing_until_it_is_back(desk: MakeDesk) -> None:
    at = desk().ready()
    count = len(at.log("request"))
    at.window.showMinimized()
    at.until(lambda: at.generator.paused)
    assert "paused" in at.window.windowTitle()
    assert "paused" in at.window.status.engine.text()
    at.stroke((20, 24), (30, 24))
    at.qtbot.wait(1)
    assert not at.generator.running
    assert len(at.log("request")) == count
    at.window.showNormal()
    at.until(lambda: len(at.log("request")) == count + 1)
    assert "paused" not in at.window.windowTitle()
    at.settled()
    assert at.editor.history.top.answered


def test_hiding_the_window_ends_what_runs_and_showing_it_makes_it_anew(desk: MakeDesk) -> None:
    at = desk("--pause", "0.1", "--steps", "30")
    at.until(lambda: len(at.log("request")) == 1)
    at.until(lambda: at.generator.preview is not None)
    at.stroke((20, 24), (30, 24))
    at.until(lambda: len(at.log("request")) == 2)
    at.window.hide()
    assert not at.generator.running
    at.until(lambda: len(at.log("cancel")) == 1)
    at.window.show()
    at.until(lambda: len(at.log("request")) == 3)


def test_what_was_asked_for_is_made_behind_a_hidden_window(desk: MakeDesk) -> None:
    at = desk("--pause", "0.05").ready()
    image = at.document.image.copy()
    at.click(at.window.prompt_panel.generate)
    at.window.showMinimized()
    assert at.generator.running
    at.settled()
    assert (at.document.image != image).any()


def test_never_two_at_once_however_fast_the_strokes_come(desk: MakeDesk) -> None:
    at = desk("--pause", "0.01", "--steps", "8").ready()
    for index in range(40):
        at.stroke((index, index % 30), (index + 8, 20))
        at.qtbot.wait(1)
    at.settled()
    at.until(lambda: len(at.log("request")) == len(at.log("end")))
    assert len(at.log("request")) > 3
    assert crowd(at) == []
    assert at.editor.history.top.answered, "the last stroke has its image"


def test_progress_and_the_time_that_is_left(desk: MakeDesk) -> None:
    at = desk("--pause", "0.2", "--steps", "20")
    at.until(lambda: at.generator.preview is not None)
    assert at.window.status.progress.isVisible()
    assert at.window.status.engine.text().startswith("Step ")
    assert at.window.status.engine.text().endswith(" s left")
    at.click(at.window.prompt_panel.cancel)
    assert not at.generator.running
    assert not at.window.status.progress.isVisible()
