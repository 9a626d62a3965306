"""The engine as the studio knows it: starting, ready or stopped, with at most one request in flight, and exports.

If the engine dies, that is said, it is started once more, and the request in flight is sent again as it
was, with its seed. If it dies again within a minute it stays down until a person starts it.
"""

from __future__ import annotations

import enum
import time

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.protocol import (
    PROTOCOL,
    UNKNOWN,
    Cancel,
    Done,
    Event,
    Export,
    Exporting,
    Failed,
    Generate,
    PackInfo,
    Pause,
    Preview,
    Ready,
    Resume,
    Settle,
    Sharp,
    Traced,
)
from studio.session.engine_process import Ending, EngineProcess
from studio.session.notices import Action, Notice, Tone

AGAIN_WITHIN = 60.0
"""Seconds in which a second death means that a restart does not help."""
LONG_START = 45_000
"""Milliseconds after which a starting engine is worth a word."""


class EngineState(enum.StrEnum):
    STARTING = "starting"
    READY = "ready"
    STOPPED = "stopped"


class EngineClient(QObject):
    """Drops every event that does not belong to the request in flight."""

    state_changed = Signal()
    received = Signal(object)  # Preview | Traced | Done | Cancelled | Failed of the request in flight
    sharpened = Signal(object)  # Sharp | Failed of the last result, if asked for at full size; None if it was dropped
    exporting = Signal(object)  # Exporting | Exported | Cancelled | Failed of an export
    noticed = Signal(object)  # Notice

    def __init__(self, command: list[str], pack: PackInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command, self._pack = command, pack
        self._process: EngineProcess | None = None
        self._request: Generate | None = None
        self._sharpened: Generate | None = None
        self._exports: set[str] = set()
        self._last_death: float | None = None
        self._mistrust = ""
        self._asked = False
        self._closing = False
        self.state = EngineState.STARTING
        self.device = ""
        self.distilled = False  # whether the pack has a distilled network that works
        self._late = QTimer(self, singleShot=True, interval=LONG_START)
        self._late.timeout.connect(self._say_late)

    @property
    def busy(self) -> bool:
        """Whether a request is in flight; before the engine is ready it waits here."""
        return self._request is not None

    @property
    def sharpening(self) -> bool:
        """Whether the last result is being drawn at full size."""
        return self._sharpened is not None

    @property
    def pid(self) -> int:
        """The engine's process id; 0 if none runs."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the engine if it does not run."""
        if self._process is not None or self._closing:
            return
        self._mistrust = ""
        process = EngineProcess(self._command, self)
        process.received.connect(self._on_event)
        process.broken.connect(self._on_broken)
        process.ended.connect(self._on_ended)
        self._process = process
        self._late.start()
        self._enter(EngineState.STARTING)
        process.start()

    def restart(self) -> None:
        """End the engine, if it runs, and start it anew; a person asked for it."""
        self._last_death = None
        if self._process is None:
            self.start()
        else:
            self._asked, self._mistrust = True, self.tr("It was restarted.")
            self._process.kill()

    def send(self, request: Generate) -> None:
        """Put this request in flight, in place of any other; it goes out as soon as the engine is ready."""
        self.leave_full()
        self._request = request
        if self.state is EngineState.READY and self._process is not None:
            self._process.send(request)

    def cancel(self) -> None:
        """Forget the request in flight and tell the engine; nothing more is heard of it."""
        self.leave_full()
        request, self._request = self._request, None
        if request is not None and self.state is EngineState.READY and self._process is not None:
            self._process.send(Cancel(request.id))

    def leave_full(self) -> None:
        """Draw the last result at full size no more, if that is what is being done."""
        request, self._sharpened = self._sharpened, None
        if request is not None:
            if self._process is not None:
                self._process.send(Cancel(request.id))
            self.sharpened.emit(None)

    def tell(self, command: Export | Settle | Pause | Resume | Cancel) -> None:
        """Say something about an export to an engine that is ready. An export ends with its engine."""
        if self.state is EngineState.READY and self._process is not None:
            if isinstance(command, Export | Settle):
                self._exports.add(command.id)
            self._process.send(command)

    async def stop(self) -> None:
        """End the engine for good. Returns when the process is gone."""
        self._closing = True
        self._request = None
        self._late.stop()
        if self._process is not None:
            await self._process.stop()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, Ready):
            self._on_ready(event)
        elif isinstance(event, Failed) and not event.id:
            self.noticed.emit(Notice(f"{event.message} {event.hint}".strip(), Tone.ERROR))
        elif self._request is not None and event.id == self._request.id:
            if isinstance(event, Preview | Traced | Done) and not self._sound(event, self._request):
                return
            if not isinstance(event, Preview | Traced):
                request, self._request = self._request, None
                self._sharpened = request if isinstance(event, Done) and request.full else None
            self.received.emit(event)
        elif self._sharpened is not None and event.id == self._sharpened.id:
            self._on_sharpened(event)
        elif event.id in self._exports:
            if not isinstance(event, Exporting):
                self._exports.remove(event.id)
            self.exporting.emit(event)

    def _on_ready(self, ready: Ready) -> None:
        self._late.stop()
        if ready.protocol != PROTOCOL:
            self._last_death = time.monotonic()  # the same engine again would say the same
            self._on_broken(
                self.tr(
                    "It speaks protocol {theirs} (version {version}), this studio {ours}. "
                    "Install the same version of Diptych on both sides."
                ).format(theirs=ready.protocol, version=ready.version, ours=PROTOCOL)
            )
            return
        self.device = ready.device
        self.distilled = any(info.distilled for info in ready.packs if info.name == self._pack.name)
        waiting = self._request
        self._enter(EngineState.READY)  # whoever hears this may send, so what waited may be outdated by now
        if waiting is not None and waiting is self._request and self._process is not None:
            self._process.send(waiting)

    def _on_sharpened(self, event: Event) -> None:
        request, self._sharpened = self._sharpened, None
        if isinstance(event, Sharp) and request is not None and not self._sound(event, request):
            return
        self.sharpened.emit(event if isinstance(event, Sharp | Failed) else None)

    def _sound(self, event: Preview | Traced | Done | Sharp, request: Generate) -> bool:
        """Whether it is of the size and the classes that were asked for; an engine that sends other ones is ended."""
        asked, factor = request.layout or request.image or self._pack, 1
        layouts, images = [event.layout], [event.image]
        if isinstance(event, Traced):
            layouts, images = [*layouts, event.noisy_layout], [*images, event.noisy_image]
        if isinstance(event, Sharp):
            factor = self._pack.upscale
        size = asked.height * factor, asked.width * factor
        shapes = [(r.height, r.width, r.channels) for r in (*images, *layouts)]
        sound = shapes == [(*size, 3)] * len(images) + [(*size, 1)] * len(layouts)
        if sound and all(raster.whole for raster in (*images, *layouts)):
            ids = np.stack([raster.pixels() for raster in layouts])
            if np.all((ids < len(self._pack.classes)) | (ids == UNKNOWN)):
                return True
        self._on_broken(self.tr("It sent a picture of another size, or class ids that the pack does not have."))
        return False

    def _on_broken(self, reason: str) -> None:
        self._mistrust = reason
        if self._process is not None:
            self._process.kill()

    def _on_ended(self, ending: Ending) -> None:
        process, self._process = self._process, None
        self._exports.clear()
        self._sharpened = None
        if process is not None:
            process.deleteLater()
        self._late.stop()
        if self._closing:
            return
        now = time.monotonic()
        again = self._last_death is not None and now - self._last_death < AGAIN_WITHIN
        self._last_death = None if self._asked else now  # an end that was asked for is no death
        self._asked = False
        if ending.ran and not again:
            self._say_restarted(ending)
            self.start()
        else:
            self._request = None
            self._enter(EngineState.STOPPED)
            self._say_stopped(ending)

    def _say_restarted(self, ending: Ending) -> None:
        text = self.tr("The engine stopped ({why}). It is started once more.")
        if self.busy:
            text = self.tr(
                "The engine stopped ({why}). It is started once more and what it was painting is sent again."
            )
        text = text.format(why=self._why(ending))
        self.noticed.emit(Notice(text, Tone.INFO, details=ending.report))

    def _say_stopped(self, ending: Ending) -> None:
        if ending.ran:
            words = self.tr("The engine stopped ({why}) and stays down. Your picture is kept.")
            text = words.format(why=self._why(ending))
        else:
            words = self.tr(
                "The engine cannot be started with “{command}” ({why}). Check DIPTYCH_ENGINE and the settings file."
            )
            text = words.format(command=" ".join(self._command), why=ending.reason)
        self.noticed.emit(Notice(text, Tone.ERROR, Action(self.tr("Start engine"), self.restart), ending.report))

    def _why(self, ending: Ending) -> str:
        lines = ending.report.splitlines()
        return self._mistrust or (f"{ending.reason}: {lines[-1]}" if lines else ending.reason)

    def _say_late(self) -> None:
        words = self.tr("The engine has not answered for {seconds} seconds. It may still be loading.")
        text = words.format(seconds=LONG_START // 1000)
        report = self._process.report if self._process else ""
        self.noticed.emit(Notice(text, Tone.INFO, Action(self.tr("Restart engine"), self.restart), report))

    def _enter(self, state: EngineState) -> None:
        self.state = state
        self.state_changed.emit()
