"""From mouse and tablet to touches of the pen: what the keys held with them mean."""

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
    """From 0 to 1; 1 without a tablet, and for a pen that cannot tell. One that can says 0 when it barely touches."""
    has_pressure = event.pointingDevice().hasCapability(QInputDevice.Capability.Pressure)
    return event.pressure() if isinstance(event, QTabletEvent) and has_pressure else 1.0


def pointer_sample(at: QPointF, event: QSinglePointEvent, options: StrokeOptions | None = None) -> PointerSample:
    """A place in document pixels; shapes are regular with Shift held, unless that has said to add to a selection."""
    adding = options is not None and options.selection_mode in (SelectionMode.ADD, SelectionMode.INTERSECT)
    regular = bool(event.modifiers() & SHIFT) and not adding
    return PointerSample(DocumentPoint(at.x(), at.y()), pen_pressure(event), regular)


def stroke_options(event: QSinglePointEvent, tools: Toolbox, half: PictureHalf, *, correcting: bool) -> StrokeOptions:
    """What the keys mean that are held when the pen goes down."""
    held = event.modifiers()
    selecting, moving = tools.operation is PaintOperation.SELECT, tools.tool is Tool.MOVE
    joining = SelectionMode.REPLACE
    if selecting and held & SHIFT:
        joining = SelectionMode.INTERSECT if held & ALT else SelectionMode.ADD
    elif selecting and held & ALT:
        joining = SelectionMode.SUBTRACT
    return StrokeOptions(
        half=half,
        pick_class=bool(held & (CTRL | ALT)) and not selecting and not moving,
        stamp=moving and bool(held & (CTRL | ALT)),
        selection_mode=joining,
        correcting=correcting,
    )


def starts_brush_resize(event: QSinglePointEvent, tools: Toolbox) -> bool:
    """Whether this begins to change the size of the brush."""
    is_brush = tools.tool is Tool.BRUSH and tools.operation is not PaintOperation.SELECT
    return is_brush and event.modifiers() == SHIFT
