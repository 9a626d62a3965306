"""The engine as a child process: frames on its stdin and stdout, the end of its stderr for reports."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from PySide6.QtCore import QObject, QProcess, Signal

from engine.interface.errors import BadFrame
from engine.interface.protocol import Command, Shutdown, decode_event, encode_frame, frame_length

STDERR_TAIL_BYTES = 32 * 1024
STOP_TIMEOUT = 2.0
"""Seconds that the engine has to exit before it is killed."""


@dataclass(frozen=True)
class ProcessExit:
    """How a process ended: the reason as a phrase, the end of its stderr, and whether it ever started."""

    reason: str
    stderr_tail: str
    started: bool


class EngineProcess(QObject):
    """One run of the engine. A restart needs a new object."""

    event_received = Signal(object)  # Event
    protocol_error = Signal(str)  # what is wrong with the bytes; the process is being killed
    ended = Signal(object)  # ProcessExit

    def __init__(self, command: list[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = command
        self._incoming = bytearray()
        self._stderr = bytearray()
        self._stream_valid = True
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._on_output)
        self._process.readyReadStandardError.connect(self._on_stderr)
        self._process.errorOccurred.connect(self._on_error)
        self._process.finished.connect(self._on_finished)

    @property
    def running(self) -> bool:
        return self._process.state() != QProcess.ProcessState.NotRunning

    @property
    def pid(self) -> int:
        """The process id; 0 before the process runs."""
        return self._process.processId()

    @property
    def stderr_tail(self) -> str:
        """The end of what the engine wrote to its stderr."""
        return self._stderr.decode(errors="replace").strip()

    def start(self) -> None:
        self._process.start(self._command[0], self._command[1:])

    def send(self, command: Command) -> None:
        """Write one frame without waiting for the pipe."""
        if self.running:
            self._process.write(encode_frame(command))

    def kill(self) -> None:
        """Kill the process; `ended` is emitted afterwards."""
        self._process.kill()

    async def stop(self) -> None:
        """Ask the engine to exit, kill it after `STOP_TIMEOUT`, and return when it has ended."""
        if not self.running:
            return
        exited = asyncio.Event()
        self._process.finished.connect(exited.set)
        self.send(Shutdown())
        self._process.closeWriteChannel()
        try:
            await asyncio.wait_for(exited.wait(), STOP_TIMEOUT)
        except TimeoutError:
            self._process.kill()
            await exited.wait()

    def _on_output(self) -> None:
        self._incoming += self._process.readAllStandardOutput().data()
        while self._stream_valid and len(self._incoming) >= 4:
            try:
                end = 4 + frame_length(bytes(self._incoming[:4]))
                if len(self._incoming) < end:
                    return
                event = decode_event(bytes(self._incoming[4:end]))
            except BadFrame as error:
                self._reject_stream(error.message)
                return
            del self._incoming[:end]
            self.event_received.emit(event)

    def _reject_stream(self, reason: str) -> None:
        self._stream_valid = False
        self._stderr += b"\nFrom its stdout: " + bytes(self._incoming[:200])
        self.protocol_error.emit(reason)
        self.kill()

    def _on_stderr(self) -> None:
        self._stderr += self._process.readAllStandardError().data()
        del self._stderr[:-STDERR_TAIL_BYTES]

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.ended.emit(ProcessExit(self._process.errorString(), self.stderr_tail, started=False))

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._on_output()
        self._on_stderr()
        crashed = status == QProcess.ExitStatus.CrashExit
        reason = f"signal {code}" if crashed else f"exit code {code}"
        self.ended.emit(ProcessExit(reason, self.stderr_tail, started=True))
