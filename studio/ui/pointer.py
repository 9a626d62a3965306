"""From mouse and tablet to touches of the pen: what the keys held with them mean."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QInputDevice, QSinglePointEvent, QTabletEvent

from studio.domain.brush import Point
from studio.domain.document import Half
from studio.domain.tools.gestures import Touch
from studio.domain.tools.ink import Ink, Joining
from studio.session.pen import Grip
from studio.session.toolbox import Tool, Toolbox

SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def pressure(event: QSinglePointEvent) -> float:
    """From 0 to 1; 1 without a tablet, and for a pen that cannot tell. One that can says 0 when it barely touches."""
    tells = event.pointingDevice().hasCapability(QInputDevice.Capability.Pressure)
    return event.pressure() if isinstance(event, QTabletEvent) and tells else 1.0


def touch(at: QPointF, event: QSinglePointEvent, grip: Grip | None = None) -> Touch:
    """A place in document pixels; shapes are regular with Shift held, unless that has said to add to a selection."""
    adding = grip is not None and grip.joining in (Joining.ADD, Joining.INTERSECT)
    regular = bool(event.modifiers() & SHIFT) and not adding
    return Touch(Point(at.x(), at.y()), pressure(event), regular)


def grip(event: QSinglePointEvent, tools: Toolbox, half: Half, *, correcting: bool) -> Grip:
    """What the keys mean that are held when the pen goes down."""
    held = event.modifiers()
    selecting, moving = tools.ink is Ink.SELECT, tools.tool is Tool.MOVE
    joining = Joining.REPLACE
    if selecting and held & SHIFT:
        joining = Joining.INTERSECT if held & ALT else Joining.ADD
    elif selecting and held & ALT:
        joining = Joining.SUBTRACT
    return Grip(
        half=half,
        pick=bool(held & (CTRL | ALT)) and not selecting and not moving,
        stamp=moving and bool(held & (CTRL | ALT)),
        joining=joining,
        correcting=correcting,
    )


def resizes(event: QSinglePointEvent, tools: Toolbox) -> bool:
    """Whether this begins to change the size of the brush."""
    brush = tools.tool is Tool.BRUSH and tools.ink is not Ink.SELECT
    return brush and event.modifiers() == SHIFT
