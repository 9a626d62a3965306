"""Figures of the window with the real engine, offscreen: python tests/bench/studio_figures.py [--runs N] [--pack NAME]

Start-up counts from the moment the process is started, in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

TICK = 5
"""Milliseconds between two beats of the clock that looks for blocks."""
SETTLED, IDLE = 10, 30
"""Seconds of waiting after the last picture, and of watching, in which an autosave would come."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--pack", default="street")
    parser.add_argument("--started", type=float, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.started is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        command = [sys.executable, __file__, "--runs", str(options.runs), "--pack", options.pack]
        command += ["--started", str(time.time())]
        sys.exit(subprocess.run(command, check=False).returncode)
    measure(options.started, options.runs, options.pack)


def measure(started: float, runs: int, pack: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    import qasync
    from PySide6.QtWidgets import QApplication

    app = QApplication(sys.argv)
    loop = qasync.QEventLoop(app)
    loop.set_default_executor(ThreadPoolExecutor(2))
    with loop, tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "config").mkdir()
        (Path(folder) / "config" / "preferences.json").write_bytes(msgspec.json.encode({"pack": pack}))
        loop.run_until_complete(Figures(app, Path(folder), started).take(runs))


class Figures:
    def __init__(self, app, folder: Path, started: float) -> None:
        from PySide6.QtCore import Qt, QTimer

        from studio.composition import StudioApplication

        self.started = started
        self.studio = StudioApplication(app, folder / "data", folder / "config")
        self.generator, self.client = self.studio.session.generator, self.studio.session.client
        self.previews: list[float] = []
        self.last_beat, self.longest = time.perf_counter(), 0.0
        self.last_work, self.longest_work = time.thread_time(), 0.0
        self.beat = QTimer(self.studio.window, interval=TICK, timerType=Qt.TimerType.PreciseTimer)
        self.beat.timeout.connect(self.on_beat)
        self.generator.display.changed.connect(self.on_shown)

    def on_beat(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        self.longest = max(self.longest, now - self.last_beat - TICK / 1000)
        self.longest_work = max(self.longest_work, work - self.last_work)
        self.last_beat, self.last_work = now, work

    def on_shown(self) -> None:
        if self.generator.display.preview is not None:
            self.previews.append(time.perf_counter())

    async def wait_until(self, condition) -> None:
        while not condition():
            await asyncio.sleep(0.001)

    async def take(self, runs: int) -> None:
        from studio.domain.document import ImageKind
        from studio.session.connection.engine_client import EngineState

        painted = asyncio.Event()
        watch = paint_watch(self.studio.window.layout_canvas, painted)
        self.studio.show()
        await painted.wait()
        say("start-up to first paint", time.time() - self.started)
        say("  of that, own CPU time", time.process_time())
        watch.deleteLater()
        await self.wait_until(lambda: self.client.state is not EngineState.STARTING)
        say("engine ready after", time.time() - self.started)
        if self.client.state is EngineState.READY:
            document = self.studio.session.editor.document
            await self.wait_until(lambda: document.status.image is not ImageKind.NONE)
            say("first image on screen after", time.time() - self.started)
            info = self.studio.session.pack.info
            print(f"{info.title} {info.height}×{info.width}, {self.client.device}, median of {runs}")
            print(f"while one paints, {info.distilled or info.steps} steps:")
            await self.draw(runs, self.follow)
            print(f"by Generate, {info.steps} steps:")
            await self.draw(runs, self.generator.generate)
            await self.idle()
        self.studio.close()
        await self.studio.closed.wait()

    async def idle(self) -> None:
        """What both processes cost while nobody does anything."""
        await asyncio.sleep(SETTLED)
        before, start = self.work(), time.perf_counter()
        await asyncio.sleep(IDLE)
        share = (self.work() - before) / (time.perf_counter() - start)
        print(f"{'idle, both processes':34} {share * 100:8.2f} % of one core", flush=True)

    def work(self) -> float:
        """Seconds of CPU time of the studio and of its engine so far."""
        fields = Path(f"/proc/{self.client.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return time.process_time() + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def follow(self) -> None:
        """A change that live mode follows, like a stroke's end."""
        options = self.generator.settings.options
        self.generator.settings.set_options(msgspec.structs.replace(options, seed=options.seed + 1))

    async def draw(self, runs: int, ask: Callable[[], None]) -> None:
        first, done, full, counts = [], [], [], []
        sharpness = self.studio.session.full_size
        self.last_beat, self.last_work = time.perf_counter(), time.thread_time()
        self.beat.start()
        for _ in range(runs):
            self.previews.clear()
            start = time.perf_counter()
            ask()
            await self.wait_until(lambda: not self.generator.running)
            done.append(time.perf_counter() - start)
            if sharpness.factor:
                await self.wait_until(lambda: sharpness.displayed_image() is not None)
                full.append(time.perf_counter() - start)
            first.append(self.previews[0] - start)
            counts.append(len(self.previews))
        self.beat.stop()
        say("  request to first preview", statistics.median(first))
        say("  request to done", statistics.median(done))
        if full:
            say("  request to full size", statistics.median(full))
        print(f"  {'previews for each run':32} {statistics.median(counts):8.0f}")
        say("  longest event-loop block", self.longest)
        say("  longest own work between beats", self.longest_work)  # the rest is the machine's other load


def paint_watch(widget, painted: asyncio.Event):
    from PySide6.QtCore import QEvent, QObject

    class Watch(QObject):
        def eventFilter(self, watched, event) -> bool:
            if event.type() == QEvent.Type.Paint:
                painted.set()
            return False

    watch = Watch(widget)
    widget.installEventFilter(watch)
    return watch


def say(what: str, seconds: float) -> None:
    print(f"{what:34} {seconds * 1000:8.0f} ms", flush=True)


if __name__ == "__main__":
    main()
