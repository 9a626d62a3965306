"""Keys: one owner each, changed by a person, kept for the next time."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.domain.tools.ink import Ink
from studio.ui.shortcuts import Actions, Command
from studio.ui.shortcuts_window import ShortcutsWindow
from studio.ui.theme import Theme
from tests.studio.conftest import MakeDesk
from tests.studio.desk import Desk

CTRL = Qt.KeyboardModifier.ControlModifier


def opened(at: Desk) -> ShortcutsWindow:
    at.key(Qt.Key.Key_F1)
    shown = at.window.shortcuts
    assert shown is not None
    at.until(shown.isVisible)
    return shown


def pressed(at: Desk, window: ShortcutsWindow, key: Qt.Key, held=Qt.KeyboardModifier.NoModifier) -> None:
    window.key.setFocus()
    at.qtbot.keyClick(window.key, key, held)


def test_no_key_has_two_owners_and_none_is_refused(desk: MakeDesk) -> None:
    commands = desk().window.commands
    keys = Counter(key for command in commands.commands for key in commands.keys(command.name))
    assert {key: count for key, count in keys.items() if count > 1} == {}
    assert [c.name for c in commands.commands if len(commands.keys(c.name)) < len(c.keys)] == []
    assert len(keys) > 15


def test_a_key_is_searched_changed_and_works(desk: MakeDesk) -> None:
    at = desk()
    window = opened(at)
    QTest.keyClicks(window.search, "eras")
    assert "tool.eraser" in window.listed()
    assert "edit.undo" not in window.listed()
    window.choose("tool.eraser")
    pressed(at, window, Qt.Key.Key_F7)
    at.click(window.set)
    at.key(Qt.Key.Key_F7)
    assert at.editor.tools.ink is Ink.ERASE
    at.editor.tools.dip(Ink.PAINT)
    at.key(Qt.Key.Key_E)
    assert at.editor.tools.ink is not Ink.ERASE, "the old key is free"
    assert "F7" in at.window.commands["tool.eraser"].toolTip()


def test_a_conflict_is_named_and_the_key_moves(desk: MakeDesk) -> None:
    at = desk()
    window = opened(at)
    window.choose("view.fit")
    pressed(at, window, Qt.Key.Key_Z, CTRL)
    assert "belongs to “Undo”" in window.note.text()
    at.click(window.set)
    assert at.window.commands.keys("view.fit") == ("Ctrl+Z",)
    assert at.window.commands.keys("edit.undo") == ()
    at.click(window.reset)
    assert at.window.commands.keys("view.fit") == ("Ctrl+0",)
    at.click(window.reset_all)
    assert at.window.commands.keys("edit.undo") == ("Ctrl+Z",)
    assert at.window.commands.chosen == {}


def test_chosen_keys_are_there_the_next_time(desk: MakeDesk) -> None:
    first = desk()
    first.window.commands.rebind("edit.undo", ("Ctrl+U",))
    first.close()
    second = desk().ready()
    assert second.window.commands.keys("edit.undo") == ("Ctrl+U",)
    painted = second.document.painted.copy()
    second.stroke((20, 24), (30, 24))
    second.key(Qt.Key.Key_U, CTRL)
    assert (second.document.painted == painted).all()


def test_a_chosen_key_goes_before_one_that_a_later_command_asks_for(qtbot: QtBot, qapp: object) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    actions = Actions(window, Theme(qapp), {"a": ["R"]})
    ran = []
    for name, keys in (("b", ("R", "T")), ("a", ("A",)), ("c", ("T",))):
        actions.add(Command(name=name, text=name, group="g", keys=keys), lambda name=name: ran.append(name))
    assert [actions.keys(name) for name in "abc"] == [("R",), ("T",), ()]
    assert actions.owner("r") == actions.commands[1]
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_R)
    assert ran == ["a"]
