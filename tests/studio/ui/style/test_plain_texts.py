"""Names that look like HTML are shown as they are."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as GuiQt

from studio.ui.style.layouts import plain_tip, styled_label
from tests.studio.conftest import OpenStudio

NAME = "<img src='x'>road"


def test_a_label_shows_its_text_as_it_is(qapp: object) -> None:
    assert styled_label(NAME, "dim").textFormat() is Qt.TextFormat.PlainText


def test_a_tip_shows_its_text_as_it_is() -> None:
    assert plain_tip("a road, a car") == "a road, a car"
    assert plain_tip(NAME) == "<qt>&lt;img src=&#x27;x&#x27;&gt;road</qt>"
    assert GuiQt.mightBeRichText(plain_tip(NAME))


def test_a_class_with_a_strange_name_is_a_name(open_studio: OpenStudio, pack: Path) -> None:
    description = json.loads((pack / "pack.json").read_text("utf-8"))
    description["info"]["classes"][0]["name"] = NAME
    description["info"]["classes"][0]["synonyms"] = []
    (pack / "pack.json").write_text(json.dumps(description), "utf-8")
    driver = open_studio()
    item = driver.window.palette_panel.list_widget.item(0)
    assert item.text() == NAME
    assert "<img" not in item.toolTip()
