"""Everything that was generated, newest first: kept on disk as it comes, and put back into the picture when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Signal

from engine.protocol import Generate, Pixels
from studio.domain.document import Document, Mode
from studio.session.notices import Action, Notice, Tone
from studio.session.recipe import Recipe, after
from studio.session.shelf import Entry, Shelf
from studio.session.tasks import Tasks

T = TypeVar("T")
REMEMBERED = 64
"""Recipes in memory, for pictures that are saved or looked at step by step soon after they were made."""


class Results(QObject):
    """The shelf as the window shows it. The disk is touched in a thread, one thing after the other."""

    listed = Signal()  # the entries of earlier sittings are there
    added = Signal(int)  # the row of a new entry
    removed = Signal(int)
    changed = Signal(int)
    noticed = Signal(object)  # Notice

    def __init__(self, shelf: Shelf, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shelf, self._tasks = shelf, tasks
        self._one_by_one = asyncio.Lock()
        self._recipes: dict[str, Recipe] = {}  # by the digest of their image
        self.entries: list[Entry] = []

    def begin(self) -> None:
        """Look at what earlier sittings left, behind the first paint."""
        self._tasks.start(self._list())

    def record(
        self,
        request: Generate,
        mode: Mode,
        document: Document,
        result: tuple[Pixels, Pixels],
        kept: Callable[[Entry], None] | None = None,
    ) -> Recipe:
        """Keep a result, image [H, W, 3] and ids [H, W], of a picture as it was before; `kept` hears of its entry."""
        taken = after(document, mode, *result)
        recipe = Recipe.of(mode, request, taken)
        self.remember(recipe)
        self._tasks.start(self._add(recipe, taken.image, kept))
        return recipe

    def remember(self, recipe: Recipe) -> None:
        """Know how an image was made as long as the studio runs."""
        self._recipes.pop(recipe.image, None)
        self._recipes[recipe.image] = recipe
        while len(self._recipes) > REMEMBERED:
            self._recipes.pop(next(iter(self._recipes)))

    def recipe(self, image: str) -> Recipe | None:
        """How the image of this digest was made, if that is remembered."""
        return self._recipes.get(image)

    def read(self, entry: Entry, then: Callable[[Recipe, Pixels], None]) -> None:
        """Take a result from the shelf and hand it over."""

        async def reading() -> None:
            recipe, image = await self._do(lambda: self.shelf.read(entry))
            self.remember(recipe)
            then(recipe, image)

        self._tasks.start(reading())

    def mark(self, entry: Entry, favourite: bool) -> None:
        """Make a result a favourite, or no more one."""
        self._tasks.start(self._mark(entry, favourite))

    def delete(self, entry: Entry) -> None:
        """Take a result away; the notice that says so can put it back."""
        self._tasks.start(self._delete(entry))

    def files(self, entry: Entry) -> tuple[Path, Path]:
        """The image and the layout of a result, both of which carry its request."""
        return self.shelf.image(entry), self.shelf.layout(entry)

    async def _list(self) -> None:
        found = await self._do(self.shelf.entries)
        known = {entry.stem for entry in self.entries}
        self.entries += [entry for entry in found if entry.stem not in known]
        self.listed.emit()

    async def _add(self, recipe: Recipe, image: Pixels, kept: Callable[[Entry], None] | None) -> None:
        entry = await self._do(lambda: self.shelf.add(recipe, image))
        self.entries.insert(0, entry)
        self.added.emit(0)
        if kept:
            kept(entry)
        entries = list(self.entries)
        for old in await self._do(lambda: self.shelf.make_room(entries)):
            self._forget(old)

    async def _mark(self, entry: Entry, favourite: bool) -> None:
        marked = await self._do(lambda: self.shelf.mark(entry, favourite))
        row = self._row(entry)
        if row is not None:
            self.entries[row] = marked
            self.changed.emit(row)

    async def _delete(self, entry: Entry) -> None:
        await self._do(lambda: self.shelf.delete(entry))
        self._forget(entry)
        text = QCoreApplication.translate("Results", "A result was deleted from the history.")
        undo = Action(QCoreApplication.translate("Results", "Put it back"), lambda: self._put_back(entry))
        self.noticed.emit(Notice(text, Tone.INFO, undo))

    def _put_back(self, entry: Entry) -> None:
        async def putting() -> None:
            await self._do(lambda: self.shelf.put_back(entry))
            row = sum(other.stem > entry.stem for other in self.entries)
            self.entries.insert(row, entry)
            self.added.emit(row)

        self._tasks.start(putting())

    def _forget(self, entry: Entry) -> None:
        row = self._row(entry)
        if row is not None:
            del self.entries[row]
            self.removed.emit(row)

    def _row(self, entry: Entry) -> int | None:
        return next((row for row, other in enumerate(self.entries) if other.stem == entry.stem), None)

    async def _do(self, work: Callable[[], T]) -> T:
        async with self._one_by_one:
            return await asyncio.to_thread(work)
