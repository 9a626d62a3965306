"""The tool bar, the history, the areas and the looks of the canvases, by real events."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtWidgets import QApplication

from engine.interface.protocol import AreaGuide
from studio.session.generation.request_builder import RequestDraft
from tests.studio.conftest import OpenStudio
from tests.studio.mouse_gestures import CTRL, KEY, LEFT, NONE, SHIFT, box_mask, car_mask, drag
from tests.studio.studio_driver import StudioDriver


@pytest.fixture
def driver(open_studio: OpenStudio) -> StudioDriver:
    """A studio that does nothing by itself, with a car in hand and a thin brush."""
    opened = open_studio().wait_until_ready()
    opened.click(opened.window.mode_bar.live_button)
    opened.press_key(KEY.Key_4)
    opened.editor.toolbox.set_brush_size(1)
    return opened


def test_every_tool_has_a_button_that_shows_it(driver: StudioDriver) -> None:
    bar = driver.window.tool_bar
    for tool, button in bar.tool_buttons.items():
        driver.click(button)
        assert driver.editor.toolbox.tool is tool
        assert button.isChecked()
        assert sum(one.isChecked() for one in bar.tool_buttons.values()) == 1
    for ink, button in bar.operation_buttons.items():
        driver.click(button)
        driver.click(button)
        assert driver.editor.toolbox.operation is ink
        assert button.isChecked()
        assert sum(one.isChecked() for one in bar.operation_buttons.values()) == 1


def test_the_history_panel_goes_to_any_step(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_H, CTRL)
    panel = driver.window.history_panel.list_view
    assert panel.isVisible()
    for column in (5.5, 15.5, 25.5):
        drag(driver, (column, 24.5))
    model = panel.model()
    assert model.rowCount() == 5
    driver.qtbot.mouseClick(panel.viewport(), LEFT, NONE, panel.visualRect(model.index(2, 0)).center())
    assert list(np.nonzero(car_mask(driver))[1]) == [5]
    assert panel.currentIndex().row() == 2
    driver.qtbot.mouseClick(panel.viewport(), LEFT, NONE, panel.visualRect(model.index(4, 0)).center())
    assert list(np.nonzero(car_mask(driver))[1]) == [5, 15, 25]


def test_targets_of_areas_go_into_the_request(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_H, CTRL, SHIFT)
    bars = driver.window.area_panel.bars
    sky, road = bars["sky"], bars["road"]
    driver.qtbot.mouseClick(sky, LEFT, NONE, QPointF(sky.width() * 0.6, 18).toPoint())
    assert driver.generator.settings.options.areas == {"sky": pytest.approx(0.6, abs=0.02)}
    driver.qtbot.mouseClick(road, LEFT, NONE, QPointF(road.width() * 0.9, 18).toPoint())
    assert sum(driver.generator.settings.options.areas.values()) == pytest.approx(1), "no more than the whole"
    request = RequestDraft.of(driver.document, driver.generator.settings.mode).build(
        driver.generator.settings.options, "street", 1
    )
    assert request.guides == (AreaGuide(shares=driver.generator.settings.options.areas),)
    driver.editor.keep_layout()
    assert (
        RequestDraft.of(driver.document, driver.generator.settings.mode)
        .build(driver.generator.settings.options, "street", 1)
        .guides
        == ()
    ), "nothing to steer"
    driver.click(driver.window.prompt_panel.generate_button)
    driver.wait_until_idle()
    assert driver.generator.settings.options.areas["sky"] == pytest.approx(0.6, abs=0.02)
    road.setFocus()
    driver.qtbot.keyClick(road, KEY.Key_Delete)
    assert list(driver.generator.settings.options.areas) == ["sky"]
    driver.click(driver.window.area_panel.clear_button)
    assert driver.generator.settings.options.areas == {}


def test_overlay_shows_both_on_one_canvas(driver: StudioDriver) -> None:
    driver.press_key(KEY.Key_O)
    assert not driver.window.image_half.isVisible()
    slider = driver.window.tool_options.opacity_slider
    assert slider.isVisible()
    slider.setValue(0)
    shown = driver.window.layout_canvas.grab().toImage()
    colour = shown.pixelColor(driver.canvas_position(10.5, 4.5)).getRgb()[:3]
    assert np.abs(np.subtract(colour, driver.document.image[4, 10])).max() <= 3
    drag(driver, (10.5, 20.5))
    assert car_mask(driver)[20, 10]
    driver.press_key(KEY.Key_O)
    assert driver.window.image_half.isVisible()


def test_a_kept_image_is_redrawn_only_where_it_is_freed_or_on_demand(driver: StudioDriver) -> None:
    driver.click(driver.window.mode_bar.live_button)
    driver.wait_until_idle()
    image = driver.document.image.copy()
    driver.press_key(KEY.Key_K, CTRL, SHIFT)
    driver.press_key(KEY.Key_K, CTRL)
    driver.click(driver.window.prompt_panel.generate_button)
    assert "nothing to draw" in driver.notice_text()
    assert not driver.generator.running
    driver.press_key(KEY.Key_U)
    driver.press_key(KEY.Key_R)
    drag(driver, (10.5, 10.5), (19.5, 19.5), canvas=driver.window.image_canvas)
    assert driver.generator.running, "what is freed is drawn anew at once"
    driver.wait_until_idle()
    changed = (driver.document.image != image).any(axis=2)
    assert changed.any()
    assert not changed[~box_mask(10, 10, 20, 20)].any()
    driver.press_key(KEY.Key_K, CTRL, SHIFT)
    driver.click(driver.window.prompt_panel.generate_button)
    driver.click(driver.window.notice_bar.row_at(-1).action_button)
    driver.wait_until_idle()
    assert (driver.document.image != image).any(axis=2)[~box_mask(10, 10, 20, 20)].any()


def test_zoom_by_keys_and_pinch(driver: StudioDriver) -> None:
    canvas, view = driver.window.layout_canvas, driver.window.viewport
    driver.press_key(KEY.Key_1, CTRL)
    assert view.zoom(canvas.size()) == pytest.approx(1)
    driver.press_key(KEY.Key_Plus)
    driver.press_key(KEY.Key_Plus)
    assert view.zoom(canvas.size()) == pytest.approx(1.25**2)
    driver.press_key(KEY.Key_Minus)
    assert view.zoom(canvas.size()) == pytest.approx(1.25)
    place = QPointF(driver.canvas_position(40, 10))
    pad = QPointingDevice.primaryPointingDevice()
    zoom = Qt.NativeGestureType.ZoomNativeGesture
    pinch = QNativeGestureEvent(zoom, pad, 2, place, place, canvas.mapToGlobal(place), 0.5, QPointF())
    QApplication.sendEvent(canvas, pinch)
    assert view.zoom(canvas.size()) == pytest.approx(1.25 * 1.5)
    assert (driver.canvas_position(40, 10) - place.toPoint()).manhattanLength() <= 2
    driver.press_key(KEY.Key_0, CTRL)
    assert view.zoom(canvas.size()) > 2


def test_a_stroke_on_a_canvas_that_goes_away_is_not_lost(driver: StudioDriver) -> None:
    canvas = driver.window.image_canvas
    driver.qtbot.mousePress(canvas, LEFT, NONE, driver.canvas_position(10.5, 24.5, canvas))
    driver.qtbot.mouseMove(canvas, driver.canvas_position(14.5, 24.5, canvas))
    driver.press_key(KEY.Key_O)
    assert not driver.editor.painter.gesture_active
    assert car_mask(driver)[24, 10:15].all()
    assert len(driver.editor.history) == 2


def test_a_part_is_redrawn_only_where_there_is_an_image(open_studio: OpenStudio) -> None:
    driver = open_studio("--mute")
    redraw = driver.window.commands["select.redraw"]
    driver.editor.set_selection(box_mask(8, 8, 24, 40), "Select")
    assert not redraw.isEnabled()
    driver.editor.redraw_selection()
    assert not driver.document.keep_image.any(), "nothing is kept of an image that is not there"
    ready = open_studio().wait_until_ready()
    redraw = ready.window.commands["select.redraw"]
    assert not redraw.isEnabled()
    ready.editor.set_selection(box_mask(8, 8, 24, 40), "Select")
    assert redraw.isEnabled()
    redraw.trigger()
    assert (ready.document.keep_image == ~box_mask(8, 8, 24, 40)).all()
