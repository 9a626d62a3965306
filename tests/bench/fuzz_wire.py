"""The wire under frames that are nearly commands: python -m tests.bench.fuzz_wire [--in-process N] [--living N].

In this process every frame goes through the decoder and the checks of the engine's reader. The living engine has a
tiny pack of random weights; of what it is sent, every request must be answered and every other frame is an error. What
would draw for minutes is brought down to one step first. Prints what became of the frames, and how many a second.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from engine.interface.errors import BadFrame
from engine.interface.protocol import (
    Export,
    Failed,
    FullSizeDone,
    Generate,
    Preview,
    Purge,
    Ready,
    Shutdown,
    TracedStep,
    decode_command,
)
from tests import tiny
from tests.engine.engine_subprocess import EngineSubprocess
from tests.hostile.wire_accounts import Accounts
from tests.hostile.wire_frames import commands, frames

IN_FLIGHT = 64
"""Requests that may wait for their answers."""


def in_process(pack: Path, folder: Path, count: int, seed: int) -> Counter[str]:
    """Hand frames to the reader in this process. Raises AssertionError for one that is not accounted for."""
    accounts = Accounts()
    for body in itertools.islice(frames(seed, commands(str(pack), str(folder / "out"))), count):
        accounts.handle(body)
    return accounts.outcomes


def quick(command: Generate | Purge, number: int) -> Generate | Purge:
    """The same with an id of its own, and at most one step."""
    if isinstance(command, Purge):
        return msgspec.structs.replace(command, id=f"frame {number}")
    small = {"steps": 1, "corrections": 0, "resamplings": 1, "live": False, "trace": False, "full": None}
    return msgspec.structs.replace(command, id=f"frame {number}", **small)


class LivingEngine:
    """An engine process, and what it owes an answer to."""

    def __init__(self, pack: Path, folder: Path) -> None:
        self.engine = EngineSubprocess.start_serving(pack, folder / "log")
        assert isinstance(self.engine.next_event(), Ready)
        self.open: set[str] = set()
        self.bad_frames = 0
        self.outcomes: Counter[str] = Counter()

    def send(self, body: bytes, number: int) -> None:
        """Send one frame, and wait while too many are open."""
        try:
            command: Any = decode_command(body)
        except BadFrame:
            self.bad_frames += 1
            self._write(body)
        else:
            if isinstance(command, Shutdown | Export):  # an export of its own would take minutes
                return
            if isinstance(command, Generate | Purge):
                command = quick(command, number)
                self.open.add(command.id)
            self._write(msgspec.msgpack.encode(command))
        while len(self.open) + self.bad_frames > IN_FLIGHT:
            self.hear()

    def _write(self, body: bytes) -> None:
        self.engine.write(len(body).to_bytes(4, "big") + body)

    def hear(self) -> None:
        """Take one event. Raises AssertionError for an answer that nobody waits for, and at the engine's end."""
        event = self.engine.next_event()
        assert event is not None, self.engine.log.read_text()
        if isinstance(event, Preview | TracedStep | FullSizeDone):
            return
        self.outcomes[type(event).__name__] += 1
        if isinstance(event, Failed) and not event.id:
            self.bad_frames -= 1
            assert self.bad_frames >= 0, event
        else:
            self.open.remove(event.id)

    def finish(self) -> None:
        """Wait until nothing is open, and end the engine."""
        while self.open or self.bad_frames:
            self.hear()
        self.engine.send(Shutdown())
        assert self.engine.process.wait(60) == 0
        self.engine.close()


def living(pack: Path, folder: Path, count: int, seed: int) -> Counter[str]:
    """Send frames to an engine process. Raises AssertionError for one that is not accounted for."""
    engine = LivingEngine(pack, folder)
    for number, body in enumerate(itertools.islice(frames(seed, commands(str(pack), str(folder / "out"))), count)):
        engine.send(body, number)
    engine.finish()
    return engine.outcomes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--in-process", type=int, default=1_000_000)
    parser.add_argument("--living", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pack = tiny.make(folder / "tiny")
        for title, run, count in (
            ("in process", in_process, options.in_process),
            ("living engine", living, options.living),
        ):
            begun = time.perf_counter()
            outcomes = run(pack, folder, count, options.seed)
            rate = count / (time.perf_counter() - begun)
            print(f"{title}: {count} frames, {rate:.0f} a second, none lost: {dict(outcomes)}")


if __name__ == "__main__":
    main()
