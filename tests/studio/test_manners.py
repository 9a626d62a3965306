"""Looks, languages, places and sharpness: chosen, remembered and right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from shiboken6 import isValid

from studio.session.preferences import Look
from studio.ui.image_canvas import ImageLayer
from studio.ui.theme import DARK, LIGHT
from tests.studio.conftest import MakeDesk
from tests.studio.desk import Desk
from tests.studio.hand import box

ROOT = Path(__file__).parents[2]


def chosen(at: Desk, menu: str, entry: str) -> None:
    """Take an entry of one of the View menu's menus."""
    for action in at.window.menuBar().actions():
        for inner in action.menu().actions():
            if inner.menu() and inner.text().replace("&", "") == menu:
                (found,) = (one for one in inner.menu().actions() if one.text().replace("&", "") == entry)
                found.trigger()
                return
    raise AssertionError(menu)


def background(at: Desk) -> QColor:
    return at.window.grab().toImage().pixelColor(2, at.window.height() - 2)


def test_light_and_dark_are_chosen_and_remembered(desk: MakeDesk) -> None:
    at = desk()
    chosen(at, "Theme", "Light")
    assert background(at) == LIGHT.window
    chosen(at, "Theme", "Dark")
    assert background(at) == DARK.window
    at.close()
    again = desk()
    assert again.studio.preferences.chosen.look is Look.DARK
    assert background(again) == DARK.window


def test_another_language_leaves_the_picture_and_its_history(desk: MakeDesk) -> None:
    at = desk().ready()
    at.stroke((20, 24), (30, 24))
    at.until(lambda: at.generator.running)
    at.settled()
    depth, old = len(at.editor.history), at.window
    chosen(at, "Language", "Deutsch")
    at.until(lambda: at.window is not old)
    at.until(at.window.isActiveWindow)
    assert at.window.commands["edit.undo"].text() == "&Rückgängig"
    assert at.window.prompt_panel.generate.text() == "Erzeugen"
    assert len(at.editor.history) == depth
    at.stroke((20, 8), (30, 8))
    at.until(lambda: at.generator.running)
    at.settled()
    at.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(at.editor.history) == depth
    chosen(at, "Sprache", "한국어")
    at.until(lambda: at.window.commands["edit.undo"].text().startswith("실행 취소"))
    at.close()
    assert desk().window.menuBar().actions()[0].text().startswith("파일")


def test_what_is_shown_is_remembered(desk: MakeDesk) -> None:
    at = desk()
    at.window.resize(1280, 720)
    sizes = at.window.halves.sizes()
    for name in ("results", "overlay", "history"):
        at.window.commands[f"view.{name}"].trigger()
    at.close()
    again = desk()
    assert again.window.history_panel.isVisible()
    assert not again.window.area_bars.isVisible()
    assert not again.window.strip.isVisible()
    assert not again.window.image_half.isVisible()
    assert again.window.view.overlaid
    again.window.commands["view.overlay"].trigger()
    again.until(lambda: all(again.window.halves.sizes()))
    left, right = again.window.halves.sizes()
    assert abs(left / right - sizes[0] / sizes[1]) < 0.1, "a half that was hidden has its size again"


def test_a_new_window_shows_what_the_old_one_did(desk: MakeDesk) -> None:
    at = desk().ready()
    at.window.resize(1280, 720)
    at.editor.select(box(8, 8, 24, 40), "Select")
    at.editor.redraw_selection()
    at.settled()
    before, old = at.window.image_canvas.grab().toImage(), at.window
    chosen(at, "Language", "Deutsch")
    at.until(lambda: at.window is not old)
    at.until(at.window.isActiveWindow)
    at.window.resize(1280, 720)  # the screen may be smaller
    at.until(lambda: at.window.image_canvas.size() == before.size())
    left, right = at.window.layout_canvas.size(), at.window.image_canvas.size()
    assert abs(left.width() - right.width()) <= 1, "long words make neither half wider"
    state = at.window.image_half.state
    assert state.toolTip() == "innerhalb der Umrandung neu gezeichnet"
    at.window.layout_canvas.setFocus()
    assert at.window.image_canvas.grab().toImage() == before, "with its outlines"
    at.until(lambda: not isValid(old))
    assert not at.session.findChildren(ImageLayer)


def test_the_window_and_the_zoom_are_where_they_were(desk: MakeDesk) -> None:
    at = desk()
    height = at.window.minimumSizeHint().height() + 21
    at.window.resize(1280, height)
    at.window.halves.setSizes([300, 700])
    at.window.view.zoom_at(at.at(10, 10).toPointF(), 3, at.window.layout_canvas.size())
    state = at.window.view.state
    at.close()
    again = desk(size=None)
    assert again.window.height() == height  # the offscreen screen is narrower than the window
    assert again.window.view.state == state
    again.until(lambda: again.window.halves.sizes()[0] < again.window.halves.sizes()[1])


def test_preferences_that_cannot_be_read_are_said(desk: MakeDesk, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "preferences.json").write_text("{")
    assert "preferences.json cannot be read" in desk().said()


def test_everything_is_sharp_on_a_fine_screen() -> None:
    code = """
import sys
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from studio.ui.theme import Theme
from studio.ui.palette_panel import _swatch
app = QApplication(sys.argv)
theme = Theme(app)
assert app.devicePixelRatio() == 2
for icon, size in ((theme.icon("brush"), 20), (_swatch("#804080"), 18)):
    pixmap = icon.pixmap(QSize(size, size))
    assert pixmap.devicePixelRatio() == 2, pixmap.devicePixelRatio()
    assert pixmap.width() == 2 * size, pixmap.width()
drawn = theme.icon("brush").pixmap(QSize(20, 20)).toImage()
blocks = [drawn.copy(x, y, 2, 2) for x in range(0, 40, 2) for y in range(0, 40, 2)]
flat = sum(len({b.pixel(i, j) for i in (0, 1) for j in (0, 1)}) == 1 for b in blocks)
assert flat < len(blocks), "the small drawing, enlarged"
"""
    environment = os.environ | {"QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr


def test_canvases_keep_hard_edges_and_true_colours_on_a_fine_screen(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from PySide6.QtWidgets import QApplication
from engine.raster import fit_layout, read_layout
from studio.session.installer import Installer
from studio.session.pack import open_pack
from studio.session.preferences import Preferences
from studio.session.session import Session
from studio.ui.main_window import MainWindow
from studio.ui.theme import Theme
app, folder = QApplication(sys.argv), Path(sys.argv[1])
theme, pack = Theme(app), open_pack()
session = Session(pack, ["no-engine"], folder)
window = MainWindow(session, theme, Preferences(folder), Installer(folder))
window.resize(1280, 760)
window.show()
session.editor.document.painted[:] = fit_layout(read_layout(pack.examples[0], pack.info.classes), 64, 128).pixels
session.editor.document_changed.emit()
image = window.layout_canvas.grab().toImage()
assert image.devicePixelRatio() == 2
assert image.width() == 2 * window.layout_canvas.width()
seen = {image.pixelColor(x, y).name() for x in range(0, image.width()) for y in range(0, image.height(), 7)}
plain = {info.colour for info in pack.info.classes}
plain |= {colour.name() for colour in (theme.colours.canvas, theme.colours.checker, theme.colours.checker_other)}
assert len(seen) > 5
assert seen <= plain, seen - plain
"""
    environment = os.environ | {"QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", code, str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
