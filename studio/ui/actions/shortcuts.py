"""Everything that a person can do by name: one registry for menus, tool bars, keys and the shortcuts window.

A part of the window adds its commands once and takes menu entries and buttons from here. Keys that a person
chose go before those that a command asks for, and no two commands ever have the same key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from studio.ui.style.theme import Theme

KeySequences = tuple[str, ...]
"""Portable texts of key sequences, such as "Ctrl+Z"; the first one is shown in menus."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """What can be done; all but `name` and `keys` is translated."""

    name: str  # "edit.undo": how the preferences know it
    text: str  # as in a menu, with its &mnemonic
    group: str = ""  # its heading in the shortcuts window
    keys: KeySequences = ()
    icon: str = ""  # one of assets/icons
    tip: str = ""  # a sentence more than `text`
    checkable: bool = False  # then its function is given whether it is checked


class CommandRegistry(QObject):
    """The commands of one window with their keys, which work in all of it but not in a text being typed."""

    changed = Signal()  # keys are others now, or a command came

    def __init__(self, window: QWidget, theme: Theme, user_keys: Mapping[str, Sequence[str]]) -> None:
        super().__init__(window)
        self._window, self._theme = window, theme
        self._user_keys: dict[str, KeySequences] = {
            name: tuple(map(portable_key, keys)) for name, keys in user_keys.items()
        }
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}
        self._tips: dict[str, str] = {}

    @property
    def commands(self) -> tuple[Command, ...]:
        """In the order in which they came."""
        return tuple(self._commands.values())

    @property
    def user_keys(self) -> dict[str, KeySequences]:
        """The keys that a person chose, by command; for the preferences."""
        return dict(self._user_keys)

    def __contains__(self, name: str) -> bool:
        return name in self._commands

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def add(self, command: Command, callback: Callable[..., object]) -> QAction:
        """Take in a command; the action that comes back can be put into menus and groups."""
        assert command.name not in self._commands, command.name
        action = QAction(command.text, self._window)
        action.setObjectName(command.name)
        action.setIconText(without_mnemonic(command.text))
        action.setCheckable(command.checkable)
        action.setIconVisibleInMenu(False)
        action.triggered.connect(callback if command.checkable else lambda _: callback())
        if command.icon:
            self._theme.set_icon(action, command.icon)
        self._window.addAction(action)
        self._commands[command.name], self._actions[command.name] = command, action
        self._tips[command.name] = command.tip or without_mnemonic(command.text)
        self._set_shortcuts(command.name, self._initial_keys(command))
        self.changed.emit()
        return action

    def add_to_menu(self, menu: QMenu, command: Command, callback: Callable[..., object]) -> None:
        """Add a command and put it at the end of a menu, whose title becomes the command's group."""
        menu.addAction(self.add(replace(command, group=without_mnemonic(menu.title())), callback))

    def button(self, name: str, *, with_text: bool = False) -> QToolButton:
        """A button that does what the command does and looks like it; with its words beside the icon if asked."""
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        button.setAccessibleName(without_mnemonic(self._commands[name].text))
        self._theme.set_icon_size(button)
        style = Qt.ToolButtonStyle
        button.setToolButtonStyle(style.ToolButtonTextBesideIcon if with_text else style.ToolButtonIconOnly)
        return button

    def push_button(self, name: str, *, primary: bool = False) -> QPushButton:
        """A button with words for the command; whether it can be pressed is its owner's to say."""
        action, command = self._actions[name], self._commands[name]
        button = QPushButton(without_mnemonic(command.text))
        button.setProperty("primary", primary)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus where someone types or paints
        button.clicked.connect(action.trigger)
        if command.icon:
            self._theme.set_icon(button, command.icon)
        action.changed.connect(lambda: button.setToolTip(action.toolTip()))
        button.setToolTip(action.toolTip())
        return button

    def set_tip(self, name: str, tip: str) -> None:
        """Say something else of a command than before; its key is added."""
        self._tips[name] = tip
        self._refresh_tip(name)

    def keys(self, name: str) -> KeySequences:
        """The keys that a command has now."""
        text = QKeySequence.SequenceFormat.PortableText
        return tuple(sequence.toString(text) for sequence in self._actions[name].shortcuts())

    def command_with_key(self, key: str) -> Command | None:
        """Whose key this is."""
        wanted = portable_key(key)
        return next((command for name, command in self._commands.items() if wanted in self.keys(name)), None)

    def rebind(self, name: str, keys: Sequence[str]) -> None:
        """Give a command these keys and no others; whoever had one of them loses it."""
        new_keys = tuple(map(portable_key, keys))
        for other in self._commands:
            rest = tuple(key for key in self.keys(other) if key not in new_keys)
            if other != name and rest != self.keys(other):
                self._set_user_keys(other, rest)
        self._set_user_keys(name, new_keys)
        self.changed.emit()

    def reset(self, name: str) -> None:
        """Give a command its own keys back, from whoever has them."""
        self.rebind(name, self._commands[name].keys)

    def reset_all(self) -> None:
        """Give every command its own keys back."""
        self._user_keys.clear()
        for action in self._actions.values():
            action.setShortcuts([])
        for name, command in self._commands.items():
            self._set_shortcuts(name, self._initial_keys(command))
        self.changed.emit()

    def _set_user_keys(self, name: str, keys: KeySequences) -> None:
        if keys == tuple(map(portable_key, self._commands[name].keys)):
            self._user_keys.pop(name, None)
        else:
            self._user_keys[name] = keys
        self._set_shortcuts(name, keys)

    def _initial_keys(self, command: Command) -> KeySequences:
        """The chosen keys, else those of its own that nobody has and nobody chose."""
        if command.name in self._user_keys:
            return self._user_keys[command.name]
        keys_of_user = {key for keys in self._user_keys.values() for key in keys}
        own = map(portable_key, command.keys)
        return tuple(key for key in own if key not in keys_of_user and self.command_with_key(key) is None)

    def _set_shortcuts(self, name: str, keys: KeySequences) -> None:
        self._actions[name].setShortcuts([QKeySequence(key) for key in keys])
        self._refresh_tip(name)

    def _refresh_tip(self, name: str) -> None:
        keys, words = self.keys(name), self._tips[name]
        self._actions[name].setToolTip(f"{words} ({native_key(keys[0])})" if keys else words)


def claim_key(event: QEvent, keys: Collection[int], *, without_modifiers: bool = False) -> bool:
    """Claim a key for the focused widget when a window-wide command may have the same one.

    Accepts the event if it is the shortcut override of one of `keys`; a widget then gets the key press and no command
    is triggered. Returns whether it was accepted, which the widget's `event` must return as well.
    """
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride or event.key() not in keys:
        return False
    if without_modifiers and event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
        return False
    event.accept()
    return True


def portable_key(key: str) -> str:
    """A key's text in the one form that is compared and stored."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def native_key(key: str) -> str:
    """A key as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def without_mnemonic(text: str) -> str:
    """A menu's text without its mnemonic, which may stand behind it as in "열기(&O)", and its dots."""
    text = re.sub(r"\(&\w\)", "", text)
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("…")
