"""Background tasks: coroutines that are kept until they end and whose errors become notices."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Coroutine
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from engine.interface.errors import EngineError
from studio.session.notices import Notice, NoticeLevel, notice_of_error

translate = QCoreApplication.translate


class TaskRunner(QObject):
    """Starts coroutines from slots. Needs a running event loop."""

    noticed = Signal(object)  # Notice

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: set[asyncio.Task[None]] = set()

    def start(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine to its end; an error becomes a notice."""
        task = asyncio.get_running_loop().create_task(coroutine)
        self._running.add(task)
        task.add_done_callback(self._on_done)

    async def wait_for_all(self) -> None:
        """Wait for all tasks except the caller's own."""
        others = self._running - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, EngineError):
            self.noticed.emit(notice_of_error(error))
        elif error is not None:
            self.noticed.emit(notice_of_unexpected_error(error))


def notice_of_unexpected_error(error: BaseException) -> Notice:
    """A notice of an error that no code expects, with its traceback as details."""
    return Notice(
        translate(
            "Tasks", "An unexpected error occurred ({error}). Your picture is kept. Please report the details."
        ).format(error=f"{type(error).__name__}: {error}"),
        NoticeLevel.ERROR,
        details="".join(traceback.format_exception(error)),
    )
