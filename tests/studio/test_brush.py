"""The brush against a slow brute force, and what it must never do."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.protocol import UNKNOWN
from studio.domain.brush import LARGEST, SMALLEST, Point, next_size, paint_segment
from studio.domain.layout import Box, changed_box, unknown

places = st.builds(Point, st.floats(-20, 60), st.floats(-20, 50))
sizes = st.integers(SMALLEST, LARGEST)


def distance(x: float, y: float, start: Point, end: Point) -> float:
    run, fall = end.x - start.x, end.y - start.y
    length = run * run + fall * fall
    along = 0.0 if length == 0 else ((x - start.x) * run + (y - start.y) * fall) / length
    along = min(1.0, max(0.0, along))
    return math.hypot(x - start.x - along * run, y - start.y - along * fall)


@given(places, places, sizes)
def test_paints_every_centre_within_its_radius_and_no_others(start: Point, end: Point, size: int) -> None:
    plane = unknown(30, 40)
    box = paint_segment(plane, start, end, size, 3)
    assert set(np.unique(plane)) <= {3, UNKNOWN}, "ids are never blended"
    for row in range(30):
        for column in range(40):
            away = distance(column + 0.5, row + 0.5, start, end)
            if away < size / 2 - 1e-6:
                assert plane[row, column] == 3
            if away > max(size / 2, 0.75) + 1e-6:
                assert plane[row, column] == UNKNOWN
    outside = plane.copy()
    outside[box.area] = UNKNOWN
    assert (outside == UNKNOWN).all(), "the box holds all that changed"


@given(places, places)
def test_thin_lines_have_no_gaps(start: Point, end: Point) -> None:
    plane = unknown(90, 120)
    shift = Point(start.x + 30, start.y + 30), Point(end.x + 30, end.y + 30)
    paint_segment(plane, *shift, 1, 0)
    painted = {tuple(p) for p in np.argwhere(plane == 0)}
    start_pixel = (int(shift[0].y), int(shift[0].x))
    assert start_pixel in painted
    assert (int(shift[1].y), int(shift[1].x)) in painted
    reached, todo = {start_pixel}, [start_pixel]
    while todo:
        row, column = todo.pop()
        around = {(row + a, column + b) for a in (-1, 0, 1) for b in (-1, 0, 1)}
        todo += (fresh := (around & painted) - reached)
        reached |= fresh
    assert reached == painted


@given(sizes)
def test_sizes_go_both_ways_and_stay_inside(size: int) -> None:
    assert SMALLEST <= next_size(size, -1) <= size <= next_size(size, 1) <= LARGEST
    assert next_size(size, 1) > size or size == LARGEST
    assert next_size(size, -1) < size or size == SMALLEST


def test_changed_box() -> None:
    before = unknown(8, 9)
    after = before.copy()
    assert changed_box(before, after).empty
    after[2, 3] = after[5, 4] = 1
    assert changed_box(before, after) == Box(2, 3, 6, 5)
