"""When a change goes out, on a clock of the test's own."""

from __future__ import annotations

import pytest

from studio.session.generation.live_policy import MAX_DELAY, SLOW_RUN_DELAY, TYPING_DELAY, LivePolicy


def test_nothing_waits_before_a_change() -> None:
    policy = LivePolicy()
    assert policy.seconds_until_send(0, running=False, previewed=False) is None
    policy.note_change(1)
    policy.clear()
    assert policy.seconds_until_send(2, running=False, previewed=False) is None


def test_an_idle_engine_gets_it_at_once() -> None:
    policy = LivePolicy()
    policy.note_change(5)
    assert policy.seconds_until_send(5, running=False, previewed=False) == 0


def test_a_run_may_show_itself_before_it_is_replaced() -> None:
    policy = LivePolicy()
    policy.note_change(5)
    assert policy.seconds_until_send(5, running=True, previewed=False) is None
    assert policy.seconds_until_send(6, running=True, previewed=True) == 0


def test_slow_runs_wait_for_the_last_change_but_not_forever() -> None:
    policy = LivePolicy()
    policy.note_run(4.0)
    policy.note_change(10.0)
    assert policy.seconds_until_send(10.0, running=False, previewed=False) == pytest.approx(SLOW_RUN_DELAY)
    policy.note_change(10.2)
    assert policy.seconds_until_send(10.3, running=False, previewed=False) == pytest.approx(SLOW_RUN_DELAY - 0.1)
    policy.note_change(10.0 + MAX_DELAY)
    assert policy.seconds_until_send(10.0 + MAX_DELAY, running=False, previewed=False) == 0


def test_the_average_forgets_a_slow_start() -> None:
    policy = LivePolicy()
    for seconds in (4.0, 0.5, 0.5, 0.5):
        policy.note_run(seconds)
    policy.note_change(1)
    assert policy.seconds_until_send(1, running=False, previewed=False) == 0


def test_typing_waits_for_the_word() -> None:
    policy = LivePolicy()
    policy.note_change(1, TYPING_DELAY)
    assert policy.seconds_until_send(1, running=False, previewed=False) == pytest.approx(TYPING_DELAY)
    policy.note_change(1.3, TYPING_DELAY)
    assert policy.seconds_until_send(1.6, running=False, previewed=False) == pytest.approx(TYPING_DELAY - 0.3)
