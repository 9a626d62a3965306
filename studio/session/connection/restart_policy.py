"""When an engine that has died is started again: after 1, 2, 4, 8 and 16 seconds, then no more."""

from __future__ import annotations

FIRST_DELAY, MAX_DELAY = 1.0, 30.0
"""Seconds before the first restart, and at most before any."""
MAX_RESTARTS = 5
"""How many restarts in a row may fail."""
STABLE_SECONDS = 60.0
"""Seconds after which a run counts as a success, so that the count begins anew."""


class RestartPolicy:
    """Counts the deaths of an engine in a row."""

    def __init__(self) -> None:
        self.deaths = 0

    def note_death(self, run_seconds: float) -> float | None:
        """Count a death after a run of so many seconds; returns the delay of the restart, None if it is given up."""
        self.deaths = 1 if run_seconds >= STABLE_SECONDS else self.deaths + 1
        if self.deaths > MAX_RESTARTS:
            return None
        return float(min(MAX_DELAY, FIRST_DELAY * 2.0 ** (self.deaths - 1)))

    def reset(self) -> None:
        """Forget all deaths: a person starts the engine."""
        self.deaths = 0
