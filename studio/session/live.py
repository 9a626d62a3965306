"""When a change goes to the engine: at once if it can, never in a crowd, and later if runs are slow."""

from __future__ import annotations

SLOW_RUN = 1.5
SETTLE = 0.25
TYPING = 0.4
LONGEST_WAIT = 3.0


class LivePolicy:
    """All times in seconds, on any clock that only goes forward.

    - The engine is idle, or its run has already shown a preview: send. Else only the newest change waits.
    - Runs take more than `SLOW_RUN` on average: wait `SETTLE` after the last change, `LONGEST_WAIT` at most.
    - Typing waits `TYPING` after the last key, `LONGEST_WAIT` at most, so that words are not sent by letters.
    """

    def __init__(self) -> None:
        self._first: float | None = None
        self._last = 0.0
        self._settle = 0.0
        self._average: float | None = None

    @property
    def waits(self) -> bool:
        """Whether a change is still to be sent."""
        return self._first is not None

    def touch(self, now: float, settle: float = 0.0) -> None:
        """Something changed that a new picture should show."""
        self._first = now if self._first is None else self._first
        self._last = now
        self._settle = settle

    def clear(self) -> None:
        """What changed was sent, or is not to be sent."""
        self._first = None

    def ran(self, seconds: float) -> None:
        """A run went to its end."""
        self._average = seconds if self._average is None else (self._average + seconds) / 2

    def wait(self, now: float, *, running: bool, previewed: bool) -> float | None:
        """Seconds until the change should go; None if nothing waits, or the run has to show itself first."""
        if self._first is None or (running and not previewed):
            return None
        slow = self._average is not None and self._average > SLOW_RUN
        settle = max(self._settle, SETTLE if slow else 0.0)
        return max(0.0, min(self._last + settle, self._first + LONGEST_WAIT) - now)
