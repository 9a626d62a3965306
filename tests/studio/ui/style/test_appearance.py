"""Looks, languages, places and sharpness: chosen, remembered and right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from shiboken6 import isValid

from studio.session.preferences import ColourScheme
from studio.ui.canvas.image_canvas import ImageLayer
from studio.ui.style.theme import DARK, LIGHT
from tests.studio.conftest import OpenStudio
from tests.studio.mouse_gestures import box_mask
from tests.studio.studio_driver import StudioDriver

ROOT = Path(__file__).parents[4]


def choose_menu_entry(driver: StudioDriver, menu: str, entry: str) -> None:
    """Take an entry of one of the View menu's menus."""
    for action in driver.window.menuBar().actions():
        for inner in action.menu().actions():
            if inner.menu() and inner.text().replace("&", "") == menu:
                (found,) = (one for one in inner.menu().actions() if one.text().replace("&", "") == entry)
                found.trigger()
                return
    raise AssertionError(menu)


def background_colour(driver: StudioDriver) -> QColor:
    return driver.window.grab().toImage().pixelColor(2, driver.window.height() - 2)


def test_light_and_dark_are_chosen_and_remembered(open_studio: OpenStudio) -> None:
    driver = open_studio()
    choose_menu_entry(driver, "Theme", "Light")
    assert background_colour(driver) == LIGHT.window
    choose_menu_entry(driver, "Theme", "Dark")
    assert background_colour(driver) == DARK.window
    driver.close()
    again = open_studio()
    assert again.studio.preferences.values.look is ColourScheme.DARK
    assert background_colour(again) == DARK.window


def test_another_language_leaves_the_picture_and_its_history(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: driver.generator.running)
    driver.wait_until_idle()
    depth, old = len(driver.editor.history), driver.window
    choose_menu_entry(driver, "Language", "Deutsch")
    driver.wait_until(lambda: driver.window is not old)
    driver.wait_until(driver.window.isActiveWindow)
    assert driver.window.commands["edit.undo"].text() == "&Rückgängig"
    assert driver.window.prompt_panel.generate_button.text() == "Erzeugen"
    assert len(driver.editor.history) == depth
    driver.stroke((20, 8), (30, 8))
    driver.wait_until(lambda: driver.generator.running)
    driver.wait_until_idle()
    driver.press_key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(driver.editor.history) == depth
    choose_menu_entry(driver, "Sprache", "한국어")
    driver.wait_until(lambda: driver.window.commands["edit.undo"].text().startswith("실행 취소"))
    driver.close()
    assert open_studio().window.menuBar().actions()[0].text().startswith("파일")


def test_what_is_shown_is_remembered(open_studio: OpenStudio) -> None:
    driver = open_studio()
    driver.window.resize(1280, 720)
    sizes = driver.window.splitter.sizes()
    for name in ("results", "overlay", "history"):
        driver.window.commands[f"view.{name}"].trigger()
    driver.close()
    again = open_studio()
    assert again.window.history_panel.isVisible()
    assert not again.window.area_panel.isVisible()
    assert not again.window.results_strip.isVisible()
    assert not again.window.image_half.isVisible()
    assert again.window.viewport.overlaid
    again.window.commands["view.overlay"].trigger()
    again.wait_until(lambda: all(again.window.splitter.sizes()))
    left, right = again.window.splitter.sizes()
    assert abs(left / right - sizes[0] / sizes[1]) < 0.1, "a half that was hidden has its size again"


def test_a_new_window_shows_what_the_old_one_did(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.window.resize(1280, 720)
    driver.editor.set_selection(box_mask(8, 8, 24, 40), "Select")
    driver.editor.redraw_selection()
    driver.wait_until_idle()
    before, old = driver.window.image_canvas.grab().toImage(), driver.window
    choose_menu_entry(driver, "Language", "Deutsch")
    driver.wait_until(lambda: driver.window is not old)
    driver.wait_until(driver.window.isActiveWindow)
    driver.window.resize(1280, 720)  # the screen may be smaller
    driver.wait_until(lambda: driver.window.image_canvas.size() == before.size())
    left, right = driver.window.layout_canvas.size(), driver.window.image_canvas.size()
    assert abs(left.width() - right.width()) <= 1, "long words make neither half wider"
    state = driver.window.image_half.state_label
    assert state.toolTip() == "nur der umrandete Teil wird neu gezeichnet"
    driver.window.layout_canvas.setFocus()
    assert driver.window.image_canvas.grab().toImage() == before, "with its outlines"
    driver.wait_until(lambda: not isValid(old))
    assert not driver.session.findChildren(ImageLayer)


def test_the_window_and_the_zoom_are_where_they_were(open_studio: OpenStudio) -> None:
    driver = open_studio()
    height = driver.window.minimumSizeHint().height() + 21
    driver.window.resize(1280, height)
    driver.window.splitter.setSizes([300, 700])
    driver.window.viewport.zoom_at(driver.canvas_position(10, 10).toPointF(), 3, driver.window.layout_canvas.size())
    state = driver.window.viewport.state
    driver.close()
    again = open_studio(size=None)
    assert again.window.height() == height  # the offscreen screen is narrower than the window
    assert again.window.viewport.state == state
    again.wait_until(lambda: again.window.splitter.sizes()[0] < again.window.splitter.sizes()[1])


def test_preferences_that_cannot_be_read_are_said(open_studio: OpenStudio, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "preferences.json").write_text("{")
    assert "preferences.json cannot be read" in open_studio().notice_text()


def test_everything_is_sharp_on_a_fine_screen() -> None:
    code = """
import sys
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from studio.ui.style.theme import Theme
from studio.ui.panels.palette_panel import _swatch_icon
app = QApplication(sys.argv)
theme = Theme(app)
assert app.devicePixelRatio() == 2
for icon, size in ((theme.icon("brush"), 20), (_swatch_icon("#804080"), 18)):
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
from engine.interface.raster import fit_layout, read_layout
from studio.session.pack_library.pack_installer import PackInstaller
from studio.session.pack_library.open_pack import open_preferred_pack
from studio.session.preferences import Preferences
from studio.session.session import Session
from studio.ui.main_window import MainWindow
from studio.ui.style.theme import Theme
app, folder = QApplication(sys.argv), Path(sys.argv[1])
theme, pack = Theme(app), open_preferred_pack()
session = Session(pack, ["no-engine"], folder)
window = MainWindow(session, theme, Preferences(folder), PackInstaller(folder))
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
