"""The running export, one at a time. If the engine ends, the export waits until a person continues it."""

from __future__ import annotations

import enum
import uuid
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.interface.atomic_files import remove_if_possible, replace_file
from engine.interface.bounded_decoding import decode_msgpack
from engine.interface.errors import MalformedData
from engine.interface.protocol import (
    Cancel,
    Cancelled,
    Export,
    Exported,
    Exporting,
    Failed,
    Generate,
    Pause,
    Purge,
    Resume,
)
from studio.session.connection.engine_client import EngineClient, EngineState
from studio.session.notices import Notice, NoticeAction, NoticeLevel, notice_of_failure
from studio.session.persistence.request_sanitiser import sanitise_request

PENDING_EXPORT_FILE = "export.msgpack"
"""The file of the unfinished export, so that it can be continued whatever ends the studio."""


class ExportStage(enum.StrEnum):
    """The state of the export. A `STOPPED` one can be continued."""

    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


class ExportRunner(QObject):
    """Sends the export to the engine, follows its progress and remembers it for the next start."""

    changed = Signal()
    noticed = Signal(object)  # Notice
    browse_requested = Signal(object)  # Path: a person wants to browse this data set

    def __init__(
        self,
        client: EngineClient,
        data: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._client, self._file = client, data / PENDING_EXPORT_FILE
        self.stage = ExportStage.NONE
        self.request: Export | None = None
        self.progress: Exporting | None = None
        self._purging: dict[str, Path] = {}
        client.export_event_received.connect(self._on_event)
        client.state_changed.connect(self._on_engine_state)

    @property
    def active(self) -> bool:
        """Whether an export is running, paused or waiting for the engine."""
        return self.stage in (ExportStage.WAITING, ExportStage.RUNNING, ExportStage.PAUSED)

    def offer_unfinished(self) -> None:
        """Offer to continue the unfinished export of an earlier session."""
        try:
            request = decode_msgpack(self._file.read_bytes(), Export)
            self.request = msgspec.structs.replace(request, canvas=_sanitised_canvas(request.canvas))
        except (OSError, MalformedData, ValueError):
            return
        if Path(self.request.out).is_dir():
            words = self.tr("The export to {folder} is not finished. What is there stays whole.")
            self._mark_stopped(words.format(folder=self.request.out))
        else:
            self.request = None

    def start(self, request: Export) -> None:
        """Start or continue an export as soon as the engine is ready."""
        self.request, self.progress = request, None
        self._remember_request(request)
        self._set_stage(ExportStage.WAITING)
        self._send_request()
        if self._client.state is EngineState.STOPPED:
            self._client.restart()

    def resume_stopped(self) -> None:
        """Continue the stopped export."""
        if self.request is not None and not self.active:
            self.start(msgspec.structs.replace(self.request, id=uuid.uuid4().hex))

    def pause(self) -> None:
        """Pause the export before its next step."""
        if self.request is not None and self.stage is ExportStage.RUNNING:
            self._client.send_export_command(Pause(self.request.id))
            self._set_stage(ExportStage.PAUSED)

    def resume(self) -> None:
        """Continue the paused export."""
        if self.request is not None and self.stage is ExportStage.PAUSED:
            self._client.send_export_command(Resume(self.request.id))
            self._set_stage(ExportStage.RUNNING)

    def cancel(self) -> None:
        """Stop the export; it can be continued."""
        if self.request is None or not self.active:
            return
        self._client.send_export_command(Cancel(self.request.id))
        pairs = self.progress.pairs if self.progress else 0
        words = self.tr("The export is stopped; {folder} holds {count} pairs.")
        text = words.format(folder=self.request.out, count=pairs)
        remove_if_possible(self._file)
        self._set_stage(ExportStage.STOPPED)
        self.noticed.emit(Notice(text, NoticeLevel.INFO, NoticeAction(self.tr("Go on"), self.resume_stopped)))

    def purge(self, folder: Path) -> None:
        """Delete the files of dropped pairs of a data set, as soon as the engine is ready."""
        command = Purge(id=uuid.uuid4().hex, out=str(folder))
        self._purging[command.id] = folder
        self._client.send_export_command(command)

    def _send_request(self) -> None:
        if self.request is not None and self._client.state is EngineState.READY and self.stage is ExportStage.WAITING:
            self._client.send_export_command(self.request)
            self._set_stage(ExportStage.RUNNING)

    def _on_engine_state(self) -> None:
        if self._client.state is EngineState.READY:
            self._send_request()
            for id, folder in self._purging.items():
                self._client.send_export_command(Purge(id=id, out=str(folder)))
        elif self.request is not None and self.stage in (ExportStage.RUNNING, ExportStage.PAUSED):
            words = self.tr("The export to {folder} stopped with the engine. What is there stays whole.")
            self._mark_stopped(words.format(folder=self.request.out))

    def _on_event(self, event: Exporting | Exported | Cancelled | Failed) -> None:
        if event.id in self._purging:
            self._on_purged(self._purging.pop(event.id), event)
        elif self.request is None or event.id != self.request.id or not self.active:
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
        remove_if_possible(self._file)
        self._set_stage(ExportStage.NONE)
        folder = Path(request.out)
        text = self.tr("{folder} holds {count} pairs.").format(folder=folder, count=event.pairs)
        if event.rejected:
            others = self.tr("{count} others did not pass the filters.").format(count=event.rejected)
            text = f"{text} {others}"
        browse = NoticeAction(self.tr("Look through them"), lambda: self.browse_requested.emit(folder))
        self.noticed.emit(Notice(text, NoticeLevel.INFO, browse))

    def _on_failed(self, event: Failed) -> None:
        started = self.progress is not None
        if not started:
            remove_if_possible(self._file)
        self._set_stage(ExportStage.STOPPED if started else ExportStage.NONE)
        action = NoticeAction(self.tr("Go on"), self.resume_stopped) if started else None
        self.noticed.emit(notice_of_failure(event, action))

    def _on_purged(self, folder: Path, event: Exporting | Exported | Cancelled | Failed) -> None:
        if isinstance(event, Exported):
            words = self.tr("{folder} holds {count} pairs now.").format(folder=folder, count=event.pairs)
            self.noticed.emit(Notice(words, NoticeLevel.HINT))
        elif isinstance(event, Failed):
            self.noticed.emit(notice_of_failure(event))

    def _mark_stopped(self, text: str) -> None:
        self._set_stage(ExportStage.STOPPED)
        self.noticed.emit(Notice(text, NoticeLevel.INFO, NoticeAction(self.tr("Go on"), self.resume_stopped)))

    def _remember_request(self, request: Export) -> None:
        try:
            replace_file(self._file, msgspec.msgpack.encode(request))
        except OSError as error:
            words = self.tr("{file} cannot be written ({why}). If the studio ends, start the export again by hand.")
            self.noticed.emit(Notice(words.format(file=self._file, why=error.strerror), NoticeLevel.ERROR))

    def _set_stage(self, stage: ExportStage) -> None:
        self.stage = stage
        self.changed.emit()


def _sanitised_canvas(canvas: Generate | None) -> Generate | None:
    """The canvas of an unfinished export as a file may hold it, with its full-size halves: they are pixels alone.

    Raises ValueError for a number out of range.
    """
    if canvas is None:
        return None
    return msgspec.structs.replace(sanitise_request(canvas).request, full=canvas.full)
