"""A studio that paints by itself with real mouse events until someone kills it in the middle of a stroke.

python killed_studio.py DATA CONFIG: says the digest of what is painted after every finished stroke, then
"open" while the pen is down on a stroke that is never finished.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ["QT_API"] = "pyside6"

import qasync
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.composition import StudioApplication

STROKE_COUNT = 3
LEFT = Qt.MouseButton.LeftButton


async def paint_until_killed(app: QApplication) -> None:
    studio = StudioApplication(app, Path(sys.argv[1]), Path(sys.argv[2]))
    studio.show()
    window, editor = studio.window, studio.session.editor
    canvas = window.layout_canvas
    window.commands["picture.live"].setChecked(False)
    studio.session.generator.settings.set_live(False)

    def canvas_position(x: float, y: float):
        return window.viewport.to_canvas(QPointF(x, y), canvas.size()).toPoint()

    for index in range(STROKE_COUNT):
        QTest.mousePress(canvas, LEFT, pos=canvas_position(10, 4 + 8 * index))
        QTest.mouseMove(canvas, canvas_position(30, 4 + 8 * index))
        QTest.mouseRelease(canvas, LEFT, pos=canvas_position(30, 4 + 8 * index))
        sys.stdout.write(f"{hashlib.sha256(editor.document.painted.tobytes()).hexdigest()}\n")
    QTest.mousePress(canvas, LEFT, pos=canvas_position(40, 4))
    QTest.mouseMove(canvas, canvas_position(50, 28))
    assert editor.document.painted[16, 45] == editor.palette.default_class(), "the pen paints"
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    application = QApplication(sys.argv)
    loop = qasync.QEventLoop(application)
    loop.set_default_executor(ThreadPoolExecutor(2))
    with loop:
        loop.run_until_complete(paint_until_killed(application))
