"""The picture at the pack's full size: with the detail that the pack's upscaler draws a moment after each result."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from engine.interface.protocol import Done, Failed, FullSizeDone, PackInfo, Pixels
from studio.domain.document import ImageKind
from studio.session.connection.engine_client import EngineClient, EngineState
from studio.session.editing.open_picture import OpenPicture
from studio.session.generation.full_size_inputs import FullSizeSource
from studio.session.generation.job_queue import JobEvent, JobOwner
from studio.session.notices import notice_of_failure

QUIET_MS = 400
"""Milliseconds that a picture must stay before its detail is asked for on its own."""
MAX_CACHE_BYTES = 128 << 20
"""Bytes of full pictures in memory."""
COMPARE_STRIDE = 8


class FullSizeImage(NamedTuple):
    """An image [H, W, 3], and the same at full size."""

    image: Pixels
    full: Pixels


class FullSizeController(QObject):
    """Asks for full size with every request of the picture, and once more for results that come back without it.

    What is shown is the picture's own as long as it has not changed; the document keeps the size that is painted on.
    """

    changed = Signal()
    noticed = Signal(object)  # Notice

    def __init__(
        self,
        info: PackInfo,
        picture: OpenPicture,
        client: EngineClient,
        source: FullSizeSource,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.factor, self._hidden = info.upscale, False
        self._picture, self._client, self._source = picture, client, source
        self._cache: list[FullSizeImage] = []
        self._last_result: tuple[str, Pixels] | None = None
        self._requested_image: Pixels | None = None
        self._quiet_timer = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet_timer.timeout.connect(self._request_missing_detail)
        if self.factor:
            client.event_received.connect(self._on_event)
            client.full_size_received.connect(self._on_full_size)
            picture.editor.document_changed.connect(self._on_changed)
            for signal in (picture.generator.running_changed, client.state_changed):
                signal.connect(self._quiet_timer.start)

    def set_enabled(self, enabled: bool) -> None:
        """Whether results are drawn and shown at full size."""
        self._source.set_enabled(enabled)
        if not enabled:
            self._picture.generator.drop_background(JobOwner.FULL_SIZE)
            self._client.cancel_full_size()
        self.changed.emit()
        self._quiet_timer.start()

    def skip_current(self) -> None:
        """Let this picture be as it is: a person cancelled its detail."""
        self._client.cancel_full_size()
        self._requested_image = self._picture.editor.document.image.copy()

    def set_hidden(self, hidden: bool) -> None:
        """Show the picture in its own size, beside others that are."""
        if hidden != self._hidden:
            self._hidden = hidden
            self.changed.emit()

    def displayed_image(self) -> Pixels | None:
        """RGB [factor H, factor W, 3] to show in place of the picture's image; None where that is all there is."""
        if self._hidden or not (self._source.enabled and self._picture_final()):
            return None
        image = self._picture.editor.document.image
        for index in reversed(range(len(self._cache))):
            if _same_image(self._cache[index].image, image):
                self._cache.append(self._cache.pop(index))
                return self._cache[-1].full
        return None

    def _picture_final(self) -> bool:
        """Whether the picture has an image as a whole, and nothing is coming in its place."""
        marks = self._picture.editor.document.status
        return (
            marks.image is not ImageKind.NONE
            and marks.drawn is None
            and self._picture.generator.display.preview is None
        )

    def _on_changed(self) -> None:
        if self._requested_image is not None and not _same_image(
            self._requested_image, self._picture.editor.document.image
        ):
            self._requested_image = None
            self._picture.generator.drop_background(JobOwner.FULL_SIZE)
        self._quiet_timer.start()

    def _request_missing_detail(self) -> None:
        """A result that was taken from the shelf, a file or among variations is made once more, with its detail."""
        generator, document = self._picture.generator, self._picture.editor.document
        idle = self._client.state is EngineState.READY and not (self._client.drawing_full_size or generator.running)
        if (
            not (idle and self._source.enabled and self._picture_final())
            or generator.paused
            or self.displayed_image() is not None
        ):
            return
        provenance = self._picture.provenance() if document.status.image is ImageKind.GENERATED else None
        if provenance is None or self._requested_image is not None or self._hidden:
            return
        request = msgspec.structs.replace(provenance.complete_request(document.image), trace=False)
        full = self._source.inputs_if_enabled(request)
        if full is not None:
            self._requested_image = document.image.copy()
            request = msgspec.structs.replace(request, full=full)
            generator.run_in_background(request, JobOwner.FULL_SIZE, self._on_job_event)

    def _on_job_event(self, event: JobEvent | None) -> None:
        """The result is the one that is there. If the engine went away, it may be asked for again."""
        if event is None and self._client.state is EngineState.STOPPED:
            self._requested_image = None

    def _on_event(self, event: object) -> None:
        if isinstance(event, Done):
            self._last_result = event.id, event.image.pixels()

    def _on_full_size(self, event: FullSizeDone | Failed | None) -> None:
        if isinstance(event, Failed):
            self._requested_image = self._picture.editor.document.image.copy()  # it would fail again
            self.noticed.emit(notice_of_failure(event))
        elif event is None:  # something else came first
            self._requested_image = None
            self._quiet_timer.start()
        elif self._last_result is not None and self._last_result[0] == event.id:
            self._cache = [cached for cached in self._cache if not _same_image(cached.image, self._last_result[1])]
            self._cache.append(FullSizeImage(self._last_result[1], event.image.pixels()))
            while sum(known.full.nbytes for known in self._cache) > MAX_CACHE_BYTES and len(self._cache) > 1:
                self._cache.pop(0)
        self.changed.emit()


def _same_image(first: Pixels, second: Pixels) -> bool:
    strided = slice(None, None, COMPARE_STRIDE)  # enough to tell most pictures apart
    return (
        first.shape == second.shape
        and np.array_equal(first[strided, strided], second[strided, strided])
        and np.array_equal(first, second)
    )
