"""The tool bar, the history, the areas and the looks of the canvases, by real events."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtWidgets import QApplication

from engine.protocol import AreaGuide
from studio.session.requests import build
from tests.studio.conftest import MakeDesk
from tests.studio.desk import Desk
from tests.studio.hand import CTRL, KEY, LEFT, NONE, SHIFT, box, cars, drag


@pytest.fixture
def at(desk: MakeDesk) -> Desk:
    """A studio that does nothing by itself, with a car in hand and a thin brush."""
    opened = desk().ready()
    opened.click(opened.window.mode_bar.live)
    opened.key(KEY.Key_4)
    opened.editor.tools.set_size(1)
    return opened


def test_every_tool_has_a_button_that_shows_it(at: Desk) -> None:
    bar = at.window.tool_bar
    for tool, button in bar.tools.items():
        at.click(button)
        assert at.editor.tools.tool is tool
        assert button.isChecked()
        assert sum(one.isChecked() for one in bar.tools.values()) == 1
    for ink, button in bar.inks.items():
        at.click(button)
        at.click(button)
        assert at.editor.tools.ink is ink
        assert button.isChecked()
        assert sum(one.isChecked() for one in bar.inks.values()) == 1


def test_the_history_panel_goes_to_any_step(at: Desk) -> None:
    at.key(KEY.Key_H, CTRL)
    panel = at.window.history_panel.list
    assert panel.isVisible()
    for column in (5.5, 15.5, 25.5):
        drag(at, (column, 24.5))
    model = panel.model()
    assert model.rowCount() == 5
    at.qtbot.mouseClick(panel.viewport(), LEFT, NONE, panel.visualRect(model.index(2, 0)).center())
    assert list(np.nonzero(cars(at))[1]) == [5]
    assert panel.currentIndex().row() == 2
    at.qtbot.mouseClick(panel.viewport(), LEFT, NONE, panel.visualRect(model.index(4, 0)).center())
    assert list(np.nonzero(cars(at))[1]) == [5, 15, 25]


def test_targets_of_areas_go_into_the_request(at: Desk) -> None:
    at.key(KEY.Key_H, CTRL, SHIFT)
    bars = at.window.area_bars.bars
    sky, road = bars["sky"], bars["road"]
    at.qtbot.mouseClick(sky, LEFT, NONE, QPointF(sky.width() * 0.6, 18).toPoint())
    assert at.generator.options.areas == {"sky": pytest.approx(0.6, abs=0.02)}
    at.qtbot.mouseClick(road, LEFT, NONE, QPointF(road.width() * 0.9, 18).toPoint())
    assert sum(at.generator.options.areas.values()) == pytest.approx(1), "no more than the whole"
    request = build(at.document, at.generator.mode, at.generator.options, "street", 1)
    assert request.guides == (AreaGuide(shares=at.generator.options.areas),)
    at.editor.keep()
    assert build(at.document, at.generator.mode, at.generator.options, "street", 1).guides == (), "nothing to steer"
    at.click(at.window.prompt_panel.generate)
    at.settled()
    assert at.generator.options.areas["sky"] == pytest.approx(0.6, abs=0.02)
    road.setFocus()
    at.qtbot.keyClick(road, KEY.Key_Delete)
    assert list(at.generator.options.areas) == ["sky"]
    at.click(at.window.area_bars.clear)
    assert at.generator.options.areas == {}


def test_overlay_shows_both_on_one_canvas(at: Desk) -> None:
    at.key(KEY.Key_O)
    assert not at.window.image_half.isVisible()
    slider = at.window.tool_options.opacity_slider
    assert slider.isVisible()
    slider.setValue(0)
    shown = at.window.layout_canvas.grab().toImage()
    colour = shown.pixelColor(at.at(10.5, 4.5)).getRgb()[:3]
    assert np.abs(np.subtract(colour, at.document.image[4, 10])).max() <= 3
    drag(at, (10.5, 20.5))
    assert cars(at)[20, 10]
    at.key(KEY.Key_O)
    assert at.window.image_half.isVisible()


def test_a_kept_image_is_redrawn_only_where_it_is_freed_or_on_demand(at: Desk) -> None:
    at.click(at.window.mode_bar.live)
    at.settled()
    image = at.document.image.copy()
    at.key(KEY.Key_K, CTRL, SHIFT)
    at.key(KEY.Key_K, CTRL)
    at.click(at.window.prompt_panel.generate)
    assert "nothing to draw" in at.said()
    assert not at.generator.running
    at.key(KEY.Key_U)
    at.key(KEY.Key_R)
    drag(at, (10.5, 10.5), (19.5, 19.5), canvas=at.window.image_canvas)
    assert at.generator.running, "what is freed is drawn anew at once"
    at.settled()
    changed = (at.document.image != image).any(axis=2)
    assert changed.any()
    assert not changed[~box(10, 10, 20, 20)].any()
    at.key(KEY.Key_K, CTRL, SHIFT)
    at.click(at.window.prompt_panel.generate)
    at.click(at.window.notices.row(-1).button)
    at.settled()
    assert (at.document.image != image).any(axis=2)[~box(10, 10, 20, 20)].any()


def test_zoom_by_keys_and_pinch(at: Desk) -> None:
    canvas, view = at.window.layout_canvas, at.window.view
    at.key(KEY.Key_1, CTRL)
    assert view.zoom(canvas.size()) == pytest.approx(1)
    at.key(KEY.Key_Plus)
    at.key(KEY.Key_Plus)
    assert view.zoom(canvas.size()) == pytest.approx(1.25**2)
    at.key(KEY.Key_Minus)
    assert view.zoom(canvas.size()) == pytest.approx(1.25)
    place = QPointF(at.at(40, 10))
    pad = QPointingDevice.primaryPointingDevice()
    zoom = Qt.NativeGestureType.ZoomNativeGesture
    pinch = QNativeGestureEvent(zoom, pad, 2, place, place, canvas.mapToGlobal(place), 0.5, QPointF())
    QApplication.sendEvent(canvas, pinch)
    assert view.zoom(canvas.size()) == pytest.approx(1.25 * 1.5)
    assert (at.at(40, 10) - place.toPoint()).manhattanLength() <= 2
    at.key(KEY.Key_0, CTRL)
    assert view.zoom(canvas.size()) > 2


def test_a_stroke_on_a_canvas_that_goes_away_is_not_lost(at: Desk) -> None:
    canvas = at.window.image_canvas
    at.qtbot.mousePress(canvas, LEFT, NONE, at.at(10.5, 24.5, canvas))
    at.qtbot.mouseMove(canvas, at.at(14.5, 24.5, canvas))
    at.key(KEY.Key_O)
    assert not at.editor.pen.busy
    assert cars(at)[24, 10:15].all()
    assert len(at.editor.history) == 2


def test_a_part_is_redrawn_only_where_there_is_an_image(desk: MakeDesk) -> None:
    at = desk("--mute")
    redraw = at.window.commands["select.redraw"]
    at.editor.select(box(8, 8, 24, 40), "Select")
    assert not redraw.isEnabled()
    at.editor.redraw_selection()
    assert not at.document.keep_image.any(), "nothing is kept of an image that is not there"
    ready = desk().ready()
    redraw = ready.window.commands["select.redraw"]
    assert not redraw.isEnabled()
    ready.editor.select(box(8, 8, 24, 40), "Select")
    assert redraw.isEnabled()
    redraw.trigger()
    assert (ready.document.keep_image == ~box(8, 8, 24, 40)).all()
