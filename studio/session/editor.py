"""The picture under the pen: strokes, undo, and what comes in from files and from the engine."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.protocol import UNKNOWN, Pixels
from studio.domain.brush import Point, next_size, paint_segment
from studio.domain.document import Document, Edit, ImageKind, Marks, Mode
from studio.domain.history import History, Step
from studio.domain.layout import unknown
from studio.domain.palette import Palette


@dataclass
class _Stroke:
    """What the pen does; `before` is the paint as it found it, None as long as it is beside the picture."""

    value: int
    adopts: bool
    before: Pixels | None = None
    adoption: Edit | None = None


class Editor(QObject):
    """One document with its history and the tool in hand. The pen never waits for anything here."""

    painted_in = Signal(object)  # Box: the only part of the layout that changed
    document_changed = Signal()  # anything of the document may have changed
    history_changed = Signal()
    tool_changed = Signal()
    stroke_began = Signal()  # the pen is about to touch the picture
    stroke_ended = Signal()  # after a stroke that changed something
    stepped = Signal()  # after undo or redo

    def __init__(self, height: int, width: int, palette: Palette, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = Document(height, width)
        self.history = History()
        self.palette = palette
        self.brush_size = 8
        self.chosen = palette.first_choice()
        self.erasing = False
        self._stroke: _Stroke | None = None
        self._pen = Point(0, 0)

    @property
    def painting(self) -> bool:
        """Whether a stroke is under way."""
        return self._stroke is not None

    def choose(self, index: int) -> None:
        """Take a class in hand; the brush comes with it."""
        if index < len(self.palette):
            self.chosen, self.erasing = index, False
            self.tool_changed.emit()

    def erase(self, erasing: bool) -> None:
        """Take the eraser in hand, or the brush."""
        self.erasing = erasing
        self.tool_changed.emit()

    def resize_brush(self, direction: int) -> None:
        """One size up (+1) or down (-1)."""
        self.set_brush_size(next_size(self.brush_size, direction))

    def set_brush_size(self, size: int) -> None:
        """In document pixels."""
        self.brush_size = size
        self.tool_changed.emit()

    def begin_stroke(self, at: Point, *, adopt: bool) -> None:
        """Put the pen down. `adopt` makes a layout that was asked for painted as soon as the pen touches it."""
        if self.painting or not len(self.palette):
            return
        self._stroke = _Stroke(UNKNOWN if self.erasing else self.chosen, adopt)
        self._pen = at
        self.stroke_to(at)

    def stroke_to(self, point: Point) -> None:
        """Draw on to a place in document pixels."""
        stroke = self._stroke
        if stroke is None:
            return
        start, self._pen = self._pen, point
        if stroke.before is None and not self._touch(stroke, start):
            return
        box = paint_segment(self.document.painted, start, point, self.brush_size, stroke.value)
        if not box.empty:
            self.painted_in.emit(box)

    def end_stroke(self) -> None:
        """Lift the pen: the whole stroke becomes one step."""
        stroke, self._stroke = self._stroke, None
        if stroke is None or stroke.before is None:
            return
        adoption = stroke.adoption
        name = "Erase" if stroke.value == UNKNOWN else f"Paint {self.palette.name(stroke.value)}"
        edit = self.document.painted_since(stroke.before, name)
        if edit.nothing:
            if adoption:  # the pen touched nothing, so nothing was meant
                self.document.revert(adoption)
                self.document_changed.emit()
            return
        self.history.push(adoption.then(edit) if adoption else edit)
        self.history_changed.emit()
        self.stroke_ended.emit()

    def undo(self) -> None:
        """Take the newest step back."""
        self.end_stroke()
        self._stepped(self.history.undo(self.document))

    def redo(self) -> None:
        """Do the step that was undone last again."""
        self.end_stroke()
        self._stepped(self.history.redo(self.document))

    def keep(self, *, awaiting: bool = False) -> None:
        """Make everything that the layout shows painted; `awaiting` if a result is to be part of the step."""
        self.end_stroke()
        self._did(self.document.adopt("Keep"), answered=not awaiting)

    def clear(self, name: str = "New") -> None:
        """Start over with nothing; one undo brings everything back."""
        self.end_stroke()
        doc = self.document
        empty = unknown(doc.height, doc.width)
        self._did(doc.change(name, painted=empty, filled=empty, image=doc.image * 0, marks=Marks()), True)

    def clear_layout(self) -> None:
        """Make the whole layout unknown and keep the image."""
        self.end_stroke()
        empty = unknown(self.document.height, self.document.width)
        marks = Marks(self.document.marks.image)
        self._did(self.document.change("Clear layout", painted=empty, filled=empty, marks=marks))

    def place_layout(self, layout: Pixels, name: str) -> None:
        """Put in a layout [H, W] that a person brought."""
        self.end_stroke()
        empty = unknown(self.document.height, self.document.width)
        marks = Marks(self.document.marks.image)
        self._did(self.document.change(name, painted=layout, filled=empty, marks=marks))

    def place_image(self, image: Pixels, name: str) -> None:
        """Put in an image [H, W, 3] that a person brought; its layout is unknown."""
        self.end_stroke()
        empty = unknown(self.document.height, self.document.width)
        marks = Marks(ImageKind.GIVEN)
        self._did(self.document.change(name, painted=empty, filled=empty, image=image, marks=marks))

    def take_result(self, mode: Mode, image: Pixels, layout: Pixels, serial: int | None) -> None:
        """Let a result in, as part of the step with this serial if a stroke led to it."""
        edit = self.document.take_result(mode, image, layout, "Generate")
        self.history.answer(serial, edit)
        self.history_changed.emit()
        self.document_changed.emit()

    def _touch(self, stroke: _Stroke, start: Point) -> bool:
        """Begin in earnest if the way from `start` to the pen covers a pixel of the picture."""
        covered = np.zeros(self.document.painted.shape, np.uint8)
        paint_segment(covered, start, self._pen, self.brush_size, 1)
        if not covered.any():
            return False
        self.stroke_began.emit()
        if stroke.adopts and self.document.marks.fill_whole:
            stroke.adoption = self.document.adopt("Paint")
        stroke.before = self.document.painted.copy()
        if stroke.adoption:
            self.document_changed.emit()
        return True

    def _did(self, edit: Edit, answered: bool = False) -> None:
        if not edit.nothing:
            self.history.push(edit, answered=answered)
            self.history_changed.emit()
            self.document_changed.emit()

    def _stepped(self, step: Step | None) -> None:
        if step is not None:
            self.history_changed.emit()
            self.document_changed.emit()
            self.stepped.emit()
