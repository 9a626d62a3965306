"""Variations: one request with four seeds, of which a person may choose one as the picture."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.interface.protocol import Done, Generate, PackInfo, Pixels, Preview
from studio.domain.document import Document, GenerationMode
from studio.session.editing.open_picture import OpenPicture
from studio.session.generation.job_queue import JobEvent, JobOwner
from studio.session.generation.request_builder import random_seed
from studio.session.persistence.provenance import Provenance

VARIATION_COUNT = 4


@dataclass
class Variation:
    """A variation: `image` [H, W, 3] and `layout` [H, W] from the first preview on, `provenance` once finished."""

    request: Generate
    image: Pixels | None = None
    layout: Pixels | None = None
    provenance: Provenance | None = None


class Variations(QObject):
    """Generates variations one after the other, as background jobs."""

    changed = Signal()  # a preview, a result, or the list of variations

    def __init__(self, info: PackInfo, picture: OpenPicture, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._info, self._picture = info, picture
        self._drawn_from: tuple[GenerationMode, Document] | None = None
        self.variations: list[Variation] = []
        self.current_index: int | None = None

    @property
    def running(self) -> bool:
        return self.current_index is not None

    def generate(self) -> None:
        """Generate four variations of what Generate would produce now; the first has the seed of the options."""
        generator = self._picture.generator
        request = generator.draft_request()
        if request is None:
            return
        generator.drop_background(JobOwner.VARIATIONS)  # the previous variations
        if (
            request.steps is None and generator.settings.mode is GenerationMode.IMAGE_TO_LAYOUT
        ):  # by default one step, which gives the same layout for every seed
            request = msgspec.structs.replace(request, steps=self._info.steps)
        seeds = [request.seed, *(random_seed() for _ in range(VARIATION_COUNT - 1))]
        self.variations = [
            Variation(msgspec.structs.replace(request, id=uuid.uuid4().hex, seed=seed)) for seed in seeds
        ]
        self._drawn_from = (generator.settings.mode, self._picture.editor.document.copy())
        self._run_variation(0)

    def apply(self, index: int) -> None:
        """Make a finished variation the picture, with its seed, as one history step."""
        variation = self.variations[index]
        if variation.provenance is not None and variation.image is not None:
            self._picture.show_result(variation.provenance, variation.image, "Variation", restore_options=True)

    def close(self) -> None:
        """Forget the variations; finished ones are among the results."""
        if self.running:
            self._picture.generator.drop_background(JobOwner.VARIATIONS)
        self.variations, self._drawn_from = [], None
        self.changed.emit()

    def _run_variation(self, index: int) -> None:
        self.current_index = index
        request = self.variations[index].request
        self._picture.generator.run_in_background(request, JobOwner.VARIATIONS, self._on_job_event)
        self.changed.emit()

    def _on_job_event(self, event: JobEvent | None) -> None:
        index = self.current_index
        if index is None or self._drawn_from is None:
            return
        variation, (mode, document) = self.variations[index], self._drawn_from
        if isinstance(event, Preview | Done):
            result_document = document.with_result(mode, event.image.pixels(), event.layout.pixels())
            variation.image, variation.layout = result_document.image, result_document.visible_layout()
        if isinstance(event, Done) and variation.image is not None:
            result = (event.image.pixels(), event.layout.pixels())
            variation.provenance = self._picture.results.record_result(variation.request, mode, document, result)
            if index + 1 < len(self.variations):
                self._run_variation(index + 1)
                return
        if not isinstance(event, Preview):
            self._finish()
        self.changed.emit()

    def _finish(self) -> None:
        self.current_index = None
        for variation in self.variations:
            if variation.provenance is None:  # an unfinished variation is no result
                variation.image = variation.layout = None
