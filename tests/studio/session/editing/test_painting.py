"""Strokes on the real window: what is painted, what is sent, what comes back, what can be taken back."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from engine.interface.protocol import UNKNOWN
from studio.domain.brush import DocumentPoint
from studio.domain.document import GenerationMode, ImageKind
from studio.domain.tools.gestures import PointerSample
from studio.domain.tools.paint_operations import PaintOperation
from studio.session.connection.engine_client import EngineState
from tests.studio.conftest import OpenStudio

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_first_image_appears_by_itself(open_studio: OpenStudio) -> None:
    driver = open_studio()
    assert driver.client.state is EngineState.STARTING
    assert driver.window.status_line.engine_label.text() == "Engine is starting…"
    assert (driver.document.painted[:16, :48] == 2).all(), "the example is there before the engine is"
    assert "Paint a car on the road" in driver.notice_text()
    driver.wait_until_ready()
    assert "given=1536" in driver.engine_log("request")[0]
    assert "scripted" in driver.window.status_line.engine_label.text()


def test_stroke_paints_and_the_image_follows(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    before = driver.document.image.copy()
    driver.press_key(Qt.Key.Key_4)
    driver.stroke((20, 24), (30, 24))
    assert driver.document.painted[24, 20] == driver.document.painted[24, 30] == 3
    assert set(np.unique(driver.document.painted)) <= {0, 2, 3, UNKNOWN}
    driver.wait_until(lambda: (driver.document.image != before).any())
    driver.wait_until_idle()
    assert driver.document.image[24, 25, 0] > before[24, 25, 0]


def test_only_paint_is_given_and_guesses_fill_the_rest(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    assert (driver.document.painted[:, 48:] == UNKNOWN).all()
    assert (driver.document.filled[:, 48:] == 1).all()
    assert driver.document.guess_mask()[:, 48:].all()
    driver.stroke((10, 24), (14, 24))
    driver.wait_until(lambda: len(driver.engine_log("request")) == 2)
    assert "given=1536" in driver.engine_log("request")[1], "the guess is not sent as given"
    driver.wait_until_idle()
    driver.press_key(Qt.Key.Key_K, CTRL)
    assert (driver.document.painted[:, 48:] == 1).all()
    assert not driver.document.guess_mask().any()


def test_eraser_goes_back_to_unknown(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.press_key(Qt.Key.Key_E)
    driver.stroke((20, 8), (24, 8))
    assert driver.document.painted[8, 22] == UNKNOWN
    driver.wait_until_idle()
    driver.wait_until(lambda: driver.document.filled[8, 22] == 1)
    assert driver.document.painted[8, 22] == UNKNOWN
    driver.press_key(Qt.Key.Key_B)
    assert driver.editor.toolbox.operation is not PaintOperation.ERASE


def test_one_stroke_and_its_image_are_one_undo(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    depth = len(driver.editor.history)
    painted, image = driver.document.painted.copy(), driver.document.image.copy()
    driver.press_key(Qt.Key.Key_4)
    driver.stroke((20, 24), (30, 24))
    driver.wait_until(lambda: driver.generator.running)
    driver.wait_until_idle()
    after = driver.document.image.copy()
    assert len(driver.editor.history) == depth + 1
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert (driver.document.painted == painted).all()
    assert (driver.document.image == image).all()
    driver.press_key(Qt.Key.Key_Z, CTRL, SHIFT)
    assert (driver.document.image == after).all()
    assert driver.document.painted[24, 25] == 3


def test_undo_to_a_stroke_without_image_draws_it(open_studio: OpenStudio) -> None:
    driver = open_studio("--pause", "0.1").wait_until_ready()
    driver.press_key(Qt.Key.Key_4)
    driver.stroke((20, 24), (30, 24))
    driver.stroke((20, 8), (30, 8))
    driver.wait_until(lambda: driver.generator.running)
    driver.wait_until_idle()
    count = len(driver.engine_log("request"))
    driver.press_key(Qt.Key.Key_Z, CTRL)
    driver.wait_until(lambda: len(driver.engine_log("request")) == count + 1)
    driver.wait_until_idle()
    assert driver.editor.history.undo_step.answered


def test_two_hundred_strokes_can_be_undone(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.click(driver.window.mode_bar.live_button)
    start = driver.document.painted.copy()
    for index in range(220):
        driver.editor.toolbox.select_class(index % 4)
        driver.stroke((index % 60, index % 30))
    for _ in range(220):
        driver.press_key(Qt.Key.Key_Z, CTRL)
    assert (driver.document.painted == start).all()


def test_size_keys_and_slider(open_studio: OpenStudio) -> None:
    driver = open_studio()
    driver.editor.toolbox.set_brush_size(4)
    driver.press_key(Qt.Key.Key_BracketRight)
    driver.press_key(Qt.Key.Key_BracketRight)
    assert driver.editor.toolbox.brush_size == 6
    driver.press_key(Qt.Key.Key_BracketLeft)
    assert driver.window.tool_options.size_slider.value() == 5


def test_typing_is_not_a_tool(open_studio: OpenStudio) -> None:
    driver = open_studio()
    prompt = driver.window.prompt_panel.prompt_edit
    prompt.setFocus()
    driver.editor.toolbox.select_class(0)
    driver.qtbot.keyClicks(prompt, "be4[")
    assert prompt.text() == "be4["
    assert driver.editor.toolbox.class_id == 0
    assert driver.editor.toolbox.operation is not PaintOperation.ERASE


def test_live_off_waits_for_generate(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.click(driver.window.mode_bar.live_button)
    count = len(driver.engine_log("request"))
    driver.stroke((20, 24), (30, 24))
    assert not driver.generator.running
    driver.click(driver.window.prompt_panel.generate_button)
    driver.wait_until(lambda: len(driver.engine_log("request")) == count + 1)
    driver.wait_until_idle()
    assert "seed=1 " not in driver.engine_log("request")[-1], "Generate takes a new seed"
    driver.click(driver.window.prompt_panel.seed_lock_button)
    seed = driver.window.prompt_panel.seed_box.value()
    driver.click(driver.window.prompt_panel.generate_button)
    driver.wait_until_idle()
    assert f"seed={seed} " in driver.engine_log("request")[-1]


def test_words_are_sent_when_they_are_typed_and_not_by_letters(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.window.prompt_panel.prompt_edit.setFocus()
    driver.qtbot.keyClicks(driver.window.prompt_panel.prompt_edit, "open sky")
    driver.wait_until(lambda: "prompt='open sky'" in driver.engine_log("request")[-1])
    assert len(driver.engine_log("request")) == 2
    driver.wait_until_idle()
    assert driver.editor.history.undo_step.name == "Generate"


def test_clearing_the_layout_keeps_the_image(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    image = driver.document.image.copy()
    driver.session.clear_layout()
    assert (driver.document.visible_layout() == UNKNOWN).all()
    assert (driver.document.image == image).all()
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert (driver.document.painted[:16, :48] == 2).all()


def test_text_to_both_and_painting_on(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.click(driver.window.mode_bar.mode_buttons[GenerationMode.TEXT_TO_BOTH])
    driver.window.prompt_panel.prompt_edit.setFocus()
    driver.qtbot.keyClicks(driver.window.prompt_panel.prompt_edit, "a zebra")
    driver.qtbot.keyClick(driver.window.prompt_panel.prompt_edit, Qt.Key.Key_Return)
    assert driver.window.layout_canvas.hasFocus(), "the next keys are tools"
    driver.wait_until(lambda: driver.document.status.fill_whole)
    assert "given=- image=-" in driver.engine_log("request")[-1]
    assert "prompt='a zebra'" in driver.engine_log("request")[-1]
    assert "“zebra”" in driver.notice_text()
    assert (driver.document.painted == UNKNOWN).all()
    assert (driver.document.filled == 1).all()
    assert not driver.document.guess_mask().any(), "what was asked for is no guess"
    driver.press_key(Qt.Key.Key_4)
    driver.stroke((20, 24), (30, 24))
    assert driver.generator.settings.mode is GenerationMode.LAYOUT_TO_IMAGE
    assert (driver.document.painted != UNKNOWN).all(), "the layout that was made is kept and painted on"
    driver.wait_until(lambda: "given=2048" in driver.engine_log("request")[-1])
    driver.wait_until_idle()
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert (driver.document.painted == UNKNOWN).all()
    assert driver.document.status.fill_whole
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert (driver.document.painted[:16, :48] == 2).all(), "undo brings the painted layout back"


def test_only_paint_on_the_picture_ends_text_to_both(open_studio: OpenStudio) -> None:
    driver = open_studio("--mute")
    driver.wait_until(lambda: len(driver.engine_log("request")) == 1)
    driver.press_key(Qt.Key.Key_Escape)
    driver.click(driver.window.mode_bar.mode_buttons[GenerationMode.TEXT_TO_BOTH])
    driver.click(driver.window.prompt_panel.generate_button)
    assert driver.generator.running
    driver.stroke((30, -25))
    assert driver.generator.settings.mode is GenerationMode.TEXT_TO_BOTH
    assert driver.generator.running
    driver.press_key(Qt.Key.Key_4)
    driver.stroke((30, -25), (30, 4))
    assert driver.generator.settings.mode is GenerationMode.LAYOUT_TO_IMAGE
    assert driver.document.painted[1, 30] == driver.document.painted[4, 30] == 3, "a stroke may come from outside"


def test_commands_while_the_pen_is_down_end_the_stroke(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    other = np.ones_like(driver.document.painted)
    commands = (
        driver.editor.keep_layout,
        driver.session.projects.new,
        driver.session.clear_layout,
        lambda: driver.editor.place_layout(other, "Open"),
        lambda: driver.editor.place_image(driver.document.image + 1, "Open"),
    )
    for command in commands:
        before, depth = driver.document.painted.copy(), len(driver.editor.history)
        driver.editor.toolbox.select_class(3)
        driver.editor.painter.press(PointerSample(DocumentPoint(20, 24)))
        painted = driver.document.painted.copy()
        assert (painted != before).any()
        command()
        assert not driver.editor.stroke_active
        assert len(driver.editor.history) == depth + 2
        driver.editor.undo()
        assert (driver.document.painted == painted).all()
        driver.editor.undo()
        assert (driver.document.painted == before).all()


def test_nothing_of_the_old_picture_is_made_for_a_new_one(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.editor.painter.press(PointerSample(DocumentPoint(20, 24)))
    driver.session.projects.new()
    assert not driver.generator.running


def test_generate_with_the_pen_down_ends_the_stroke(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    before = driver.document.painted.copy()
    driver.editor.painter.press(PointerSample(DocumentPoint(20, 24)))
    driver.generator.settings.set_mode(GenerationMode.TEXT_TO_BOTH)
    driver.generator.generate()
    assert not driver.editor.stroke_active
    driver.wait_until(lambda: driver.document.status.fill_whole)
    driver.editor.undo()
    driver.editor.undo()
    assert (driver.document.painted == before).all()


def test_a_click_beside_the_picture_changes_nothing(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    depth = len(driver.editor.history)
    driver.stroke((-20, -20))
    assert len(driver.editor.history) == depth
    assert not driver.generator.running


def test_new_is_one_undo_away(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    painted = driver.document.painted.copy()
    driver.press_key(Qt.Key.Key_N, CTRL)
    assert (driver.document.painted == UNKNOWN).all()
    assert driver.document.status.image is ImageKind.NONE
    driver.click(driver.window.prompt_panel.generate_button)
    assert "nothing to draw from" in driver.notice_text()
    driver.press_key(Qt.Key.Key_Z, CTRL)
    assert (driver.document.painted == painted).all()
