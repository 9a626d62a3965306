"""The jobs of one engine: at most one runs, the picture's comes first, and background jobs wait for their turn."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.interface.protocol import Cancelled, Done, Failed, FullSizeInputs, Generate, Preview, TracedStep
from studio.domain.document import GenerationMode
from studio.session.connection.engine_client import EngineClient

JobEvent = Preview | TracedStep | Done | Cancelled | Failed
"""What the engine answers to a job."""
JobEventHandler = Callable[[JobEvent | None], None]
"""Receives the events of a background job, and None if the job was dropped."""


class JobOwner(enum.StrEnum):
    """Whose job it is. Each owner has at most one job."""

    PICTURE = "picture"
    VARIATIONS = "variations"
    TIMELINE = "timeline"
    FULL_SIZE = "full_size"


@dataclass(frozen=True)
class GenerationJob:
    """A request, its mode, the serial of the history step that led to it, and its owner."""

    request: Generate
    mode: GenerationMode
    step_serial: int | None = None
    owner: JobOwner = JobOwner.PICTURE
    on_event: JobEventHandler | None = None  # for background jobs


class JobQueue(QObject):
    """Sends jobs to the engine. A background job that the picture interrupts starts again afterwards."""

    changed = Signal()  # a job started, ended, was added or dropped
    picture_event_received = Signal(object, object)  # GenerationJob and JobEvent
    background_job_failed = Signal(object)  # Failed, before the job's owner handles it
    job_event_handled = Signal()  # after every event of a job

    def __init__(self, client: EngineClient, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._client = client
        self._current: GenerationJob | None = None
        self._waiting: list[GenerationJob] = []
        self.interruptible = False
        """Whether the running job has shown a preview, or is a background job."""
        client.event_received.connect(self._on_event)

    @property
    def idle(self) -> bool:
        """Whether no job runs; some may wait."""
        return self._current is None

    @property
    def busy(self) -> bool:
        """Whether a job runs or waits."""
        return self._current is not None or bool(self._waiting)

    @property
    def picture_job(self) -> GenerationJob | None:
        """The running job, if it is the picture's."""
        job = self._current
        return job if job is not None and job.owner is JobOwner.PICTURE else None

    def send_picture_job(self, job: GenerationJob, full: FullSizeInputs | None) -> None:
        """Run a job of the picture now, at full size too if `full` is given; it replaces the picture's job before."""
        if self._current is not None and self._current.owner is not JobOwner.PICTURE:
            self._waiting.insert(0, self._current)
        self._current, self.interruptible = job, False
        self._client.send(msgspec.structs.replace(job.request, full=full))
        self.changed.emit()

    def add(self, job: GenerationJob) -> None:
        """Append a background job."""
        self._waiting.append(job)

    def start_next(self) -> None:
        """Run the first waiting job if no job runs. It gets a new request id, as it may have run before."""
        if self._current is None and self._waiting:
            job = self._waiting.pop(0)
            job = replace(job, request=msgspec.structs.replace(job.request, id=uuid.uuid4().hex))
            self._current, self.interruptible = job, True
            self._client.send(job.request)
            self.changed.emit()

    def drop(self, owner: JobOwner) -> bool:
        """Cancel and forget the job of an owner, whose handler receives None. Returns whether there was one."""
        dropped = [job for job in self._waiting if job.owner is owner]
        self._waiting = [job for job in self._waiting if job.owner is not owner]
        if self._current is not None and self._current.owner is owner:
            dropped.append(self._current)
            self._current = None
            self._client.cancel()
        self._notify_dropped(dropped)
        return bool(dropped)

    def drop_all(self) -> None:
        """Forget all jobs; their handlers receive None."""
        dropped = [*([self._current] if self._current else []), *self._waiting]
        self._current, self._waiting = None, []
        self._notify_dropped(dropped)

    def _notify_dropped(self, jobs: list[GenerationJob]) -> None:
        if jobs:
            self.changed.emit()
        for job in jobs:
            if job.on_event is not None:
                job.on_event(None)

    def _on_event(self, event: JobEvent) -> None:
        job = self._current
        if job is None or event.id != job.request.id:
            return
        if isinstance(event, Preview):
            self.interruptible = True
        if not isinstance(event, Preview | TracedStep):
            self._current = None
        if job.on_event is None:
            self.picture_event_received.emit(job, event)
        else:
            if isinstance(event, Failed):
                self.background_job_failed.emit(event)
            job.on_event(event)  # may add another job
        if self._current is None:
            self.changed.emit()
        self.job_event_handled.emit()
