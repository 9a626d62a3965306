"""Random input to the studio's window: python -m tests.bench.monkey_run [--events N] [--seed S]

Fails on an exception, an invalid class id, a notice of an internal error, memory that is not released, or if undoing
everything does not restore the first state.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from engine.interface.protocol import UNKNOWN
from studio.composition import StudioApplication
from studio.domain.document import Plane
from tests.bench.studio_window import open_and
from tests.studio.monkey import Monkey

LEAK = 40.0
"""Megabytes of growth beside the history that are allowed: results in memory, and caches of Qt and Python."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    failed: list[BaseException] = []
    sys.excepthook = lambda kind, error, trace: (failed.append(error), sys.__excepthook__(kind, error, trace))
    open_and(lambda app, studio: run(app, studio, options.events, options.seed), 64, 128)
    sys.exit(1 if failed else 0)


def run(app: QApplication, studio: StudioApplication, events: int, seed: int) -> None:
    editor, generator = studio.session.editor, studio.session.generator
    ids = {*range(len(editor.palette)), UNKNOWN}
    editor.history._max_bytes = sys.maxsize  # so that all of it can be undone
    editor.jump_to(0)
    first = document_state(editor)
    monkey, start, sizes = Monkey(studio.window, studio.session, seed), time.perf_counter(), []
    for index in range(events):
        monkey.act_once()
        app.processEvents()
        error_notices = [notice.text for notice in studio.window.notice_bar.notices if notice.details]
        assert not error_notices, error_notices
        assert set(np.unique(editor.document.visible_layout())) <= ids, "a wrong id"
        if index % (events // 10) == 0:
            gc.collect()
            sizes.append(resident_memory() - editor.history.nbytes / 2**20)
            names = len(editor.history.names)
            print(f"{index:6} events  {names:5} steps  {sizes[-1]:7.1f} MB beside the history", flush=True)
    editor.end_stroke()
    generator.cancel_all()
    editor.jump_to(0)
    generator.cancel_all()
    assert document_state(editor) == first, "undoing everything did not restore the first state"
    kept = sizes[-1] - sizes[1]
    print(f"{events} events in {time.perf_counter() - start:.0f} s; undoing all restored the first state")
    print(f"memory beside the history since the first tenth: {kept:+.1f} MB")
    assert kept < LEAK, "memory was not released"


def document_state(editor) -> tuple[object, ...]:
    return (*(editor.document.pixels(plane).tobytes() for plane in Plane), editor.document.marks)


def resident_memory() -> float:
    """Reads the resident memory of this process in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


if __name__ == "__main__":
    main()
