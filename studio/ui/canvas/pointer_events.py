"""Conversion of mouse and tablet events, with the modifiers held, to samples and options of a stroke."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QInputDevice, QSinglePointEvent, QTabletEvent

from studio.domain.brush import DocumentPoint
from studio.domain.document import PictureHalf
from studio.domain.tools.gestures import PointerSample
from studio.domain.tools.paint_operations import PaintOperation, SelectionMode
from studio.session.editing.painter import StrokeOptions
from studio.session.editing.toolbox import Tool, Toolbox

SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def pen_pressure(event: QSinglePointEvent) -> float:
    """The pressure from 0 to 1; 1 for a mouse and for a pen without a pressure sensor."""
    has_pressure = event.pointingDevice().hasCapability(QInputDevice.Capability.Pressure)
    return event.pressure() if isinstance(event, QTabletEvent) and has_pressure else 1.0


def pointer_sample(at: QPointF, event: QSinglePointEvent, options: StrokeOptions | None = None) -> PointerSample:
    """A sample at `at` in document pixels. Shift makes shapes regular, unless it was held to add to a selection."""
    adding = options is not None and options.selection_mode in (SelectionMode.ADD, SelectionMode.INTERSECT)
    regular = bool(event.modifiers() & SHIFT) and not adding
    return PointerSample(DocumentPoint(at.x(), at.y()), pen_pressure(event), regular)


def stroke_options(event: QSinglePointEvent, tools: Toolbox, half: PictureHalf, *, correcting: bool) -> StrokeOptions:
    """The options of a stroke from the modifiers that are held when it begins."""
    held = event.modifiers()
    selecting, moving = tools.operation is PaintOperation.SELECT, tools.tool is Tool.MOVE
    selection_mode = SelectionMode.REPLACE
    if selecting and held & SHIFT:
        selection_mode = SelectionMode.INTERSECT if held & ALT else SelectionMode.ADD
    elif selecting and held & ALT:
        selection_mode = SelectionMode.SUBTRACT
    return StrokeOptions(
        half=half,
        pick_class=bool(held & (CTRL | ALT)) and not selecting and not moving,
        stamp=moving and bool(held & (CTRL | ALT)),
        selection_mode=selection_mode,
        correcting=correcting,
    )


def starts_brush_resize(event: QSinglePointEvent, tools: Toolbox) -> bool:
    """Whether a press starts a drag that changes the brush size."""
    is_brush = tools.tool is Tool.BRUSH and tools.operation is not PaintOperation.SELECT
    return is_brush and event.modifiers() == SHIFT
