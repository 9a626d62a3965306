"""The picture under the pen: strokes, undo, and what comes in from files and from the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.protocol import UNKNOWN, Pixels
from studio.domain.brush import Point, next_size, paint_segment
from studio.domain.document import Document, ImageKind, Marks, Mode
from studio.domain.history import History
from studio.domain.layout import Mask, unknown
from studio.domain.palette import Palette


@dataclass
class _Stroke:
    """What the pen does; `touched` as soon as it has met the picture."""

    value: int
    adopts: bool
    touched: bool = False
    seen: bytes = b""


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
        self.history = History(self.document)
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
        if not stroke.touched and not self._touch(stroke, start):
            return
        box = paint_segment(self.document.painted, start, point, self.brush_size, stroke.value)
        if stroke.adopts and stroke.value != UNKNOWN:
            paint_segment(self.document.keep_image.view(np.uint8), start, point, self.brush_size, 0)
        if not box.empty:
            self.painted_in.emit(box)

    def end_stroke(self) -> None:
        """Lift the pen: the whole stroke becomes one step."""
        stroke, self._stroke = self._stroke, None
        if stroke is None or not stroke.touched:
            return
        name = "Erase" if stroke.value == UNKNOWN else f"Paint {self.palette.name(stroke.value)}"
        if stroke.seen == self._seen() or not self.history.record(name):
            self.history.restore()  # the pen touched nothing, so nothing was meant
            self.document_changed.emit()
            return
        self.history_changed.emit()
        self.stroke_ended.emit()

    def undo(self) -> None:
        """Take the newest step back."""
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
        self.did("Keep", answered=not awaiting)

    def keep_image(self, keep: bool) -> None:
        """Give the whole image to the engine from now on, or none of it."""
        self.end_stroke()
        self.document.keep_image[:] = keep
        self.did("Keep image" if keep else "Release image", answered=True)

    def clear(self, name: str = "New") -> None:
        """Start over with nothing; one undo brings everything back."""
        self.end_stroke()
        doc, nowhere = self.document, self._nowhere()
        doc.change(painted=self._empty(), filled=self._empty(), image=doc.image * 0, marks=Marks())
        doc.change(keep_layout=nowhere, keep_image=nowhere, selection=nowhere)
        self.did(name, answered=True)

    def clear_layout(self) -> None:
        """Make the whole layout unknown and keep the image."""
        self.place_layout(self._empty(), "Clear layout", image_too=False)

    def place_layout(self, layout: Pixels, name: str, *, image_too: bool = True) -> None:
        """Put in a layout [H, W] that a person brought; if `image_too`, no part of the image is kept."""
        self.end_stroke()
        marks = Marks(self.document.marks.image)
        self.document.change(painted=layout, filled=self._empty(), keep_layout=self._nowhere(), marks=marks)
        if image_too:
            self.document.change(keep_image=self._nowhere())
        self.did(name)

    def place_image(self, image: Pixels, name: str) -> None:
        """Put in an image [H, W, 3] that a person brought, kept as a whole; its layout is unknown."""
        self.end_stroke()
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

    def did(self, name: str, *, answered: bool = False) -> None:
        """Record what was done to the document as one step."""
        if self.history.record(name, answered=answered):
            self.history_changed.emit()
            self.document_changed.emit()

    def _empty(self) -> Pixels:
        return unknown(self.document.height, self.document.width)

    def _nowhere(self) -> Mask:
        return np.zeros_like(self.document.selection)

    def _seen(self) -> bytes:
        return self.document.layout().tobytes() + self.document.keep_image.tobytes()

    def _touch(self, stroke: _Stroke, start: Point) -> bool:
        """Begin in earnest if the way from `start` to the pen covers a pixel of the picture."""
        covered = np.zeros(self.document.painted.shape, np.uint8)
        paint_segment(covered, start, self._pen, self.brush_size, 1)
        if not covered.any():
            return False
        stroke.touched, stroke.seen = True, self._seen()
        self.stroke_began.emit()
        if stroke.adopts and self.document.marks.fill_whole:
            self.document.adopt()
            self.document_changed.emit()
        return True

    def _stepped(self) -> None:
        self.history_changed.emit()
        self.document_changed.emit()
        self.stepped.emit()
