"""The picture as the canvases show it: the document, and over it the newest preview of what is being generated."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.interface.protocol import UNKNOWN, Pixels, Preview
from studio.domain.document import GenerationMode, ImageKind
from studio.domain.layout import Box, Mask, overlay_layout
from studio.session.editing.editor import Editor


class PictureDisplay(QObject):
    """Joins the editor's document and a preview. A preview of another size than the document is not shown."""

    changed = Signal()  # another preview or none, or other colours

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._preview: Preview | None = None
        self._preview_mode = GenerationMode.LAYOUT_TO_IMAGE

    @property
    def preview(self) -> Preview | None:
        """The newest preview of the running job."""
        return self._preview

    def show_preview(self, preview: Preview, mode: GenerationMode) -> None:
        """Show a preview of a job of this mode."""
        self._preview, self._preview_mode = preview, mode
        self.changed.emit()

    def forget_preview(self) -> None:
        """Show the document alone from the next `refresh` on."""
        self._preview = None

    def refresh(self) -> None:
        """Make all views draw again."""
        self.changed.emit()

    def layout(self, box: Box | None = None) -> Pixels:
        """Ids [H, W] to show, or those of a box: the paint, and the preview where the engine may fill."""
        document, preview = self._editor.document, self._matching_preview()
        if preview is None:
            return document.visible_layout(box)
        given = document.given_layout(self._preview_mode, box)
        return overlay_layout(given, preview.layout.pixels()[box.slices if box else ...])

    def guess_mask(self, box: Box | None = None) -> Mask:
        """Where [H, W], or in a box, the layout to show is only the engine's guess."""
        document = self._editor.document
        if self._matching_preview() is None:
            return document.guess_mask(box)
        mask: Mask = document.given_layout(self._preview_mode, box) == UNKNOWN
        return mask if self._preview_mode is GenerationMode.LAYOUT_TO_IMAGE else np.zeros_like(mask)

    def image(self) -> Pixels | None:
        """RGB [H, W, 3] to show; None if there is none yet."""
        document, preview = self._editor.document, self._matching_preview()
        if preview is not None:
            given = document.given_image_mask(self._preview_mode)[..., None]
            return np.where(given, document.image, preview.image.pixels())
        return None if document.status.image is ImageKind.NONE else document.image

    def image_box(self) -> Box | None:
        """The part of the picture that has an image to show; None if all of it has or none."""
        return self._editor.document.status.drawn if self._matching_preview() is None else None

    def _matching_preview(self) -> Preview | None:
        document, preview = self._editor.document, self._preview
        if preview is None or (preview.layout.height, preview.layout.width) != (document.height, document.width):
            return None
        return preview
