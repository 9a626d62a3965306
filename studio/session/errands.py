"""What the engine is asked for: jobs, and those beside the picture, which wait for their turn."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from engine.protocol import Cancelled, Done, Failed, Generate, Preview, Traced
from studio.domain.document import Mode

Heard = Callable[[Preview | Traced | Done | Cancelled | Failed | None], None]


@dataclass(frozen=True)
class Job:
    """A request, its mode, and the step of the history that led to it.

    If `heard` is there, the job is an errand and not for the picture: all events go to it, and None if it was dropped.
    """

    request: Generate
    mode: Mode
    serial: int | None
    heard: Heard | None = None


class Errands:
    """First come, first served."""

    def __init__(self) -> None:
        self._waiting: list[Job] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, job: Job) -> None:
        """Let an errand wait."""
        self._waiting.append(job)

    def put_back(self, job: Job) -> None:
        """Let one that had begun be the next again."""
        self._waiting.insert(0, job)

    def take(self) -> Job:
        """The next one, with an id of its own, for it may have begun before."""
        job = self._waiting.pop(0)
        return replace(job, request=msgspec.structs.replace(job.request, id=uuid.uuid4().hex))

    def drop(self, heard: Heard | None = None) -> list[Job]:
        """Forget those that are heard by this one, or all; returns them."""
        dropped = [job for job in self._waiting if heard is None or job.heard == heard]
        self._waiting = [job for job in self._waiting if job not in dropped]
        return dropped
