"""When a change goes to the engine: at once if it can, never in a crowd, and later if runs are slow."""

from __future__ import annotations

SLOW_RUN_SECONDS = 1.5
SLOW_RUN_DELAY = 0.25
TYPING_DELAY = 0.4
MAX_DELAY = 3.0


class LivePolicy:
    """All times in seconds, on any clock that only goes forward.

    - The engine is idle, or its run has already shown a preview: send. Else only the newest change waits.
    - Runs take more than `SLOW_RUN` on average: wait `SETTLE` after the last change, `LONGEST_WAIT` at most.
    - Typing waits `TYPING` after the last key, `LONGEST_WAIT` at most, so that words are not sent by letters.
    """

    def __init__(self) -> None:
        self._first_change: float | None = None
        self._last_change = 0.0
        self._delay = 0.0
        self._average_run: float | None = None

    @property
    def pending(self) -> bool:
        """Whether a change is still to be sent."""
        return self._first_change is not None

    def note_change(self, now: float, delay: float = 0.0) -> None:
        """Something changed that a new picture should show."""
        self._first_change = now if self._first_change is None else self._first_change
        self._last_change = now
        self._delay = delay

    def clear(self) -> None:
        """What changed was sent, or is not to be sent."""
        self._first_change = None

    def note_run(self, seconds: float) -> None:
        """A run went to its end."""
        self._average_run = seconds if self._average_run is None else (self._average_run + seconds) / 2

    def seconds_until_send(self, now: float, *, running: bool, previewed: bool) -> float | None:
        """Seconds until the change should go; None if nothing waits, or the run has to show itself first."""
        if self._first_change is None or (running and not previewed):
            return None
        slow = self._average_run is not None and self._average_run > SLOW_RUN_SECONDS
        delay = max(self._delay, SLOW_RUN_DELAY if slow else 0.0)
        return max(0.0, min(self._last_change + delay, self._first_change + MAX_DELAY) - now)
