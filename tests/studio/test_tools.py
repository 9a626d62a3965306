"""Every tool by real mouse, tablet and key events on the real canvases."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication

from engine.protocol import UNKNOWN
from studio.domain.area import Symmetry
from studio.domain.tools.ink import Ink
from studio.session.toolbox import Tool
from tests.studio.conftest import MakeDesk
from tests.studio.desk import Desk
from tests.studio.hand import ALT, CTRL, KEY, LEFT, NONE, ROAD, SHIFT, SKY, box, cars, drag


@pytest.fixture
def at(desk: MakeDesk) -> Desk:
    """A studio that does nothing by itself, with a car in hand and a thin brush."""
    opened = desk().ready()
    opened.click(opened.window.mode_bar.live)
    opened.key(KEY.Key_4)
    opened.editor.tools.set_size(1)
    return opened


def test_rectangle(at: Desk) -> None:
    at.key(KEY.Key_R)
    drag(at, (10.5, 20.5), (12.5, 9.5), (15.5, 24.5))
    assert (cars(at) == box(20, 10, 25, 16)).all()
    assert at.editor.history.top.name == "Paint car"


def test_line_and_brush_leave_no_gaps_however_fast(at: Desk) -> None:
    at.key(KEY.Key_L)
    drag(at, (2.5, 30.5), (40.5, 5.5))
    rows, columns = np.nonzero(cars(at))
    assert set(columns) == set(range(2, 41))
    assert set(rows) == set(range(5, 31))
    at.key(KEY.Key_Z, CTRL)
    at.key(KEY.Key_B)
    drag(at, (2.5, 30.5), (40.5, 5.5), (2.5, 5.5))
    assert set(np.nonzero(cars(at))[1]) == set(range(2, 41))


def test_lasso_and_polygon_fill_what_they_go_around(at: Desk) -> None:
    at.key(KEY.Key_Q)
    drag(at, (10, 10), (20, 10), (20, 20), (10, 20))
    assert (cars(at) == box(10, 10, 20, 20)).all()
    at.key(KEY.Key_Z, CTRL)
    at.key(KEY.Key_G)
    for corner in ((10, 10), (20, 10), (20, 20), (10, 20)):
        drag(at, corner)
    assert not cars(at).any()
    assert not at.editor.pen.preview().empty
    at.key(KEY.Key_Return)
    assert (cars(at) == box(10, 10, 20, 20)).all()
    assert len(at.editor.history.names) == 3


def test_a_polygon_closes_at_its_first_corner_and_escape_forgets_it(at: Desk) -> None:
    at.key(KEY.Key_G)
    for corner in ((10, 10), (20, 10), (20, 20), (10, 10)):
        drag(at, corner)
    assert cars(at).any()
    depth = len(at.editor.history)
    drag(at, (30, 10))
    drag(at, (40, 10))
    at.key(KEY.Key_Escape)
    assert not at.editor.pen.busy
    drag(at, (30, 20))
    at.key(KEY.Key_Return)
    assert len(at.editor.history) == depth
    drag(at, (30, 10))
    at.key(KEY.Key_Z, CTRL)
    assert not at.editor.pen.busy
    assert len(at.editor.history) == depth, "undo took the shape away, and nothing that was painted"


def test_fill_stays_inside_its_class_and_closes_gaps(at: Desk) -> None:
    at.key(KEY.Key_F)
    drag(at, (10.5, 5.5))
    assert (cars(at) == box(0, 0, 16, 48)).all()
    at.key(KEY.Key_Z, CTRL)
    at.document.painted[0:15, 20] = 1  # a wall with a hole at its foot
    at.window.tool_options.gap_slider.setValue(2)
    drag(at, (10.5, 5.5))
    assert cars(at)[:15, :20].all()
    assert not cars(at)[:, 21:].any()


def test_pick_by_tool_and_by_key_and_swap_back(at: Desk) -> None:
    drag(at, (10.5, 5.5), held=ALT)
    assert at.editor.tools.chosen == SKY
    drag(at, (10.5, 25.5), held=CTRL, canvas=at.window.image_canvas)
    assert at.editor.tools.chosen == ROAD
    at.key(KEY.Key_X)
    assert at.editor.tools.chosen == SKY
    at.key(KEY.Key_P)
    drag(at, (10.5, 25.5))
    assert (at.editor.tools.chosen, at.editor.tools.ink) == (ROAD, Ink.PAINT)
    assert len(at.editor.history) == 1, "picking changes nothing"


def test_eraser_works_with_every_tool(at: Desk) -> None:
    at.key(KEY.Key_R)
    at.key(KEY.Key_E)
    assert at.editor.tools.tool is Tool.RECTANGLE
    drag(at, (10.5, 10.5), (14.5, 12.5))
    assert (at.document.painted[10:13, 10:15] == UNKNOWN).all()
    assert (at.document.painted != UNKNOWN)[:, :48].sum() == 32 * 48 - 15


def test_a_selection_limits_every_tool(at: Desk) -> None:
    at.key(KEY.Key_S)
    at.key(KEY.Key_R)
    drag(at, (10.5, 10.5), (19.5, 19.5))
    assert (at.document.selection == box(10, 10, 20, 20)).all()
    before = at.document.painted.copy()
    at.key(KEY.Key_N)
    for tool in (KEY.Key_B, KEY.Key_L, KEY.Key_R, KEY.Key_Q, KEY.Key_F):
        at.key(tool)
        drag(at, (5.5, 12.5), (30.5, 12.5), (30.5, 18.5), (5.5, 30.5))
        drag(at, (12.5, 14.5))
        assert cars(at).any()
        assert (at.document.painted == before)[~box(10, 10, 20, 20)].all()
        at.editor.jump(2)


def test_selecting_adds_takes_away_intersects_and_is_undone(at: Desk) -> None:
    at.key(KEY.Key_S)
    at.key(KEY.Key_R)
    selected = at.document.selection
    drag(at, (10.5, 10.5), (19.5, 19.5))
    drag(at, (15.5, 15.5), (24.5, 24.5), held=SHIFT)
    both = box(10, 10, 20, 20) | box(15, 15, 25, 25)
    assert (selected == both).all()
    drag(at, (15.5, 15.5), (19.5, 19.5), held=ALT)
    assert (selected == both & ~box(15, 15, 20, 20)).all()
    drag(at, (0.5, 0.5), (14.5, 30.5), held=SHIFT | ALT)
    assert (selected == box(10, 10, 20, 15)).all()
    at.key(KEY.Key_I, CTRL)
    assert (selected == ~box(10, 10, 20, 15)).all()
    at.key(KEY.Key_A, CTRL)
    assert selected.all()
    at.key(KEY.Key_A, CTRL, SHIFT)
    assert not selected.any()
    for _ in range(6):
        at.key(KEY.Key_Z, CTRL)
    assert (selected == box(10, 10, 20, 20)).all()
    assert not at.generator.running
    at.key(KEY.Key_Delete)
    assert (at.document.painted[10:20, 10:20] == UNKNOWN).all()


def test_a_thing_or_a_selection_is_moved_and_stamped(at: Desk) -> None:
    at.key(KEY.Key_R)
    drag(at, (4.5, 20.5), (7.5, 22.5))
    at.key(KEY.Key_T)
    drag(at, (5.5, 21.5), (9.5, 21.5), (25.5, 25.5))
    assert (cars(at) == box(24, 24, 27, 28)).all()
    assert (at.document.painted[20:23, 4:8] == UNKNOWN).all()
    assert at.editor.history.top.name == "Move"
    drag(at, (25.5, 25.5), (25.5, 20.5), held=ALT)
    assert (cars(at) == box(24, 24, 27, 28) | box(19, 24, 22, 28)).all()
    at.key(KEY.Key_S)
    at.key(KEY.Key_R)
    drag(at, (24.5, 24.5), (27.5, 26.5))
    at.key(KEY.Key_T)
    drag(at, (0.5, 0.5), (10.5, 0.5))
    assert (at.document.selection == box(24, 34, 27, 38)).all()
    assert (cars(at) == box(24, 34, 27, 38) | box(19, 24, 22, 28)).all()


def test_keeping_and_freeing_go_to_the_half_they_are_done_on(at: Desk) -> None:
    at.key(KEY.Key_R)
    at.key(KEY.Key_K)
    drag(at, (2.5, 2.5), (5.5, 5.5))
    drag(at, (20.5, 2.5), (29.5, 9.5), canvas=at.window.image_canvas)
    assert (at.document.keep_layout == box(2, 2, 6, 6)).all()
    assert (at.document.keep_image == box(2, 20, 10, 30)).all()
    kept = at.document.image[2:10, 20:30].copy()
    at.click(at.window.prompt_panel.generate)
    at.settled()
    assert (at.document.image[2:10, 20:30] == kept).all()
    assert (at.document.image[12:] != 0).any()
    at.key(KEY.Key_U)
    drag(at, (0.5, 0.5), (63.5, 31.5), canvas=at.window.image_canvas)
    assert not at.document.keep_image.any()
    drag(at, (4.5, 4.5), (5.5, 5.5))
    assert (at.document.keep_layout == box(2, 2, 6, 6) & ~box(4, 4, 6, 6)).all()
    assert at.document.guessed()[4:6, 4:6].all(), "paint that is freed is a guess from now on"


def test_symmetry(at: Desk) -> None:
    at.editor.tools.set_size(3)
    for symmetry, parts in ((Symmetry.LEFT_RIGHT, 2), (Symmetry.TOP_BOTTOM, 2), (Symmetry.BOTH, 4)):
        at.key(KEY.Key_M)
        assert at.editor.tools.symmetry is symmetry
        drag(at, (10.3, 5.1), (14.9, 9.2))
        found = cars(at)
        across, down = symmetry.value
        assert not across or (found == found[:, ::-1]).all()
        assert not down or (found == found[::-1]).all()
        assert found.sum() == parts * found[:16, :32].sum() > 0
        assert len(at.editor.history) == 2
        at.key(KEY.Key_Z, CTRL)


def test_shift_and_drag_changes_the_size(at: Desk) -> None:
    at.editor.tools.set_size(10)
    canvas, start = at.window.layout_canvas, at.at(10, 10)
    at.qtbot.mousePress(canvas, LEFT, SHIFT, start)
    at.qtbot.mouseMove(canvas, start + QPointF(30, 0).toPoint())
    at.qtbot.mouseRelease(canvas, LEFT, SHIFT, start)
    assert at.editor.tools.size == 20
    assert len(at.editor.history) == 1


def test_a_steady_hand_ends_where_the_pen_is_lifted(at: Desk) -> None:
    at.click(at.window.tool_options.steady)
    assert at.editor.tools.steady
    drag(at, (5.5, 20.5), (25.5, 20.5), (25.5, 30.5))
    assert cars(at)[20, 5]
    assert cars(at)[30, 25]
    assert not cars(at)[20, 25], "the corner is cut"


PRESSURE = QInputDevice.Capability.Pressure


def tablet(at: Desk, kind: QEvent.Type, x: float, y: float, pressure: float, tells=PRESSURE) -> None:
    canvas = at.window.layout_canvas
    place = QPointF(at.at(x, y))
    pen = QPointingDevice(
        "pen", 1, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen, tells, 1, 1,
    )  # fmt: skip
    button = LEFT if kind != QEvent.Type.TabletMove else Qt.MouseButton.NoButton
    buttons = LEFT if kind != QEvent.Type.TabletRelease else Qt.MouseButton.NoButton
    event = QTabletEvent(kind, pen, place, canvas.mapToGlobal(place), pressure, 0, 0, 0, 0, 0, NONE, button, buttons)
    QApplication.sendEvent(canvas, event)
    assert event.isAccepted()


def test_pressure_makes_the_brush_wide(at: Desk) -> None:
    at.editor.tools.set_size(10)
    tablet(at, QEvent.Type.TabletPress, 8.5, 24.5, 0.1)
    tablet(at, QEvent.Type.TabletMove, 36.5, 24.5, 1.0)
    tablet(at, QEvent.Type.TabletRelease, 36.5, 24.5, 0.0)
    heights = cars(at).sum(axis=0)
    assert heights[9] < 3
    assert heights[36] in (10, 11)
    assert (np.diff(heights[10:34]) >= 0).all()
    assert len(at.editor.history) == 2


def test_a_pen_that_barely_touches_draws_a_thin_line_and_no_blot(at: Desk) -> None:
    at.editor.tools.set_size(10)
    tablet(at, QEvent.Type.TabletPress, 8.5, 24.5, 0.0)
    for x, pressure in ((16.5, 0.3), (24.5, 0.0), (32.5, 0.3)):
        tablet(at, QEvent.Type.TabletMove, x, 24.5, pressure)
    tablet(at, QEvent.Type.TabletRelease, 32.5, 24.5, 0.0)
    heights = cars(at).sum(axis=0)
    assert heights.max() == 3
    assert heights[8] == heights[24] == 1
    assert heights[8:33].all()


def test_a_pen_that_cannot_tell_its_pressure_draws_as_a_mouse_does(at: Desk) -> None:
    at.editor.tools.set_size(10)
    for kind, x in ((QEvent.Type.TabletPress, 8.5), (QEvent.Type.TabletMove, 30.5), (QEvent.Type.TabletRelease, 30.5)):
        tablet(at, kind, x, 24.5, 0.0, QInputDevice.Capability.Position)
    assert cars(at).sum(axis=0)[20] in (10, 11)
