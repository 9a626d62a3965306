"""Keys: the studio's own, and those that a pack gives its classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QWidget

from engine.protocol import ClassInfo

OWN = frozenset("be[]")
"""Single keys that a pack cannot take."""


def class_keys(classes: Sequence[ClassInfo]) -> dict[int, str]:
    """Class id to key; a key that is taken already stays with its first owner."""
    taken, keys = set(OWN), {}
    for index, info in enumerate(classes):
        key = info.hotkey.lower()
        if key and key not in taken:
            taken.add(key)
            keys[index] = key
    return keys


def bind(window: QWidget, key: str, run: Callable[[], object]) -> None:
    """A key that works in the whole window, but not in a text that is being typed."""
    QShortcut(QKeySequence(key), window).activated.connect(run)


def add_action(menu: QMenu, text: str, key: str, run: Callable[[], object]) -> QAction:
    """An entry of a menu, with its key if that is not empty."""
    action = QAction(text, menu)
    if key:
        action.setShortcut(QKeySequence(key))
    action.triggered.connect(lambda: run())
    menu.addAction(action)
    return action
