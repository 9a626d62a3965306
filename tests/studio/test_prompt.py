"""Words and what stands beside them: suggestions, unknown words, the fold, and the pack's defaults."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.network.text import words_of
from engine.protocol import PackInfo
from studio.domain.words import WORD, Vocabulary, replaced, word_before
from tests.studio.conftest import CLASSES, MakeDesk
from tests.studio.desk import Desk

WORDS = (",", ".", "a", "car", "cars", "no", "of", "road", "sky", "street", "the", "trees", "view", "zebra")


@pytest.fixture
def taught(pack: Path) -> None:
    """The pack knows a few words."""
    info = PackInfo(
        name="street", title="Street", height=32, width=64, classes=CLASSES, steps=4, sampler="unipc", vocabulary=WORDS
    )
    (pack / "pack.json").write_bytes(msgspec.json.encode({"info": info}))


def typed(at: Desk, words: str) -> None:
    at.window.prompt_panel.prompt.setFocus()
    QTest.keyClicks(at.window.prompt_panel.prompt, words)


@pytest.mark.parametrize("prompt", ["Trees, 2 cars.", "a lamp_post's ZEBRA", "높은 건물 and straße", "", "… 42"])
def test_words_are_divided_as_the_engine_divides_them(prompt: str) -> None:
    ours = [match[0] for match in WORD.finditer(prompt.lower())]
    assert ours == [word for word in words_of(prompt) if word not in ",."]


def test_the_vocabulary_names_unknown_words_and_near_ones() -> None:
    info = PackInfo(name="p", title="P", height=8, width=8, classes=CLASSES, vocabulary=WORDS)
    words = Vocabulary(info)
    assert words.unknown("The Stret, a unicorn of unicorn") == ("stret", "unicorn")
    assert words.nearest("stret")[0] == "street"
    assert words.nearest("unicorn") == ()
    assert "vehicle" not in words.suggestions, "a synonym that the pack was not taught"
    assert "car" in words.suggestions
    assert words.unknown("exactly one unicorn, far right, at midnight") == ("unicorn", "at"), "rules are obeyed"
    assert Vocabulary(info, open_ended=True).unknown("unicorn") == ()
    assert Vocabulary(PackInfo(name="p", title="P", height=8, width=8, classes=CLASSES)).unknown("unicorn") == ()


def test_the_word_at_the_cursor() -> None:
    assert word_before("a stree on", 7) == "stree"
    assert word_before("a stree on", 8) == ""
    assert replaced("Stret, streets, STRET", "stret", "street") == "street, streets, street"


def test_suggestions_come_while_typing_and_tab_takes_one(desk: MakeDesk, taught: None) -> None:
    at = desk().ready()
    panel = at.window.prompt_panel
    typed(at, "a str")
    popup = panel.suggestions[0].popup
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Tab)
    assert panel.prompt.text() == "a street"
    assert not popup.isVisible()
    at.until(lambda: "prompt='a street'" in at.log("request")[-1])
    typed(at, " ca")
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    count = len(at.log("request"))
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert panel.prompt.text() == "a street cars"
    assert len(at.log("request")) == count, "Return took the word and generated nothing"
    panel.prompt.undo()
    assert panel.prompt.text() == "a street ca"
    panel.suggestions[0].popup.hide()


def test_a_word_counts_as_unknown_when_it_is_done(desk: MakeDesk, taught: None) -> None:
    at = desk().ready()
    panel = at.window.prompt_panel
    typed(at, "a stre")
    at.until(lambda: "prompt='a stre'" in at.log("request")[-1])
    at.until(lambda: not panel.pause.isActive())
    assert not panel.unknown.isVisible(), "it may become a street"
    typed(at, " ")
    at.until(panel.unknown.isVisible)
    assert "“stre”" in panel.unknown.text()


def test_unknown_words_are_named_with_near_ones_that_replace_them(desk: MakeDesk, taught: None) -> None:
    at = desk().ready()
    panel = at.window.prompt_panel
    typed(at, "a stret")
    at.until(panel.unknown.isVisible)
    assert "does not know “stret”" in panel.unknown.text()
    panel.unknown.linkActivated.emit("stret>street")
    assert panel.prompt.text() == "a street"
    assert not panel.unknown.isVisible()
    at.until(lambda: "prompt='a street'" in at.log("request")[-1])


def test_the_fold_is_remembered_and_its_values_are_sent(desk: MakeDesk, taught: None) -> None:
    at = desk().ready()
    panel, advanced = at.window.prompt_panel, at.window.prompt_panel.advanced
    assert not advanced.isVisible()
    at.click(panel.more)
    assert advanced.isVisible()
    assert panel.negative.isVisible()
    assert advanced.sampler.currentData() is None
    assert advanced.sampler.findData("distilled") < 0
    assert not advanced.reset.isEnabled()
    advanced.sampler.setFocus()
    QTest.keyClick(advanced.sampler, Qt.Key.Key_Down)
    assert at.generator.options.sampler == "unipc"
    QTest.keyClick(advanced.sampler, Qt.Key.Key_Down)
    assert at.generator.options.sampler == "dpm++2m"
    assert "few steps" in advanced.help.text()
    advanced.guidance.setFocus()
    advanced.guidance.selectAll()
    QTest.keyClicks(advanced.guidance, "7.5")
    advanced.cross_guidance.stepUp()
    options = at.generator.options
    assert (options.guidance, options.cross_guidance) == (7.5, 1.5)
    at.close()
    again = desk()
    assert again.window.prompt_panel.advanced.isVisible()
    assert again.generator.options == options
    assert again.window.prompt_panel.advanced.guidance.value() == 7.5
    again.click(again.window.prompt_panel.advanced.reset)
    options = again.generator.options
    assert (options.steps, options.sampler, options.guidance, options.cross_guidance) == (None, None, None, None)
    assert again.window.prompt_panel.advanced.sampler.currentData() is None
    assert again.window.prompt_panel.advanced.steps.value() == 4
