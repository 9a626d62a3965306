"""The engine as the rest of the studio sees it: starting, ready or stopped, with at most one request in flight.

If the engine dies, a notice says so, it is started again as `RestartPolicy` allows, and the request in flight is sent
again unchanged, with its seed. A notice always offers to start it at once.
"""

from __future__ import annotations

import enum
import time

from PySide6.QtCore import QObject, QTimer, Signal

from engine.interface.protocol import (
    PROTOCOL_VERSION,
    Cancel,
    Done,
    Event,
    Export,
    Exporting,
    Failed,
    FullSizeDone,
    Generate,
    PackInfo,
    Pause,
    Preview,
    Purge,
    Ready,
    Resume,
    TracedStep,
)
from studio.session.connection.engine_process import EngineProcess, ProcessExit
from studio.session.connection.event_checks import has_expected_rasters
from studio.session.connection.restart_policy import MAX_RESTARTS, RestartPolicy
from studio.session.notices import Notice, NoticeAction, NoticeLevel, notice_of_failure

SLOW_START_MS = 45_000
"""Milliseconds after which a notice says that the engine is slow to start."""


class EngineState(enum.StrEnum):
    """`STARTING` includes the wait before a restart."""

    STARTING = "starting"
    READY = "ready"
    STOPPED = "stopped"


class EngineClient(QObject):
    """Sends commands and passes on the events of the request in flight and of exports; it drops all others."""

    state_changed = Signal()
    event_received = Signal(object)  # Preview | TracedStep | Done | Cancelled | Failed of the request in flight
    full_size_received = Signal(object)  # FullSizeDone | Failed of the last result; None if it was dropped
    export_event_received = Signal(object)  # Exporting | Exported | Cancelled | Failed of an export
    noticed = Signal(object)  # Notice
    start_failed = Signal(str)  # why it cannot load or draw with its pack: it leaves

    def __init__(self, command: list[str], pack: PackInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command, self._pack = command, pack
        self._process: EngineProcess | None = None
        self._request: Generate | None = None
        self._full_size_request: Generate | None = None
        self._export_ids: set[str] = set()
        self._restarts = RestartPolicy()
        self._start_time = 0.0
        self._failure_reason = ""
        self._restart_useless = False
        self._restart_requested = False
        self._closing = False
        self.state = EngineState.STARTING
        self.device = ""
        self.warm_pack = ""  # the name of the pack that it has drawn with at its start
        self.has_few_step_network = False  # whether the pack has a distilled network that can be used
        self._restart_timer = QTimer(self, singleShot=True)
        self._restart_timer.timeout.connect(self.start)
        self._slow_start_timer = QTimer(self, singleShot=True, interval=SLOW_START_MS)
        self._slow_start_timer.timeout.connect(self._post_slow_start)

    @property
    def has_request(self) -> bool:
        """Whether a request is in flight or waits until the engine is ready."""
        return self._request is not None

    @property
    def drawing_full_size(self) -> bool:
        """Whether the last result is being drawn at full size."""
        return self._full_size_request is not None

    @property
    def pid(self) -> int:
        """The process id of the engine; 0 if it does not run."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the engine if it does not run."""
        if self._process is not None or self._closing:
            return
        self._restart_timer.stop()
        self._failure_reason, self._restart_useless, self._start_time = "", False, time.monotonic()
        process = EngineProcess(self._command, self)
        process.event_received.connect(self._on_event)
        process.protocol_error.connect(self._on_protocol_error)
        process.ended.connect(self._on_ended)
        self._process = process
        self._slow_start_timer.start()
        self._set_state(EngineState.STARTING)
        process.start()

    def restart(self) -> None:
        """Start the engine on a person's request, and end it first if it runs."""
        self._restarts.reset()
        if self._process is None:
            self.start()
        else:
            self._restart_requested = True
            self._process.kill()

    def send(self, request: Generate) -> None:
        """Put a request in flight in place of any other; it is sent as soon as the engine is ready."""
        self.cancel_full_size()
        self._request = request
        if self.state is EngineState.READY and self._process is not None:
            self._process.send(request)

    def cancel(self) -> None:
        """Cancel the request in flight; no more of its events are passed on."""
        self.cancel_full_size()
        request, self._request = self._request, None
        if request is not None and self.state is EngineState.READY and self._process is not None:
            self._process.send(Cancel(request.id))

    def cancel_full_size(self) -> None:
        """Cancel drawing the last result at full size, if that is running."""
        request, self._full_size_request = self._full_size_request, None
        if request is not None:
            if self._process is not None:
                self._process.send(Cancel(request.id))
            self.full_size_received.emit(None)

    def send_export_command(self, command: Export | Purge | Pause | Resume | Cancel) -> None:
        """Send a command about an export or a purge if the engine is ready. Exports end with their engine."""
        if self.state is EngineState.READY and self._process is not None:
            if isinstance(command, Export | Purge):
                self._export_ids.add(command.id)
            self._process.send(command)

    async def stop(self) -> None:
        """End the engine for good; returns when the process has ended."""
        self._closing = True
        self._restart_timer.stop()
        self._request = None
        self._slow_start_timer.stop()
        if self._process is not None:
            await self._process.stop()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Ready):
            self._on_ready(event)
        elif isinstance(event, Failed) and not event.id:
            if self.state is EngineState.STARTING:
                self.start_failed.emit(event.message)
            self.noticed.emit(notice_of_failure(event))
        elif self._request is not None and event.id == self._request.id:
            if isinstance(event, Preview | TracedStep | Done) and not self._check_rasters(event, self._request):
                return
            if not isinstance(event, Preview | TracedStep):
                request, self._request = self._request, None
                self._full_size_request = request if isinstance(event, Done) and request.full else None
            self.event_received.emit(event)
        elif self._full_size_request is not None and event.id == self._full_size_request.id:
            self._on_full_size_event(event)
        elif event.id in self._export_ids:
            if not isinstance(event, Exporting):
                self._export_ids.remove(event.id)
            self.export_event_received.emit(event)

    def _on_ready(self, ready: Ready) -> None:
        self._slow_start_timer.stop()
        if ready.protocol != PROTOCOL_VERSION:
            self._restart_useless = True  # the same engine would send the same
            self._on_protocol_error(
                self.tr(
                    "It speaks protocol {theirs} (version {version}), this studio {ours}. "
                    "Install the same version of Diptych on both sides."
                ).format(theirs=ready.protocol, version=ready.version, ours=PROTOCOL_VERSION)
            )
            return
        self.device = ready.device
        self.warm_pack = ready.packs[0].name if ready.packs else ""
        self.has_few_step_network = any(info.distilled for info in ready.packs if info.name == self._pack.name)
        waiting = self._request
        self._set_state(EngineState.READY)  # a slot may send a newer request
        if waiting is not None and waiting is self._request and self._process is not None:
            self._process.send(waiting)

    def _on_full_size_event(self, event: Event) -> None:
        request, self._full_size_request = self._full_size_request, None
        if isinstance(event, FullSizeDone) and request is not None and not self._check_rasters(event, request):
            return
        self.full_size_received.emit(event if isinstance(event, FullSizeDone | Failed) else None)

    def _check_rasters(self, event: Preview | TracedStep | Done | FullSizeDone, request: Generate) -> bool:
        """Whether an event is of the size and the classes that were requested; if not, the engine is ended."""
        if has_expected_rasters(event, request, self._pack):
            return True
        self._on_protocol_error(self.tr("It sent a picture of the wrong size, or with unknown class ids."))
        return False

    def _on_protocol_error(self, reason: str) -> None:
        self._failure_reason = reason
        if self._process is not None:
            self._process.kill()

    def _on_ended(self, process_exit: ProcessExit) -> None:
        process, self._process = self._process, None
        self._export_ids.clear()
        self._full_size_request = None
        if process is not None:
            process.deleteLater()
        self._slow_start_timer.stop()
        if self._closing:
            return
        if self._restart_requested:
            self._restart_requested = False
            self.start()
            return
        delay = self._restarts.note_death(time.monotonic() - self._start_time)
        if delay is not None and process_exit.started and not self._restart_useless:
            self._set_state(EngineState.STARTING)
            self._restart_timer.start(int(delay * 1000))
            self._post_restarting(process_exit, delay)
        else:
            self._request = None
            self._set_state(EngineState.STOPPED)
            self._post_stopped(process_exit)

    def _post_restarting(self, process_exit: ProcessExit, delay: float) -> None:
        text = self.tr("The engine stopped ({why}). It restarts in {seconds} s.")
        if self.has_request:
            text = self.tr("The engine stopped ({why}). It restarts in {seconds} s and continues your picture.")
        text = text.format(why=self._failure_text(process_exit), seconds=f"{delay:.3g}")
        action = NoticeAction(self.tr("Restart now"), self.restart)
        self.noticed.emit(Notice(text, NoticeLevel.INFO, action, process_exit.stderr_tail))

    def _post_stopped(self, process_exit: ProcessExit) -> None:
        why = self._failure_text(process_exit)
        if not process_exit.started:
            words = self.tr(
                "The engine cannot be started with “{command}” ({why}). Check DIPTYCH_ENGINE and the settings file."
            )
            text = words.format(command=" ".join(self._command), why=process_exit.reason)
        elif self._restart_useless:
            text = self.tr("The engine was stopped ({why}). Your picture is kept.").format(why=why)
        else:
            words = self.tr("The engine stopped again after {count} restarts ({why}). Your picture is kept.")
            text = words.format(count=MAX_RESTARTS, why=why)
        action = NoticeAction(self.tr("Start engine"), self.restart)
        self.noticed.emit(Notice(text, NoticeLevel.ERROR, action, process_exit.stderr_tail))

    def _failure_text(self, process_exit: ProcessExit) -> str:
        lines = process_exit.stderr_tail.splitlines()
        return self._failure_reason or (f"{process_exit.reason}: {lines[-1]}" if lines else process_exit.reason)

    def _post_slow_start(self) -> None:
        words = self.tr("The engine has not answered for {seconds} seconds. It may still be loading.")
        text = words.format(seconds=SLOW_START_MS // 1000)
        report = self._process.stderr_tail if self._process else ""
        self.noticed.emit(
            Notice(text, NoticeLevel.INFO, NoticeAction(self.tr("Restart engine"), self.restart), report)
        )

    def _set_state(self, state: EngineState) -> None:
        self.state = state
        self.state_changed.emit()
