"""The registry of commands behind menus, tool bars, keys and the shortcuts window.

Each part of the window adds its commands once and takes menu entries and buttons from the registry. Keys chosen by
the user take precedence over a command's default keys, and no two commands have the same key.
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
    """A command with its translated texts and its default keys."""

    name: str  # the identifier in the preferences, such as "edit.undo"
    text: str  # menu text with its &mnemonic
    group: str = ""  # heading in the shortcuts window
    keys: KeySequences = ()
    icon: str = ""  # name of a file in assets/icons
    tip: str = ""  # tool tip; `text` if empty
    checkable: bool = False  # whether its callback is called with the checked state


class CommandRegistry(QObject):
    """The commands of one window. Their keys work anywhere in it except while text is being typed."""

    changed = Signal()  # a key changed or a command was added

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
        """All commands in the order in which they were added."""
        return tuple(self._commands.values())

    @property
    def user_keys(self) -> dict[str, KeySequences]:
        """The keys chosen by the user, by command name; for the preferences."""
        return dict(self._user_keys)

    def __contains__(self, name: str) -> bool:
        return name in self._commands

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def add(self, command: Command, callback: Callable[..., object]) -> QAction:
        """Add a command whose action calls `callback`. Returns the action, for menus and groups."""
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
        """A tool button for a command: its icon, and its text too if `with_text`."""
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        button.setAccessibleName(without_mnemonic(self._commands[name].text))
        self._theme.set_icon_size(button)
        style = Qt.ToolButtonStyle
        button.setToolButtonStyle(style.ToolButtonTextBesideIcon if with_text else style.ToolButtonIconOnly)
        return button

    def push_button(self, name: str, *, primary: bool = False) -> QPushButton:
        """A push button for a command; unlike a tool button's, its enabled state is up to the caller."""
        action, command = self._actions[name], self._commands[name]
        button = QPushButton(without_mnemonic(command.text))
        button.setProperty("primary", primary)
        button.setFocusPolicy(
            Qt.FocusPolicy.TabFocus
        )  # a click does not move the focus away from a prompt or a canvas
        button.clicked.connect(action.trigger)
        if command.icon:
            self._theme.set_icon(button, command.icon)
        action.changed.connect(lambda: button.setToolTip(action.toolTip()))
        button.setToolTip(action.toolTip())
        return button

    def set_tip(self, name: str, tip: str) -> None:
        """Replace the tool tip of a command; its first key is appended."""
        self._tips[name] = tip
        self._refresh_tip(name)

    def keys(self, name: str) -> KeySequences:
        """The current keys of a command."""
        text = QKeySequence.SequenceFormat.PortableText
        return tuple(sequence.toString(text) for sequence in self._actions[name].shortcuts())

    def command_with_key(self, key: str) -> Command | None:
        """The command that has this key, if any."""
        portable = portable_key(key)
        return next((command for name, command in self._commands.items() if portable in self.keys(name)), None)

    def rebind(self, name: str, keys: Sequence[str]) -> None:
        """Give a command exactly these keys and take them from any other command."""
        new_keys = tuple(map(portable_key, keys))
        for other in self._commands:
            rest = tuple(key for key in self.keys(other) if key not in new_keys)
            if other != name and rest != self.keys(other):
                self._set_user_keys(other, rest)
        self._set_user_keys(name, new_keys)
        self.changed.emit()

    def reset(self, name: str) -> None:
        """Give a command its default keys and take them from any other command."""
        self.rebind(name, self._commands[name].keys)

    def reset_all(self) -> None:
        """Give every command its default keys."""
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
        """The user's keys for a command, else those of its default keys that are still free."""
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
    """A key sequence in the form that is compared and stored."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def native_key(key: str) -> str:
    """A key sequence as this system displays it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def without_mnemonic(text: str) -> str:
    """A menu text without its mnemonic, which may follow it as in "열기(&O)", and without its ellipsis."""
    text = re.sub(r"\(&\w\)", "", text)
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").removesuffix("…")
