"""The engine as the studio knows it: starting, ready or stopped, with at most one request in flight, and exports.

If the engine dies, that is said, it is started once more, and the request in flight is sent again as it
was, with its seed. If it dies again within a minute it stays down until a person starts it.
"""

from __future__ import annotations

import enum
import time

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.interface.protocol import (
    PROTOCOL_VERSION,
    UNKNOWN,
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
from studio.session.notices import Notice, NoticeAction, NoticeLevel

RESTART_GUARD_SECONDS = 60.0
"""Seconds in which a second death means that a restart does not help."""
SLOW_START_MS = 45_000
"""Milliseconds after which a starting engine is worth a word."""


class EngineState(enum.StrEnum):
    STARTING = "starting"
    READY = "ready"
    STOPPED = "stopped"


class EngineClient(QObject):
    """Drops every event that does not belong to the request in flight."""

    state_changed = Signal()
    event_received = Signal(object)  # Preview | Traced | Done | Cancelled | Failed of the request in flight
    full_size_received = Signal(
        object
    )  # Sharp | Failed of the last result, if asked for at full size; None if it was dropped
    export_event_received = Signal(object)  # Exporting | Exported | Cancelled | Failed of an export
    noticed = Signal(object)  # Notice

    def __init__(self, command: list[str], pack: PackInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command, self._pack = command, pack
        self._process: EngineProcess | None = None
        self._request: Generate | None = None
        self._full_size_request: Generate | None = None
        self._export_ids: set[str] = set()
        self._last_crash_time: float | None = None
        self._failure_reason = ""
        self._restart_requested = False
        self._closing = False
        self.state = EngineState.STARTING
        self.device = ""
        self.has_few_step_network = False  # whether the pack has a distilled network that works
        self._slow_start_timer = QTimer(self, singleShot=True, interval=SLOW_START_MS)
        self._slow_start_timer.timeout.connect(self._post_slow_start)

    @property
    def has_request(self) -> bool:
        """Whether a request is in flight; before the engine is ready it waits here."""
        return self._request is not None

    @property
    def drawing_full_size(self) -> bool:
        """Whether the last result is being drawn at full size."""
        return self._full_size_request is not None

    @property
    def pid(self) -> int:
        """The engine's process id; 0 if none runs."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the engine if it does not run."""
        if self._process is not None or self._closing:
            return
        self._failure_reason = ""
        process = EngineProcess(self._command, self)
        process.event_received.connect(self._on_event)
        process.protocol_error.connect(self._on_protocol_error)
        process.ended.connect(self._on_ended)
        self._process = process
        self._slow_start_timer.start()
        self._set_state(EngineState.STARTING)
        process.start()

    def restart(self) -> None:
        """End the engine, if it runs, and start it anew; a person asked for it."""
        self._last_crash_time = None
        if self._process is None:
            self.start()
        else:
            self._restart_requested, self._failure_reason = True, self.tr("It was restarted.")
            self._process.kill()

    def send(self, request: Generate) -> None:
        """Put this request in flight, in place of any other; it goes out as soon as the engine is ready."""
        self.cancel_full_size()
        self._request = request
        if self.state is EngineState.READY and self._process is not None:
            self._process.send(request)

    def cancel(self) -> None:
        """Forget the request in flight and tell the engine; nothing more is heard of it."""
        self.cancel_full_size()
        request, self._request = self._request, None
        if request is not None and self.state is EngineState.READY and self._process is not None:
            self._process.send(Cancel(request.id))

    def cancel_full_size(self) -> None:
        """Draw the last result at full size no more, if that is what is being done."""
        request, self._full_size_request = self._full_size_request, None
        if request is not None:
            if self._process is not None:
                self._process.send(Cancel(request.id))
            self.full_size_received.emit(None)

    def send_export_command(self, command: Export | Purge | Pause | Resume | Cancel) -> None:
        """Say something about an export to an engine that is ready. An export ends with its engine."""
        if self.state is EngineState.READY and self._process is not None:
            if isinstance(command, Export | Purge):
                self._export_ids.add(command.id)
            self._process.send(command)

    async def stop(self) -> None:
        """End the engine for good. Returns when the process is gone."""
        self._closing = True
        self._request = None
        self._slow_start_timer.stop()
        if self._process is not None:
            await self._process.stop()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Ready):
            self._on_ready(event)
        elif isinstance(event, Failed) and not event.id:
            self.noticed.emit(Notice(f"{event.message} {event.hint}".strip(), NoticeLevel.ERROR))
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
            self._last_crash_time = time.monotonic()  # the same engine again would say the same
            self._on_protocol_error(
                self.tr(
                    "It speaks protocol {theirs} (version {version}), this studio {ours}. "
                    "Install the same version of Diptych on both sides."
                ).format(theirs=ready.protocol, version=ready.version, ours=PROTOCOL_VERSION)
            )
            return
        self.device = ready.device
        self.has_few_step_network = any(info.distilled for info in ready.packs if info.name == self._pack.name)
        waiting = self._request
        self._set_state(EngineState.READY)  # whoever hears this may send, so what waited may be outdated by now
        if waiting is not None and waiting is self._request and self._process is not None:
            self._process.send(waiting)

    def _on_full_size_event(self, event: Event) -> None:
        request, self._full_size_request = self._full_size_request, None
        if isinstance(event, FullSizeDone) and request is not None and not self._check_rasters(event, request):
            return
        self.full_size_received.emit(event if isinstance(event, FullSizeDone | Failed) else None)

    def _check_rasters(self, event: Preview | TracedStep | Done | FullSizeDone, request: Generate) -> bool:
        """Whether it is of the size and the classes that were asked for; an engine that sends other ones is ended."""
        expected, factor = request.layout or request.image or self._pack, 1
        layouts, images = [event.layout], [event.image]
        if isinstance(event, TracedStep):
            layouts, images = [*layouts, event.noisy_layout], [*images, event.noisy_image]
        if isinstance(event, FullSizeDone):
            factor = self._pack.upscale
        size = expected.height * factor, expected.width * factor
        shapes = [(r.height, r.width, r.channels) for r in (*images, *layouts)]
        shapes_match = shapes == [(*size, 3)] * len(images) + [(*size, 1)] * len(layouts)
        if shapes_match and all(raster.is_complete for raster in (*images, *layouts)):
            ids = np.stack([raster.pixels() for raster in layouts])
            if np.all((ids < len(self._pack.classes)) | (ids == UNKNOWN)):
                return True
        self._on_protocol_error(
            self.tr("It sent a picture of another size, or class ids that the pack does not have.")
        )
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
        now = time.monotonic()
        crashed_again = self._last_crash_time is not None and now - self._last_crash_time < RESTART_GUARD_SECONDS
        self._last_crash_time = None if self._restart_requested else now  # an end that was asked for is no death
        self._restart_requested = False
        if process_exit.started and not crashed_again:
            self._post_restarted(process_exit)
            self.start()
        else:
            self._request = None
            self._set_state(EngineState.STOPPED)
            self._post_stopped(process_exit)

    def _post_restarted(self, process_exit: ProcessExit) -> None:
        text = self.tr("The engine stopped ({why}). It is started once more.")
        if self.has_request:
            text = self.tr(
                "The engine stopped ({why}). It is started once more and what it was painting is sent again."
            )
        text = text.format(why=self._failure_text(process_exit))
        self.noticed.emit(Notice(text, NoticeLevel.INFO, details=process_exit.stderr_tail))

    def _post_stopped(self, process_exit: ProcessExit) -> None:
        if process_exit.started:
            words = self.tr("The engine stopped ({why}) and stays down. Your picture is kept.")
            text = words.format(why=self._failure_text(process_exit))
        else:
            words = self.tr(
                "The engine cannot be started with “{command}” ({why}). Check DIPTYCH_ENGINE and the settings file."
            )
            text = words.format(command=" ".join(self._command), why=process_exit.reason)
        self.noticed.emit(
            Notice(
                text, NoticeLevel.ERROR, NoticeAction(self.tr("Start engine"), self.restart), process_exit.stderr_tail
            )
        )

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
