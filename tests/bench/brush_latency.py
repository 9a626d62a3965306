"""How long the pen waits: python -m tests.bench.brush_latency [--strokes N] [--height H] [--width W]

A frame is the time from the moment in which the hand moves to everything that this changes being on the canvas, at 60
moves a second while a generation runs. The hand does not wait: what else the window does when a move is due, such as
showing a preview, counts as part of that move's frame. A pause is how long the window's thread was busy at once, with
whatever it was. Offscreen, or in the display of QT_QPA_PLATFORM=xcb, where what the X server does is not counted.
"""

from __future__ import annotations

import argparse
import math
import time
from typing import NamedTuple

import msgspec
import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.composition import StudioApplication
from studio.domain.document import ImageKind, Plane
from studio.session.editing.toolbox import Tool
from tests.bench.studio_window import open_and, wait

LEFT = Qt.MouseButton.LeftButton
RATE, MOVES = 60, 60
"""Events a second, and events of one stroke."""
BUSY = 0.002
"""Seconds of work that make a pause worth a word."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strokes", type=int, default=20)
    parser.add_argument("--height", type=int, default=256)
    parser.add_argument("--width", type=int, default=512)
    options = parser.parse_args()
    open_and(lambda app, studio: Figures(app, studio).take(options.strokes), options.height, options.width)


class Spent(NamedTuple):
    """Seconds by the clock, and of them the studio's own work; the rest is the machine's other load."""

    passed: float
    worked: float


class Figures:
    def __init__(self, app: QApplication, studio: StudioApplication) -> None:
        self.app, self.window = app, studio.window
        self.editor, self.generator = studio.session.editor, studio.session.generator
        self.document, self.canvas = self.editor.document, studio.window.layout_canvas

    def take(self, strokes: int) -> None:
        height, width = self.document.height, self.document.width
        print(f"{height}×{width} in {self.window.width()}×{self.window.height()}, {self.app.platformName()}")
        ids = np.arange(width, dtype=np.uint8)[None] // 32 % 4 * np.ones((height, 1), np.uint8)
        self.editor.place_layout(ids, "Open")
        self.generator.generate()
        wait(self.app, lambda: self.document.status.image is not ImageKind.NONE)
        self.window.viewport.zoom_to(2, self.canvas.size())
        self.app.processEvents()
        for busy in (False, True):
            self.brush(strokes, busy=busy)
        self.generator.cancel_all()
        self.generator.settings.set_live(False)
        self.fill()
        self.undo()

    def at(self, x: float, y: float):
        return self.window.viewport.to_canvas(QPointF(x, y), self.canvas.size()).toPoint()

    def frame(self, act, due: float | None = None) -> Spent:
        start, work = due or time.perf_counter(), time.thread_time()
        act()
        self.app.processEvents()
        return Spent(time.perf_counter() - start, time.thread_time() - work)

    def wait_until(self, due: float, pauses: list[Spent]) -> None:
        """Let the window live until a move is due; notes whatever kept its thread busy."""
        while (left := due - time.perf_counter()) > 0:
            spent = self.frame(lambda: None)
            if spent.worked > BUSY:
                pauses.append(spent)
            time.sleep(max(0.0, min(0.001, left - spent.passed)))

    def brush(self, strokes: int, *, busy: bool) -> None:
        self.generator.settings.set_live(False)
        frames, ends, pauses = [], [], []
        middle = self.document.width / 2, self.document.height / 2
        for stroke in range(strokes):
            if busy and not self.generator.running:
                self.generator.settings.set_options(
                    msgspec.structs.replace(self.generator.settings.options, steps=1000)
                )
                self.generator.generate()
                wait(self.app, lambda: self.generator.display.preview is not None)
            self.editor.toolbox.select_class(stroke % 4)
            self.editor.toolbox.set_brush_size(4 + 6 * (stroke % 6))
            QTest.mousePress(self.canvas, LEFT, pos=self.at(*middle))
            self.app.processEvents()
            due = time.perf_counter()
            for move in range(MOVES):
                turn = move * 0.3
                place = self.at(middle[0] + 3 * move * math.cos(turn) / 2, middle[1] + move * math.sin(turn))
                self.wait_until(due, pauses)
                frames.append(self.frame(lambda place=place: QTest.mouseMove(self.canvas, place), due))
                due += 1 / RATE
            last = self.at(*middle)
            ends.append(self.frame(lambda last=last: QTest.mouseRelease(self.canvas, LEFT, pos=last)))
        say(f"brush, {'engine at work' if busy else 'engine idle'}: frame", frames)
        say("  end of a stroke", ends)
        if pauses:
            say(f"  pauses beside the pen, over {1000 * BUSY:.0f} ms of work", pauses)

    def fill(self) -> None:
        self.editor.toolbox.select_tool(Tool.FILL)
        random = np.random.default_rng(0)
        for name, share in (("one colour", 0.0), ("40 % of it strewn", 0.4)):
            times = []
            for index in range(20):
                self.document.painted[:] = np.where(random.random(self.document.painted.shape) < share, 3, 0)
                self.document.painted[100:110, 200:210] = 0
                self.editor.record_step("Test")
                self.editor.toolbox.select_class(1 + index % 2)
                place = self.at(205, 105)
                times.append(self.frame(lambda place=place: QTest.mouseClick(self.canvas, LEFT, pos=place)))
            say(f"fill of the whole canvas, {name}", times)

    def undo(self) -> None:
        document, random = self.document, np.random.default_rng(1)
        for _ in range(60):
            document.image[:] = random.integers(0, 256, document.image.shape, np.uint8)
            document.filled[:] = random.integers(0, 4, document.filled.shape, np.uint8)
            document.painted[:] = random.integers(0, 4, document.painted.shape, np.uint8)
            self.editor.history.record("Result", answered=True, planes=frozenset(Plane))
        self.editor.document_changed.emit()
        say("undo, every pixel of both halves", [self.frame(self.editor.undo) for _ in range(60)])
        say("redo, every pixel of both halves", [self.frame(self.editor.redo) for _ in range(60)])


def say(what: str, spent: list[Spent]) -> None:
    p50, p99 = np.percentile([one.passed for one in spent], (50, 99)) * 1000
    work = np.percentile([one.worked for one in spent], 99) * 1000
    print(
        f"{what:44} p50 {p50:6.2f} ms   p99 {p99:6.2f} ms   own work p99 {work:6.2f} ms   n {len(spent)}", flush=True
    )


if __name__ == "__main__":
    main()
