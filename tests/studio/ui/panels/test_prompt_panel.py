"""Words and what stands beside them: suggestions, unknown words, the fold, and the pack's defaults."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.interface.prompt_words import split_words
from engine.interface.protocol import PackInfo
from studio.domain.vocabulary import WORD_PATTERN, Vocabulary, replace_word, word_before
from tests.studio.conftest import CLASSES, OpenStudio
from tests.studio.studio_driver import StudioDriver

WORDS = (",", ".", "a", "car", "cars", "no", "of", "road", "sky", "street", "the", "trees", "view", "zebra")


@pytest.fixture
def taught(pack: Path) -> None:
    """The pack knows a few words."""
    info = PackInfo(
        name="street", title="Street", height=32, width=64, classes=CLASSES, steps=4, sampler="unipc", vocabulary=WORDS
    )
    (pack / "pack.json").write_bytes(msgspec.json.encode({"info": info}))


def type_prompt(driver: StudioDriver, words: str) -> None:
    driver.window.prompt_panel.prompt_edit.setFocus()
    QTest.keyClicks(driver.window.prompt_panel.prompt_edit, words)


@pytest.mark.parametrize("prompt", ["Trees, 2 cars.", "a lamp_post's ZEBRA", "높은 건물 and straße", "", "… 42"])
def test_words_are_divided_as_the_engine_divides_them(prompt: str) -> None:
    ours = [match[0] for match in WORD_PATTERN.finditer(prompt.lower())]
    assert ours == [word for word in split_words(prompt) if word not in ",."]


def test_the_vocabulary_names_unknown_words_and_near_ones() -> None:
    info = PackInfo(name="p", title="P", height=8, width=8, classes=CLASSES, vocabulary=WORDS)
    words = Vocabulary(info)
    assert words.unknown_words("The Stret, a unicorn of unicorn") == ("stret", "unicorn")
    assert words.nearest_words("stret")[0] == "street"
    assert words.nearest_words("unicorn") == ()
    assert "vehicle" not in words.suggestions, "a synonym that the pack was not taught"
    assert "car" in words.suggestions
    assert words.unknown_words("exactly one unicorn, far right, at midnight") == ("unicorn", "at"), "rules are obeyed"
    assert Vocabulary(info, open_ended=True).unknown_words("unicorn") == ()
    assert Vocabulary(PackInfo(name="p", title="P", height=8, width=8, classes=CLASSES)).unknown_words("unicorn") == ()


def test_the_word_at_the_cursor() -> None:
    assert word_before("a stree on", 7) == "stree"
    assert word_before("a stree on", 8) == ""
    assert replace_word("Stret, streets, STRET", "stret", "street") == "street, streets, street"


def test_suggestions_come_while_typing_and_tab_takes_one(open_studio: OpenStudio, taught: None) -> None:
    driver = open_studio().wait_until_ready()
    panel = driver.window.prompt_panel
    type_prompt(driver, "a str")
    popup = panel.suggestions[0].popup
    assert popup.isVisible()
    QTest.keyClick(popup, Qt.Key.Key_Tab)
    assert panel.prompt_edit.text() == "a street"
    assert not popup.isVisible()
    driver.wait_until(lambda: "prompt='a street'" in driver.engine_log("request")[-1])
    type_prompt(driver, " ca")
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    count = len(driver.engine_log("request"))
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert panel.prompt_edit.text() == "a street cars"
    assert len(driver.engine_log("request")) == count, "Return took the word and generated nothing"
    panel.prompt_edit.undo()
    assert panel.prompt_edit.text() == "a street ca"
    panel.suggestions[0].popup.hide()


def test_a_word_counts_as_unknown_when_it_is_done(open_studio: OpenStudio, taught: None) -> None:
    driver = open_studio().wait_until_ready()
    panel = driver.window.prompt_panel
    type_prompt(driver, "a stre")
    driver.wait_until(lambda: "prompt='a stre'" in driver.engine_log("request")[-1])
    driver.wait_until(lambda: not panel.typing_timer.isActive())
    assert not panel.unknown_label.isVisible(), "it may become a street"
    type_prompt(driver, " ")
    driver.wait_until(panel.unknown_label.isVisible)
    assert "“stre”" in panel.unknown_label.text()


def test_unknown_words_are_named_with_near_ones_that_replace_them(open_studio: OpenStudio, taught: None) -> None:
    driver = open_studio().wait_until_ready()
    panel = driver.window.prompt_panel
    type_prompt(driver, "a stret")
    driver.wait_until(panel.unknown_label.isVisible)
    assert "does not know “stret”" in panel.unknown_label.text()
    panel.unknown_label.linkActivated.emit("stret>street")
    assert panel.prompt_edit.text() == "a street"
    assert not panel.unknown_label.isVisible()
    driver.wait_until(lambda: "prompt='a street'" in driver.engine_log("request")[-1])


def test_the_fold_is_remembered_and_its_values_are_sent(open_studio: OpenStudio, taught: None) -> None:
    driver = open_studio().wait_until_ready()
    panel, advanced = driver.window.prompt_panel, driver.window.prompt_panel.advanced_panel
    assert not advanced.isVisible()
    driver.click(panel.more_button)
    assert advanced.isVisible()
    assert panel.negative_edit.isVisible()
    assert advanced.sampler_box.currentData() is None
    assert advanced.sampler_box.findData("distilled") < 0
    assert not advanced.reset_button.isEnabled()
    advanced.sampler_box.setFocus()
    QTest.keyClick(advanced.sampler_box, Qt.Key.Key_Down)
    assert driver.generator.settings.options.sampler == "unipc"
    QTest.keyClick(advanced.sampler_box, Qt.Key.Key_Down)
    assert driver.generator.settings.options.sampler == "dpm++2m"
    assert "few steps" in advanced.help_label.text()
    advanced.guidance_box.setFocus()
    advanced.guidance_box.selectAll()
    QTest.keyClicks(advanced.guidance_box, "7.5")
    advanced.cross_guidance_box.stepUp()
    options = driver.generator.settings.options
    assert (options.guidance, options.cross_guidance) == (7.5, 1.5)
    driver.close()
    again = open_studio()
    assert again.window.prompt_panel.advanced_panel.isVisible()
    assert again.generator.settings.options == options
    assert again.window.prompt_panel.advanced_panel.guidance_box.value() == 7.5
    again.click(again.window.prompt_panel.advanced_panel.reset_button)
    options = again.generator.settings.options
    assert (options.steps, options.sampler, options.guidance, options.cross_guidance) == (None, None, None, None)
    assert again.window.prompt_panel.advanced_panel.sampler_box.currentData() is None
    assert again.window.prompt_panel.advanced_panel.steps_box.value() == 4
