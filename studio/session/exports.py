"""One export at a time: it runs in the engine, behind every picture, and waits for a person if the engine ends."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.library import given_of, usual_steps
from engine.protocol import (
    Cancel,
    Cancelled,
    Done,
    Export,
    Exported,
    Exporting,
    Failed,
    PackInfo,
    Pause,
    Resume,
    Settle,
    Sharp,
)
from studio.session.disk import remove, write_whole
from studio.session.engine_client import EngineClient, EngineState
from studio.session.errands import Job
from studio.session.generator import Generator
from studio.session.notices import Action, Notice, Tone

FILE = "export.msgpack"
"""The export that is not finished, so that it can be gone on with whatever ends the studio."""


class Stage(enum.StrEnum):
    """`STOPPED`: there is something to go on with."""

    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass
class Pace:
    """Seconds that the last pictures made here took for each pixel of the drawn size: a step, and all the detail."""

    step: float | None = None
    detail: float | None = None

    def seconds(self, steps: int, full: bool, pixels: int) -> float | None:
        """How long so many pixels would take; None if nothing of the kind was made here yet."""
        detail = self.detail if full else 0.0
        return None if self.step is None or detail is None else (self.step * steps + detail) * pixels


class Exports(QObject):
    """Sends, follows and remembers; what is said comes out as notices."""

    changed = Signal()
    noticed = Signal(object)  # Notice
    browse_asked = Signal(object)  # Path: a person wants to look through this data set

    def __init__(
        self, info: PackInfo, client: EngineClient, generator: Generator, data: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._info, self._client, self._file = info, client, data / FILE
        self.stage = Stage.NONE
        self.request: Export | None = None
        self.progress: Exporting | None = None
        self.pace = Pace()
        self._made: Done | None = None
        self._settling: dict[str, Path] = {}
        client.exporting.connect(self._on_event)
        client.state_changed.connect(self._on_engine)
        client.sharpened.connect(self._on_sharpened)
        generator.made.connect(self._on_made)

    @property
    def busy(self) -> bool:
        """Whether an export is under way; one that rests is."""
        return self.stage in (Stage.WAITING, Stage.RUNNING, Stage.PAUSED)

    def begin(self) -> None:
        """Offer to go on with what was not finished the last time."""
        try:
            self.request = msgspec.msgpack.decode(self._file.read_bytes(), type=Export)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return
        if Path(self.request.out).is_dir():
            words = self.tr("The export to {folder} is not finished. What is there stays whole.")
            self._stop(words.format(folder=self.request.out))
        else:
            self.request = None

    def start(self, request: Export) -> None:
        """Make a data set, or go on with one; it begins as soon as the engine is ready."""
        self.request, self.progress = request, None
        self._keep(request)
        self._enter(Stage.WAITING)
        self._send()
        if self._client.state is EngineState.STOPPED:
            self._client.restart()

    def go_on(self) -> None:
        """Go on with what was stopped."""
        if self.request is not None and not self.busy:
            self.start(msgspec.structs.replace(self.request, id=uuid.uuid4().hex))

    def pause(self) -> None:
        """Rest before the next step."""
        if self.request is not None and self.stage is Stage.RUNNING:
            self._client.tell(Pause(self.request.id))
            self._enter(Stage.PAUSED)

    def resume(self) -> None:
        """Go on after a rest."""
        if self.request is not None and self.stage is Stage.PAUSED:
            self._client.tell(Resume(self.request.id))
            self._enter(Stage.RUNNING)

    def cancel(self) -> None:
        """Stop now. What is there stays, and can be gone on with."""
        if self.request is None or not self.busy:
            return
        self._client.tell(Cancel(self.request.id))
        pairs = self.progress.pairs if self.progress else 0
        words = self.tr("The export is stopped; {folder} holds {count} pairs.")
        text = words.format(folder=self.request.out, count=pairs)
        remove(self._file)
        self._enter(Stage.STOPPED)
        self.noticed.emit(Notice(text, Tone.INFO, Action(self.tr("Go on"), self.go_on)))

    def settle(self, folder: Path) -> None:
        """Take away the files of pairs that were dropped from a data set, as soon as the engine is ready."""
        command = Settle(id=uuid.uuid4().hex, out=str(folder))
        self._settling[command.id] = folder
        self._client.tell(command)

    def _send(self) -> None:
        if self.request is not None and self._client.state is EngineState.READY and self.stage is Stage.WAITING:
            self._client.tell(self.request)
            self._enter(Stage.RUNNING)

    def _on_engine(self) -> None:
        if self._client.state is EngineState.READY:
            self._send()
            for id, folder in self._settling.items():
                self._client.tell(Settle(id=id, out=str(folder)))
        elif self.request is not None and self.stage in (Stage.RUNNING, Stage.PAUSED):
            words = self.tr("The export to {folder} stopped with the engine. What is there stays whole.")
            self._stop(words.format(folder=self.request.out))

    def _on_event(self, event: Exporting | Exported | Cancelled | Failed) -> None:
        if event.id in self._settling:
            self._on_settled(self._settling.pop(event.id), event)
        elif self.request is None or event.id != self.request.id or not self.busy:
            return
        elif isinstance(event, Exporting):
            self.progress = event
            self.changed.emit()
        elif isinstance(event, Exported):
            self._on_exported(event, self.request)
        elif isinstance(event, Failed):
            self._on_failed(event)

    def _on_exported(self, event: Exported, request: Export) -> None:
        self.request = self.progress = None
        remove(self._file)
        self._enter(Stage.NONE)
        folder = Path(request.out)
        text = self.tr("{folder} holds {count} pairs.").format(folder=folder, count=event.pairs)
        if event.rejected:
            others = self.tr("{count} others did not pass the filters.").format(count=event.rejected)
            text = f"{text} {others}"
        open_ = Action(self.tr("Look through them"), lambda: self.browse_asked.emit(folder))
        self.noticed.emit(Notice(text, Tone.INFO, open_))

    def _on_failed(self, event: Failed) -> None:
        begun = self.progress is not None
        if not begun:
            remove(self._file)
        self._enter(Stage.STOPPED if begun else Stage.NONE)
        action = Action(self.tr("Go on"), self.go_on) if begun else None
        self.noticed.emit(Notice(f"{event.message} {event.hint}".strip(), Tone.ERROR, action))

    def _on_settled(self, folder: Path, event: Exporting | Exported | Cancelled | Failed) -> None:
        if isinstance(event, Exported):
            words = self.tr("{folder} holds {count} pairs now.").format(folder=folder, count=event.pairs)
            self.noticed.emit(Notice(words, Tone.HINT))
        elif isinstance(event, Failed):
            self.noticed.emit(Notice(f"{event.message} {event.hint}".strip(), Tone.ERROR))

    def _on_made(self, job: Job, event: Done) -> None:
        self._made, request = event, job.request
        steps = request.steps or usual_steps(self._info, request.sampler, given_of(request))
        self.pace.step = event.seconds / steps / (event.image.height * event.image.width)

    def _on_sharpened(self, event: Sharp | Failed | None) -> None:
        made = self._made
        if isinstance(event, Sharp) and made is not None and made.id == event.id:
            self.pace.detail = (event.seconds - made.seconds) / (made.image.height * made.image.width)

    def _stop(self, text: str) -> None:
        self._enter(Stage.STOPPED)
        self.noticed.emit(Notice(text, Tone.INFO, Action(self.tr("Go on"), self.go_on)))

    def _keep(self, request: Export) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._file, msgspec.msgpack.encode(request))
        except OSError as error:
            words = self.tr("{file} cannot be written ({why}). If the studio ends, start the export again by hand.")
            self.noticed.emit(Notice(words.format(file=self._file, why=error.strerror), Tone.ERROR))

    def _enter(self, stage: Stage) -> None:
        self.stage = stage
        self.changed.emit()
