"""The timeline: all steps of a result from noise to picture, traced by sending its request again."""

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

from engine.interface.atomic_files import write_atomically
from engine.interface.protocol import ClassInfo, Done, PackInfo, Pixels, TracedStep
from engine.interface.raster import colourise, encode_image, encode_layout
from studio.session.editing.open_picture import OpenPicture
from studio.session.generation.job_queue import JobEvent, JobOwner
from studio.session.notices import Notice, NoticeLevel
from studio.session.tasks import TaskRunner

SHEET_GAP = 4
GIF_FRAME_MS = 180
"""Milliseconds for which a GIF shows each step."""
GIF_RESULT_MS = 1500
"""Milliseconds for which a GIF shows the result."""


@dataclass(frozen=True)
class TimelineStep:
    """x_t and y_t, the estimates of x_0 and y_0, both clocks, and the clock of pure noise; clock 0 is clean."""

    noisy_image: Pixels
    noisy_layout: Pixels
    image: Pixels
    layout: Pixels
    image_clock: int
    layout_clock: int
    top_clock: int

    def contact_sheet(self, classes: Sequence[ClassInfo]) -> Pixels:
        """All four as RGB with a gap between them: the layouts on the left, the noisy halves above."""
        rows = [
            np.concatenate(
                [colourise(layout, classes), np.full((layout.shape[0], SHEET_GAP, 3), 24, np.uint8), image], 1
            )
            for layout, image in ((self.noisy_layout, self.noisy_image), (self.layout, self.image))
        ]
        return np.concatenate([rows[0], np.full((SHEET_GAP, rows[0].shape[1], 3), 24, np.uint8), rows[1]], 0)


class Timeline(QObject):
    """The steps of the result in the picture; the last one is the result itself, at clock 0."""

    changed = Signal()  # a step was added, or tracing started or ended
    noticed = Signal(object)  # Notice

    def __init__(self, info: PackInfo, picture: OpenPicture, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._info, self._picture, self._tasks = info, picture, tasks
        self.steps: list[TimelineStep] = []
        self.running = False

    def trace(self) -> None:
        """Request every step of the result in the picture."""
        provenance = self._picture.provenance()
        if provenance is None:
            words = self.tr("There is no result to look at step by step. Generate one first.")
            self.noticed.emit(Notice(words, NoticeLevel.HINT))
            return
        request = provenance.complete_request(self._picture.editor.document.image)
        request = msgspec.structs.replace(request, id=uuid.uuid4().hex, trace=True, live=True)
        self._picture.generator.drop_background(JobOwner.TIMELINE)
        self.steps, self.running = [], True
        self._picture.generator.run_in_background(request, JobOwner.TIMELINE, self._on_job_event)
        self.changed.emit()

    def stop(self) -> None:
        """Stop tracing and keep the steps so far."""
        if self.running:
            self._picture.generator.drop_background(JobOwner.TIMELINE)

    def save_gif(self, path: Path) -> None:
        """Write all steps as an animated GIF."""
        self._tasks.start(self._save(_write_gif, path))

    def save_frames(self, folder: Path) -> None:
        """Write every step as four numbered PNG files."""
        self._tasks.start(self._save(_write_frames, folder))

    def _on_job_event(self, event: JobEvent | None) -> None:
        if isinstance(event, TracedStep):
            del self.steps[event.index - 1 :]  # after an interruption the trace starts again
            self.steps.append(_step_of(event))
        else:
            self.running = False
            if isinstance(event, Done) and self.steps:
                image, layout = event.image.pixels(), event.layout.pixels()
                self.steps.append(TimelineStep(image, layout, image, layout, 0, 0, self.steps[-1].top_clock))
        self.changed.emit()

    async def _save(self, write: Callable[[Path, list[TimelineStep], PackInfo], None], path: Path) -> None:
        await asyncio.to_thread(write, path, list(self.steps), self._info)
        self.noticed.emit(Notice(self.tr("Saved {file}.").format(file=path), NoticeLevel.HINT))


def _step_of(event: TracedStep) -> TimelineStep:
    return TimelineStep(
        event.noisy_image.pixels(),
        event.noisy_layout.pixels(),
        event.image.pixels(),
        event.layout.pixels(),
        event.image_clock,
        event.layout_clock,
        event.top_clock,
    )


def _write_gif(path: Path, steps: list[TimelineStep], info: PackInfo) -> None:
    sheets = [Image.fromarray(step.contact_sheet(info.classes)) for step in steps]
    times = [GIF_FRAME_MS] * (len(sheets) - 1) + [GIF_RESULT_MS]
    data = BytesIO()
    sheets[0].save(data, "GIF", save_all=True, append_images=sheets[1:], duration=times, loop=0)
    write_atomically(path, data.getvalue())


def _write_frames(folder: Path, steps: list[TimelineStep], info: PackInfo) -> None:
    for index, step in enumerate(steps):
        for name, data in (
            ("noisy-image", encode_image(step.noisy_image)),
            ("noisy-layout", encode_layout(step.noisy_layout, info.classes)),
            ("image", encode_image(step.image)),
            ("layout", encode_layout(step.layout, info.classes)),
        ):
            write_atomically(folder / f"{index:04}-{name}.png", data, durable=False)  # many small files
