"""Everything can be reached, named and seen without a mouse; every window, in both looks."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QMainWindow, QWidget

from studio import ui
from studio.session.notices import Action, Notice
from studio.session.preferences import Look
from studio.ui.dataset_window import DatasetWindow
from studio.ui.export_dialog import ExportDialog
from studio.ui.extend_dialog import ExtendDialog
from studio.ui.language import NAMES
from studio.ui.main_window import PANELS, MainWindow
from studio.ui.packs_window import PacksWindow
from studio.ui.shortcuts_window import ShortcutsWindow
from studio.ui.timeline_window import TimelineWindow
from tests.studio.conftest import MakeDesk
from tests.studio.desk import Desk


def controls(window: QWidget) -> list[QWidget]:
    """What Tab must reach: all that is shown, enabled and takes the focus by itself."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.window() is window
        and widget.isVisible()
        and widget.isEnabled()
        and widget.focusProxy() is None
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def named(widget: QWidget) -> str:
    face = QAccessible.queryAccessibleInterface(widget)
    return f"{type(widget).__name__} {widget.objectName()} “{face.text(QAccessible.Text.Name)}”"


def around(widget: QWidget) -> QImage:
    """The window's pixels at a widget."""
    window = widget.window()
    corner = widget.mapTo(window, widget.rect().topLeft())
    return window.grab(widget.rect().translated(corner)).toImage()


def walked(window: QWidget) -> list[QWidget]:
    """Where real presses of Tab lead, until they come round."""
    seen: list[QWidget] = []
    for _ in range(300):
        widget = QApplication.focusWidget()
        assert widget is not None
        if widget in seen:
            return seen
        seen.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    raise AssertionError("Tab never comes round")


def by_arrows(widget: QWidget, reached: list[QWidget]) -> bool:
    """Of buttons of which one is always down, Tab reaches that one, and arrow keys go on from there."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    if group is None or not any(button in reached for button in group.buttons()):
        return False
    group.checkedButton().setFocus()
    for _ in group.buttons():
        if QApplication.focusWidget() is widget:
            return True
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    return False


def dressed(at: Desk) -> QWidget:
    """The window with everything in it that can be there."""
    at.click(at.window.prompt_panel.more)
    at.window.notices.say(Notice("Something. Do this.", action=Action("Do", lambda: None), details="more"))
    at.click(at.window.notices.row(-1).findChildren(QWidget, "details")[0])
    return at.window


def check(window: QWidget) -> None:
    wanted = controls(window)
    bare = [named(widget) for widget in wanted if "“”" in named(widget)]
    assert bare == []
    wanted[0].setFocus()
    reached = walked(window)
    assert [named(widget) for widget in wanted if widget not in reached and not by_arrows(widget, reached)] == []
    unseen = []
    for widget in reached:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        ringed = around(widget)
        widget.clearFocus()
        if widget.isEnabled() and around(widget) == ringed:
            unseen.append(named(widget))
    assert unseen == [], "where the focus is must be seen"


@pytest.mark.parametrize("look", [Look.LIGHT, Look.DARK])
def test_the_window(desk: MakeDesk, look: Look) -> None:
    at = desk().ready()
    at.studio.preferences.change(look=look)
    window = dressed(at)
    assert len(controls(window)) > 25
    check(window)


WINDOWS: dict[str, type[QDialog]] = {
    "help.shortcuts": ShortcutsWindow,
    "file.packs": PacksWindow,
    "picture.timeline": TimelineWindow,
    "picture.extend_by": ExtendDialog,
    "data.export": ExportDialog,
    "data.browse": DatasetWindow,
}
"""What opens them."""


@pytest.mark.parametrize("look", [Look.LIGHT, Look.DARK])
@pytest.mark.parametrize("command", WINDOWS)
def test_every_other_window(desk: MakeDesk, command: str, look: Look) -> None:
    at = desk().ready()
    at.studio.preferences.change(look=look)
    at.window.commands[command].trigger()
    (window,) = at.window.findChildren(WINDOWS[command])
    opened(at, window)
    at.settled()
    check(window)


def test_no_window_is_left_out() -> None:
    found = {
        kind
        for path in Path(ui.__file__).parent.glob("*.py")
        for kind in vars(importlib.import_module(f"studio.ui.{path.stem}")).values()
        if isinstance(kind, type) and issubclass(kind, QDialog | QMainWindow) and kind.__module__.startswith("studio")
    }
    assert found == {MainWindow, *WINDOWS.values()}


def test_the_timeline_with_its_steps_made(desk: MakeDesk) -> None:
    at = desk().ready()
    at.window.show_timeline()
    timeline = at.window.timeline
    assert timeline is not None
    opened(at, timeline)
    at.until(timeline.gif.isEnabled)
    assert len(controls(timeline)) == 5
    check(timeline)
    faces = [QAccessible.queryAccessibleInterface(picture) for picture in timeline.pictures]
    assert all(face.text(QAccessible.Text.Name).isascii() for face in faces), "letters that every font has"


def test_what_lies_over_the_canvases(desk: MakeDesk, tmp_path: Path) -> None:
    at = desk().ready()
    at.until(lambda: bool(at.session.results.entries))
    at.window.compare.ask(at.session.results.entries[0])
    at.until(lambda: at.window.compare.active)
    assert all(curtain in controls(at.window) for curtain in at.window.compare.curtains)
    check(at.window)
    at.window.compare.close()
    Image.fromarray(np.full((200, 200, 3), 90, np.uint8)).save(tmp_path / "photo.png")
    at.session.files.open_image(tmp_path / "photo.png")
    at.until(lambda: at.document.marks.fill_whole)
    at.settled()
    at.session.files.adjust_crop()
    at.until(at.window.crop_frame.isVisible)
    assert at.window.crop_frame in controls(at.window)
    check(at.window)


def test_variations_and_every_panel(desk: MakeDesk) -> None:
    at = desk().ready()
    for name in PANELS:
        if name != "overlay" and not at.window.commands[f"view.{name}"].isChecked():
            at.window.commands[f"view.{name}"].trigger()
    at.click(at.window.strip.draw)
    at.until(lambda: not at.session.variations.running)
    assert all(tile in controls(at.window) for tile in at.window.strip.tiles)
    assert all(bar in controls(at.window) for bar in at.window.area_bars.bars.values())
    check(at.window)


@pytest.mark.parametrize("look", [Look.LIGHT, Look.DARK])
def test_the_export(desk: MakeDesk, look: Look) -> None:
    at = desk()
    at.studio.preferences.change(look=look)
    at.window.dataset_commands.export()
    dialog = at.window.dataset_commands.dialog
    assert dialog is not None
    dialog.differs.on.setChecked(True)
    opened(at, dialog)
    assert len(controls(dialog)) > 6
    check(dialog)


def test_the_data_set(desk: MakeDesk) -> None:
    at = desk()
    at.window.dataset_commands.browse()
    browser = at.window.dataset_commands.browser
    assert browser is not None
    opened(at, browser)
    check(browser)


@pytest.mark.parametrize("language", NAMES)
def test_every_menu_entry_has_words_and_no_mnemonic_twice(desk: MakeDesk, tmp_path: Path, language: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "preferences.json").write_text(json.dumps({"language": language}))
    menus = desk().window.menuBar().actions()
    doubled = []
    for entries in (menus, *(top.menu().actions() for top in menus)):
        texts = [action.text() for action in entries if not action.isSeparator()]
        assert all(texts)
        letters = Counter(text[text.index("&") + 1].lower() for text in texts if "&" in text)
        doubled += [text for text in texts if "&" in text and letters[text[text.index("&") + 1].lower()] > 1]
    assert doubled == []


def opened(at: Desk, window: QWidget) -> None:
    window.activateWindow()
    at.until(window.isActiveWindow)
