"""Flood fill and shapes against slow forms that are plainly right."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from studio.domain.brush import DocumentPoint
from studio.domain.layout import Mask
from studio.domain.tools.flood_fill import connected_component, flood_fill
from studio.domain.tools.shapes import constrain_to_angle, constrain_to_square, filled_polygon, filled_rectangle

SHAPE = 24, 30
places = st.builds(DocumentPoint, st.floats(-9, 40), st.floats(-9, 33))


def flood_by_queue(free: Mask, row: int, column: int) -> Mask:
    found, todo = np.zeros_like(free), [(row, column)]
    while todo:
        y, x = todo.pop()
        if 0 <= y < free.shape[0] and 0 <= x < free.shape[1] and free[y, x] and not found[y, x]:
            found[y, x] = True
            todo += [(y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)]
    return found


@given(arrays(np.bool_, st.tuples(st.integers(1, 14), st.integers(1, 14))), st.data())
def test_what_hangs_together(free: Mask, data: st.DataObject) -> None:
    row = data.draw(st.integers(0, free.shape[0] - 1))
    column = data.draw(st.integers(0, free.shape[1] - 1))
    free[row, column] = True
    assert (connected_component(free, row, column) == flood_by_queue(free, row, column)).all()


@given(arrays(np.uint8, st.just((12, 15)), elements=st.integers(0, 1)), st.integers(0, 11), st.integers(0, 14))
def test_a_fill_that_closes_gaps_stays_inside_one_that_does_not(ids: np.ndarray, row: int, column: int) -> None:
    plain = flood_fill(ids, row, column).to_mask(12, 15)
    assert plain[row, column]
    for gap in (1, 2, 3, 6):
        closed = flood_fill(ids, row, column, gap).to_mask(12, 15)
        assert closed[row, column]
        assert not (closed & ~plain).any()


def test_gaps_up_to_the_given_width_are_closed() -> None:
    for width in range(1, 7):
        ids = np.zeros((40, 60), np.uint8)
        ids[:, 30] = 1
        ids[18 : 18 + width, 30] = 0
        assert flood_fill(ids, 5, 5).to_mask(40, 60)[:, 31:].any()
        closed = flood_fill(ids, 5, 5, width).to_mask(40, 60)
        assert closed[:, :30].all(), "corners and edges are filled all the same"
        assert not closed[:, 31:].any()
        assert flood_fill(ids, 5, 5, width - 2).to_mask(40, 60)[:, 31:].any() or width < 3


def test_outside_nothing_is_filled() -> None:
    assert flood_fill(np.zeros((4, 5), np.uint8), -1, 2).is_empty
    assert flood_fill(np.zeros((4, 5), np.uint8), 2, 5).is_empty


@given(st.lists(places, min_size=3, max_size=7))
def test_a_polygon_holds_the_centres_it_goes_around(points: list[DocumentPoint]) -> None:
    mask = filled_polygon(SHAPE, points).to_mask(*SHAPE)
    for row in range(0, SHAPE[0], 3):
        for column in range(0, SHAPE[1], 3):
            turns = 0
            for a, b in zip(points, [*points[1:], points[0]], strict=True):
                if (a.y <= row + 0.5) != (b.y <= row + 0.5):
                    crossing = a.x + (row + 0.5 - a.y) / (b.y - a.y) * (b.x - a.x)
                    if abs(crossing - column - 0.5) < 1e-6:
                        break  # on the very line
                    if crossing < column + 0.5:
                        turns += 1 if b.y > a.y else -1
            else:
                assert mask[row, column] == (turns != 0)


@given(places, places)
def test_rectangles_and_regular_shapes(a: DocumentPoint, b: DocumentPoint) -> None:
    mask = filled_rectangle(SHAPE, a, b).to_mask(*SHAPE)
    for row in range(SHAPE[0]):
        for column in range(SHAPE[1]):
            inside = min(a.y, b.y) // 1 <= row <= max(a.y, b.y) and min(a.x, b.x) // 1 <= column <= max(a.x, b.x)
            assert mask[row, column] == inside
    square, line = constrain_to_square(a, b), constrain_to_angle(a, b)
    assert abs(abs(square.x - a.x) - abs(square.y - a.y)) < 1e-9
    angle = np.degrees(np.arctan2(line.y - a.y, line.x - a.x)) / 15
    assert abs(angle - round(angle)) < 1e-6 or a == line
