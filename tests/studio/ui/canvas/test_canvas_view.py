"""What is seen: colours, checkers, hatching, the shared view, and words for everything."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QListWidget, QSlider, QSpinBox, QWidget

from studio.session.notices import Notice
from tests.studio.conftest import OpenStudio
from tests.studio.studio_driver import StudioDriver


def canvas_colour(driver: StudioDriver, x: float, y: float, canvas: QWidget | None = None) -> QColor:
    canvas = canvas or driver.window.layout_canvas
    image = canvas.grab().toImage()
    place = driver.canvas_position(x, y, canvas) * image.devicePixelRatio()
    return image.pixelColor(place)


def turn_wheel(at: StudioDriver, canvas: QWidget, place: QPoint, turns: int) -> None:
    away = QPointF(canvas.mapToGlobal(place))
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(QPointF(place), away, QPoint(), QPoint(0, 120 * turns), *none, False)
    QApplication.sendEvent(canvas, event)


def test_layout_is_shown_in_the_classes_colours(open_studio: OpenStudio) -> None:
    driver = open_studio()
    assert canvas_colour(driver, 10.5, 4.5) == QColor("#4682b4")
    assert canvas_colour(driver, 10.5, 28.5) == QColor("#804080")
    colours = {canvas_colour(driver, 60.5 + i * 0.3, 4.5).name() for i in range(9)}
    assert colours <= {"#303236", "#3a3c41", "#e9eaec", "#dcdee1"}, "checkers where nothing is known"


def test_edges_are_hard(open_studio: OpenStudio) -> None:
    driver = open_studio()
    image = driver.window.layout_canvas.grab().toImage()
    column = driver.canvas_position(10.5, 0).x()
    top, bottom = driver.canvas_position(0, 8).y(), driver.canvas_position(0, 24).y()
    assert {image.pixelColor(column, y).name() for y in range(top, bottom)} == {"#4682b4", "#804080"}


def test_guesses_are_hatched_until_kept(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    image = driver.window.layout_canvas.grab().toImage()
    place = driver.canvas_position(54, 10)
    shades = {image.pixelColor(place.x() + i, place.y()).name() for i in range(24)}
    assert len(shades) > 1
    assert "#464646" not in shades
    assert driver.window.keep_button.isEnabled()
    driver.click(driver.window.keep_button)
    assert canvas_colour(driver, 54, 10) == QColor("#464646")
    assert not driver.window.keep_button.isEnabled()


def test_both_canvases_zoom_and_pan_together(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    left, right = driver.window.layout_canvas, driver.window.image_canvas
    place = driver.canvas_position(16, 8)
    before = driver.window.viewport.zoom(left.size())
    turn_wheel(driver, left, place, 3)
    assert driver.window.viewport.zoom(left.size()) > 1.5 * before
    assert (driver.canvas_position(16, 8) - place).manhattanLength() <= 2, "what is under the pen stays there"
    assert driver.canvas_position(16, 8, left) == driver.canvas_position(16, 8, right)
    start, end = QPoint(100, 100), QPoint(140, 120)
    driver.qtbot.mousePress(right, Qt.MouseButton.MiddleButton, pos=start)
    driver.qtbot.mouseMove(right, end)
    driver.qtbot.mouseRelease(right, Qt.MouseButton.MiddleButton, pos=end)
    assert (driver.canvas_position(16, 8) - place - (end - start)).manhattanLength() <= 3
    driver.press_key(Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert driver.window.viewport.zoom(left.size()) == before


def test_who_types_goes_on_typing_when_the_mouse_comes_by(open_studio: OpenStudio) -> None:
    driver = open_studio()
    panel, place = driver.window.prompt_panel, QPointF(20, 20)
    for widget in (panel.prompt_edit, panel.seed_box, panel.negative_edit, panel.generate_button):
        widget.setFocus()
        QApplication.sendEvent(driver.window.layout_canvas, QEnterEvent(place, place, place))
        assert driver.window.layout_canvas.hasFocus() is (widget is panel.generate_button)


def test_space_and_drag_pans_and_paints_nothing(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    canvas, depth = driver.window.layout_canvas, len(driver.editor.history)
    canvas.setFocus()
    before = driver.canvas_position(16, 8)
    driver.qtbot.keyPress(canvas, Qt.Key.Key_Space)
    driver.stroke((16, 8), (20, 12))
    driver.qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert driver.canvas_position(16, 8) != before
    assert len(driver.editor.history) == depth


def test_strokes_hit_their_pixel_at_any_zoom(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.click(driver.window.mode_bar.live_button)
    driver.editor.toolbox.set_brush_size(1)
    driver.editor.toolbox.select_class(3)
    turn_wheel(driver, driver.window.layout_canvas, driver.canvas_position(20, 20), 8)
    before = driver.document.painted.copy()
    driver.stroke((20.5, 20.5))
    assert [tuple(p) for p in (driver.document.painted != before).nonzero()] == [(20,), (20,)]


def test_the_cursor_shows_in_both_and_the_class_is_named(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    plain = canvas_colour(driver, 30.5, 28.5, driver.window.image_canvas)
    driver.qtbot.mouseMove(driver.window.layout_canvas, driver.canvas_position(10.5, 4.5))
    driver.wait_until(lambda: driver.window.status_line.cursor_label.text().startswith("sky"))
    assert "10, 4" in driver.window.status_line.cursor_label.text()
    driver.qtbot.mouseMove(driver.window.layout_canvas, driver.canvas_position(30.5, 28.5))
    driver.wait_until(lambda: driver.window.status_line.cursor_label.text().startswith("road"))
    assert canvas_colour(driver, 30.5, 28.5, driver.window.image_canvas) != plain


def test_everything_that_can_be_used_has_a_name(open_studio: OpenStudio) -> None:
    driver = open_studio()
    kinds = (QAbstractButton, QSpinBox, QSlider, QListWidget, QLineEdit)
    used = [w for kind in kinds for w in driver.window.findChildren(kind) if w.objectName() != "qt_spinbox_lineedit"]
    assert len(used) > 20
    for widget in used:
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if widget.isVisible():
            assert text or widget.accessibleName(), widget


def test_nothing_that_is_said_moves_the_canvas_under_the_pen(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.window.resize(1280, 720)
    canvas, notices = driver.window.layout_canvas, driver.window.notice_bar
    while notices.notices:
        notices.remove_row(notices.row_at(0))
    QApplication.processEvents()
    tall = canvas.height()
    notices.show_notice(Notice("old"))
    driver.wait_until(lambda: canvas.height() < tall)
    size = canvas.size()
    driver.qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=driver.canvas_position(10, 20))
    driver.session.noticed.emit(Notice("one"))
    notices.remove_row(notices.row_at(0))
    QApplication.processEvents()
    assert canvas.size() == size
    assert "one" not in driver.notice_text()
    driver.qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=driver.canvas_position(12, 20))
    assert driver.notice_text() == "one"
    driver.qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=driver.canvas_position(10, 20))
    driver.session.noticed.emit(Notice("two"))
    driver.window.hide()
    assert "two" in driver.notice_text()
