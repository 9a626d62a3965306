"""Everything can be reached, named and seen without a mouse; every window, in both looks."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from studio.session.notices import Action, Notice
from studio.session.preferences import Look
from studio.ui.language import NAMES
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


def test_the_shortcuts(desk: MakeDesk) -> None:
    at = desk()
    at.window.show_shortcuts()
    assert at.window.shortcuts is not None
    opened(at, at.window.shortcuts)
    check(at.window.shortcuts)


def test_the_packs(desk: MakeDesk) -> None:
    at = desk()
    at.window.show_packs()
    assert at.window.packs is not None
    opened(at, at.window.packs)
    check(at.window.packs)


def test_the_dialog_that_extends(desk: MakeDesk) -> None:
    at = desk()
    at.window.extend_frame.ask()
    assert at.window.extend_frame.dialog is not None
    opened(at, at.window.extend_frame.dialog)
    check(at.window.extend_frame.dialog)


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
