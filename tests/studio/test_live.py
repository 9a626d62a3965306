"""When a change goes out, on a clock of the test's own."""

from __future__ import annotations

import pytest

from studio.session.live import LONGEST_WAIT, SETTLE, TYPING, LivePolicy


def test_nothing_waits_before_a_change() -> None:
    policy = LivePolicy()
    assert policy.wait(0, running=False, previewed=False) is None
    policy.touch(1)
    policy.clear()
    assert policy.wait(2, running=False, previewed=False) is None


def test_an_idle_engine_gets_it_at_once() -> None:
    policy = LivePolicy()
    policy.touch(5)
    assert policy.wait(5, running=False, previewed=False) == 0


def test_a_run_may_show_itself_before_it_is_replaced() -> None:
    policy = LivePolicy()
    policy.touch(5)
    assert policy.wait(5, running=True, previewed=False) is None
    assert policy.wait(6, running=True, previewed=True) == 0


def test_slow_runs_wait_for_the_last_change_but_not_forever() -> None:
    policy = LivePolicy()
    policy.ran(4.0)
    policy.touch(10.0)
    assert policy.wait(10.0, running=False, previewed=False) == pytest.approx(SETTLE)
    policy.touch(10.2)
    assert policy.wait(10.3, running=False, previewed=False) == pytest.approx(SETTLE - 0.1)
    policy.touch(10.0 + LONGEST_WAIT)
    assert policy.wait(10.0 + LONGEST_WAIT, running=False, previewed=False) == 0


def test_the_average_forgets_a_slow_start() -> None:
    policy = LivePolicy()
    for seconds in (4.0, 0.5, 0.5, 0.5):
        policy.ran(seconds)
    policy.touch(1)
    assert policy.wait(1, running=False, previewed=False) == 0


def test_typing_waits_for_the_word() -> None:
    policy = LivePolicy()
    policy.touch(1, TYPING)
    assert policy.wait(1, running=False, previewed=False) == pytest.approx(TYPING)
    policy.touch(1.3, TYPING)
    assert policy.wait(1.6, running=False, previewed=False) == pytest.approx(TYPING - 0.3)
