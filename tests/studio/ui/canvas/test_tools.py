"""Every tool by real mouse, tablet and key events on the real canvases."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication

from engine.interface.protocol import UNKNOWN
from studio.domain.area import Symmetry
from studio.domain.tools.paint_operations import PaintOperation
from studio.session.editing.toolbox import Tool
from tests.studio.conftest import OpenStudio
from tests.studio.mouse_gestures import ALT, CTRL, KEY, LEFT, NONE, ROAD, SHIFT, SKY, box_mask, car_mask, drag
from tests.studio.studio_driver import StudioDriver


@pytest.fixture
def driver(open_studio: OpenStudio) -> StudioDriver:
    """A studio that does nothing by itself, with a car in hand and a thin brush."""
    opened = open_studio().wait_until_ready()
    opened.click(opened.window.mode_bar.live_button)
    opened.press_key(KEY.Key_4)
    opened.editor.toolbox.set_brush_size(1)
    return opened


def test_rectangle(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_R)
    drag(driver, (10.5, 20.5), (12.5, 9.5), (15.5, 24.5))
    assert (car_mask(driver) == box_mask(20, 10, 25, 16)).all()
    assert driver.editor.history.undo_step.name == "Paint car"


def test_line_and_brush_leave_no_gaps_however_fast(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_L)
    drag(driver, (2.5, 30.5), (40.5, 5.5))
    rows, columns = np.nonzero(car_mask(driver))
    assert set(columns) == set(range(2, 41))
    assert set(rows) == set(range(5, 31))
    driver.press_key(KEY.Key_Z, CTRL)
    driver.press_key(KEY.Key_B)
    drag(driver, (2.5, 30.5), (40.5, 5.5), (2.5, 5.5))
    assert set(np.nonzero(car_mask(driver))[1]) == set(range(2, 41))


def test_lasso_and_polygon_fill_what_they_go_around(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_Q)
    drag(driver, (10, 10), (20, 10), (20, 20), (10, 20))
    assert (car_mask(driver) == box_mask(10, 10, 20, 20)).all()
    driver.press_key(KEY.Key_Z, CTRL)
    driver.press_key(KEY.Key_G)
    for corner in ((10, 10), (20, 10), (20, 20), (10, 20)):
        drag(driver, corner)
    assert not car_mask(driver).any()
    assert not driver.editor.painter.preview().is_empty
    driver.press_key(KEY.Key_Return)
    assert (car_mask(driver) == box_mask(10, 10, 20, 20)).all()
    assert len(driver.editor.history.names) == 3


def test_a_polygon_closes_at_its_first_corner_and_escape_forgets_it(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_G)
    for corner in ((10, 10), (20, 10), (20, 20), (10, 10)):
        drag(driver, corner)
    assert car_mask(driver).any()
    depth = len(driver.editor.history)
    drag(driver, (30, 10))
    drag(driver, (40, 10))
    driver.press_key(KEY.Key_Escape)
    assert not driver.editor.painter.gesture_active
    drag(driver, (30, 20))
    driver.press_key(KEY.Key_Return)
    assert len(driver.editor.history) == depth
    drag(driver, (30, 10))
    driver.press_key(KEY.Key_Z, CTRL)
    assert not driver.editor.painter.gesture_active
    assert len(driver.editor.history) == depth, "undo took the shape away, and nothing that was painted"


def test_fill_stays_inside_its_class_and_closes_gaps(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_F)
    drag(driver, (10.5, 5.5))
    assert (car_mask(driver) == box_mask(0, 0, 16, 48)).all()
    driver.press_key(KEY.Key_Z, CTRL)
    driver.document.painted[0:15, 20] = 1  # a wall with a hole at its foot
    driver.window.tool_options.gap_slider.setValue(2)
    drag(driver, (10.5, 5.5))
    assert car_mask(driver)[:15, :20].all()
    assert not car_mask(driver)[:, 21:].any()


def test_pick_by_tool_and_by_key_and_swap_back(driver: StudioDriver) -> None:
    drag(driver, (10.5, 5.5), modifiers=ALT)
    assert driver.editor.toolbox.class_id == SKY
    drag(driver, (10.5, 25.5), modifiers=CTRL, canvas=driver.window.image_canvas)
    assert driver.editor.toolbox.class_id == ROAD
    driver.press_key(KEY.Key_X)
    assert driver.editor.toolbox.class_id == SKY
    driver.press_key(KEY.Key_P)
    drag(driver, (10.5, 25.5))
    assert (driver.editor.toolbox.class_id, driver.editor.toolbox.operation) == (ROAD, PaintOperation.PAINT)
    assert len(driver.editor.history) == 1, "picking changes nothing"


def test_eraser_works_with_every_tool(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_R)
    driver.press_key(KEY.Key_E)
    assert driver.editor.toolbox.tool is Tool.RECTANGLE
    drag(driver, (10.5, 10.5), (14.5, 12.5))
    assert (driver.document.painted[10:13, 10:15] == UNKNOWN).all()
    assert (driver.document.painted != UNKNOWN)[:, :48].sum() == 32 * 48 - 15


def test_a_selection_limits_every_tool(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_S)
    driver.press_key(KEY.Key_R)
    drag(driver, (10.5, 10.5), (19.5, 19.5))
    assert (driver.document.selection == box_mask(10, 10, 20, 20)).all()
    before = driver.document.painted.copy()
    driver.press_key(KEY.Key_N)
    for tool in (KEY.Key_B, KEY.Key_L, KEY.Key_R, KEY.Key_Q, KEY.Key_F):
        driver.press_key(tool)
        drag(driver, (5.5, 12.5), (30.5, 12.5), (30.5, 18.5), (5.5, 30.5))
        drag(driver, (12.5, 14.5))
        assert car_mask(driver).any()
        assert (driver.document.painted == before)[~box_mask(10, 10, 20, 20)].all()
        driver.editor.jump_to(2)


def test_selecting_adds_takes_away_intersects_and_is_undone(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_S)
    driver.press_key(KEY.Key_R)
    selected = driver.document.selection
    drag(driver, (10.5, 10.5), (19.5, 19.5))
    drag(driver, (15.5, 15.5), (24.5, 24.5), modifiers=SHIFT)
    both = box_mask(10, 10, 20, 20) | box_mask(15, 15, 25, 25)
    assert (selected == both).all()
    drag(driver, (15.5, 15.5), (19.5, 19.5), modifiers=ALT)
    assert (selected == both & ~box_mask(15, 15, 20, 20)).all()
    drag(driver, (0.5, 0.5), (14.5, 30.5), modifiers=SHIFT | ALT)
    assert (selected == box_mask(10, 10, 20, 15)).all()
    driver.press_key(KEY.Key_I, CTRL)
    assert (selected == ~box_mask(10, 10, 20, 15)).all()
    driver.press_key(KEY.Key_A, CTRL)
    assert selected.all()
    driver.press_key(KEY.Key_A, CTRL, SHIFT)
    assert not selected.any()
    for _ in range(6):
        driver.press_key(KEY.Key_Z, CTRL)
    assert (selected == box_mask(10, 10, 20, 20)).all()
    assert not driver.generator.running
    driver.press_key(KEY.Key_Delete)
    assert (driver.document.painted[10:20, 10:20] == UNKNOWN).all()


def test_a_thing_or_a_selection_is_moved_and_stamped(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_R)
    drag(driver, (4.5, 20.5), (7.5, 22.5))
    driver.press_key(KEY.Key_T)
    drag(driver, (5.5, 21.5), (9.5, 21.5), (25.5, 25.5))
    assert (car_mask(driver) == box_mask(24, 24, 27, 28)).all()
    assert (driver.document.painted[20:23, 4:8] == UNKNOWN).all()
    assert driver.editor.history.undo_step.name == "Move"
    drag(driver, (25.5, 25.5), (25.5, 20.5), modifiers=ALT)
    assert (car_mask(driver) == box_mask(24, 24, 27, 28) | box_mask(19, 24, 22, 28)).all()
    driver.press_key(KEY.Key_S)
    driver.press_key(KEY.Key_R)
    drag(driver, (24.5, 24.5), (27.5, 26.5))
    driver.press_key(KEY.Key_T)
    drag(driver, (0.5, 0.5), (10.5, 0.5))
    assert (driver.document.selection == box_mask(24, 34, 27, 38)).all()
    assert (car_mask(driver) == box_mask(24, 34, 27, 38) | box_mask(19, 24, 22, 28)).all()


def test_keeping_and_freeing_go_to_the_half_they_are_done_on(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_R)
    driver.press_key(KEY.Key_K)
    drag(driver, (2.5, 2.5), (5.5, 5.5))
    drag(driver, (20.5, 2.5), (29.5, 9.5), canvas=driver.window.image_canvas)
    assert (driver.document.keep_layout == box_mask(2, 2, 6, 6)).all()
    assert (driver.document.keep_image == box_mask(2, 20, 10, 30)).all()
    kept = driver.document.image[2:10, 20:30].copy()
    driver.click(driver.window.prompt_panel.generate_button)
    driver.wait_until_idle()
    assert (driver.document.image[2:10, 20:30] == kept).all()
    assert (driver.document.image[12:] != 0).any()
    driver.press_key(KEY.Key_U)
    drag(driver, (0.5, 0.5), (63.5, 31.5), canvas=driver.window.image_canvas)
    assert not driver.document.keep_image.any()
    drag(driver, (4.5, 4.5), (5.5, 5.5))
    assert (driver.document.keep_layout == box_mask(2, 2, 6, 6) & ~box_mask(4, 4, 6, 6)).all()
    assert driver.document.guess_mask()[4:6, 4:6].all(), "paint that is freed is a guess from now on"


def test_symmetry(driver: StudioDriver) -> None:
    driver.editor.toolbox.set_brush_size(3)
    for symmetry, parts in ((Symmetry.LEFT_RIGHT, 2), (Symmetry.TOP_BOTTOM, 2), (Symmetry.BOTH, 4)):
        driver.press_key(KEY.Key_M)
        assert driver.editor.toolbox.symmetry is symmetry
        drag(driver, (10.3, 5.1), (14.9, 9.2))
        found = car_mask(driver)
        across, down = symmetry.value
        assert not across or (found == found[:, ::-1]).all()
        assert not down or (found == found[::-1]).all()
        assert found.sum() == parts * found[:16, :32].sum() > 0
        assert len(driver.editor.history) == 2
        driver.press_key(KEY.Key_Z, CTRL)


def test_shift_and_drag_changes_the_size(driver: StudioDriver) -> None:
    driver.editor.toolbox.set_brush_size(10)
    canvas, start = driver.window.layout_canvas, driver.canvas_position(10, 10)
    driver.qtbot.mousePress(canvas, LEFT, SHIFT, start)
    driver.qtbot.mouseMove(canvas, start + QPointF(30, 0).toPoint())
    driver.qtbot.mouseRelease(canvas, LEFT, SHIFT, start)
    assert driver.editor.toolbox.brush_size == 20
    assert len(driver.editor.history) == 1


def test_a_steady_hand_ends_where_the_pen_is_lifted(driver: StudioDriver) -> None:
    driver.click(driver.window.tool_options.steady_button)
    assert driver.editor.toolbox.stabilised
    drag(driver, (5.5, 20.5), (25.5, 20.5), (25.5, 30.5))
    assert car_mask(driver)[20, 5]
    assert car_mask(driver)[30, 25]
    assert not car_mask(driver)[20, 25], "the corner is cut"


PRESSURE = QInputDevice.Capability.Pressure


def send_tablet_event(
    driver: StudioDriver, kind: QEvent.Type, x: float, y: float, pressure: float, has_pressure=PRESSURE
) -> None:
    canvas = driver.window.layout_canvas
    place = QPointF(driver.canvas_position(x, y))
    pen = QPointingDevice(
        "pen", 1, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen, has_pressure, 1, 1,
    )  # fmt: skip
    button = LEFT if kind != QEvent.Type.TabletMove else Qt.MouseButton.NoButton
    buttons = LEFT if kind != QEvent.Type.TabletRelease else Qt.MouseButton.NoButton
    event = QTabletEvent(kind, pen, place, canvas.mapToGlobal(place), pressure, 0, 0, 0, 0, 0, NONE, button, buttons)
    QApplication.sendEvent(canvas, event)
    assert event.isAccepted()


def test_pressure_makes_the_brush_wide(driver: StudioDriver) -> None:
    driver.editor.toolbox.set_brush_size(10)
    send_tablet_event(driver, QEvent.Type.TabletPress, 8.5, 24.5, 0.1)
    send_tablet_event(driver, QEvent.Type.TabletMove, 36.5, 24.5, 1.0)
    send_tablet_event(driver, QEvent.Type.TabletRelease, 36.5, 24.5, 0.0)
    heights = car_mask(driver).sum(axis=0)
    assert heights[9] < 3
    assert heights[36] in (10, 11)
    assert (np.diff(heights[10:34]) >= 0).all()
    assert len(driver.editor.history) == 2


def test_a_pen_that_barely_touches_draws_a_thin_line_and_no_blot(driver: StudioDriver) -> None:
    driver.editor.toolbox.set_brush_size(10)
    send_tablet_event(driver, QEvent.Type.TabletPress, 8.5, 24.5, 0.0)
    for x, pressure in ((16.5, 0.3), (24.5, 0.0), (32.5, 0.3)):
        send_tablet_event(driver, QEvent.Type.TabletMove, x, 24.5, pressure)
    send_tablet_event(driver, QEvent.Type.TabletRelease, 32.5, 24.5, 0.0)
    heights = car_mask(driver).sum(axis=0)
    assert heights.max() == 3
    assert heights[8] == heights[24] == 1
    assert heights[8:33].all()


def test_a_pen_that_cannot_tell_its_pressure_draws_as_a_mouse_does(driver: StudioDriver) -> None:
    driver.editor.toolbox.set_brush_size(10)
    for kind, x in ((QEvent.Type.TabletPress, 8.5), (QEvent.Type.TabletMove, 30.5), (QEvent.Type.TabletRelease, 30.5)):
        send_tablet_event(driver, kind, x, 24.5, 0.0, QInputDevice.Capability.Position)
    assert car_mask(driver).sum(axis=0)[20] in (10, 11)
