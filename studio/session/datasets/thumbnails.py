"""Thumbnails of pairs, decoded in a thread, the most recently requested first."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.interface.errors import EngineError
from engine.interface.protocol import Pixels
from engine.interface.raster import colourise, fit_image

if TYPE_CHECKING:
    from engine.interface.dataset_reader import DatasetEntry, DatasetReader

MAX_PENDING = 200
"""Requests that can wait; the oldest beyond them are forgotten."""
MAX_HEIGHT = 128
"""The height of a thumbnail in pixels at most."""


class ThumbnailLoader(QObject):
    """Loads the thumbnails of one data set."""

    thumbnail_ready = Signal(
        str, object
    )  # name of the pair and RGB [h, w, 3] of layout and image side by side; None if damaged

    def __init__(self, reader: DatasetReader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader = reader
        self._pending: deque[DatasetEntry] = deque(maxlen=MAX_PENDING)
        self._executor = ThreadPoolExecutor(1, "thumbnails")

    def request(self, entry: DatasetEntry) -> None:
        """Request a thumbnail; `thumbnail_ready` follows unless too many others are requested meanwhile."""
        if entry not in self._pending:
            self._pending.append(entry)
            self._executor.submit(self._load_newest)

    def close(self) -> None:
        """Stop without waiting for the thread."""
        self._pending.clear()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _load_newest(self) -> None:
        try:
            entry = self._pending.pop()
        except IndexError:  # it was dropped in favour of newer ones
            return
        self.thumbnail_ready.emit(entry.name, self._render(entry))

    def _render(self, entry: DatasetEntry) -> Pixels | None:
        try:
            image, layout = self._reader.halves(entry)
        except EngineError:
            return None
        side_by_side = np.concatenate([colourise(layout, self._reader.info.classes), image], 1)
        height, width = side_by_side.shape[:2]
        return (
            side_by_side
            if height <= MAX_HEIGHT
            else fit_image(side_by_side, MAX_HEIGHT, round(width * MAX_HEIGHT / height), "stretch").pixels
        )
