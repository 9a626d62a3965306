"""Live mode as a person meets it: on, off, paused behind a hidden window, and never in a crowd."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.studio.conftest import OpenStudio
from tests.studio.studio_driver import StudioDriver

CTRL = Qt.KeyboardModifier.ControlModifier


def overlapping_requests(driver: StudioDriver) -> list[str]:
    """The requests that came while the one before had neither shown itself nor ended."""
    early, quiet = [], False
    for line in driver.engine_log_lines():
        kind = line.split()[0]
        if kind == "request":
            if quiet:
                early.append(line)
            quiet = True
        elif kind in ("preview", "end"):
            quiet = False
    return early


def test_live_is_on_and_a_key_turns_it_off(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    assert driver.window.mode_bar.live_button.isChecked()
    driver.press_key(Qt.Key.Key_L, CTRL)
    assert not driver.window.mode_bar.live_button.isChecked()
    assert not driver.generator.settings.live
    driver.stroke((20, 24), (30, 24))
    assert not driver.generator.running
    driver.press_key(Qt.Key.Key_L, CTRL)
    assert driver.generator.running


def test_a_minimised_window_makes_nothing_until_it_is_back(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    count = len(driver.engine_log("request"))
    driver.window.showMinimized()
    driver.wait_until(lambda: driver.generator.paused)
    assert "paused" in driver.window.windowTitle()
    assert "paused" in driver.window.status_line.engine_label.text()
    driver.stroke((20, 24), (30, 24))
    driver.qtbot.wait(1)
    assert not driver.generator.running
    assert len(driver.engine_log("request")) == count
    driver.window.showNormal()
    driver.wait_until(lambda: len(driver.engine_log("request")) == count + 1)
    assert "paused" not in driver.window.windowTitle()
    driver.wait_until_idle()
    assert driver.editor.history.undo_step.answered


def test_hiding_the_window_ends_what_runs_and_showing_it_makes_it_anew(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.1", "--steps", "30")
    driver.wait_until(lambda: len(driver.engine_log("request")) == 1)
    driver.wait_until(lambda: driver.generator.display.preview is not None)
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: len(driver.engine_log("request")) == 2)
    driver.window.hide()
    assert not driver.generator.running
    driver.wait_until(lambda: len(driver.engine_log("cancel")) == 1)
    driver.window.show()
    driver.wait_until(lambda: len(driver.engine_log("request")) == 3)


def test_what_was_asked_for_is_made_behind_a_hidden_window(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.05").wait_until_ready()
    image = driver.document.image.copy()
    driver.click(driver.window.prompt_panel.generate_button)
    driver.window.showMinimized()
    assert driver.generator.running
    driver.wait_until_idle()
    assert (driver.document.image != image).any()


def test_never_two_at_once_however_fast_the_strokes_come(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.01", "--steps", "8").wait_until_ready()
    for index in range(40):
        driver.stroke((index, index % 30), (index + 8, 20))
        driver.qtbot.wait(1)
    driver.wait_until_idle()
    driver.wait_until(lambda: len(driver.engine_log("request")) == len(driver.engine_log("end")))
    assert len(driver.engine_log("request")) > 3
    assert overlapping_requests(driver) == []
    assert driver.editor.history.undo_step.answered, "the last stroke has its image"


def test_progress_and_the_time_that_is_left(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.2", "--steps", "20")
    driver.wait_until(lambda: driver.generator.display.preview is not None)
    assert driver.window.status_line.progress_bar.isVisible()
    assert driver.window.status_line.engine_label.text().startswith("Step ")
    assert driver.window.status_line.engine_label.text().endswith(" s left")
    driver.click(driver.window.prompt_panel.cancel_button)
    assert not driver.generator.running
    assert not driver.window.status_line.progress_bar.isVisible()
