"""The studio with a tiny random network of any size, for benchmarks."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import qasync
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from studio.composition import StudioApplication

ROOT = Path(__file__).parent.parent.parent
MAKE = """
import sys, pathlib, msgspec
from tests import tiny
height, width = map(int, sys.argv[2:])
tiny.make(pathlib.Path(sys.argv[1]), msgspec.structs.replace(tiny.INFO, height=height, width=width))
"""


def open_and(run: Callable[[QApplication, StudioApplication], None], height: int, width: int) -> None:
    """Opens a studio for pictures of this size in a window of 1600×900, waits for its engine and calls `run`."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as folder:
        packs = Path(folder) / "packs"
        make = [sys.executable, "-c", MAKE, str(packs / "street"), str(height), str(width)]
        subprocess.run(make, cwd=ROOT, check=True)
        os.environ["DIPTYCH_PACKS"] = str(packs)
        app = QApplication(sys.argv[:1])
        loop = qasync.QEventLoop(app)
        loop.set_default_executor(ThreadPoolExecutor(2))
        with loop:
            loop.run_until_complete(_use_studio(app, Path(folder), run))


async def _use_studio(app: QApplication, folder: Path, run: Callable[[QApplication, StudioApplication], None]) -> None:
    studio = StudioApplication(app, folder / "data", folder / "config")
    studio.show()
    studio.window.resize(1600, 900)

    def start() -> None:  # outside of any coroutine, so that it may process events
        try:
            wait(app, lambda: studio.session.client.device != "")
            run(app, studio)
        finally:
            studio.close()

    QTimer.singleShot(0, start)
    await studio.closed.wait()


def wait(app: QApplication, condition: Callable[[], bool]) -> None:
    """Processes events until a condition holds, sleeping in between to leave the core to the engine."""
    while not condition():
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
        time.sleep(0.005)
