"""The painter turns pointer events into changes of the document, one history step for each stroke."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QCoreApplication, QObject, Signal

from engine.interface.protocol import UNKNOWN
from studio.domain.area import EMPTY_REGION, PixelRegion
from studio.domain.brush import DocumentPoint
from studio.domain.document import Document, PictureHalf
from studio.domain.history import History
from studio.domain.layout import Box, Mask
from studio.domain.palette import ClassPalette
from studio.domain.tools.floating_piece import FloatingPiece
from studio.domain.tools.flood_fill import flood_fill
from studio.domain.tools.gestures import (
    BrushGesture,
    FillGesture,
    Gesture,
    LassoGesture,
    LineGesture,
    PointerSample,
    PolygonGesture,
    RectangleGesture,
)
from studio.domain.tools.paint_operations import (
    PaintOperation,
    SelectionMode,
    combine_selections,
    keep_region,
    paint_region,
    release_region,
)
from studio.session.editing.toolbox import Tool, Toolbox

translate = QCoreApplication.translate

LAYOUT_OPERATIONS = frozenset({PaintOperation.PAINT, PaintOperation.ERASE})
"""The operations that change the layout."""


@dataclass(frozen=True)
class StrokeOptions:
    """Modifiers of a stroke: its half, and what it does beside the tool's own operation.

    A `correcting` stroke corrects a layout that is found in an image: it does not adopt the fill or redraw the image.
    """

    half: PictureHalf = PictureHalf.LAYOUT
    pick_class: bool = False
    stamp: bool = False
    selection_mode: SelectionMode = SelectionMode.REPLACE
    correcting: bool = False


@dataclass
class _ActiveStroke:
    """The stroke in progress. `gesture` is None while a piece is moved."""

    operation: PaintOperation
    options: StrokeOptions
    gesture: Gesture | None
    covered: Mask  # all pixels painted so far
    selection: Mask  # before the stroke
    start: DocumentPoint
    piece: FloatingPiece | None = None
    started: bool = False
    changed: bool = False
    offset: tuple[int, int] = (0, 0)


class Painter(QObject):
    """Passes pointer events to the gesture of the chosen tool and applies its operation to the document."""

    stroke_started = Signal()  # before the layout first changes
    box_painted = Signal(object)  # Box: the part of the document that changed
    document_replaced = Signal()  # anything of the document may have changed
    stroke_ended = Signal(bool)  # after a step; whether a new result is needed
    outline_changed = Signal()  # the outline of the gesture may have changed

    def __init__(self, document: Document, history: History, palette: ClassPalette, toolbox: Toolbox) -> None:
        super().__init__(toolbox)
        self._document, self._history = document, history
        self._palette, self._toolbox = palette, toolbox
        self._stroke: _ActiveStroke | None = None

    @property
    def gesture_active(self) -> bool:
        """Whether a gesture is in progress, even if no button is pressed."""
        return self._stroke is not None

    @property
    def stroke_active(self) -> bool:
        """Whether the gesture has begun to change the document."""
        return self._stroke is not None and self._stroke.started

    @property
    def adopts_fill(self) -> bool:
        """Whether the stroke first makes a generated layout painted."""
        stroke = self._stroke
        if stroke is None or stroke.operation not in LAYOUT_OPERATIONS or not self._document.status.fill_whole:
            return False
        return not stroke.options.correcting or stroke.operation is PaintOperation.ERASE or stroke.piece is not None

    def press(self, sample: PointerSample, options: StrokeOptions | None = None) -> None:
        """Start a gesture at the pressed button, or continue one."""
        if not len(self._palette):
            return
        options = options or StrokeOptions()
        if self._stroke is None:
            if options.pick_class or self._toolbox.tool is Tool.PICK:
                self.pick_class(sample.position)
                return
            self._stroke = self._begin_stroke(sample, options)
        if self._stroke and self._stroke.gesture:
            self._apply(self._stroke.gesture.press(sample))
        self._finish_if_done()

    def move(self, sample: PointerSample) -> None:
        """Continue the gesture; a polygon follows the pointer without a pressed button."""
        if self._stroke is None:
            return
        if self._stroke.gesture:
            self._apply(self._stroke.gesture.move(sample))
        else:
            self._move_piece(sample)
        self._finish_if_done()

    def release(self, sample: PointerSample) -> None:
        """Handle the released button, which ends most gestures."""
        if self._stroke is None:
            return
        if self._stroke.gesture is None:
            self._move_piece(sample)
            self._finish_stroke()
            return
        self._apply(self._stroke.gesture.release(sample))
        self._finish_if_done()

    def finish(self) -> None:
        """End the gesture at its last position; it becomes a step."""
        if self._stroke is not None:
            if self._stroke.gesture:
                self._apply(self._stroke.gesture.finish())
            self._finish_stroke()

    def end_stroke(self) -> None:
        """End the stroke, and cancel a shape that has not changed the document yet."""
        if self.stroke_active:
            self._finish_stroke()
        else:
            self.cancel()

    def cancel(self) -> bool:
        """Cancel the gesture and revert its changes. Returns whether there was one."""
        stroke, self._stroke = self._stroke, None
        if stroke is None:
            return False
        if stroke.started:
            self._history.discard_unrecorded()
            self.document_replaced.emit()
        self.outline_changed.emit()
        return True

    def preview(self) -> PixelRegion:
        """What would be painted if the gesture ended now, with its mirror images."""
        gesture = self._stroke.gesture if self._stroke else None
        region = gesture.preview() if gesture else EMPTY_REGION
        if region.is_empty or self._toolbox.symmetry.flips == []:
            return region
        mask = np.zeros_like(self._document.selection)
        for part in self._mirrored(region):
            mask[part.box.slices] |= part.mask
        return PixelRegion.from_mask(mask)

    def pick_class(self, position: DocumentPoint) -> None:
        """Choose the class that is shown at a position."""
        row, column = math.floor(position.y), math.floor(position.x)
        if 0 <= row < self._document.height and 0 <= column < self._document.width:
            self._toolbox.select_class(int(self._document.visible_layout(Box(row, column, row + 1, column + 1))[0, 0]))

    def _begin_stroke(self, sample: PointerSample, options: StrokeOptions) -> _ActiveStroke | None:
        document, tools = self._document, self._toolbox
        stroke = _ActiveStroke(
            tools.operation,
            options,
            None,
            np.zeros_like(document.selection),
            document.selection.copy(),
            sample.position,
        )
        if tools.tool is not Tool.MOVE:
            return replace(stroke, gesture=self._gesture())
        region = PixelRegion.from_mask(document.selection)
        if region.is_empty:
            region = flood_fill(
                document.visible_layout(), math.floor(sample.position.y), math.floor(sample.position.x)
            )
        return (
            replace(stroke, operation=PaintOperation.PAINT, piece=FloatingPiece(document, region))
            if not region.is_empty
            else None
        )

    def _gesture(self) -> Gesture:
        tools, shape = self._toolbox, (self._document.height, self._document.width)
        match tools.tool:
            case Tool.LINE:
                return LineGesture(shape, tools.brush_size)
            case Tool.RECTANGLE:
                return RectangleGesture(shape)
            case Tool.LASSO:
                return LassoGesture(shape)
            case Tool.POLYGON:
                return PolygonGesture(shape)
            case Tool.FILL:
                return FillGesture(self._document.visible_layout(), tools.fill_gap, tools.symmetry)
            case _:
                return BrushGesture(shape, tools.brush_size, stabilised=tools.stabilised)

    def _mirrored(self, region: PixelRegion) -> list[PixelRegion]:
        shape = self._document.height, self._document.width
        if self._stroke and isinstance(self._stroke.gesture, FillGesture):  # it fills the mirrored places itself
            return [region]
        return [region, *(region.flipped(*flip, *shape) for flip in self._toolbox.symmetry.flips)]

    def _apply(self, region: PixelRegion) -> None:
        stroke = self._stroke
        if stroke is None or region.is_empty:
            return
        for part in self._mirrored(region):
            if stroke.operation is PaintOperation.SELECT:
                stroke.covered[part.box.slices] |= part.mask
            else:
                self._write_region(stroke, part.intersected(stroke.selection) if stroke.selection.any() else part)
        if stroke.operation is PaintOperation.SELECT:
            stroke.started = True
            self._document.selection[:] = combine_selections(
                stroke.selection, stroke.covered, stroke.options.selection_mode
            )
            self.box_painted.emit(Box(0, 0, self._document.height, self._document.width))

    def _write_region(self, stroke: _ActiveStroke, region: PixelRegion) -> None:
        if region.is_empty:
            return
        document, half = self._document, stroke.options.half
        self._start_writing(stroke)
        if stroke.operation in LAYOUT_OPERATIONS:
            value = UNKNOWN if stroke.operation is PaintOperation.ERASE else self._toolbox.class_id
            stroke.changed |= paint_region(document, region, value, redraw_image=not stroke.options.correcting)
        elif stroke.operation is PaintOperation.KEEP:
            stroke.changed |= keep_region(document, region, half)
        else:
            stroke.changed |= release_region(document, region, half)
        self.box_painted.emit(region.box)

    def _start_writing(self, stroke: _ActiveStroke) -> None:
        """Prepare the document for the first change of the stroke."""
        if stroke.started:
            return
        stroke.started = True
        if stroke.operation in LAYOUT_OPERATIONS:
            adopts_fill = self.adopts_fill
            self.stroke_started.emit()
            if adopts_fill:
                self._document.adopt_fill()
                self.document_replaced.emit()

    def _move_piece(self, sample: PointerSample) -> None:
        stroke = self._stroke
        if stroke is None or stroke.piece is None:
            return
        row_offset, column_offset = (
            round(sample.position.y - stroke.start.y),
            round(sample.position.x - stroke.start.x),
        )
        if (row_offset, column_offset) == stroke.offset:
            return
        self._start_writing(stroke)
        self._history.discard_unrecorded()
        if self.adopts_fill:
            self._document.adopt_fill()
        stroke.offset = (row_offset, column_offset)
        stroke.changed = (row_offset, column_offset) != (0, 0)
        if stroke.changed:
            stroke.piece.place(
                self._document,
                row_offset,
                column_offset,
                stamp=stroke.options.stamp,
                redraw_image=not stroke.options.correcting,
            )
        self.document_replaced.emit()

    def _finish_if_done(self) -> None:
        if self._stroke and self._stroke.gesture and self._stroke.gesture.done:
            self._finish_stroke()
        else:
            self.outline_changed.emit()

    def _finish_stroke(self) -> None:
        stroke, self._stroke = self._stroke, None
        if stroke is None:
            return
        self.outline_changed.emit()
        if (
            stroke.operation is PaintOperation.SELECT
            and stroke.options.selection_mode is SelectionMode.REPLACE
            and not stroke.started
        ):
            self._document.selection[:] = False  # an empty shape selects nothing
            stroke.started = True
        if not stroke.started:
            return
        needs_result = stroke.operation not in (PaintOperation.KEEP, PaintOperation.SELECT)
        changed = stroke.changed or stroke.operation is PaintOperation.SELECT
        if changed and self._history.record(self._step_name(stroke), answered=not needs_result):
            self.stroke_ended.emit(needs_result)
            return
        self._history.discard_unrecorded()  # nothing changed, so there is no step
        self.document_replaced.emit()

    def _step_name(self, stroke: _ActiveStroke) -> str:
        if stroke.piece:
            return translate("Pen", "Stamp") if stroke.options.stamp else translate("Pen", "Move")
        names = {
            PaintOperation.PAINT: translate("Pen", "Paint {thing}").format(
                thing=self._palette.class_name(self._toolbox.class_id)
            ),
            PaintOperation.ERASE: translate("Pen", "Erase"),
            PaintOperation.KEEP: translate("Pen", "Keep"),
            PaintOperation.RELEASE: translate("Pen", "Release"),
            PaintOperation.SELECT: translate("Pen", "Select")
            if self._document.selection.any()
            else translate("Pen", "Select nothing"),
        }
        return names[stroke.operation]
