"""Keys: one owner each, changed by a person, kept for the next time."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.domain.tools.paint_operations import PaintOperation
from studio.ui.actions.shortcuts import Command, CommandRegistry
from studio.ui.style.theme import Theme
from studio.ui.windows.shortcuts_window import ShortcutsWindow
from tests.studio.conftest import OpenStudio
from tests.studio.studio_driver import StudioDriver

CTRL = Qt.KeyboardModifier.ControlModifier


def open_shortcuts_window(driver: StudioDriver) -> ShortcutsWindow:
    driver.press_key(Qt.Key.Key_F1)
    shown = driver.window.shortcuts_window
    assert shown is not None
    driver.wait_until(shown.isVisible)
    return shown


def set_key(driver: StudioDriver, window: ShortcutsWindow, key: Qt.Key, held=Qt.KeyboardModifier.NoModifier) -> None:
    window.key_edit.setFocus()
    driver.qtbot.keyClick(window.key_edit, key, held)


def test_no_key_has_two_owners_and_none_is_refused(open_studio: OpenStudio) -> None:
    commands = open_studio().window.commands
    keys = Counter(key for command in commands.commands for key in commands.keys(command.name))
    assert {key: count for key, count in keys.items() if count > 1} == {}
    assert [c.name for c in commands.commands if len(commands.keys(c.name)) < len(c.keys)] == []
    assert len(keys) > 15


def test_a_key_is_searched_changed_and_works(open_studio: OpenStudio) -> None:
    driver = open_studio()
    window = open_shortcuts_window(driver)
    QTest.keyClicks(window.search_edit, "eras")
    assert "tool.eraser" in window.visible_command_names()
    assert "edit.undo" not in window.visible_command_names()
    window.select_command("tool.eraser")
    set_key(driver, window, Qt.Key.Key_F7)
    driver.click(window.set_button)
    driver.press_key(Qt.Key.Key_F7)
    assert driver.editor.toolbox.operation is PaintOperation.ERASE
    driver.editor.toolbox.set_operation(PaintOperation.PAINT)
    driver.press_key(Qt.Key.Key_E)
    assert driver.editor.toolbox.operation is not PaintOperation.ERASE, "the old key is free"
    assert "F7" in driver.window.commands["tool.eraser"].toolTip()


def test_a_conflict_is_named_and_the_key_moves(open_studio: OpenStudio) -> None:
    driver = open_studio()
    window = open_shortcuts_window(driver)
    window.select_command("view.fit")
    set_key(driver, window, Qt.Key.Key_Z, CTRL)
    assert "is used by “Undo”" in window.note_label.text()
    driver.click(window.set_button)
    assert driver.window.commands.keys("view.fit") == ("Ctrl+Z",)
    assert driver.window.commands.keys("edit.undo") == ()
    driver.click(window.reset_button)
    assert driver.window.commands.keys("view.fit") == ("Ctrl+0",)
    driver.click(window.reset_all_button)
    assert driver.window.commands.keys("edit.undo") == ("Ctrl+Z",)
    assert driver.window.commands.user_keys == {}


def test_chosen_keys_are_there_the_next_time(open_studio: OpenStudio) -> None:
    first = open_studio()
    first.window.commands.rebind("edit.undo", ("Ctrl+U",))
    first.close()
    second = open_studio().wait_until_ready()
    assert second.window.commands.keys("edit.undo") == ("Ctrl+U",)
    painted = second.document.painted.copy()
    second.stroke((20, 24), (30, 24))
    second.press_key(Qt.Key.Key_U, CTRL)
    assert (second.document.painted == painted).all()


def test_a_chosen_key_goes_before_one_that_a_later_command_asks_for(qtbot: QtBot, qapp: object) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions = CommandRegistry(window, Theme(qapp), {"a": ["R"]})
    ran = []
    for name, keys in (("b", ("R", "T")), ("a", ("A",)), ("c", ("T",))):
        actions.add(Command(name=name, text=name, group="g", keys=keys), lambda name=name: ran.append(name))
    assert [actions.keys(name) for name in "abc"] == [("R",), ("T",), ()]
    assert actions.command_with_key("r") == actions.commands[1]
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_R)
    assert ran == ["a"]
