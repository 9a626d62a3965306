"""What a hand does with a tool, from where it is put down to where it is lifted, as the pixels this covers."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import NamedTuple, Protocol

from engine.protocol import Pixels
from studio.domain.area import NOTHING, Area, Symmetry
from studio.domain.brush import Point, segment
from studio.domain.tools.flood import flood
from studio.domain.tools.shapes import polygon, rectangle, squared, straightened

STEADY = 0.75
"""How much of its way a smoothed brush stays behind at every move."""
CLOSE = 1.5
"""Document pixels within which a polygon's corner closes it."""


class Touch(NamedTuple):
    """The pen on the picture: where, how hard from 0 to 1, and whether shapes are to be regular."""

    at: Point
    pressure: float = 1.0
    regular: bool = False


class Gesture(Protocol):
    """One use of a tool. What it returns is to be inked now; `preview` is what it would ink if it ended here."""

    done: bool

    def press(self, touch: Touch) -> Area: ...

    def move(self, touch: Touch) -> Area: ...

    def release(self, touch: Touch) -> Area: ...

    def finish(self) -> Area:
        """End it where it is, as the Enter key does."""
        ...

    def preview(self) -> Area: ...


class Brush:
    """Inks as it goes. `size` is in pixels at full pressure; a steady hand follows the pen with a delay."""

    def __init__(self, shape: tuple[int, int], size: float, *, steady: bool = False) -> None:
        self._shape, self._size, self._steady = shape, size, steady
        self._pen: Point | None = None
        self._width = size
        self.done = False

    def press(self, touch: Touch) -> Area:
        self._pen, self._width = touch.at, self._wide(touch)
        return segment(self._shape, touch.at, touch.at, (self._width, self._width))

    def move(self, touch: Touch) -> Area:
        pen = self._pen
        if pen is None:
            return NOTHING
        behind = STEADY if self._steady else 0.0
        return self._draw(
            Point(touch.at.x + behind * (pen.x - touch.at.x), touch.at.y + behind * (pen.y - touch.at.y)), touch
        )

    def release(self, touch: Touch) -> Area:
        self.done = True
        if self._pen is None or self._pen == touch.at:
            return NOTHING
        return self._draw(touch.at, Touch(touch.at, self._width / self._size))  # a pen is lifted without pressure

    def finish(self) -> Area:
        self.done = True
        return NOTHING

    def preview(self) -> Area:
        return NOTHING

    def _wide(self, touch: Touch) -> float:
        return max(1.0, self._size * min(1.0, touch.pressure))

    def _draw(self, to: Point, touch: Touch) -> Area:
        start, first = self._pen or to, self._width
        self._pen, self._width = to, self._wide(touch)
        return segment(self._shape, start, to, (first, self._width))


class _Drawn(ABC):
    """A shape that is drawn in one go and inked in the end."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._points: list[Point] = []
        self.done = False

    def press(self, touch: Touch) -> Area:
        self._points = [touch.at]
        return NOTHING

    def move(self, touch: Touch) -> Area:
        if self._points:
            self._go(touch)
        return NOTHING

    def release(self, touch: Touch) -> Area:
        self.move(touch)
        return self.finish()

    def finish(self) -> Area:
        self.done = True
        return self.preview()

    @abstractmethod
    def preview(self) -> Area: ...

    def _go(self, touch: Touch) -> None:
        self._points[1:] = [touch.at]


class Line(_Drawn):
    """A straight stroke; a regular one goes in steps of 15°."""

    def __init__(self, shape: tuple[int, int], size: float) -> None:
        super().__init__(shape)
        self._size = size

    def preview(self) -> Area:
        if not self._points:
            return NOTHING
        return segment(self._shape, self._points[0], self._points[-1], (self._size, self._size))

    def _go(self, touch: Touch) -> None:
        self._points[1:] = [straightened(self._points[0], touch.at) if touch.regular else touch.at]


class Rectangle(_Drawn):
    """From corner to corner; a regular one is a square."""

    def preview(self) -> Area:
        return rectangle(self._shape, self._points[0], self._points[1]) if len(self._points) > 1 else NOTHING

    def _go(self, touch: Touch) -> None:
        self._points[1:] = [squared(self._points[0], touch.at) if touch.regular else touch.at]


class Lasso(_Drawn):
    """All that the line goes around, closed by the shortest way."""

    def preview(self) -> Area:
        return polygon(self._shape, self._points)

    def _go(self, touch: Touch) -> None:
        self._points.append(touch.at)


class Polygon:
    """Corner by corner; a corner at the first or twice at one place closes it."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._corners: list[Point] = []
        self._pen: Point | None = None
        self.done = False

    def press(self, touch: Touch) -> Area:
        at = self._placed(touch)
        ends = (self._corners[0], self._corners[-1]) if self._corners else ()
        if any(math.dist(at, end) < CLOSE for end in ends):
            return self.finish()
        self._corners.append(at)
        self._pen = None
        return NOTHING

    def move(self, touch: Touch) -> Area:
        self._pen = self._placed(touch)
        return NOTHING

    def release(self, touch: Touch) -> Area:
        return NOTHING

    def finish(self) -> Area:
        self.done = True
        return polygon(self._shape, self._corners)

    def preview(self) -> Area:
        points = [*self._corners, self._pen] if self._pen else self._corners
        if len(points) == 2:
            return segment(self._shape, points[0], points[1], (1, 1))
        return polygon(self._shape, points)

    def _placed(self, touch: Touch) -> Point:
        return straightened(self._corners[-1], touch.at) if touch.regular and self._corners else touch.at


class Fill:
    """All that hangs together with the pixel under the pen and has its id, and so from every mirrored place."""

    def __init__(self, ids: Pixels, gap: int, symmetry: Symmetry) -> None:
        self._ids, self._gap, self._symmetry = ids, gap, symmetry
        self.done = False

    def press(self, touch: Touch) -> Area:
        height, width = self._ids.shape
        row, column = math.floor(touch.at.y), math.floor(touch.at.x)
        found = flood(self._ids, row, column, self._gap)
        for across, down in self._symmetry.flips:
            place = height - 1 - row if down else row, width - 1 - column if across else column
            other = flood(self._ids, *place, self._gap)
            found = Area.of(found.whole(height, width) | other.whole(height, width))
        return found

    def move(self, touch: Touch) -> Area:
        return NOTHING

    def release(self, touch: Touch) -> Area:
        return self.finish()

    def finish(self) -> Area:
        self.done = True
        return NOTHING

    def preview(self) -> Area:
        return NOTHING
