"""The tool in hand and how it is set."""

from __future__ import annotations

import enum

from PySide6.QtCore import QObject, Signal

from studio.domain.area import Symmetry
from studio.domain.brush import LARGEST, SMALLEST, next_size
from studio.domain.palette import Palette
from studio.domain.tools.ink import Ink

WIDEST_GAP = 16


class Tool(enum.StrEnum):
    """How pixels are covered."""

    BRUSH = "brush"
    LINE = "line"
    RECTANGLE = "rectangle"
    LASSO = "lasso"
    POLYGON = "polygon"
    FILL = "fill"
    PICK = "pick"
    MOVE = "move"


class Toolbox(QObject):
    """A tool, an ink and their settings; any of them can be combined."""

    changed = Signal()

    def __init__(self, palette: Palette, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._palette = palette
        self.tool = Tool.BRUSH
        self.ink = Ink.PAINT
        self.chosen = self.previous = palette.first_choice()
        self.size = 8
        self.gap = 0
        self.symmetry = Symmetry.NONE
        self.steady = False

    def take(self, tool: Tool) -> None:
        """Take a tool in hand; the ink stays."""
        self.tool = tool
        self.changed.emit()

    def dip(self, ink: Ink) -> None:
        """Take another ink; the tool stays, but for one that leaves no ink."""
        self.ink = ink
        if self.tool in (Tool.PICK, Tool.MOVE):
            self.tool = Tool.BRUSH
        self.changed.emit()

    def choose(self, index: int) -> None:
        """Paint with a class from now on, with whatever tool is in hand."""
        if index >= len(self._palette):
            return
        if index != self.chosen:
            self.previous, self.chosen = self.chosen, index
        self.dip(Ink.PAINT)

    def swap(self) -> None:
        """Go back to the class chosen before."""
        self.choose(self.previous)

    def resize(self, direction: int) -> None:
        """One size up (+1) or down (-1)."""
        self.set_size(next_size(self.size, direction))

    def set_size(self, size: int) -> None:
        """The width of the brush in document pixels."""
        self.size = max(SMALLEST, min(LARGEST, size))
        self.changed.emit()

    def set_gap(self, gap: int) -> None:
        """How wide an opening, in document pixels, a fill takes for closed."""
        self.gap = max(0, min(WIDEST_GAP, gap))
        self.changed.emit()

    def set_symmetry(self, symmetry: Symmetry) -> None:
        """About which lines everything is done once more."""
        self.symmetry = symmetry
        self.changed.emit()

    def set_steady(self, steady: bool) -> None:
        """Whether the brush follows the pen with a delay that evens out its way."""
        self.steady = steady
        self.changed.emit()
