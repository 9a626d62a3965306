"""The steps of a result from noise to picture, made again by its own request, to be looked at one by one."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image
from PySide6.QtCore import QObject, Signal

from engine.errors import BadFile
from engine.protocol import Cancelled, ClassInfo, Done, Failed, PackInfo, Pixels, Preview, Traced
from engine.raster import colourise, encode_image, encode_layout
from studio.session.disk import write_whole
from studio.session.notices import Notice, Tone
from studio.session.picture import Picture
from studio.session.tasks import Tasks

GAP = 4
FRAME = 180
"""Milliseconds that a GIF shows each step."""
LAST = 1500
"""Milliseconds that it shows the result."""


@dataclass(frozen=True)
class Moment:
    """x_t and y_t, what the network makes of them, and both clocks as shares of T; 0 is given or finished."""

    noisy_image: Pixels
    noisy_layout: Pixels
    image: Pixels
    layout: Pixels
    image_clock: int
    layout_clock: int
    top: int

    def sheet(self, classes: Sequence[ClassInfo]) -> Pixels:
        """All four as RGB [2 H, 2 W, 3] with a gap: the layouts left, the noisy ones above."""
        rows = [
            np.concatenate([colourise(layout, classes), np.full((layout.shape[0], GAP, 3), 24, np.uint8), image], 1)
            for layout, image in ((self.noisy_layout, self.noisy_image), (self.layout, self.image))
        ]
        return np.concatenate([rows[0], np.full((GAP, rows[0].shape[1], 3), 24, np.uint8), rows[1]], 0)


class Timeline(QObject):
    """The moments of the result in the picture; the last one is the result itself, at clock 0."""

    changed = Signal()  # a moment came, or it began or ended
    noticed = Signal(object)  # Notice

    def __init__(self, info: PackInfo, picture: Picture, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._info, self._picture, self._tasks = info, picture, tasks
        self.moments: list[Moment] = []
        self.running = False

    def trace(self) -> None:
        """Ask the engine for every step of the result in the picture."""
        recipe = self._picture.recipe()
        if recipe is None:
            words = self.tr("There is no result to look at step by step. Generate one first.")
            self.noticed.emit(Notice(words, Tone.HINT))
            return
        request = recipe.whole(self._picture.editor.document.image)
        request = msgspec.structs.replace(request, id=uuid.uuid4().hex, trace=True, live=True)
        self._picture.generator.drop(self._hear)  # the steps that are being made, if any
        self.moments, self.running = [], True
        self._picture.generator.run(request, self._hear)
        self.changed.emit()

    def stop(self) -> None:
        """Ask for no more steps; those that came stay."""
        if self.running:
            self._picture.generator.drop(self._hear)

    def save_gif(self, path: Path) -> None:
        """Write all moments as one GIF that moves."""
        self._tasks.start(self._save(_write_gif, path))

    def save_frames(self, folder: Path) -> None:
        """Write every moment as four PNG files with its number."""
        self._tasks.start(self._save(_write_frames, folder))

    def _hear(self, event: Preview | Traced | Done | Cancelled | Failed | None) -> None:
        if isinstance(event, Traced):
            del self.moments[event.index - 1 :]  # it began again
            self.moments.append(_moment(event))
        else:
            self.running = False
            if isinstance(event, Done) and self.moments:
                image, layout = event.image.pixels(), event.layout.pixels()
                self.moments.append(Moment(image, layout, image, layout, 0, 0, self.moments[-1].top))
        self.changed.emit()

    async def _save(self, write: Callable[[Path, list[Moment], PackInfo], None], path: Path) -> None:
        try:
            await asyncio.to_thread(write, path, list(self.moments), self._info)
        except OSError as error:
            raise BadFile(f"{path} cannot be written ({error.strerror}).", "Choose another folder.") from error
        self.noticed.emit(Notice(self.tr("Saved {file}.").format(file=path), Tone.HINT))


def _moment(event: Traced) -> Moment:
    return Moment(
        event.noisy_image.pixels(),
        event.noisy_layout.pixels(),
        event.image.pixels(),
        event.layout.pixels(),
        event.image_clock,
        event.layout_clock,
        event.top_clock,
    )


def _write_gif(path: Path, moments: list[Moment], info: PackInfo) -> None:
    sheets = [Image.fromarray(moment.sheet(info.classes)) for moment in moments]
    times = [FRAME] * (len(sheets) - 1) + [LAST]
    data = BytesIO()
    sheets[0].save(data, "GIF", save_all=True, append_images=sheets[1:], duration=times, loop=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data.getvalue())


def _write_frames(folder: Path, moments: list[Moment], info: PackInfo) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for index, moment in enumerate(moments):
        for name, data in (
            ("noisy-image", encode_image(moment.noisy_image)),
            ("noisy-layout", encode_layout(moment.noisy_layout, info.classes)),
            ("image", encode_image(moment.image)),
            ("layout", encode_layout(moment.layout, info.classes)),
        ):
            write_whole(folder / f"{index:04}-{name}.png", data, lasting=False)  # many, and easily made again
