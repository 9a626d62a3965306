"""The picture under the pen: strokes, undo, and what comes in from files and from the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.interface.protocol import UNKNOWN, Pixels
from studio.domain.area import PixelRegion
from studio.domain.document import Document, DocumentStatus, GenerationMode, ImageKind
from studio.domain.history import History
from studio.domain.layout import Mask, unknown_layout
from studio.domain.margins import CanvasMargins
from studio.domain.palette import ClassPalette
from studio.domain.tools.paint_operations import paint_region
from studio.session.editing.painter import Painter
from studio.session.editing.toolbox import Toolbox


class Editor(QObject):
    """One document with its history and the tool in hand. The pen never waits for anything here."""

    box_painted = Signal(object)  # Box: the only part of the document that changed
    document_changed = Signal()  # anything of the document may have changed
    history_changed = Signal()
    stroke_started = Signal()  # the pen is about to touch the layout
    stroke_ended = Signal()  # after a stroke that changed something a picture should follow
    pen_lifted = Signal()  # after a stroke, whether or not it changed anything
    history_navigated = Signal()  # after undo or redo

    def __init__(self, height: int, width: int, palette: ClassPalette, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.initial_size = height, width
        """What every picture begins with: the pack's."""
        self.document = Document(height, width)
        self.history = History(self.document)
        self.palette = palette
        self.toolbox = Toolbox(palette, self)
        self.painter = Painter(self.document, self.history, palette, self.toolbox)
        self.painter.stroke_started.connect(self.stroke_started)
        self.painter.box_painted.connect(self.box_painted)
        self.painter.document_replaced.connect(self._on_document_replaced)
        self.painter.stroke_ended.connect(self._on_stroke_ended)

    @property
    def stroke_active(self) -> bool:
        """Whether a stroke is under way."""
        return self.painter.stroke_active

    @property
    def has_custom_size(self) -> bool:
        """Whether the picture has another size than it would begin with."""
        return (self.document.height, self.document.width) != self.initial_size

    @property
    def can_redraw_selection(self) -> bool:
        """Whether there is an image of which a part is selected."""
        return bool((self.document.selection & self.document.image_mask()).any())

    def end_stroke(self) -> None:
        """Lift the pen: the whole stroke becomes one step."""
        self.painter.end_stroke()

    def undo(self) -> None:
        """Take the newest step back, or only a shape that is not inked yet."""
        if self.painter.gesture_active and not self.painter.stroke_active:
            self.painter.cancel()
            return
        self.end_stroke()
        if self.history.undo():
            self._emit_navigated()

    def redo(self) -> None:
        """Do the step that was undone last again."""
        self.end_stroke()
        if self.history.redo():
            self._emit_navigated()

    def jump_to(self, index: int) -> None:
        """Show the picture after `history.names[index]`."""
        self.end_stroke()
        if index != len(self.history):
            self.history.jump_to(index)
            self._emit_navigated()

    def reset(self, change: Callable[[Document], None]) -> None:
        """Begin with another picture: what `change` makes of the document. There is nothing to undo then."""
        self.end_stroke()
        change(self.document)
        self.history.restart()
        self.history_changed.emit()
        self.document_changed.emit()

    def keep_layout(self, *, awaits_result: bool = False) -> None:
        """Make everything that the layout shows painted; `awaiting` if a result is to be part of the step."""
        self.end_stroke()
        self.document.adopt_fill()
        self.record_step(self.tr("Keep"), answered=not awaits_result)

    def set_selection(self, selection: Mask, name: str) -> None:
        """Limit every tool to these pixels [H, W], or to none in particular if no pixel is set."""
        self.end_stroke()
        self.document.selection[:] = selection
        self.record_step(name, answered=True)

    def erase_selection(self) -> None:
        """Make the selected pixels of the layout unknown."""
        self.end_stroke()
        if not self.document.selection.any():
            return
        self.stroke_started.emit()
        if self.document.status.fill_whole:
            self.document.adopt_fill()
        paint_region(self.document, PixelRegion.from_mask(self.document.selection), UNKNOWN, redraw_image=False)
        if self.record_step(self.tr("Erase selection")):
            self.stroke_ended.emit()

    def redraw_selection(self) -> None:
        """Keep all of the image but for the selection, which is drawn anew; nothing without either."""
        self.end_stroke()
        if self.can_redraw_selection:
            self.document.keep_image[:] = ~self.document.selection & self.document.image_mask()
            if self.record_step(self.tr("Redraw selection")):
                self.stroke_ended.emit()

    def keep_image(self, keep: bool) -> None:
        """Give the whole image to the engine from now on, or none of it."""
        self.end_stroke()
        self.document.keep_image[:] = keep & self.document.image_mask()
        self.record_step(self.tr("Keep image") if keep else self.tr("Release image"), answered=True)

    def extend(self, margins: CanvasMargins, *, adopt_fill: bool) -> None:
        """Put unknown canvas around the picture; `adopt` if a layout that was asked for becomes painted by that."""
        self.end_stroke()
        if adopt_fill and self.document.status.fill_whole:
            self.document.adopt_fill()
        self.document.extend(margins)
        self.record_step(self.tr("Extend canvas"))

    def clear(self, name: str = "New") -> None:
        """Start over with nothing, in the size that pictures begin with; one undo brings everything back."""
        self.end_stroke()
        self.document.reset_to_size(*self.initial_size)
        document, no_pixels = self.document, self._empty_mask()
        document.set_planes(
            painted=self._unknown_layout(),
            filled=self._unknown_layout(),
            image=document.image * 0,
            status=DocumentStatus(),
        )
        document.set_planes(keep_layout=no_pixels, keep_image=no_pixels, selection=no_pixels)
        self.record_step(name, answered=True)

    def clear_layout(self) -> None:
        """Make the whole layout unknown and keep the image."""
        self.place_layout(self._unknown_layout(), self.tr("Clear layout"), release_image=False)

    def place_layout(self, layout: Pixels, name: str, *, release_image: bool = True) -> None:
        """Put in a layout [H, W] that a person brought; if `image_too`, no part of the image is kept.

        If it has another size, the picture has that size from now on, and no image.
        """
        self.end_stroke()
        self.document.reset_to_size(*layout.shape)
        status = replace(self.document.status, fill_whole=False)
        self.document.set_planes(
            painted=layout, filled=self._unknown_layout(), keep_layout=self._empty_mask(), status=status
        )
        if release_image:
            self.document.set_planes(keep_image=self._empty_mask())
        self.record_step(name)

    def place_image(self, image: Pixels, name: str) -> None:
        """Put in an image [H, W, 3] that a person brought, kept as a whole; its layout is unknown.

        If it has another size, the picture has that size from now on.
        """
        self.end_stroke()
        self.document.reset_to_size(*image.shape[:2])
        no_pixels = self._empty_mask()
        self.document.set_planes(
            painted=self._unknown_layout(),
            filled=self._unknown_layout(),
            image=image,
            status=DocumentStatus(ImageKind.GIVEN),
        )
        self.document.set_planes(keep_layout=no_pixels, keep_image=~no_pixels)
        self.record_step(name)

    def apply_result(self, mode: GenerationMode, image: Pixels, layout: Pixels, serial: int | None) -> None:
        """Let a result in, as part of the step with this serial if a stroke led to it."""
        planes = self.document.apply_result(mode, image, layout)
        self.history.add_result(serial, "Generate", planes)
        self.history_changed.emit()
        self.document_changed.emit()

    def record_step(self, name: str, *, answered: bool = False) -> bool:
        """Record what was done to the document as one step. Returns whether anything was."""
        recorded = self.history.record(name, answered=answered)
        if recorded:
            self.history_changed.emit()
            self.document_changed.emit()
        return recorded

    def _unknown_layout(self) -> Pixels:
        return unknown_layout(self.document.height, self.document.width)

    def _empty_mask(self) -> Mask:
        return np.zeros_like(self.document.selection)

    def _on_stroke_ended(self, needs_result: bool) -> None:
        self.history_changed.emit()
        if needs_result:
            self.stroke_ended.emit()
        self.pen_lifted.emit()

    def _on_document_replaced(self) -> None:
        self.document_changed.emit()
        self.pen_lifted.emit()

    def _emit_navigated(self) -> None:
        self.history_changed.emit()
        self.document_changed.emit()
        self.history_navigated.emit()
