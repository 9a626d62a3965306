"""All results, newest first: stored on disk as they come, and restored on request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Signal

from engine.interface.protocol import Generate, Pixels
from studio.domain.document import Document, GenerationMode
from studio.session.notices import Notice, NoticeAction, NoticeLevel
from studio.session.persistence.provenance import Provenance
from studio.session.persistence.request_sanitiser import left_out_notice
from studio.session.results.result_store import ResultEntry, ResultStore
from studio.session.tasks import TaskRunner

ResultT = TypeVar("ResultT")
MAX_REMEMBERED = 64
"""Provenances in memory, for pictures that are saved or traced soon after they were generated."""


class Results(QObject):
    """The result store as the window shows it. It is used in a thread, by one operation at a time."""

    entries_loaded = Signal()  # the entries of earlier sessions were added
    entry_added = Signal(int)  # the row of a new entry
    entry_removed = Signal(int)
    entry_changed = Signal(int)
    noticed = Signal(object)  # Notice

    def __init__(self, store: ResultStore, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store, self._tasks = store, tasks
        self._disk_lock = asyncio.Lock()
        self._provenances: dict[str, Provenance] = {}  # by the digest of their image
        self.entries: list[ResultEntry] = []

    def begin(self) -> None:
        """Load the entries of earlier sessions in the background."""
        self._tasks.start(self._load_entries())

    def record_result(
        self,
        request: Generate,
        mode: GenerationMode,
        document: Document,
        result: tuple[Pixels, Pixels],
        on_stored: Callable[[ResultEntry], None] | None = None,
    ) -> Provenance:
        """Store a result, RGB [H, W, 3] and ids [H, W], of a document before it; `on_stored` receives its entry."""
        taken = document.with_result(mode, *result)
        provenance = Provenance.of_result(mode, request, taken)
        self.remember(provenance)
        self._tasks.start(self._add(provenance, taken.image, on_stored))
        return provenance

    def remember(self, provenance: Provenance) -> None:
        """Keep a provenance in memory."""
        self._provenances.pop(provenance.image, None)
        self._provenances[provenance.image] = provenance
        while len(self._provenances) > MAX_REMEMBERED:
            self._provenances.pop(next(iter(self._provenances)))

    def find_provenance(self, image: str) -> Provenance | None:
        """The provenance of the image with this digest, if it is in memory."""
        return self._provenances.get(image)

    def read(self, entry: ResultEntry, on_read: Callable[[Provenance, Pixels], None]) -> None:
        """Read a result and pass it to `on_read`."""

        async def reading() -> None:
            provenance, image = await self._in_thread(lambda: self.store.read(entry))
            self.remember(provenance)
            if provenance.left_out:
                self.noticed.emit(left_out_notice(self.store.image_path(entry).name, provenance.left_out))
            on_read(provenance, image)

        self._tasks.start(reading())

    def set_favourite(self, entry: ResultEntry, favourite: bool) -> None:
        """Make a result a favourite, or no longer one."""
        self._tasks.start(self._set_favourite(entry, favourite))

    def delete(self, entry: ResultEntry) -> None:
        """Delete a result; a notice offers to restore it."""
        self._tasks.start(self._delete(entry))

    def result_paths(self, entry: ResultEntry) -> tuple[Path, Path]:
        """The PNG files of a result's image and layout, both with its request."""
        return self.store.image_path(entry), self.store.layout_path(entry)

    async def _load_entries(self) -> None:
        found = await self._in_thread(self.store.entries)
        known = {entry.stem for entry in self.entries}
        self.entries += [entry for entry in found if entry.stem not in known]
        self.entries_loaded.emit()

    async def _add(
        self, provenance: Provenance, image: Pixels, on_stored: Callable[[ResultEntry], None] | None
    ) -> None:
        entry = await self._in_thread(lambda: self.store.add(provenance, image))
        self.entries.insert(0, entry)
        self.entry_added.emit(0)
        if on_stored:
            on_stored(entry)
        entries = list(self.entries)
        for old in await self._in_thread(lambda: self.store.make_room(entries)):
            self._remove_row_of(old)

    async def _set_favourite(self, entry: ResultEntry, favourite: bool) -> None:
        updated = await self._in_thread(lambda: self.store.set_favourite(entry, favourite))
        row = self._row(entry)
        if row is not None:
            self.entries[row] = updated
            self.entry_changed.emit(row)

    async def _delete(self, entry: ResultEntry) -> None:
        await self._in_thread(lambda: self.store.delete(entry))
        self._remove_row_of(entry)
        text = QCoreApplication.translate("Results", "A result was deleted from the history.")
        undo = NoticeAction(QCoreApplication.translate("Results", "Put it back"), lambda: self._restore(entry))
        self.noticed.emit(Notice(text, NoticeLevel.INFO, undo))

    def _restore(self, entry: ResultEntry) -> None:
        async def restoring() -> None:
            await self._in_thread(lambda: self.store.restore(entry))
            row = sum(other.stem > entry.stem for other in self.entries)
            self.entries.insert(row, entry)
            self.entry_added.emit(row)

        self._tasks.start(restoring())

    def _remove_row_of(self, entry: ResultEntry) -> None:
        row = self._row(entry)
        if row is not None:
            del self.entries[row]
            self.entry_removed.emit(row)

    def _row(self, entry: ResultEntry) -> int | None:
        return next((row for row, other in enumerate(self.entries) if other.stem == entry.stem), None)

    async def _in_thread(self, work: Callable[[], ResultT]) -> ResultT:
        async with self._disk_lock:
            return await asyncio.to_thread(work)
