"""The chosen tool and its settings."""

from __future__ import annotations

import enum

from PySide6.QtCore import QObject, Signal

from studio.domain.area import Symmetry
from studio.domain.brush import LARGEST_BRUSH, SMALLEST_BRUSH, next_brush_size
from studio.domain.palette import ClassPalette
from studio.domain.tools.paint_operations import PaintOperation

MAX_FILL_GAP = 16


class Tool(enum.StrEnum):
    """How a tool covers pixels."""

    BRUSH = "brush"
    LINE = "line"
    RECTANGLE = "rectangle"
    LASSO = "lasso"
    POLYGON = "polygon"
    FILL = "fill"
    PICK = "pick"
    MOVE = "move"


class Toolbox(QObject):
    """A tool, an operation, a class and their settings, in any combination."""

    changed = Signal()

    def __init__(self, palette: ClassPalette, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self.tool = Tool.BRUSH
        self.operation = PaintOperation.PAINT
        self.class_id = self.previous_class_id = palette.default_class()
        self.brush_size = 8
        self.fill_gap = 0
        self.symmetry = Symmetry.NONE
        self.stabilised = False

    def select_tool(self, tool: Tool) -> None:
        """Choose a tool; the operation does not change."""
        self.tool = tool
        self.changed.emit()

    def set_operation(self, operation: PaintOperation) -> None:
        """Choose an operation; a tool without an operation is replaced by the brush."""
        self.operation = operation
        if self.tool in (Tool.PICK, Tool.MOVE):
            self.tool = Tool.BRUSH
        self.changed.emit()

    def select_class(self, class_id: int) -> None:
        """Choose a class and painting as the operation."""
        if class_id >= len(self._palette):
            return
        if class_id != self.class_id:
            self.previous_class_id, self.class_id = self.class_id, class_id
        self.set_operation(PaintOperation.PAINT)

    def swap_classes(self) -> None:
        """Choose the previous class."""
        self.select_class(self.previous_class_id)

    def step_brush_size(self, direction: int) -> None:
        """Make the brush one size larger (+1) or smaller (-1)."""
        self.set_brush_size(next_brush_size(self.brush_size, direction))

    def set_brush_size(self, size: int) -> None:
        """Set the width of the brush in document pixels."""
        self.brush_size = max(SMALLEST_BRUSH, min(LARGEST_BRUSH, size))
        self.changed.emit()

    def set_fill_gap(self, gap: int) -> None:
        """Set how wide an opening, in document pixels, counts as closed for a fill."""
        self.fill_gap = max(0, min(MAX_FILL_GAP, gap))
        self.changed.emit()

    def set_symmetry(self, symmetry: Symmetry) -> None:
        """Set the lines about which strokes are mirrored."""
        self.symmetry = symmetry
        self.changed.emit()

    def set_stabilised(self, stabilised: bool) -> None:
        """Set whether the brush follows the pointer with a delay that smooths its path."""
        self.stabilised = stabilised
        self.changed.emit()
