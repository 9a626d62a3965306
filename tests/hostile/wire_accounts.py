"""What became of each frame: an error, a job that waits, a command without an answer, or the end."""

from __future__ import annotations

from collections import Counter

from engine.interface.errors import BadFrame
from engine.interface.protocol import (
    Cancel,
    Cancelled,
    Event,
    Export,
    Failed,
    Generate,
    Pause,
    Purge,
    Resume,
    Shutdown,
    decode_command,
)
from engine.serve.jobs import RequestScheduler
from engine.serve.server import handle_command


class Accounts:
    """Hands frames to the engine's reader in this process and counts what became of them."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()

    def handle(self, body: bytes) -> None:
        """Handle one frame with a scheduler of its own. Raises AssertionError for one that is not accounted for."""
        jobs, events = RequestScheduler(), list[Event]()
        stays = handle_command(body, jobs, events.append)
        try:
            command = decode_command(body)
        except BadFrame:
            (event,) = events
            assert isinstance(event, Failed)
            assert (event.id, event.code, stays) == ("", "bad_frame", True)
            self.outcomes["no message"] += 1
            return
        if isinstance(command, Shutdown):
            assert (stays, events) == (False, [])
            self.outcomes["shutdown"] += 1
        elif isinstance(command, Cancel | Pause | Resume):
            assert (stays, events) == (True, []), "nobody has such a job"
            self.outcomes["without an answer"] += 1
        else:
            assert isinstance(command, Generate | Export | Purge)
            self._account_for_request(command, jobs, events)

    def _account_for_request(
        self, command: Generate | Export | Purge, jobs: RequestScheduler, events: list[Event]
    ) -> None:
        waiting = jobs.cancel(command.id)
        assert len(waiting) + len(events) == 1, "either it waits, or it was answered"
        for event in events:
            assert isinstance(event, Failed | Cancelled)
            assert event.id == command.id
            assert not isinstance(event, Failed) or event.code != "internal", event
        self.outcomes["waits" if waiting else "refused"] += 1
