"""The pen on the picture: from what a hand does to what it leaves in the document, one step of the history each."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QCoreApplication, QObject, Signal

from engine.protocol import UNKNOWN
from studio.domain.area import NOTHING, Area
from studio.domain.brush import Point
from studio.domain.document import Document, Half
from studio.domain.history import History
from studio.domain.layout import Box, Mask
from studio.domain.palette import Palette
from studio.domain.tools.flood import flood
from studio.domain.tools.gestures import Brush, Fill, Gesture, Lasso, Line, Polygon, Rectangle, Touch
from studio.domain.tools.ink import Ink, Joining, joined, keep, paint, release
from studio.domain.tools.moving import Piece
from studio.session.toolbox import Tool, Toolbox

translate = QCoreApplication.translate

INKED = frozenset({Ink.PAINT, Ink.ERASE})
"""What changes the layout itself."""


@dataclass(frozen=True)
class Grip:
    """How the pen is held: on which half, and with which meaning beside the tool's own.

    Who is `correcting` paints on a layout that is being found, and does not go on from it or redraw the image.
    """

    half: Half = Half.LAYOUT
    pick: bool = False
    stamp: bool = False
    joining: Joining = Joining.REPLACE
    correcting: bool = False


@dataclass
class _Act:
    """What is under way. `gesture` is None for a piece that is being moved."""

    ink: Ink
    grip: Grip
    gesture: Gesture | None
    covered: Mask  # all that was inked so far
    selection: Mask  # as it was
    start: Point
    piece: Piece | None = None
    touched: bool = False
    changed: bool = False
    offset: tuple[int, int] = (0, 0)


class Pen(QObject):
    """Forwards touches to the tool in hand and writes its ink. Nothing here waits for anything."""

    began = Signal()  # the pen is about to change the layout
    drawn = Signal(object)  # Box: the only part of the document that changed
    replaced = Signal()  # anything of the document may have changed
    ended = Signal(bool)  # after a step; whether a new picture should follow it
    moved = Signal()  # the outline of what is being drawn may be another

    def __init__(self, document: Document, history: History, palette: Palette, toolbox: Toolbox) -> None:
        super().__init__(toolbox)
        self._document, self._history = document, history
        self._palette, self._toolbox = palette, toolbox
        self._act: _Act | None = None

    @property
    def busy(self) -> bool:
        """Whether something is under way, perhaps with the pen in the air."""
        return self._act is not None

    @property
    def writing(self) -> bool:
        """Whether what is under way has changed the document."""
        return self._act is not None and self._act.touched

    @property
    def adopts(self) -> bool:
        """Whether what is under way makes a layout that was asked for painted."""
        act = self._act
        if act is None or act.ink not in INKED or not self._document.marks.fill_whole:
            return False
        return not act.grip.correcting or act.ink is Ink.ERASE or act.piece is not None

    def press(self, touch: Touch, grip: Grip | None = None) -> None:
        """Put the pen down."""
        if not len(self._palette):
            return
        grip = grip or Grip()
        if self._act is None:
            if grip.pick or self._toolbox.tool is Tool.PICK:
                self.pick(touch.at)
                return
            self._act = self._started(touch, grip)
        if self._act and self._act.gesture:
            self._ink(self._act.gesture.press(touch))
        self._went()

    def move(self, touch: Touch) -> None:
        """Go on, with the pen down or, for a polygon, in the air."""
        if self._act is None:
            return
        if self._act.gesture:
            self._ink(self._act.gesture.move(touch))
        else:
            self._carry(touch)
        self._went()

    def release(self, touch: Touch) -> None:
        """Lift the pen."""
        if self._act is None:
            return
        if self._act.gesture is None:
            self._carry(touch)
            self._end()
            return
        self._ink(self._act.gesture.release(touch))
        self._went()

    def finish(self) -> None:
        """End what is under way where it is; it becomes a step."""
        if self._act is not None:
            if self._act.gesture:
                self._ink(self._act.gesture.finish())
            self._end()

    def settle(self) -> None:
        """Something else is about to be done: end a stroke, and forget a shape that is not inked yet."""
        if self.writing:
            self._end()
        else:
            self.cancel()

    def cancel(self) -> bool:
        """Forget what is under way. Returns whether there was anything."""
        act, self._act = self._act, None
        if act is None:
            return False
        if act.touched:
            self._history.restore()
            self.replaced.emit()
        self.moved.emit()
        return True

    def preview(self) -> Area:
        """What would be inked if the pen were lifted now, with its mirror images."""
        gesture = self._act.gesture if self._act else None
        area = gesture.preview() if gesture else NOTHING
        if area.empty or self._toolbox.symmetry.flips == []:
            return area
        mask = np.zeros_like(self._document.selection)
        for part in self._mirrored(area):
            mask[part.box.area] |= part.mask
        return Area.of(mask)

    def pick(self, at: Point) -> None:
        """Choose the class that is seen there."""
        row, column = math.floor(at.y), math.floor(at.x)
        if 0 <= row < self._document.height and 0 <= column < self._document.width:
            self._toolbox.choose(int(self._document.layout(Box(row, column, row + 1, column + 1))[0, 0]))

    def _started(self, touch: Touch, grip: Grip) -> _Act | None:
        document, tools = self._document, self._toolbox
        act = _Act(tools.ink, grip, None, np.zeros_like(document.selection), document.selection.copy(), touch.at)
        if tools.tool is not Tool.MOVE:
            return replace(act, gesture=self._gesture())
        area = Area.of(document.selection)
        if area.empty:
            area = flood(document.layout(), math.floor(touch.at.y), math.floor(touch.at.x))
        return replace(act, ink=Ink.PAINT, piece=Piece(document, area)) if not area.empty else None

    def _gesture(self) -> Gesture:
        tools, shape = self._toolbox, (self._document.height, self._document.width)
        match tools.tool:
            case Tool.LINE:
                return Line(shape, tools.size)
            case Tool.RECTANGLE:
                return Rectangle(shape)
            case Tool.LASSO:
                return Lasso(shape)
            case Tool.POLYGON:
                return Polygon(shape)
            case Tool.FILL:
                return Fill(self._document.layout(), tools.gap, tools.symmetry)
            case _:
                return Brush(shape, tools.size, steady=tools.steady)

    def _mirrored(self, area: Area) -> list[Area]:
        shape = self._document.height, self._document.width
        if self._act and isinstance(self._act.gesture, Fill):  # it did this itself
            return [area]
        return [area, *(area.flipped(*flip, *shape) for flip in self._toolbox.symmetry.flips)]

    def _ink(self, area: Area) -> None:
        act = self._act
        if act is None or area.empty:
            return
        for part in self._mirrored(area):
            if act.ink is Ink.SELECT:
                act.covered[part.box.area] |= part.mask
            else:
                self._write(act, part.within(act.selection) if act.selection.any() else part)
        if act.ink is Ink.SELECT:
            act.touched = True
            self._document.selection[:] = joined(act.selection, act.covered, act.grip.joining)
            self.drawn.emit(Box(0, 0, self._document.height, self._document.width))

    def _write(self, act: _Act, area: Area) -> None:
        if area.empty:
            return
        document, half = self._document, act.grip.half
        self._touch(act)
        if act.ink in INKED:
            value = UNKNOWN if act.ink is Ink.ERASE else self._toolbox.chosen
            act.changed |= paint(document, area, value, redraw=not act.grip.correcting)
        elif act.ink is Ink.KEEP:
            act.changed |= keep(document, area, half)
        else:
            act.changed |= release(document, area, half)
        self.drawn.emit(area.box)

    def _touch(self, act: _Act) -> None:
        """Begin in earnest."""
        if act.touched:
            return
        act.touched = True
        if act.ink in INKED:
            adopts = self.adopts
            self.began.emit()
            if adopts:
                self._document.adopt()
                self.replaced.emit()

    def _carry(self, touch: Touch) -> None:
        act = self._act
        if act is None or act.piece is None:
            return
        down, right = round(touch.at.y - act.start.y), round(touch.at.x - act.start.x)
        if (down, right) == act.offset:
            return
        self._touch(act)
        self._history.restore()
        if self.adopts:
            self._document.adopt()
        act.offset = (down, right)
        act.changed = (down, right) != (0, 0)
        if act.changed:
            act.piece.put(self._document, down, right, stamp=act.grip.stamp, redraw=not act.grip.correcting)
        self.replaced.emit()

    def _went(self) -> None:
        if self._act and self._act.gesture and self._act.gesture.done:
            self._end()
        else:
            self.moved.emit()

    def _end(self) -> None:
        act, self._act = self._act, None
        if act is None:
            return
        self.moved.emit()
        if act.ink is Ink.SELECT and act.grip.joining is Joining.REPLACE and not act.touched:
            self._document.selection[:] = False  # a shape that holds nothing
            act.touched = True
        if not act.touched:
            return
        follows = act.ink not in (Ink.KEEP, Ink.SELECT)
        changed = act.changed or act.ink is Ink.SELECT
        if changed and self._history.record(self._name(act), answered=not follows):
            self.ended.emit(follows)
            return
        self._history.restore()  # nothing became different, so nothing was meant
        self.replaced.emit()

    def _name(self, act: _Act) -> str:
        if act.piece:
            return translate("Pen", "Stamp") if act.grip.stamp else translate("Pen", "Move")
        names = {
            Ink.PAINT: translate("Pen", "Paint {thing}").format(thing=self._palette.name(self._toolbox.chosen)),
            Ink.ERASE: translate("Pen", "Erase"),
            Ink.KEEP: translate("Pen", "Keep"),
            Ink.RELEASE: translate("Pen", "Release"),
            Ink.SELECT: translate("Pen", "Select")
            if self._document.selection.any()
            else translate("Pen", "Select nothing"),
        }
        return names[act.ink]
