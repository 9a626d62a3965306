"""A data set to look through: which of its pairs are shown, what they hold, and which are dropped."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError
from engine.protocol import PackInfo
from studio.session.notices import Notice, Tone, of_error
from studio.session.session import Session
from studio.session.thumbnails import Thumbnails

if TYPE_CHECKING:
    from engine.export.reading import Entry, Reader


class Share(NamedTuple):
    """Of one class, from 0 to 1: of all known pixels that are shown, and of the pairs that hold it."""

    name: str
    colour: str
    pixels: float
    pairs: float


class Gallery(QObject):
    """Reads a folder in a thread and shows it as rows. What is dropped is written at once, in a thread of its own, and
    its files go when the gallery is closed.
    """

    opened = Signal()  # another data set, or none
    shown_changed = Signal()
    noticed = Signal(object)  # Notice

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._reader: Reader | None = None
        self._areas: npt.NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._there: npt.NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._scores: npt.NDArray[np.float64] = np.zeros(0)
        self._dropped: list[list[int]] = []
        self._writer = ThreadPoolExecutor(1, "manifest")
        self.thumbnails: Thumbnails | None = None
        self.shown: list[int] = []
        self.holding: int | None = None
        self.least = 0.0
        self.opening = False

    @property
    def info(self) -> PackInfo | None:
        """Of the pack that drew the pairs."""
        return self._reader.info if self._reader else None

    @property
    def folder(self) -> Path | None:
        return self._reader.folder if self._reader else None

    @property
    def total(self) -> int:
        """How many pairs there are, without those that were dropped."""
        return int(self._there.sum())

    @property
    def dropped(self) -> int:
        """How many were dropped in this sitting."""
        return sum(map(len, self._dropped))

    @property
    def scored(self) -> bool:
        """Whether the pairs were judged by the segmenter."""
        return bool((self._scores >= 0).any())

    def open(self, folder: Path) -> None:
        """Read a folder that an export made; what is open stays if that fails."""
        if not self.opening:
            self.opening = True
            self.opened.emit()
            self._session.tasks.start(self._open(folder))

    def entry(self, row: int) -> Entry:
        """One of the pairs that are shown."""
        assert self._reader is not None
        return self._reader.entries[self.shown[row]]

    def filter(self, holding: int | None, least: float) -> None:
        """Show pairs that hold a class, None for any, and of which the segmenter sees at least this share."""
        if (holding, least) != (self.holding, self.least):
            self.holding, self.least = holding, least
            self._show()

    def shares(self) -> list[Share]:
        """What the pairs that are shown hold."""
        if self._reader is None:
            return []
        held = self._areas[self.shown]
        known, pairs = held.sum(0) / max(1, int(held.sum())), (held > 0).sum(0) / max(1, len(held))
        classes = enumerate(self._reader.info.classes)
        return [Share(one.name, one.colour, float(known[i]), float(pairs[i])) for i, one in classes]

    def drop(self, rows: list[int]) -> None:
        """Take pairs out of the data set; until the gallery is closed they can be taken back."""
        places = [self.shown[row] for row in rows]
        if places:
            self._dropped.append(places)
            self._mark(places, dropped=True)

    def undo(self) -> None:
        """Take back those that were dropped last."""
        if self._dropped:
            self._mark(self._dropped.pop(), dropped=False)

    def put_on_canvas(self, row: int) -> None:
        """Make a pair the picture, as one step; its caption and its seed come along."""
        if self._reader is None:
            return
        theirs, ours = self._reader.info, self._session.pack.info
        if [one.name for one in theirs.classes] != [one.name for one in ours.classes]:
            words = self.tr("These pairs were drawn with the pack “{pack}”. Choose it in File → Packs, then open one.")
            self.noticed.emit(Notice(words.format(pack=theirs.title or theirs.name), Tone.INFO))
            return
        self._session.tasks.start(self._put(self._reader, self.entry(row)))

    def close(self) -> None:
        """End; files of dropped pairs go. What is being written is written."""
        self._leave()
        self._writer.shutdown(wait=False)

    async def _open(self, folder: Path) -> None:
        try:
            reader, areas, scores = await asyncio.to_thread(_read, folder)
        except EngineError as error:
            self.noticed.emit(of_error(error))
        else:
            self._leave()
            self._reader, self._areas, self._scores = reader, areas, scores
            self._there = np.ones(len(reader.entries), np.bool_)
            self._dropped, self.holding, self.least = [], None, 0.0
            self.thumbnails = Thumbnails(reader, self)
            self._show()
        finally:
            self.opening = False
            self.opened.emit()

    def _leave(self) -> None:
        if self.thumbnails is not None:
            self.thumbnails.close()
            self.thumbnails = None
        reader, self._reader = self._reader, None
        if reader is not None and reader.unsettled:
            written = self._writer.submit(lambda: None)  # after whatever is still being written
            self._session.tasks.start(self._settle(reader.folder, written))

    async def _settle(self, folder: Path, written: Future[None]) -> None:
        await asyncio.wrap_future(written)
        self._session.exports.settle(folder)

    def _show(self) -> None:
        seen = self._there & (self._scores >= self.least if self.least else True)
        if self.holding is not None:
            seen = seen & (self._areas[:, self.holding] > 0)
        self.shown = [int(place) for place in np.flatnonzero(seen)]
        self.shown_changed.emit()

    def _mark(self, places: list[int], *, dropped: bool) -> None:
        reader = self._reader
        assert reader is not None
        self._there[places] = not dropped
        self._show()
        reader.unsettled = True
        entries = [reader.entries[place] for place in places]
        written = self._writer.submit(partial(reader.drop, entries, dropped=dropped))
        self._session.tasks.start(self._follow(written, reader, places, dropped=dropped))

    async def _follow(self, written: Future[None], reader: Reader, places: list[int], *, dropped: bool) -> None:
        try:
            await asyncio.wrap_future(written)
        except EngineError as error:
            self.noticed.emit(of_error(error))
            if reader is self._reader:  # as it was before
                self._there[places] = dropped
                self._dropped = [some for some in self._dropped if some != places]
                self._show()

    async def _put(self, reader: Reader, entry: Entry) -> None:
        image, layout = await asyncio.to_thread(reader.halves, entry)
        record, generator = entry.record, self._session.generator
        self._session.picture.show_pair(image, layout, self.tr("Open pair {name}").format(name=entry.name))
        said = {"prompt": record.prompt, "seed": record.seed, "negative": record.negative}
        generator.options = msgspec.structs.replace(generator.options, **said)
        generator.options_changed.emit()
        words = self.tr("Pair {name} is on the canvas, with its caption and its seed. Undo takes it back.")
        self.noticed.emit(Notice(words.format(name=entry.name), Tone.HINT))


def _read(folder: Path) -> tuple[Reader, npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Who reads a folder, the pixels of each class [N, K], and agreements [N], -1 where there is none."""
    from engine.export.reading import Reader  # not at the start of the studio: it brings the formats along

    reader = Reader(folder)
    count = len(reader.info.classes)
    areas = np.array([entry.areas or (0,) * count for entry in reader.entries], np.int64).reshape(-1, count)
    scores = np.array([-1.0 if entry.agreement is None else entry.agreement for entry in reader.entries])
    return reader, areas, scores
