"""The data set browser: which pairs are shown, how often classes occur in them, and which are dropped."""

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

from engine.interface.errors import EngineError
from engine.interface.protocol import PackInfo
from studio.session.datasets.thumbnails import ThumbnailLoader
from studio.session.notices import Notice, NoticeLevel, notice_of_error
from studio.session.persistence.request_sanitiser import sanitise_options
from studio.session.session import Session

if TYPE_CHECKING:
    from engine.interface.dataset_reader import DatasetEntry, DatasetReader


class ClassFrequency(NamedTuple):
    """The shares of one class in the known pixels of the pairs shown, and of pairs that have it, from 0 to 1."""

    name: str
    colour: str
    pixel_share: float
    pair_share: float


class DatasetBrowser(QObject):
    """Reads a data set in a thread. Dropped pairs are recorded at once, in a thread of its own, and their files are
    deleted when the browser is closed.
    """

    dataset_changed = Signal()  # another data set, or none
    shown_changed = Signal()
    noticed = Signal(object)  # Notice

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._reader: DatasetReader | None = None
        self._class_areas: npt.NDArray[np.int64] = np.zeros((0, 0), np.int64)
        self._present: npt.NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._scores: npt.NDArray[np.float64] = np.zeros(0)
        self._dropped: list[list[int]] = []
        self._writer = ThreadPoolExecutor(1, "manifest")
        self.thumbnails: ThumbnailLoader | None = None
        self.shown_indices: list[int] = []
        self.class_filter: int | None = None
        self.min_agreement = 0.0
        self.opening = False

    @property
    def info(self) -> PackInfo | None:
        """The pack that generated the pairs; None if no data set is open."""
        return self._reader.info if self._reader else None

    @property
    def folder(self) -> Path | None:
        return self._reader.folder if self._reader else None

    @property
    def pair_count(self) -> int:
        """How many pairs there are without the dropped ones."""
        return int(self._present.sum())

    @property
    def dropped_count(self) -> int:
        """How many pairs were dropped since the data set was opened."""
        return sum(map(len, self._dropped))

    @property
    def has_agreement(self) -> bool:
        """Whether the pairs have the segmenter's agreement."""
        return bool((self._scores >= 0).any())

    def open(self, folder: Path) -> None:
        """Open a data set; if that fails, the one that is open stays open."""
        if not self.opening:
            self.opening = True
            self.dataset_changed.emit()
            self._session.tasks.start(self._open_dataset(folder))

    def entry_at(self, row: int) -> DatasetEntry:
        """The pair in a row."""
        assert self._reader is not None
        return self._reader.entries[self.shown_indices[row]]

    def set_filter(self, class_filter: int | None, min_agreement: float) -> None:
        """Show only pairs that have a class, unless that is None, and at least this agreement."""
        if (class_filter, min_agreement) != (self.class_filter, self.min_agreement):
            self.class_filter, self.min_agreement = class_filter, min_agreement
            self._update_shown()

    def class_frequencies(self) -> list[ClassFrequency]:
        """The frequencies of all classes in the pairs shown."""
        if self._reader is None:
            return []
        areas = self._class_areas[self.shown_indices]
        pixel_shares, pair_shares = areas.sum(0) / max(1, int(areas.sum())), (areas > 0).sum(0) / max(1, len(areas))
        classes = enumerate(self._reader.info.classes)
        return [
            ClassFrequency(info_of_class.name, info_of_class.colour, float(pixel_shares[i]), float(pair_shares[i]))
            for i, info_of_class in classes
        ]

    def drop_rows(self, rows: list[int]) -> None:
        """Drop pairs from the data set; `undo_drop` is possible until the browser is closed."""
        indices = [self.shown_indices[row] for row in rows]
        if indices:
            self._dropped.append(indices)
            self._set_dropped(indices, dropped=True)

    def undo_drop(self) -> None:
        """Restore the pairs that were dropped last."""
        if self._dropped:
            self._set_dropped(self._dropped.pop(), dropped=False)

    def put_on_canvas(self, row: int) -> None:
        """Open a pair as the picture, with its caption and seed, as one history step."""
        if self._reader is None:
            return
        theirs, ours = self._reader.info, self._session.pack.info
        if [class_info.name for class_info in theirs.classes] != [class_info.name for class_info in ours.classes]:
            words = self.tr("These pairs were drawn with the pack “{pack}”. Choose it in File → Packs, then open one.")
            self.noticed.emit(Notice(words.format(pack=theirs.title or theirs.name), NoticeLevel.INFO))
            return
        self._session.tasks.start(self._show_pair(self._reader, self.entry_at(row)))

    def close(self) -> None:
        """Close the data set and delete the files of dropped pairs after pending writes."""
        self._close_reader()
        self._writer.shutdown(wait=False)

    async def _open_dataset(self, folder: Path) -> None:
        try:
            reader, areas, scores = await asyncio.to_thread(_read_dataset, folder)
        except EngineError as error:
            self.noticed.emit(notice_of_error(error))
        else:
            self._close_reader()
            self._reader, self._class_areas, self._scores = reader, areas, scores
            self._present = np.ones(len(reader.entries), np.bool_)
            self._dropped, self.class_filter, self.min_agreement = [], None, 0.0
            self.thumbnails = ThumbnailLoader(reader, self)
            self._update_shown()
        finally:
            self.opening = False
            self.dataset_changed.emit()

    def _close_reader(self) -> None:
        if self.thumbnails is not None:
            self.thumbnails.close()
            self.thumbnails = None
        reader, self._reader = self._reader, None
        if reader is not None and reader.needs_purge:
            written = self._writer.submit(lambda: None)  # after all pending writes
            self._session.tasks.start(self._purge_when_written(reader.folder, written))

    async def _purge_when_written(self, folder: Path, written: Future[None]) -> None:
        await asyncio.wrap_future(written)
        self._session.exports.purge(folder)

    def _update_shown(self) -> None:
        visible = self._present & (self._scores >= self.min_agreement if self.min_agreement else True)
        if self.class_filter is not None:
            visible = visible & (self._class_areas[:, self.class_filter] > 0)
        self.shown_indices = [int(index) for index in np.flatnonzero(visible)]
        self.shown_changed.emit()

    def _set_dropped(self, indices: list[int], *, dropped: bool) -> None:
        reader = self._reader
        assert reader is not None
        self._present[indices] = not dropped
        self._update_shown()
        reader.needs_purge = True
        entries = [reader.entries[index] for index in indices]
        written = self._writer.submit(partial(reader.drop, entries, dropped=dropped))
        self._session.tasks.start(self._watch_write(written, reader, indices, dropped=dropped))

    async def _watch_write(
        self, written: Future[None], reader: DatasetReader, indices: list[int], *, dropped: bool
    ) -> None:
        try:
            await asyncio.wrap_future(written)
        except EngineError as error:
            self.noticed.emit(notice_of_error(error))
            if reader is self._reader:  # revert what is shown
                self._present[indices] = dropped
                self._dropped = [batch for batch in self._dropped if batch != indices]
                self._update_shown()

    async def _show_pair(self, reader: DatasetReader, entry: DatasetEntry) -> None:
        image, layout = await asyncio.to_thread(reader.halves, entry)
        record, settings = entry.record, self._session.generator.settings
        self._session.picture.show_pair(image, layout, self.tr("Open pair {name}").format(name=entry.name))
        caption_options = {"prompt": record.prompt, "seed": record.seed, "negative": record.negative}
        settings.restore(sanitise_options(msgspec.structs.replace(settings.options, **caption_options)))
        words = self.tr("Pair {name} was opened with its caption and its seed. Undo restores the previous picture.")
        self.noticed.emit(Notice(words.format(name=entry.name), NoticeLevel.HINT))


def _read_dataset(folder: Path) -> tuple[DatasetReader, npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """A reader of a data set, the pixels of each class [N, K], and the agreements [N], -1 where there is none."""
    from engine.interface.dataset_reader import (
        DatasetReader,  # not at the start of the studio: it brings the formats along
    )

    reader = DatasetReader(folder)
    count = len(reader.info.classes)
    areas = np.array([entry.areas or (0,) * count for entry in reader.entries], np.int64).reshape(-1, count)
    scores = np.array([-1.0 if entry.agreement is None else entry.agreement for entry in reader.entries])
    return reader, areas, scores
