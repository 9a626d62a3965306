"""Small pictures of pairs, decoded in a thread of their own, those that were asked for last first."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.errors import EngineError
from engine.protocol import Pixels
from engine.raster import colourise, fit_image

if TYPE_CHECKING:
    from engine.export.reading import Entry, Reader

WAITING = 200
"""So many can wait; who scrolls past more no longer sees the first of them."""
HEIGHT = 128
"""Pixels; larger pictures are made smaller."""


class Thumbnails(QObject):
    """Of one data set."""

    made = Signal(str, object)  # a pair's name, and RGB [h, w, 3]: layout and image side by side; None if damaged

    def __init__(self, reader: Reader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader = reader
        self._waiting: deque[Entry] = deque(maxlen=WAITING)
        self._thread = ThreadPoolExecutor(1, "thumbnails")

    def ask(self, entry: Entry) -> None:
        """`made` comes for it, unless too many others are asked for meanwhile."""
        if entry not in self._waiting:
            self._waiting.append(entry)
            self._thread.submit(self._make)

    def close(self) -> None:
        """Stop; nothing is waited for."""
        self._waiting.clear()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _make(self) -> None:
        try:
            entry = self._waiting.pop()
        except IndexError:  # forgotten, for newer ones
            return
        self.made.emit(entry.name, self._drawn(entry))

    def _drawn(self, entry: Entry) -> Pixels | None:
        try:
            image, layout = self._reader.halves(entry)
        except EngineError:
            return None
        both = np.concatenate([colourise(layout, self._reader.info.classes), image], 1)
        height, width = both.shape[:2]
        return both if height <= HEIGHT else fit_image(both, HEIGHT, round(width * HEIGHT / height), "stretch").pixels
