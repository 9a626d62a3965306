"""The timing of live requests: at once while the engine is fast, else after a pause in the changes."""

from __future__ import annotations

SLOW_RUN_SECONDS = 1.5
SLOW_RUN_DELAY = 0.25
TYPING_DELAY = 0.4
MAX_DELAY = 3.0


class LivePolicy:
    """Decides when the newest change is sent. Times are in seconds on any monotonic clock.

    - If the engine is idle, or its run has shown a preview, the change is sent; else it waits.
    - If runs take more than `SLOW_RUN_SECONDS` on average, it waits `SLOW_RUN_DELAY` after the last change.
    - While a person types, it waits `TYPING_DELAY` after the last key, so that a word is not sent letter by letter.
    - It waits at most `MAX_DELAY` after the first change.
    """

    def __init__(self) -> None:
        self._first_change: float | None = None
        self._last_change = 0.0
        self._delay = 0.0
        self._average_run: float | None = None

    @property
    def pending(self) -> bool:
        """Whether a change waits to be sent."""
        return self._first_change is not None

    def note_change(self, now: float, delay: float = 0.0) -> None:
        """Note a change at time `now`, to be sent `delay` seconds after the last one."""
        self._first_change = now if self._first_change is None else self._first_change
        self._last_change = now
        self._delay = delay

    def clear(self) -> None:
        """Forget the change: it was sent, or is not to be sent."""
        self._first_change = None

    def note_run(self, seconds: float) -> None:
        """Note the duration of a completed run."""
        self._average_run = seconds if self._average_run is None else (self._average_run + seconds) / 2

    def seconds_until_send(self, now: float, *, running: bool, previewed: bool) -> float | None:
        """Seconds until the change may be sent; None if none waits, or if the run must show a preview first."""
        if self._first_change is None or (running and not previewed):
            return None
        slow = self._average_run is not None and self._average_run > SLOW_RUN_SECONDS
        delay = max(self._delay, SLOW_RUN_DELAY if slow else 0.0)
        return max(0.0, min(self._last_change + delay, self._first_change + MAX_DELAY) - now)
