"""What is seen: colours, checkers, hatching, the shared view, and words for everything."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QListWidget, QSlider, QSpinBox, QWidget

from studio.session.notices import Notice
from tests.studio.conftest import MakeDesk
from tests.studio.desk import Desk


def seen(at: Desk, x: float, y: float, canvas: QWidget | None = None) -> QColor:
    canvas = canvas or at.window.layout_canvas
    image = canvas.grab().toImage()
    place = at.at(x, y, canvas) * image.devicePixelRatio()
    return image.pixelColor(place)


def wheel(at: Desk, canvas: QWidget, place: QPoint, turns: int) -> None:
    away = QPointF(canvas.mapToGlobal(place))
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(QPointF(place), away, QPoint(), QPoint(0, 120 * turns), *none, False)
    QApplication.sendEvent(canvas, event)


def test_layout_is_shown_in_the_classes_colours(desk: MakeDesk) -> None:
    at = desk()
    assert seen(at, 10.5, 4.5) == QColor("#4682b4")
    assert seen(at, 10.5, 28.5) == QColor("#804080")
    colours = {seen(at, 60.5 + i * 0.3, 4.5).name() for i in range(9)}
    assert colours <= {"#303236", "#3a3c41", "#e9eaec", "#dcdee1"}, "checkers where nothing is known"


def test_edges_are_hard(desk: MakeDesk) -> None:
    at = desk()
    image = at.window.layout_canvas.grab().toImage()
    column = at.at(10.5, 0).x()
    top, bottom = at.at(0, 8).y(), at.at(0, 24).y()
    assert {image.pixelColor(column, y).name() for y in range(top, bottom)} == {"#4682b4", "#804080"}


def test_guesses_are_hatched_until_kept(desk: MakeDesk) -> None:
    at = desk().ready()
    image = at.window.layout_canvas.grab().toImage()
    place = at.at(54, 10)
    shades = {image.pixelColor(place.x() + i, place.y()).name() for i in range(24)}
    assert len(shades) > 1
    assert "#464646" not in shades
    assert at.window.keep.isEnabled()
    at.click(at.window.keep)
    assert seen(at, 54, 10) == QColor("#464646")
    assert not at.window.keep.isEnabled()


def test_both_canvases_zoom_and_pan_together(desk: MakeDesk) -> None:
    at = desk().ready()
    left, right = at.window.layout_canvas, at.window.image_canvas
    place = at.at(16, 8)
    before = at.window.view.zoom(left.size())
    wheel(at, left, place, 3)
    assert at.window.view.zoom(left.size()) > 1.5 * before
    assert (at.at(16, 8) - place).manhattanLength() <= 2, "what is under the pen stays there"
    assert at.at(16, 8, left) == at.at(16, 8, right)
    start, end = QPoint(100, 100), QPoint(140, 120)
    at.qtbot.mousePress(right, Qt.MouseButton.MiddleButton, pos=start)
    at.qtbot.mouseMove(right, end)
    at.qtbot.mouseRelease(right, Qt.MouseButton.MiddleButton, pos=end)
    assert (at.at(16, 8) - place - (end - start)).manhattanLength() <= 3
    at.key(Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert at.window.view.zoom(left.size()) == before


def test_who_types_goes_on_typing_when_the_mouse_comes_by(desk: MakeDesk) -> None:
    at = desk()
    panel, place = at.window.prompt_panel, QPointF(20, 20)
    for widget in (panel.prompt, panel.seed, panel.negative, panel.generate):
        widget.setFocus()
        QApplication.sendEvent(at.window.layout_canvas, QEnterEvent(place, place, place))
        assert at.window.layout_canvas.hasFocus() is (widget is panel.generate)


def test_space_and_drag_pans_and_paints_nothing(desk: MakeDesk) -> None:
    at = desk().ready()
    canvas, depth = at.window.layout_canvas, len(at.editor.history)
    canvas.setFocus()
    before = at.at(16, 8)
    at.qtbot.keyPress(canvas, Qt.Key.Key_Space)
    at.stroke((16, 8), (20, 12))
    at.qtbot.keyRelease(canvas, Qt.Key.Key_Space)
    assert at.at(16, 8) != before
    assert len(at.editor.history) == depth


def test_strokes_hit_their_pixel_at_any_zoom(desk: MakeDesk) -> None:
    at = desk().ready()
    at.click(at.window.mode_bar.live)
    at.editor.tools.set_size(1)
    at.editor.tools.choose(3)
    wheel(at, at.window.layout_canvas, at.at(20, 20), 8)
    before = at.document.painted.copy()
    at.stroke((20.5, 20.5))
    assert [tuple(p) for p in (at.document.painted != before).nonzero()] == [(20,), (20,)]


def test_the_cursor_shows_in_both_and_the_class_is_named(desk: MakeDesk) -> None:
    at = desk().ready()
    plain = seen(at, 30.5, 28.5, at.window.image_canvas)
    at.qtbot.mouseMove(at.window.layout_canvas, at.at(10.5, 4.5))
    at.until(lambda: at.window.status.under_pen.text().startswith("sky"))
    assert "10, 4" in at.window.status.under_pen.text()
    at.qtbot.mouseMove(at.window.layout_canvas, at.at(30.5, 28.5))
    at.until(lambda: at.window.status.under_pen.text().startswith("road"))
    assert seen(at, 30.5, 28.5, at.window.image_canvas) != plain


def test_everything_that_can_be_used_has_a_name(desk: MakeDesk) -> None:
    at = desk()
    kinds = (QAbstractButton, QSpinBox, QSlider, QListWidget, QLineEdit)
    used = [w for kind in kinds for w in at.window.findChildren(kind) if w.objectName() != "qt_spinbox_lineedit"]
    assert len(used) > 20
    for widget in used:
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if widget.isVisible():
            assert text or widget.accessibleName(), widget


def test_nothing_that_is_said_moves_the_canvas_under_the_pen(desk: MakeDesk) -> None:
    at = desk().ready()
    at.window.resize(1280, 720)
    canvas, notices = at.window.layout_canvas, at.window.notices
    while notices.notices:
        notices.remove(notices.row(0))
    QApplication.processEvents()
    tall = canvas.height()
    notices.say(Notice("old"))
    at.until(lambda: canvas.height() < tall)
    size = canvas.size()
    at.qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at.at(10, 20))
    at.session.noticed.emit(Notice("one"))
    notices.remove(notices.row(0))
    QApplication.processEvents()
    assert canvas.size() == size
    assert "one" not in at.said()
    at.qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at.at(12, 20))
    assert at.said() == "one"
    at.qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at.at(10, 20))
    at.session.noticed.emit(Notice("two"))
    at.window.hide()
    assert "two" in at.said()
