"""What the engine is asked for: jobs, and those beside the picture, which wait for their turn."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from engine.interface.protocol import Cancelled, Done, Failed, Generate, Preview, TracedStep
from studio.domain.document import GenerationMode

JobEventHandler = Callable[[Preview | TracedStep | Done | Cancelled | Failed | None], None]


@dataclass(frozen=True)
class GenerationJob:
    """A request, its mode, and the step of the history that led to it.

    If `heard` is there, the job is an errand and not for the picture: all events go to it, and None if it was dropped.
    """

    request: Generate
    mode: GenerationMode
    step_serial: int | None
    on_event: JobEventHandler | None = None


class BackgroundJobQueue:
    """First come, first served."""

    def __init__(self) -> None:
        self._waiting: list[GenerationJob] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, job: GenerationJob) -> None:
        """Let an errand wait."""
        self._waiting.append(job)

    def requeue(self, job: GenerationJob) -> None:
        """Let one that had begun be the next again."""
        self._waiting.insert(0, job)

    def pop_next(self) -> GenerationJob:
        """The next one, with an id of its own, for it may have begun before."""
        job = self._waiting.pop(0)
        return replace(job, request=msgspec.structs.replace(job.request, id=uuid.uuid4().hex))

    def drop(self, on_event: JobEventHandler | None = None) -> list[GenerationJob]:
        """Forget those that are heard by this one, or all; returns them."""
        dropped = [job for job in self._waiting if on_event is None or job.on_event == on_event]
        self._waiting = [job for job in self._waiting if job not in dropped]
        return dropped
