"""The queue of events for the pipe. Posting never blocks; if the pipe is slow, previews are skipped."""

from __future__ import annotations

import threading

from engine.interface.protocol import Event, Exporting, Preview, Ready

REPLACEABLE_EVENTS = (Preview, Exporting)


class Outbox:
    """A queue that holds at most one preview, or export progress, per job: the newest. `Ready` leaves it first."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._events: list[Event] = []
        self._open = False
        self._closed = False

    def post(self, event: Event) -> None:
        """Enqueue an event; a preview replaces an older one of the same job that still waits."""
        with self._changed:
            if isinstance(event, Ready):
                self._open = True
                self._events.insert(0, event)
            elif (index := self._replaceable_index(event)) is not None:
                self._events[index] = event
            else:
                self._events.append(event)
            self._changed.notify()

    def take(self) -> Event | None:
        """Wait for the next event. None once the outbox is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or (self._open and self._events))
            return self._events.pop(0) if self._events else None

    def close(self) -> None:
        """Let `take` return None after the events that still wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _replaceable_index(self, event: Event) -> int | None:
        if not isinstance(event, REPLACEABLE_EVENTS):
            return None
        return next(
            (i for i, old in enumerate(self._events) if isinstance(old, REPLACEABLE_EVENTS) and old.id == event.id),
            None,
        )
