"""The open picture: document, settings and provenance, captured and restored together."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.interface.protocol import UNKNOWN, Pixels
from studio.domain.document import DocumentStatus, GenerationMode, ImageKind
from studio.session.editing.editor import Editor
from studio.session.generation.generator import GenerationController
from studio.session.generation.request_builder import options_of_request
from studio.session.persistence.project_file import NO_ORIGIN, PictureSnapshot, PictureState, SnapshotOrigin
from studio.session.persistence.provenance import STORED_PLANES, Provenance, image_digest
from studio.session.results.results import Results


class OpenPicture(QObject):
    """Joins editor, generation and provenance. Replacing the picture cancels its generation."""

    about_to_be_replaced = Signal()  # before a result replaces the picture

    def __init__(
        self, editor: Editor, generator: GenerationController, results: Results, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.editor, self.generator, self.results = editor, generator, results

    def state(self) -> PictureState:
        """All that belongs to the picture except its pixels."""
        settings = self.generator.settings
        return PictureState(
            marks=self.editor.document.status,
            mode=settings.mode,
            options=settings.options,
            live=settings.live,
            awaiting=self.generator.awaits_result,
            frame=self.editor.document.frame,
        )

    def provenance(self) -> Provenance | None:
        """How the image was generated; None if it was changed since, or if that is not known."""
        return self.results.find_provenance(image_digest(self.editor.document.image))

    @property
    def is_result(self) -> bool:
        """Whether the picture is exactly what a result made it."""
        provenance, document = self.provenance(), self.editor.document
        return provenance is not None and all(
            np.array_equal(provenance.planes[plane].pixels(), document.pixels(plane)) for plane in STORED_PLANES
        )

    def snapshot(self, origin: SnapshotOrigin = NO_ORIGIN) -> PictureSnapshot:
        """The picture as it is now."""
        return PictureSnapshot.capture(self.editor.document, self.state(), self.provenance(), origin)

    def reset_to(self, snapshot: PictureSnapshot) -> None:
        """Restore a snapshot without a step of the history; there is nothing to undo then."""
        self.editor.reset(snapshot.restore)
        self.apply_state(snapshot.state, snapshot.provenance)

    def show_snapshot(self, snapshot: PictureSnapshot, name: str) -> None:
        """Restore a snapshot as one step."""
        self.editor.end_stroke()
        self.generator.cancel_picture_job()
        snapshot.restore(self.editor.document)
        self.editor.record_step(name, answered=True)
        self.apply_state(snapshot.state, snapshot.provenance)

    def show_result(self, provenance: Provenance, image: Pixels, name: str, *, restore_options: bool = False) -> None:
        """Restore the picture after a result, as one step, and the options of its request if `restore_options`."""
        self.editor.end_stroke()
        self.about_to_be_replaced.emit()
        self.generator.cancel_picture_job()
        self.results.remember(provenance)
        provenance.restore(self.editor.document, image)
        self.editor.record_step(name, answered=True)
        if restore_options:
            settings, mode = self.generator.settings, provenance.mode
            settings.restore(options_of_request(provenance.request, mode, settings.options), mode=mode)

    def show_pair(self, image: Pixels, layout: Pixels, name: str) -> None:
        """Open a pair of RGB [H, W, 3] and ids [H, W], of any size, as one step."""
        self.editor.end_stroke()
        self.about_to_be_replaced.emit()
        self.generator.cancel_picture_job()
        document = self.editor.document
        document.reset_to_size(*layout.shape)
        no_pixels = np.zeros(layout.shape, np.bool_)
        unknown = np.full_like(layout, UNKNOWN)
        document.set_planes(painted=layout, filled=unknown, image=image, keep_layout=no_pixels, keep_image=no_pixels)
        document.set_planes(selection=no_pixels, status=DocumentStatus(ImageKind.GENERATED))
        self.editor.record_step(name, answered=True)
        self.generator.settings.set_mode(GenerationMode.LAYOUT_TO_IMAGE)

    def apply_state(self, state: PictureState, provenance: Provenance | None = None) -> None:
        """Restore the settings of a picture without generating anything."""
        if provenance is not None:
            self.results.remember(provenance)
        self.generator.settings.restore(state.options, mode=state.mode, live=state.live)
