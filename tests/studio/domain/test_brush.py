"""The brush against a slow brute force, and what it must never do."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from studio.domain.brush import LARGEST_BRUSH, SMALLEST_BRUSH, DocumentPoint, next_brush_size, stroke_segment
from studio.domain.layout import Box, changed_box, unknown_layout

places = st.builds(DocumentPoint, st.floats(-20, 60), st.floats(-20, 50))
sizes = st.integers(SMALLEST_BRUSH, LARGEST_BRUSH)


def distance(x: float, y: float, start: DocumentPoint, end: DocumentPoint) -> float:
    run, fall = end.x - start.x, end.y - start.y
    length = run * run + fall * fall
    along = 0.0 if length == 0 else ((x - start.x) * run + (y - start.y) * fall) / length
    along = min(1.0, max(0.0, along))
    return math.hypot(x - start.x - along * run, y - start.y - along * fall)


@given(places, places, sizes)
def test_paints_every_centre_within_its_radius_and_no_others(
    start: DocumentPoint, end: DocumentPoint, size: int
) -> None:
    covered = stroke_segment((30, 40), start, end, (size, size)).to_mask(30, 40)
    for row in range(30):
        for column in range(40):
            away = distance(column + 0.5, row + 0.5, start, end)
            if away < size / 2 - 1e-6:
                assert covered[row, column]
            if away > max(size / 2, 0.75) + 1e-6:
                assert not covered[row, column]


@given(places, places, sizes, sizes)
def test_a_pen_that_is_pressed_harder_covers_all_that_its_widths_cover(
    start: DocumentPoint, end: DocumentPoint, first: int, last: int
) -> None:
    shape = 30, 40
    covered = stroke_segment(shape, start, end, (first, last)).to_mask(*shape)
    ys, xs = np.ogrid[:30, :40]
    least = np.full(shape, np.inf)
    for share in np.linspace(0, 1, 300):
        x, y = start.x + share * (end.x - start.x), start.y + share * (end.y - start.y)
        away = np.hypot(xs + 0.5 - x, ys + 0.5 - y)
        least = np.minimum(least, away - max((first + share * (last - first)) / 2, 0.75))
    assert not (covered & (least > 1e-2)).any()
    assert covered[least < (min(first, last) < 2) * -0.3 - 1e-6].all()


@given(places, places)
def test_thin_lines_have_no_gaps(start: DocumentPoint, end: DocumentPoint) -> None:
    shift = DocumentPoint(start.x + 30, start.y + 30), DocumentPoint(end.x + 30, end.y + 30)
    covered = stroke_segment((90, 120), *shift, (1, 1)).to_mask(90, 120)
    painted = {tuple(p) for p in np.argwhere(covered)}
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
    assert SMALLEST_BRUSH <= next_brush_size(size, -1) <= size <= next_brush_size(size, 1) <= LARGEST_BRUSH
    assert next_brush_size(size, 1) > size or size == LARGEST_BRUSH
    assert next_brush_size(size, -1) < size or size == SMALLEST_BRUSH


def test_changed_box() -> None:
    before = unknown_layout(8, 9)
    after = before.copy()
    assert changed_box(before, after).is_empty
    after[2, 3] = after[5, 4] = 1
    assert changed_box(before, after) == Box(2, 3, 6, 5)
