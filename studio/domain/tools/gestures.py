"""What a hand does with a tool, from where it is put down to where it is lifted, as the pixels this covers."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import NamedTuple, Protocol

from engine.interface.protocol import Pixels
from studio.domain.area import EMPTY_REGION, PixelRegion, Symmetry
from studio.domain.brush import DocumentPoint, stroke_segment
from studio.domain.tools.flood_fill import flood_fill
from studio.domain.tools.shapes import constrain_to_angle, constrain_to_square, filled_polygon, filled_rectangle

STABILISER_LAG = 0.75
"""The share of each movement by which a stabilised brush lags behind."""
CLOSING_DISTANCE = 1.5
"""The distance in document pixels within which a polygon's new corner closes it."""


class PointerSample(NamedTuple):
    """One pointer event: position, pressure from 0 to 1, and whether shapes are constrained to regular ones."""

    position: DocumentPoint
    pressure: float = 1.0
    constrained: bool = False


class Gesture(Protocol):
    """One use of a tool. The methods return what to paint now; `preview` is what would be painted if it ended now."""

    done: bool

    def press(self, sample: PointerSample) -> PixelRegion: ...

    def move(self, sample: PointerSample) -> PixelRegion: ...

    def release(self, sample: PointerSample) -> PixelRegion: ...

    def finish(self) -> PixelRegion:
        """End the gesture at its last position, as the Enter key does."""
        ...

    def preview(self) -> PixelRegion: ...


class BrushGesture:
    """Paints while it moves. `size` is in pixels at full pressure; a stabilised brush follows with a delay."""

    def __init__(self, shape: tuple[int, int], size: float, *, stabilised: bool = False) -> None:
        self._shape, self._size, self._stabilised = shape, size, stabilised
        self._pen_position: DocumentPoint | None = None
        self._width = size
        self.done = False

    def press(self, sample: PointerSample) -> PixelRegion:
        self._pen_position, self._width = sample.position, self._pressed_width(sample)
        return stroke_segment(self._shape, sample.position, sample.position, (self._width, self._width))

    def move(self, sample: PointerSample) -> PixelRegion:
        pen_position = self._pen_position
        if pen_position is None:
            return EMPTY_REGION
        lag = STABILISER_LAG if self._stabilised else 0.0
        return self._extend_to(
            DocumentPoint(
                sample.position.x + lag * (pen_position.x - sample.position.x),
                sample.position.y + lag * (pen_position.y - sample.position.y),
            ),
            sample,
        )

    def release(self, sample: PointerSample) -> PixelRegion:
        self.done = True
        if self._pen_position is None or self._pen_position == sample.position:
            return EMPTY_REGION
        return self._extend_to(
            sample.position, PointerSample(sample.position, self._width / self._size)
        )  # the pressure is 0 when the pen is lifted

    def finish(self) -> PixelRegion:
        self.done = True
        return EMPTY_REGION

    def preview(self) -> PixelRegion:
        return EMPTY_REGION

    def _pressed_width(self, sample: PointerSample) -> float:
        return max(1.0, self._size * min(1.0, sample.pressure))

    def _extend_to(self, to: DocumentPoint, sample: PointerSample) -> PixelRegion:
        start, first = self._pen_position or to, self._width
        self._pen_position, self._width = to, self._pressed_width(sample)
        return stroke_segment(self._shape, start, to, (first, self._width))


class _DraggedShape(ABC):
    """A shape that is dragged and painted when the button is released."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._points: list[DocumentPoint] = []
        self.done = False

    def press(self, sample: PointerSample) -> PixelRegion:
        self._points = [sample.position]
        return EMPTY_REGION

    def move(self, sample: PointerSample) -> PixelRegion:
        if self._points:
            self._update_points(sample)
        return EMPTY_REGION

    def release(self, sample: PointerSample) -> PixelRegion:
        self.move(sample)
        return self.finish()

    def finish(self) -> PixelRegion:
        self.done = True
        return self.preview()

    @abstractmethod
    def preview(self) -> PixelRegion: ...

    def _update_points(self, sample: PointerSample) -> None:
        self._points[1:] = [sample.position]


class LineGesture(_DraggedShape):
    """A straight stroke; a constrained one has an angle in steps of 15°."""

    def __init__(self, shape: tuple[int, int], size: float) -> None:
        super().__init__(shape)
        self._size = size

    def preview(self) -> PixelRegion:
        if not self._points:
            return EMPTY_REGION
        return stroke_segment(self._shape, self._points[0], self._points[-1], (self._size, self._size))

    def _update_points(self, sample: PointerSample) -> None:
        self._points[1:] = [
            constrain_to_angle(self._points[0], sample.position) if sample.constrained else sample.position
        ]


class RectangleGesture(_DraggedShape):
    """A rectangle from corner to corner; a constrained one is a square."""

    def preview(self) -> PixelRegion:
        return (
            filled_rectangle(self._shape, self._points[0], self._points[1]) if len(self._points) > 1 else EMPTY_REGION
        )

    def _update_points(self, sample: PointerSample) -> None:
        self._points[1:] = [
            constrain_to_square(self._points[0], sample.position) if sample.constrained else sample.position
        ]


class LassoGesture(_DraggedShape):
    """The area that a freehand line encloses; its ends are joined by a straight line."""

    def preview(self) -> PixelRegion:
        return filled_polygon(self._shape, self._points)

    def _update_points(self, sample: PointerSample) -> None:
        self._points.append(sample.position)


class PolygonGesture:
    """A polygon by its corners; a corner at the first or at the last one closes it."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._shape = shape
        self._corners: list[DocumentPoint] = []
        self._hover: DocumentPoint | None = None
        self.done = False

    def press(self, sample: PointerSample) -> PixelRegion:
        corner = self._corner_at(sample)
        ends = (self._corners[0], self._corners[-1]) if self._corners else ()
        if any(math.dist(corner, end) < CLOSING_DISTANCE for end in ends):
            return self.finish()
        self._corners.append(corner)
        self._hover = None
        return EMPTY_REGION

    def move(self, sample: PointerSample) -> PixelRegion:
        self._hover = self._corner_at(sample)
        return EMPTY_REGION

    def release(self, sample: PointerSample) -> PixelRegion:
        return EMPTY_REGION

    def finish(self) -> PixelRegion:
        self.done = True
        return filled_polygon(self._shape, self._corners)

    def preview(self) -> PixelRegion:
        points = [*self._corners, self._hover] if self._hover else self._corners
        if len(points) == 2:
            return stroke_segment(self._shape, points[0], points[1], (1, 1))
        return filled_polygon(self._shape, points)

    def _corner_at(self, sample: PointerSample) -> DocumentPoint:
        return (
            constrain_to_angle(self._corners[-1], sample.position)
            if sample.constrained and self._corners
            else sample.position
        )


class FillGesture:
    """A flood fill from the pixel under the pointer and from its mirror images."""

    def __init__(self, ids: Pixels, gap: int, symmetry: Symmetry) -> None:
        self._ids, self._gap, self._symmetry = ids, gap, symmetry
        self.done = False

    def press(self, sample: PointerSample) -> PixelRegion:
        height, width = self._ids.shape
        row, column = math.floor(sample.position.y), math.floor(sample.position.x)
        filled = flood_fill(self._ids, row, column, self._gap)
        for across, down in self._symmetry.flips:
            place = height - 1 - row if down else row, width - 1 - column if across else column
            mirrored = flood_fill(self._ids, *place, self._gap)
            filled = PixelRegion.from_mask(filled.to_mask(height, width) | mirrored.to_mask(height, width))
        return filled

    def move(self, sample: PointerSample) -> PixelRegion:
        return EMPTY_REGION

    def release(self, sample: PointerSample) -> PixelRegion:
        return self.finish()

    def finish(self) -> PixelRegion:
        self.done = True
        return EMPTY_REGION

    def preview(self) -> PixelRegion:
        return EMPTY_REGION
