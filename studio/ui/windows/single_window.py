"""Windows that are open at most once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

WindowT = TypeVar("WindowT", bound=QWidget)


def is_open(window: QWidget | None) -> bool:
    """Whether a window was created and Qt has not deleted it since, as it does when one is closed."""
    return window is not None and isValid(window)


def show_single(window: WindowT | None, create: Callable[[], WindowT]) -> WindowT:
    """Bring a window to the front, created by `create` unless it is open already. Returns the window shown."""
    shown = window if window is not None and isValid(window) else create()
    shown.show()
    shown.activateWindow()
    return shown
