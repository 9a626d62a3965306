"""Notices: a sentence on what happened and one on what to do, never in a modal dialog."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from engine.interface.errors import EngineError
from engine.interface.protocol import Failed


class NoticeLevel(enum.StrEnum):
    """The importance of a notice. A hint disappears by itself."""

    HINT = "hint"
    INFO = "info"
    ERROR = "error"


@dataclass(frozen=True)
class NoticeAction:
    """The button of a notice."""

    label: str
    run: Callable[[], None]


@dataclass(frozen=True)
class Notice:
    """A line over the canvases; `details` are for an error report."""

    text: str
    level: NoticeLevel = NoticeLevel.INFO
    action: NoticeAction | None = None
    details: str = ""


def notice_of_error(error: EngineError) -> Notice:
    """An error as a notice."""
    return Notice(str(error), NoticeLevel.ERROR)


def notice_of_failure(event: Failed, action: NoticeAction | None = None) -> Notice:
    """A failure that the engine reports as a notice, perhaps with an action."""
    return Notice(f"{event.message} {event.hint}".strip(), NoticeLevel.ERROR, action)
