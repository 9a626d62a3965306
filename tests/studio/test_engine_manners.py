"""What the studio does when the engine dies, talks nonsense, is silent or will not leave."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from engine.protocol import PROTOCOL
from studio.session.engine_client import EngineState
from tests.studio.conftest import MakeDesk
from tests.studio.desk import Desk


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text()


def stopped(at: Desk) -> bool:
    return at.client.state is EngineState.STOPPED


def test_a_dead_engine_is_restarted_and_the_request_sent_again(desk: MakeDesk) -> None:
    at = desk("--die-on", "2").ready()
    at.key(Qt.Key.Key_4)
    at.stroke((20, 24), (30, 24))
    at.until(lambda: len(at.log("request")) == 3)
    at.settled()
    first, again = at.log("request")[1:]
    assert first == again, "the same seed, paint and revision"
    assert len(at.log("start")) == 2
    assert "The engine stopped (exit code 9: CUDA error" in at.said()
    assert "started once more" in at.said()
    assert at.editor.history.top.answered
    assert "Start engine" not in [n.action.label for n in at.window.notices.notices if n.action]


def test_a_second_death_within_a_minute_stops_it(desk: MakeDesk) -> None:
    at = desk("--die-on", "1", "--die-always")
    at.until(lambda: stopped(at))
    assert len(at.log("start")) == 2
    assert not at.generator.running
    assert "stays down" in at.said()
    assert at.window.status.engine.text() == "Engine is stopped"
    row = at.window.notices.row(-1)
    assert row.button.text() == "Start engine"
    assert "CUDA error" in row.notice.details
    at.click(row.button)
    at.until(lambda: len(at.log("start")) == 3)


def test_generate_without_an_engine_offers_to_start_it(desk: MakeDesk) -> None:
    at = desk("--die-at-start")
    at.until(lambda: stopped(at))
    at.click(at.window.prompt_panel.generate)
    assert not at.generator.running, "nothing seems to run"
    assert "The engine is stopped. Start it" in at.said()
    starts = len(at.log("start"))
    row = at.window.notices.row(-1)
    assert row.button.text() == "Start engine"
    at.click(row.button)
    at.until(lambda: len(at.log("start")) > starts)


def test_paint_goes_on_without_an_engine(desk: MakeDesk) -> None:
    at = desk("--die-at-start")
    at.until(lambda: stopped(at))
    assert "ImportError: no module named torch" in at.said()
    at.key(Qt.Key.Key_4)
    at.stroke((20, 24), (30, 24))
    assert at.document.painted[24, 25] == 3


def test_killed_while_idle(desk: MakeDesk) -> None:
    at = desk().ready()
    os.kill(at.client.pid, 9)
    at.until(lambda: len(at.log("start")) == 2)
    at.until(lambda: at.client.state is EngineState.READY)
    assert "The engine stopped (signal 9" in at.said()
    assert not at.generator.running


def test_garbage_is_said(desk: MakeDesk) -> None:
    at = desk("--garbage")
    at.until(lambda: stopped(at))
    assert "bytes, " in at.said() or "Not a message" in at.said()
    assert "Welcome to this machine!" in at.window.notices.notices[-1].details


def test_another_protocol_is_said_once(desk: MakeDesk) -> None:
    at = desk("--protocol", str(PROTOCOL + 1))
    at.until(lambda: stopped(at))
    assert f"It speaks protocol {PROTOCOL + 1} (version 9.9), this studio {PROTOCOL}." in at.said()
    assert "Install the same version" in at.said()
    assert len(at.log("start")) == 1, "the same engine would say the same again"


@pytest.mark.parametrize("lie", ["--bad-size", "--bad-class"])
def test_a_wrong_result_never_enters_the_picture(desk: MakeDesk, lie: str) -> None:
    at = desk(lie)
    at.until(lambda: stopped(at))
    assert "another size, or class ids" in at.said()
    assert not at.document.image.any()


def test_a_command_that_is_not_there(desk: MakeDesk) -> None:
    at = desk(engine="no-such-engine --serve")
    at.until(lambda: stopped(at))
    assert "cannot be started with “no-such-engine --serve”" in at.said()
    assert "DIPTYCH_ENGINE" in at.said()


def test_a_failed_request_is_said_and_the_next_one_runs(desk: MakeDesk) -> None:
    at = desk("--fail")
    at.until(lambda: "The GPU ran out. Try a smaller size." in at.said())
    assert not at.generator.running
    at.stroke((20, 24), (30, 24))
    at.until(lambda: len(at.log("request")) == 2)


def test_cancel_means_now(desk: MakeDesk) -> None:
    at = desk("--mute")
    at.until(lambda: len(at.log("request")) == 1)
    assert at.generator.running
    assert at.window.prompt_panel.cancel.isEnabled()
    at.key(Qt.Key.Key_Escape)
    assert not at.generator.running, "without waiting for the engine"
    assert not at.window.prompt_panel.cancel.isEnabled()
    at.until(lambda: len(at.log("cancel")) == 1)


def test_cancel_shows_what_was_there_before(desk: MakeDesk) -> None:
    at = desk("--pause", "0.15", "--steps", "20")
    at.until(lambda: at.generator.preview is not None)
    assert at.generator.image() is not None
    assert at.window.status.progress.isVisible()
    assert "of 20" in at.window.status.engine.text()
    at.key(Qt.Key.Key_Escape)
    assert at.generator.image() is None
    assert at.document.filled.min() != 1
    at.stroke((20, 24), (30, 24))
    at.until(lambda: len(at.log("request")) == 2)
    at.until(lambda: at.generator.preview is not None)
    assert at.generator.preview.revision == 2, "nothing of the cancelled run is heard"


def test_the_newest_stroke_wins(desk: MakeDesk) -> None:
    at = desk("--pause", "0.1", "--steps", "3").ready()
    for x in range(4, 40, 4):
        at.stroke((x, 24))
    at.settled()
    painted = int((at.document.painted != 255).sum())
    at.until(lambda: f"given={painted} " in at.log("request")[-1])
    at.settled()
    assert len(at.log("request")) <= 4, "strokes in a row are not sent one by one"


def test_closing_ends_the_engine(desk: MakeDesk) -> None:
    at = desk().ready()
    pid = at.client.pid
    at.close()
    assert gone(pid)


def test_closing_ends_an_engine_that_will_not_leave(desk: MakeDesk) -> None:
    at = desk("--stubborn").ready()
    pid = at.client.pid
    at.window.close()
    assert not at.window.isVisible(), "the window leaves at once"
    at.until(at.studio.closed.is_set)
    assert gone(pid)


def test_closing_while_the_engine_starts(desk: MakeDesk) -> None:
    at = desk("--silent")
    at.until(lambda: at.client.pid > 0)
    pid = at.client.pid
    at.close()
    assert gone(pid)


def test_restart_from_the_menu(desk: MakeDesk) -> None:
    at = desk().ready()
    image = at.document.image.copy()
    at.client.restart()
    at.until(lambda: len(at.log("start")) == 2)
    at.until(lambda: at.client.state is EngineState.READY)
    assert np.array_equal(at.document.image, image)


def test_a_restart_from_the_menu_is_no_death(desk: MakeDesk) -> None:
    at = desk().ready()
    at.client.restart()
    at.until(lambda: len(at.log("start")) == 2)
    at.until(lambda: at.client.state is EngineState.READY)
    os.kill(at.client.pid, 9)
    at.until(lambda: at.client.state is not EngineState.READY)
    assert at.client.state is EngineState.STARTING, "the first death is forgiven"
    at.until(lambda: len(at.log("start")) == 3)
