"""The editor of a document: every change of it is a step of the history."""

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
    """One document with its history, toolbox and painter. Nothing here waits for the disk or the engine."""

    box_painted = Signal(object)  # Box: the part of the document that changed
    document_changed = Signal()  # anything of the document may have changed
    history_changed = Signal()
    stroke_started = Signal()  # before a stroke first changes the layout
    stroke_ended = Signal()  # after a stroke for which a new result is needed
    pen_lifted = Signal()  # after a stroke, whether or not it changed anything
    history_navigated = Signal()  # after undo or redo

    def __init__(self, height: int, width: int, palette: ClassPalette, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.initial_size = height, width
        """Height and width of a new picture: the pack's."""
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
        """Whether a stroke has begun to change the document."""
        return self.painter.stroke_active

    @property
    def has_custom_size(self) -> bool:
        """Whether the picture has another size than a new one."""
        return (self.document.height, self.document.width) != self.initial_size

    @property
    def can_redraw_selection(self) -> bool:
        """Whether the selection holds a part of the image."""
        return bool((self.document.selection & self.document.image_mask()).any())

    def end_stroke(self) -> None:
        """End the stroke, which becomes one step, and forget an unfinished shape."""
        self.painter.end_stroke()

    def undo(self) -> None:
        """Revert the newest step, or only cancel an unfinished shape."""
        if self.painter.gesture_active and not self.painter.stroke_active:
            self.painter.cancel()
            return
        self.end_stroke()
        if self.history.undo():
            self._emit_navigated()

    def redo(self) -> None:
        """Apply the step that was undone last."""
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
        """Start over with another picture, which `change` sets in the document. There is nothing to undo then."""
        self.end_stroke()
        change(self.document)
        self.history.restart()
        self.history_changed.emit()
        self.document_changed.emit()

    def keep_layout(self, *, awaits_result: bool = False) -> None:
        """Make all that the layout shows painted; a result becomes part of the step if it `awaits_result`."""
        self.end_stroke()
        self.document.adopt_fill()
        self.record_step(self.tr("Keep"), answered=not awaits_result)

    def set_selection(self, selection: Mask, name: str) -> None:
        """Limit every tool to these pixels [H, W]; without a set pixel there is no limit."""
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
        """Keep the image except for the selection, so that only that is redrawn; nothing if none of it is selected."""
        self.end_stroke()
        if self.can_redraw_selection:
            self.document.keep_image[:] = ~self.document.selection & self.document.image_mask()
            if self.record_step(self.tr("Redraw selection")):
                self.stroke_ended.emit()

    def keep_image(self, keep: bool) -> None:
        """Keep all of the image, or none of it."""
        self.end_stroke()
        self.document.keep_image[:] = keep & self.document.image_mask()
        self.record_step(self.tr("Keep image") if keep else self.tr("Release image"), answered=True)

    def extend(self, margins: CanvasMargins, *, adopt_fill: bool) -> None:
        """Add unknown canvas around the picture; `adopt_fill` first makes a generated layout painted."""
        self.end_stroke()
        if adopt_fill and self.document.status.fill_whole:
            self.document.adopt_fill()
        self.document.extend(margins)
        self.record_step(self.tr("Extend canvas"))

    def clear(self, name: str = "New") -> None:
        """Start a new picture as one step, blank and in the initial size."""
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
        """Make the whole layout unknown; the image does not change."""
        self.place_layout(self._unknown_layout(), self.tr("Clear layout"), release_image=False)

    def place_layout(self, layout: Pixels, name: str, *, release_image: bool = True) -> None:
        """Replace the layout by ids [H, W]; with `release_image` no part of the image is kept.

        A layout of another size starts a new picture of that size, without an image.
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
        """Replace the image by RGB [H, W, 3], kept as a whole, and make the layout unknown.

        An image of another size starts a new picture of that size.
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
        """Apply a result, as part of the step with this serial if possible."""
        planes = self.document.apply_result(mode, image, layout)
        self.history.add_result(serial, "Generate", planes)
        self.history_changed.emit()
        self.document_changed.emit()

    def record_step(self, name: str, *, answered: bool = False) -> bool:
        """Record the changes of the document as one step. Returns whether there are any."""
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
