"""Strokes on the real window: what is painted, what is sent, what comes back, what can be taken back."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from engine.protocol import UNKNOWN
from studio.domain.brush import Point
from studio.domain.document import ImageKind, Mode
from studio.domain.tools.gestures import Touch
from studio.domain.tools.ink import Ink
from studio.session.engine_client import EngineState
from tests.studio.conftest import MakeDesk

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_first_image_appears_by_itself(desk: MakeDesk) -> None:
    at = desk()
    assert at.client.state is EngineState.STARTING
    assert at.window.status.engine.text() == "Engine is starting…"
    assert (at.document.painted[:16, :48] == 2).all(), "the example is there before the engine is"
    assert "Paint a car on the road" in at.said()
    at.ready()
    assert "given=1536" in at.log("request")[0]
    assert "scripted" in at.window.status.engine.text()


def test_stroke_paints_and_the_image_follows(desk: MakeDesk) -> None:
    at = desk().ready()
    before = at.document.image.copy()
    at.key(Qt.Key.Key_4)
    at.stroke((20, 24), (30, 24))
    assert at.document.painted[24, 20] == at.document.painted[24, 30] == 3
    assert set(np.unique(at.document.painted)) <= {0, 2, 3, UNKNOWN}
    at.until(lambda: (at.document.image != before).any())
    at.settled()
    assert at.document.image[24, 25, 0] > before[24, 25, 0]


def test_only_paint_is_given_and_guesses_fill_the_rest(desk: MakeDesk) -> None:
    at = desk().ready()
    assert (at.document.painted[:, 48:] == UNKNOWN).all()
    assert (at.document.filled[:, 48:] == 1).all()
    assert at.document.guessed()[:, 48:].all()
    at.stroke((10, 24), (14, 24))
    at.until(lambda: len(at.log("request")) == 2)
    assert "given=1536" in at.log("request")[1], "the guess is not sent as given"
    at.settled()
    at.key(Qt.Key.Key_K, CTRL)
    assert (at.document.painted[:, 48:] == 1).all()
    assert not at.document.guessed().any()


def test_eraser_goes_back_to_unknown(desk: MakeDesk) -> None:
    at = desk().ready()
    at.key(Qt.Key.Key_E)
    at.stroke((20, 8), (24, 8))
    assert at.document.painted[8, 22] == UNKNOWN
    at.settled()
    at.until(lambda: at.document.filled[8, 22] == 1)
    assert at.document.painted[8, 22] == UNKNOWN
    at.key(Qt.Key.Key_B)
    assert at.editor.tools.ink is not Ink.ERASE


def test_one_stroke_and_its_image_are_one_undo(desk: MakeDesk) -> None:
    at = desk().ready()
    depth = len(at.editor.history)
    painted, image = at.document.painted.copy(), at.document.image.copy()
    at.key(Qt.Key.Key_4)
    at.stroke((20, 24), (30, 24))
    at.until(lambda: at.generator.running)
    at.settled()
    after = at.document.image.copy()
    assert len(at.editor.history) == depth + 1
    at.key(Qt.Key.Key_Z, CTRL)
    assert (at.document.painted == painted).all()
    assert (at.document.image == image).all()
    at.key(Qt.Key.Key_Z, CTRL, SHIFT)
    assert (at.document.image == after).all()
    assert at.document.painted[24, 25] == 3


def test_undo_to_a_stroke_without_image_draws_it(desk: MakeDesk) -> None:
    at = desk("--pause", "0.1").ready()
    at.key(Qt.Key.Key_4)
    at.stroke((20, 24), (30, 24))
    at.stroke((20, 8), (30, 8))
    at.until(lambda: at.generator.running)
    at.settled()
    count = len(at.log("request"))
    at.key(Qt.Key.Key_Z, CTRL)
    at.until(lambda: len(at.log("request")) == count + 1)
    at.settled()
    assert at.editor.history.top.answered


def test_two_hundred_strokes_can_be_undone(desk: MakeDesk) -> None:
    at = desk().ready()
    at.click(at.window.mode_bar.live)
    start = at.document.painted.copy()
    for index in range(220):
        at.editor.tools.choose(index % 4)
        at.stroke((index % 60, index % 30))
    for _ in range(220):
        at.key(Qt.Key.Key_Z, CTRL)
    assert (at.document.painted == start).all()


def test_size_keys_and_slider(desk: MakeDesk) -> None:
    at = desk()
    at.editor.tools.set_size(4)
    at.key(Qt.Key.Key_BracketRight)
    at.key(Qt.Key.Key_BracketRight)
    assert at.editor.tools.size == 6
    at.key(Qt.Key.Key_BracketLeft)
    assert at.window.tool_options.size_slider.value() == 5


def test_typing_is_not_a_tool(desk: MakeDesk) -> None:
    at = desk()
    prompt = at.window.prompt_panel.prompt
    prompt.setFocus()
    at.editor.tools.choose(0)
    at.qtbot.keyClicks(prompt, "be4[")
    assert prompt.text() == "be4["
    assert at.editor.tools.chosen == 0
    assert at.editor.tools.ink is not Ink.ERASE


def test_live_off_waits_for_generate(desk: MakeDesk) -> None:
    at = desk().ready()
    at.click(at.window.mode_bar.live)
    count = len(at.log("request"))
    at.stroke((20, 24), (30, 24))
    assert not at.generator.running
    at.click(at.window.prompt_panel.generate)
    at.until(lambda: len(at.log("request")) == count + 1)
    at.settled()
    assert "seed=1 " not in at.log("request")[-1], "Generate takes a new seed"
    at.click(at.window.prompt_panel.lock)
    seed = at.window.prompt_panel.seed.value()
    at.click(at.window.prompt_panel.generate)
    at.settled()
    assert f"seed={seed} " in at.log("request")[-1]


def test_words_are_sent_when_they_are_typed_and_not_by_letters(desk: MakeDesk) -> None:
    at = desk().ready()
    at.window.prompt_panel.prompt.setFocus()
    at.qtbot.keyClicks(at.window.prompt_panel.prompt, "open sky")
    at.until(lambda: "prompt='open sky'" in at.log("request")[-1])
    assert len(at.log("request")) == 2
    at.settled()
    assert at.editor.history.top.name == "Generate"


def test_clearing_the_layout_keeps_the_image(desk: MakeDesk) -> None:
    at = desk().ready()
    image = at.document.image.copy()
    at.session.clear_layout()
    assert (at.document.layout() == UNKNOWN).all()
    assert (at.document.image == image).all()
    at.key(Qt.Key.Key_Z, CTRL)
    assert (at.document.painted[:16, :48] == 2).all()


def test_text_to_both_and_painting_on(desk: MakeDesk) -> None:
    at = desk().ready()
    at.click(at.window.mode_bar.modes[Mode.TEXT_TO_BOTH])
    at.window.prompt_panel.prompt.setFocus()
    at.qtbot.keyClicks(at.window.prompt_panel.prompt, "a zebra")
    at.qtbot.keyClick(at.window.prompt_panel.prompt, Qt.Key.Key_Return)
    assert at.window.layout_canvas.hasFocus(), "the next keys are tools"
    at.until(lambda: at.document.marks.fill_whole)
    assert "given=- image=-" in at.log("request")[-1]
    assert "prompt='a zebra'" in at.log("request")[-1]
    assert "“zebra”" in at.said()
    assert (at.document.painted == UNKNOWN).all()
    assert (at.document.filled == 1).all()
    assert not at.document.guessed().any(), "what was asked for is no guess"
    at.key(Qt.Key.Key_4)
    at.stroke((20, 24), (30, 24))
    assert at.generator.mode is Mode.LAYOUT_TO_IMAGE
    assert (at.document.painted != UNKNOWN).all(), "the layout that was made is kept and painted on"
    at.until(lambda: "given=2048" in at.log("request")[-1])
    at.settled()
    at.key(Qt.Key.Key_Z, CTRL)
    assert (at.document.painted == UNKNOWN).all()
    assert at.document.marks.fill_whole
    at.key(Qt.Key.Key_Z, CTRL)
    assert (at.document.painted[:16, :48] == 2).all(), "undo brings the painted layout back"


def test_only_paint_on_the_picture_ends_text_to_both(desk: MakeDesk) -> None:
    at = desk("--mute")
    at.until(lambda: len(at.log("request")) == 1)
    at.key(Qt.Key.Key_Escape)
    at.click(at.window.mode_bar.modes[Mode.TEXT_TO_BOTH])
    at.click(at.window.prompt_panel.generate)
    assert at.generator.running
    at.stroke((30, -25))
    assert at.generator.mode is Mode.TEXT_TO_BOTH
    assert at.generator.running
    at.key(Qt.Key.Key_4)
    at.stroke((30, -25), (30, 4))
    assert at.generator.mode is Mode.LAYOUT_TO_IMAGE
    assert at.document.painted[1, 30] == at.document.painted[4, 30] == 3, "a stroke may come from outside"


def test_commands_while_the_pen_is_down_end_the_stroke(desk: MakeDesk) -> None:
    at = desk().ready()
    other = np.ones_like(at.document.painted)
    commands = (
        at.editor.keep,
        at.session.projects.new,
        at.session.clear_layout,
        lambda: at.editor.place_layout(other, "Open"),
        lambda: at.editor.place_image(at.document.image + 1, "Open"),
    )
    for command in commands:
        before, depth = at.document.painted.copy(), len(at.editor.history)
        at.editor.tools.choose(3)
        at.editor.pen.press(Touch(Point(20, 24)))
        painted = at.document.painted.copy()
        assert (painted != before).any()
        command()
        assert not at.editor.painting
        assert len(at.editor.history) == depth + 2
        at.editor.undo()
        assert (at.document.painted == painted).all()
        at.editor.undo()
        assert (at.document.painted == before).all()


def test_nothing_of_the_old_picture_is_made_for_a_new_one(desk: MakeDesk) -> None:
    at = desk().ready()
    at.editor.pen.press(Touch(Point(20, 24)))
    at.session.projects.new()
    assert not at.generator.running


def test_generate_with_the_pen_down_ends_the_stroke(desk: MakeDesk) -> None:
    at = desk().ready()
    before = at.document.painted.copy()
    at.editor.pen.press(Touch(Point(20, 24)))
    at.generator.set_mode(Mode.TEXT_TO_BOTH)
    at.generator.generate()
    assert not at.editor.painting
    at.until(lambda: at.document.marks.fill_whole)
    at.editor.undo()
    at.editor.undo()
    assert (at.document.painted == before).all()


def test_a_click_beside_the_picture_changes_nothing(desk: MakeDesk) -> None:
    at = desk().ready()
    depth = len(at.editor.history)
    at.stroke((-20, -20))
    assert len(at.editor.history) == depth
    assert not at.generator.running


def test_new_is_one_undo_away(desk: MakeDesk) -> None:
    at = desk().ready()
    painted = at.document.painted.copy()
    at.key(Qt.Key.Key_N, CTRL)
    assert (at.document.painted == UNKNOWN).all()
    assert at.document.marks.image is ImageKind.NONE
    at.click(at.window.prompt_panel.generate)
    assert "nothing to draw from" in at.said()
    at.key(Qt.Key.Key_Z, CTRL)
    assert (at.document.painted == painted).all()
