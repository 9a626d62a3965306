"""Everything that a person can do by name: one registry for menus, tool bars, keys and the shortcuts window.

A part of the window adds its commands once and takes menu entries and buttons from here. Keys that a person
chose go before those that a command asks for, and no two commands ever have the same key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from studio.ui.theme import Theme

Keys = tuple[str, ...]
"""Portable texts of key sequences, such as "Ctrl+Z"; the first one is shown in menus."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What can be done; all but `name` and `keys` is translated."""

    name: str  # "edit.undo": how the preferences know it
    text: str  # as in a menu, with its &mnemonic
    group: str  # its heading in the shortcuts window
    keys: Keys = ()
    icon: str = ""  # one of assets/icons
    tip: str = ""  # a sentence more than `text`
    checkable: bool = False  # then its function is given whether it is checked


class Actions(QObject):
    """The commands of one window with their keys, which work in all of it but not in a text being typed."""

    changed = Signal()  # keys are others now, or a command came

    def __init__(self, window: QWidget, theme: Theme, chosen: Mapping[str, Sequence[str]]) -> None:
        super().__init__(window)
        self._window, self._theme = window, theme
        self._chosen: dict[str, Keys] = {name: tuple(map(portable, keys)) for name, keys in chosen.items()}
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}
        self._tips: dict[str, str] = {}

    @property
    def commands(self) -> tuple[Command, ...]:
        """In the order in which they came."""
        return tuple(self._commands.values())

    @property
    def chosen(self) -> dict[str, Keys]:
        """The keys that a person chose, by command; for the preferences."""
        return dict(self._chosen)

    def __contains__(self, name: str) -> bool:
        return name in self._commands

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def add(self, command: Command, run: Callable[..., object]) -> QAction:
        """Take in a command; the action that comes back can be put into menus and groups."""
        assert command.name not in self._commands, command.name
        action = QAction(command.text, self._window)
        action.setObjectName(command.name)
        action.setIconText(plain(command.text))
        action.setCheckable(command.checkable)
        action.setIconVisibleInMenu(False)
        action.triggered.connect(run if command.checkable else lambda _: run())
        if command.icon:
            self._theme.dress(action, command.icon)
        self._window.addAction(action)
        self._commands[command.name], self._actions[command.name] = command, action
        self._tips[command.name] = command.tip or plain(command.text)
        self._bind(command.name, self._granted(command))
        self.changed.emit()
        return action

    def button(self, name: str, *, words: bool = False) -> QToolButton:
        """A button that does what the command does and looks like it; with its words beside the icon if asked."""
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        button.setAccessibleName(plain(self._commands[name].text))
        self._theme.size(button)
        style = Qt.ToolButtonStyle
        button.setToolButtonStyle(style.ToolButtonTextBesideIcon if words else style.ToolButtonIconOnly)
        return button

    def push_button(self, name: str, *, primary: bool = False) -> QPushButton:
        """A button with words for the command; whether it can be pressed is its owner's to say."""
        action, command = self._actions[name], self._commands[name]
        button = QPushButton(plain(command.text))
        button.setProperty("primary", primary)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus where someone types or paints
        button.clicked.connect(action.trigger)
        if command.icon:
            self._theme.dress(button, command.icon)
        action.changed.connect(lambda: button.setToolTip(action.toolTip()))
        button.setToolTip(action.toolTip())
        return button

    def describe(self, name: str, tip: str) -> None:
        """Say something else of a command than before; its key is added."""
        self._tips[name] = tip
        self._show_tip(name)

    def keys(self, name: str) -> Keys:
        """The keys that a command has now."""
        text = QKeySequence.SequenceFormat.PortableText
        return tuple(sequence.toString(text) for sequence in self._actions[name].shortcuts())

    def owner(self, key: str) -> Command | None:
        """Whose key this is."""
        wanted = portable(key)
        return next((command for name, command in self._commands.items() if wanted in self.keys(name)), None)

    def rebind(self, name: str, keys: Sequence[str]) -> None:
        """Give a command these keys and no others; whoever had one of them loses it."""
        taken = tuple(map(portable, keys))
        for other in self._commands:
            rest = tuple(key for key in self.keys(other) if key not in taken)
            if other != name and rest != self.keys(other):
                self._choose(other, rest)
        self._choose(name, taken)
        self.changed.emit()

    def reset(self, name: str) -> None:
        """Give a command its own keys back, from whoever has them."""
        self.rebind(name, self._commands[name].keys)

    def reset_all(self) -> None:
        """Give every command its own keys back."""
        self._chosen.clear()
        for action in self._actions.values():
            action.setShortcuts([])
        for name, command in self._commands.items():
            self._bind(name, self._granted(command))
        self.changed.emit()

    def _choose(self, name: str, keys: Keys) -> None:
        if keys == tuple(map(portable, self._commands[name].keys)):
            self._chosen.pop(name, None)
        else:
            self._chosen[name] = keys
        self._bind(name, keys)

    def _granted(self, command: Command) -> Keys:
        """The chosen keys, else those of its own that nobody has and nobody chose."""
        if command.name in self._chosen:
            return self._chosen[command.name]
        promised = {key for keys in self._chosen.values() for key in keys}
        own = map(portable, command.keys)
        return tuple(key for key in own if key not in promised and self.owner(key) is None)

    def _bind(self, name: str, keys: Keys) -> None:
        self._actions[name].setShortcuts([QKeySequence(key) for key in keys])
        self._show_tip(name)

    def _show_tip(self, name: str) -> None:
        keys, words = self.keys(name), self._tips[name]
        self._actions[name].setToolTip(f"{words} ({shown(keys[0])})" if keys else words)


def portable(key: str) -> str:
    """A key's text in the one form that is compared and stored."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def shown(key: str) -> str:
    """A key as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def plain(text: str) -> str:
    """A menu's text without its mnemonic, which may stand behind it as in "열기(&O)", and its dots."""
    text = re.sub(r"\(&\w\)", "", text)
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("…")
