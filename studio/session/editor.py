"""The picture under the pen: strokes, undo, and what comes in from files and from the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.protocol import UNKNOWN, Pixels
from studio.domain.area import Area
from studio.domain.document import Document, ImageKind, Marks, Mode
from studio.domain.frame import Margins
from studio.domain.history import History
from studio.domain.layout import Mask, unknown
from studio.domain.palette import Palette
from studio.domain.tools.ink import paint
from studio.session.pen import Pen
from studio.session.toolbox import Toolbox


class Editor(QObject):
    """One document with its history and the tool in hand. The pen never waits for anything here."""

    painted_in = Signal(object)  # Box: the only part of the document that changed
    document_changed = Signal()  # anything of the document may have changed
    history_changed = Signal()
    stroke_began = Signal()  # the pen is about to touch the layout
    stroke_ended = Signal()  # after a stroke that changed something a picture should follow
    stepped = Signal()  # after undo or redo

    def __init__(self, height: int, width: int, palette: Palette, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.size = height, width
        """What every picture begins with: the pack's."""
        self.document = Document(height, width)
        self.history = History(self.document)
        self.palette = palette
        self.tools = Toolbox(palette, self)
        self.pen = Pen(self.document, self.history, palette, self.tools)
        self.pen.began.connect(self.stroke_began)
        self.pen.drawn.connect(self.painted_in)
        self.pen.replaced.connect(self.document_changed)
        self.pen.ended.connect(self._on_ended)

    @property
    def painting(self) -> bool:
        """Whether a stroke is under way."""
        return self.pen.writing

    @property
    def extended(self) -> bool:
        """Whether the picture has another size than it would begin with."""
        return (self.document.height, self.document.width) != self.size

    @property
    def redrawable(self) -> bool:
        """Whether there is an image of which a part is selected."""
        return bool((self.document.selection & self.document.drawn()).any())

    def end_stroke(self) -> None:
        """Lift the pen: the whole stroke becomes one step."""
        self.pen.settle()

    def undo(self) -> None:
        """Take the newest step back, or only a shape that is not inked yet."""
        if self.pen.busy and not self.pen.writing:
            self.pen.cancel()
            return
        self.end_stroke()
        if self.history.undo():
            self._stepped()

    def redo(self) -> None:
        """Do the step that was undone last again."""
        self.end_stroke()
        if self.history.redo():
            self._stepped()

    def jump(self, index: int) -> None:
        """Show the picture after `history.names[index]`."""
        self.end_stroke()
        if index != len(self.history):
            self.history.jump(index)
            self._stepped()

    def start(self, change: Callable[[Document], None]) -> None:
        """Begin with another picture: what `change` makes of the document. There is nothing to undo then."""
        self.end_stroke()
        change(self.document)
        self.history.restart()
        self.history_changed.emit()
        self.document_changed.emit()

    def keep(self, *, awaiting: bool = False) -> None:
        """Make everything that the layout shows painted; `awaiting` if a result is to be part of the step."""
        self.end_stroke()
        self.document.adopt()
        self.did(self.tr("Keep"), answered=not awaiting)

    def select(self, selection: Mask, name: str) -> None:
        """Limit every tool to these pixels [H, W], or to none in particular if no pixel is set."""
        self.end_stroke()
        self.document.selection[:] = selection
        self.did(name, answered=True)

    def erase_selection(self) -> None:
        """Make the selected pixels of the layout unknown."""
        self.end_stroke()
        if not self.document.selection.any():
            return
        self.stroke_began.emit()
        if self.document.marks.fill_whole:
            self.document.adopt()
        paint(self.document, Area.of(self.document.selection), UNKNOWN, redraw=False)
        if self.did(self.tr("Erase selection")):
            self.stroke_ended.emit()

    def redraw_selection(self) -> None:
        """Keep all of the image but for the selection, which is drawn anew; nothing without either."""
        self.end_stroke()
        if self.redrawable:
            self.document.keep_image[:] = ~self.document.selection & self.document.drawn()
            if self.did(self.tr("Redraw selection")):
                self.stroke_ended.emit()

    def keep_image(self, keep: bool) -> None:
        """Give the whole image to the engine from now on, or none of it."""
        self.end_stroke()
        self.document.keep_image[:] = keep & self.document.drawn()
        self.did(self.tr("Keep image") if keep else self.tr("Release image"), answered=True)

    def extend(self, margins: Margins, *, adopt: bool) -> None:
        """Put unknown canvas around the picture; `adopt` if a layout that was asked for becomes painted by that."""
        self.end_stroke()
        if adopt and self.document.marks.fill_whole:
            self.document.adopt()
        self.document.extend(margins)
        self.did(self.tr("Extend canvas"))

    def clear(self, name: str = "New") -> None:
        """Start over with nothing, in the size that pictures begin with; one undo brings everything back."""
        self.end_stroke()
        self.document.fit(*self.size)
        doc, nowhere = self.document, self._nowhere()
        doc.change(painted=self._empty(), filled=self._empty(), image=doc.image * 0, marks=Marks())
        doc.change(keep_layout=nowhere, keep_image=nowhere, selection=nowhere)
        self.did(name, answered=True)

    def clear_layout(self) -> None:
        """Make the whole layout unknown and keep the image."""
        self.place_layout(self._empty(), self.tr("Clear layout"), image_too=False)

    def place_layout(self, layout: Pixels, name: str, *, image_too: bool = True) -> None:
        """Put in a layout [H, W] that a person brought; if `image_too`, no part of the image is kept.

        If it has another size, the picture has that size from now on, and no image.
        """
        self.end_stroke()
        self.document.fit(*layout.shape)
        marks = replace(self.document.marks, fill_whole=False)
        self.document.change(painted=layout, filled=self._empty(), keep_layout=self._nowhere(), marks=marks)
        if image_too:
            self.document.change(keep_image=self._nowhere())
        self.did(name)

    def place_image(self, image: Pixels, name: str) -> None:
        """Put in an image [H, W, 3] that a person brought, kept as a whole; its layout is unknown.

        If it has another size, the picture has that size from now on.
        """
        self.end_stroke()
        self.document.fit(*image.shape[:2])
        nowhere = self._nowhere()
        self.document.change(painted=self._empty(), filled=self._empty(), image=image, marks=Marks(ImageKind.GIVEN))
        self.document.change(keep_layout=nowhere, keep_image=~nowhere)
        self.did(name)

    def take_result(self, mode: Mode, image: Pixels, layout: Pixels, serial: int | None) -> None:
        """Let a result in, as part of the step with this serial if a stroke led to it."""
        planes = self.document.take_result(mode, image, layout)
        self.history.answer(serial, "Generate", planes)
        self.history_changed.emit()
        self.document_changed.emit()

    def did(self, name: str, *, answered: bool = False) -> bool:
        """Record what was done to the document as one step. Returns whether anything was."""
        recorded = self.history.record(name, answered=answered)
        if recorded:
            self.history_changed.emit()
            self.document_changed.emit()
        return recorded

    def _empty(self) -> Pixels:
        return unknown(self.document.height, self.document.width)

    def _nowhere(self) -> Mask:
        return np.zeros_like(self.document.selection)

    def _on_ended(self, follows: bool) -> None:
        self.history_changed.emit()
        if follows:
            self.stroke_ended.emit()

    def _stepped(self) -> None:
        self.history_changed.emit()
        self.document_changed.emit()
        self.stepped.emit()
