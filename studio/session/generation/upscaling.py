"""Results at the pack's full size, which the pack's upscaler draws after each result."""

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
"""Milliseconds without a change after which a picture without a full size is requested again."""
MAX_CACHE_BYTES = 128 << 20
"""Bytes of images at full size in memory at most."""
COMPARE_STRIDE = 8


class FullSizeImage(NamedTuple):
    """An image, RGB [H, W, 3], and the same at full size."""

    image: Pixels
    full: Pixels


class FullSizeController(QObject):
    """Keeps results at full size and requests those that are missing, such as that of a result opened from a file.

    The full size is shown as long as the picture has not changed. The document always has the size of painting.
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
        """Switch drawing and showing at full size on or off."""
        self._source.set_enabled(enabled)
        if not enabled:
            self._picture.generator.drop_background(JobOwner.FULL_SIZE)
            self._client.cancel_full_size()
        self.changed.emit()
        self._quiet_timer.start()

    def skip_current(self) -> None:
        """Cancel the full size of this picture and do not request it again."""
        self._client.cancel_full_size()
        self._requested_image = self._picture.editor.document.image.copy()

    def set_hidden(self, hidden: bool) -> None:
        """Hide the full size, for comparison with images that have none."""
        if hidden != self._hidden:
            self._hidden = hidden
            self.changed.emit()

    def displayed_image(self) -> Pixels | None:
        """RGB [factor H, factor W, 3] to show instead of the picture's image; None if there is none."""
        if self._hidden or not (self._source.enabled and self._picture_final()):
            return None
        image = self._picture.editor.document.image
        for index in reversed(range(len(self._cache))):
            if _same_image(self._cache[index].image, image):
                self._cache.append(self._cache.pop(index))
                return self._cache[-1].full
        return None

    def _picture_final(self) -> bool:
        """Whether the picture has a whole image and no preview is shown over it."""
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
        """Request a result that was restored or was a variation again, at full size."""
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
        """Allow another request if the engine stopped; the result itself is in the picture already."""
        if event is None and self._client.state is EngineState.STOPPED:
            self._requested_image = None

    def _on_event(self, event: object) -> None:
        if isinstance(event, Done):
            self._last_result = event.id, event.image.pixels()

    def _on_full_size(self, event: FullSizeDone | Failed | None) -> None:
        if isinstance(event, Failed):
            self._requested_image = self._picture.editor.document.image.copy()  # so that it is not requested again
            self.noticed.emit(notice_of_failure(event))
        elif event is None:  # another request replaced it
            self._requested_image = None
            self._quiet_timer.start()
        elif self._last_result is not None and self._last_result[0] == event.id:
            self._cache = [cached for cached in self._cache if not _same_image(cached.image, self._last_result[1])]
            self._cache.append(FullSizeImage(self._last_result[1], event.image.pixels()))
            while sum(known.full.nbytes for known in self._cache) > MAX_CACHE_BYTES and len(self._cache) > 1:
                self._cache.pop(0)
        self.changed.emit()


def _same_image(first: Pixels, second: Pixels) -> bool:
    strided = slice(None, None, COMPARE_STRIDE)  # tells most images apart quickly
    return (
        first.shape == second.shape
        and np.array_equal(first[strided, strided], second[strided, strided])
        and np.array_equal(first, second)
    )
