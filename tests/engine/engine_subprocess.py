"""The other end of the wire: starts a real engine process and talks frames with it."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from engine.interface import protocol
from engine.interface.protocol import Cancelled, Done, Failed, Preview, TracedStep

ROOT = Path(__file__).parent.parent.parent
TIMEOUT_SECONDS = 240
"""Seconds; only a broken engine makes a test wait that long."""


def wait_until(condition, process):
    """Return once a condition holds; a process that ends before, or patience that does, fails the test."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.fail(f"the process ended with {process.wait(0.02)}")


class EngineSubprocess:
    """A child process with its events in a queue; None is the end of its stdout."""

    def __init__(self, command, log, env=None):
        self.log = Path(log)
        with self.log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=ROOT,
                env=os.environ | (env or {}),
            )
        self.events = queue.SimpleQueue()
        self.reader = threading.Thread(target=self._read, daemon=True)

    @classmethod
    def start_serving(cls, pack, log, **env):
        engine = cls(["-m", "engine.cli", "serve", "--pack", str(pack), "--device", "cpu"], log, env)
        engine.reader.start()
        return engine

    def _read(self):
        while (body := protocol.read_frame(self.process.stdout)) is not None:
            self.events.put(protocol.decode_event(body))
        self.events.put(None)

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, *commands):
        self.write(b"".join(map(protocol.encode_frame, commands)))

    def next_event(self):
        return self.events.get(timeout=TIMEOUT_SECONDS)

    def wait_for_answer(self, id):
        """All previews or traced steps of a job, and then its answer; whatever else comes is a failure of the test."""
        previews = []
        while True:
            event = self.next_event()
            assert event is not None, self.log.read_text()
            assert event.id == id
            if isinstance(event, Done | Failed | Cancelled):
                return previews, event
            assert isinstance(event, Preview | TracedStep)
            previews.append(event)

    def wait_for_preview(self, id):
        """The first preview of a job; what comes before it is dropped."""
        while not isinstance(event := self.next_event(), Preview) or event.id != id:
            assert event is not None, self.log.read_text()
        return event

    def wait_for_answers(self, *ids):
        """The answers of all these jobs in the order of their coming, without the previews."""
        answers = {}
        while len(answers) < len(ids):
            event = self.next_event()
            assert event is not None, self.log.read_text()
            if not isinstance(event, Preview):
                assert event.id in ids
                assert event.id not in answers
                answers[event.id] = event
        return answers

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        if self.reader.is_alive():
            self.reader.join(5)
        self.process.stdout.close()
