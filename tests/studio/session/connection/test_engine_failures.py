"""What the studio does when the engine dies, talks nonsense, is silent or will not leave."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.interface.protocol import PROTOCOL_VERSION
from studio.session.connection import restart_policy
from studio.session.connection.engine_client import EngineState
from studio.session.connection.restart_policy import MAX_RESTARTS, STABLE_SECONDS, RestartPolicy
from tests.studio.conftest import OpenStudio
from tests.studio.studio_driver import StudioDriver


def process_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text()


def is_stopped(driver: StudioDriver) -> bool:
    return driver.client.state is EngineState.STOPPED


def test_a_dead_engine_is_restarted_and_the_request_sent_again(open_studio: OpenStudio) -> None:
    driver = open_studio("--die-on", "2").wait_until_ready()
    driver.press_key(Qt.Key.Key_4)
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: len(driver.engine_log("request")) == 3)
    driver.wait_until_idle()
    first, again = driver.engine_log("request")[1:]
    assert first == again, "the same seed, paint and revision"
    assert len(driver.engine_log("start")) == 2
    assert "The engine stopped (exit code 9: CUDA error" in driver.notice_text()
    assert "It restarts in" in driver.notice_text()
    assert "continues your picture" in driver.notice_text()
    assert driver.editor.history.undo_step.answered
    assert "Start engine" not in [n.action.label for n in driver.window.notice_bar.notices if n.action]


def test_five_restarts_in_a_row_that_fail_stop_it(open_studio: OpenStudio) -> None:
    driver = open_studio("--die-on", "1", "--die-always")
    driver.wait_until(lambda: is_stopped(driver))
    assert len(driver.engine_log("start")) == 1 + MAX_RESTARTS
    assert not driver.generator.running
    assert "stopped again after 5 restarts (exit code 9: CUDA error" in driver.notice_text()
    assert driver.window.status_line.engine_label.text() == "Engine is stopped"
    row = driver.window.notice_bar.row_at(-1)
    assert row.action_button.text() == "Start engine"
    assert "CUDA error" in row.notice.details
    driver.click(row.action_button)
    driver.wait_until(lambda: len(driver.engine_log("start")) == 2 + MAX_RESTARTS)


def test_a_restart_that_waits_can_be_had_at_once(open_studio: OpenStudio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restart_policy, "FIRST_DELAY", 3600.0)
    monkeypatch.setattr(restart_policy, "MAX_DELAY", 3600.0)
    driver = open_studio().wait_until_ready()
    os.kill(driver.client.pid, 9)
    driver.wait_until(lambda: driver.client.state is EngineState.STARTING)
    row = driver.window.notice_bar.row_at(-1)
    assert row.action_button.text() == "Restart now"
    driver.click(row.action_button)
    driver.wait_until(lambda: driver.client.state is EngineState.READY)


def test_the_delays_double_and_a_long_run_forgives_all_deaths() -> None:
    policy = RestartPolicy()
    assert [policy.note_death(0) for _ in range(MAX_RESTARTS + 1)] == [1, 2, 4, 8, 16, None]
    assert policy.note_death(STABLE_SECONDS) == 1
    assert policy.note_death(0) == 2
    policy.reset()
    assert policy.note_death(0) == 1


def test_generate_without_an_engine_offers_to_start_it(open_studio: OpenStudio) -> None:
    driver = open_studio("--die-at-start")
    driver.wait_until(lambda: is_stopped(driver))
    driver.click(driver.window.prompt_panel.generate_button)
    assert not driver.generator.running, "nothing seems to run"
    assert "The engine is stopped. Start it" in driver.notice_text()
    starts = len(driver.engine_log("start"))
    row = driver.window.notice_bar.row_at(-1)
    assert row.action_button.text() == "Start engine"
    driver.click(row.action_button)
    driver.wait_until(lambda: len(driver.engine_log("start")) > starts)


def test_paint_goes_on_without_an_engine(open_studio: OpenStudio) -> None:
    driver = open_studio("--die-at-start")
    driver.wait_until(lambda: is_stopped(driver))
    assert "ImportError: no module named torch" in driver.notice_text()
    driver.press_key(Qt.Key.Key_4)
    driver.stroke((20, 24), (30, 24))
    assert driver.document.painted[24, 25] == 3


def test_killed_while_idle(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    os.kill(driver.client.pid, 9)
    driver.wait_until(lambda: len(driver.engine_log("start")) == 2)
    driver.wait_until(lambda: driver.client.state is EngineState.READY)
    assert "The engine stopped (signal 9" in driver.notice_text()
    assert not driver.generator.running


def test_garbage_is_said(open_studio: OpenStudio) -> None:
    driver = open_studio("--garbage")
    driver.wait_until(lambda: is_stopped(driver))
    assert "bytes, " in driver.notice_text() or "Not a message" in driver.notice_text()
    assert "Welcome to this machine!" in driver.window.notice_bar.notices[-1].details


def test_another_protocol_is_said_once(open_studio: OpenStudio) -> None:
    driver = open_studio("--protocol", str(PROTOCOL_VERSION + 1))
    driver.wait_until(lambda: is_stopped(driver))
    assert (
        f"It speaks protocol {PROTOCOL_VERSION + 1} (version 9.9), this studio {PROTOCOL_VERSION}."
        in driver.notice_text()
    )
    assert "Install the same version" in driver.notice_text()
    assert len(driver.engine_log("start")) == 1, "the same engine would say the same again"


@pytest.mark.parametrize("lie", ["--bad-size", "--bad-class"])
def test_a_wrong_result_never_enters_the_picture(open_studio: OpenStudio, lie: str) -> None:
    driver = open_studio(lie)
    driver.wait_until(lambda: is_stopped(driver))
    assert "wrong size, or with unknown class ids" in driver.notice_text()
    assert not driver.document.image.any()


def test_a_command_that_is_not_there(open_studio: OpenStudio) -> None:
    driver = open_studio(engine="no-such-engine --serve")
    driver.wait_until(lambda: is_stopped(driver))
    assert "cannot be started with “no-such-engine --serve”" in driver.notice_text()
    assert "DIPTYCH_ENGINE" in driver.notice_text()


def test_a_failed_request_is_said_and_the_next_one_runs(open_studio: OpenStudio) -> None:
    driver = open_studio("--fail")
    driver.wait_until(lambda: "The GPU ran out. Try a smaller size." in driver.notice_text())
    assert not driver.generator.running
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: len(driver.engine_log("request")) == 2)


def test_cancel_means_now(open_studio: OpenStudio) -> None:
    driver = open_studio("--mute")
    driver.wait_until(lambda: len(driver.engine_log("request")) == 1)
    assert driver.generator.running
    assert driver.window.prompt_panel.cancel_button.isEnabled()
    driver.press_key(Qt.Key.Key_Escape)
    assert not driver.generator.running, "without waiting for the engine"
    assert not driver.window.prompt_panel.cancel_button.isEnabled()
    driver.wait_until(lambda: len(driver.engine_log("cancel")) == 1)


def test_cancel_shows_what_was_there_before(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.15", "--steps", "20")
    driver.wait_until(lambda: driver.generator.display.preview is not None)
    assert driver.generator.display.image() is not None
    assert driver.window.status_line.progress_bar.isVisible()
    assert "of 20" in driver.window.status_line.engine_label.text()
    driver.press_key(Qt.Key.Key_Escape)
    assert driver.generator.display.image() is None
    assert driver.document.filled.min() != 1
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: len(driver.engine_log("request")) == 2)
    driver.wait_until(lambda: driver.generator.display.preview is not None)
    assert driver.generator.display.preview.revision == 2, "nothing of the cancelled run is heard"


def test_the_newest_stroke_wins(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.1", "--steps", "3").wait_until_ready()
    for x in range(4, 40, 4):
        driver.stroke((x, 24))
    driver.wait_until_idle()
    painted = int((driver.document.painted != 255).sum())
    driver.wait_until(lambda: f"given={painted} " in driver.engine_log("request")[-1])
    driver.wait_until_idle()
    assert len(driver.engine_log("request")) <= 4, "strokes in a row are not sent one by one"


def test_closing_ends_the_engine(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    pid = driver.client.pid
    driver.close()
    assert process_ended(pid)


def test_closing_ends_an_engine_that_will_not_leave(open_studio: OpenStudio) -> None:
    driver = open_studio("--stubborn").wait_until_ready()
    pid = driver.client.pid
    driver.window.close()
    assert not driver.window.isVisible(), "the window leaves at once"
    driver.wait_until(driver.studio.closed.is_set)
    assert process_ended(pid)


def test_closing_while_the_engine_starts(open_studio: OpenStudio) -> None:
    driver = open_studio("--silent")
    driver.wait_until(lambda: driver.client.pid > 0)
    pid = driver.client.pid
    driver.close()
    assert process_ended(pid)


def test_restart_from_the_menu(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    image = driver.document.image.copy()
    driver.client.restart()
    driver.wait_until(lambda: len(driver.engine_log("start")) == 2)
    driver.wait_until(lambda: driver.client.state is EngineState.READY)
    assert np.array_equal(driver.document.image, image)


def test_a_restart_from_the_menu_is_no_death(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.client.restart()
    driver.wait_until(lambda: len(driver.engine_log("start")) == 2)
    driver.wait_until(lambda: driver.client.state is EngineState.READY)
    os.kill(driver.client.pid, 9)
    driver.wait_until(lambda: driver.client.state is not EngineState.READY)
    assert driver.client.state is EngineState.STARTING, "the first death is forgiven"
    driver.wait_until(lambda: len(driver.engine_log("start")) == 3)
