"""The palette: found by name, synonym and key, and in colours that everyone can tell apart."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.interface.pack_catalogue import assets_folder, read_pack_info
from engine.interface.raster import palette_table, read_layout, write_layout
from studio.domain.colourblind_palette import colourblind_colours
from studio.domain.palette import ClassPalette
from tests.studio.conftest import OpenStudio
from tests.studio.studio_driver import StudioDriver
from tests.tools.draw_palettes import FILE, apart, ciede2000

CTRL = Qt.KeyboardModifier.ControlModifier


def visible_classes(driver: StudioDriver) -> list[str]:
    rows = driver.window.palette_panel.list_widget
    return [rows.item(i).text() for i in range(rows.count()) if not rows.item(i).isHidden()]


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_colour_differences_are_those_of_the_standards_own_table(one, other, difference) -> None:
    assert ciede2000(np.array(one), np.array(other)) == pytest.approx(difference, abs=1e-4)


def test_the_street_pack_for_every_kind_of_colour_vision() -> None:
    classes = read_pack_info(assets_folder() / "packs" / "street").classes
    own = palette_table(classes)[: len(classes)]
    shown = colourblind_colours(own)
    assert apart(own).min() < 3, "its own colours are hardly told apart by some"
    assert apart(shown).min() > 12
    assert len(np.unique(shown, axis=0)) == len(classes)


@pytest.mark.parametrize("count", [1, 8, 9, 19, 40, 64, 65, 150, 256])
def test_any_number_of_classes_has_colours_of_its_own(count: int) -> None:
    own = np.random.default_rng(count).integers(0, 256, (count, 3), dtype=np.uint8)
    shown = colourblind_colours(own)
    assert len(np.unique(shown, axis=0)) == count
    assert (shown == colourblind_colours(own)).all()


@pytest.mark.parametrize(("size", "least"), [(8, 24), (12, 18), (16, 14), (20, 12.5), (24, 11), (32, 8.5), (64, 5.5)])
def test_the_sets_keep_what_they_promise(size: int, least: float) -> None:
    colours = msgspec.json.decode(FILE.read_bytes())[str(size)]
    assert apart(np.array([list(bytes.fromhex(c[1:])) for c in colours], np.uint8)).min() > least


def test_search_finds_names_first_and_synonyms_too() -> None:
    palette = ClassPalette(read_pack_info(assets_folder() / "packs" / "street").classes)
    assert [palette.class_name(i) for i in palette.search("pedes")] == ["person"]
    assert [palette.class_name(i) for i in palette.search("tr")][:4] == [
        "traffic light",
        "traffic sign",
        "truck",
        "train",
    ]
    assert "vegetation" in [palette.class_name(i) for i in palette.search("trees")]
    assert palette.search("zebra") == []
    assert len(palette.search("  ")) == len(palette)


def test_typing_narrows_the_list_and_return_takes_the_first(open_studio: OpenStudio) -> None:
    driver = open_studio()
    driver.editor.toolbox.select_class(0)
    driver.press_key(Qt.Key.Key_F, CTRL)
    search = driver.window.palette_panel.search_edit
    assert search.hasFocus()
    QTest.keyClicks(search, "vehi")
    assert visible_classes(driver) == ["car"]
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert driver.editor.palette.class_name(driver.editor.toolbox.class_id) == "car"
    assert len(visible_classes(driver)) == 4
    QTest.keyClicks(search, "zebra")
    assert visible_classes(driver) == []
    assert driver.window.palette_panel.empty_label.isVisible()


def test_keys_are_shown_and_follow_what_was_chosen(open_studio: OpenStudio) -> None:
    driver = open_studio()
    rows = driver.window.palette_panel.list_widget
    assert rows.item(3).data(Qt.ItemDataRole.UserRole) == "4"
    driver.window.commands.rebind("class.car", ("C",))
    assert rows.item(3).data(Qt.ItemDataRole.UserRole) == "C"
    driver.press_key(Qt.Key.Key_C)
    assert driver.editor.toolbox.class_id == 3


def test_other_colours_are_shown_and_nothing_else_changes(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    ids, before = driver.document.visible_layout().copy(), driver.window.layout_canvas.grab().toImage()
    driver.click(driver.window.palette_panel.distinct_button)
    assert driver.window.layout_canvas.grab().toImage() != before
    assert (driver.document.visible_layout() == ids).all()
    file = tmp_path / "layout.png"
    write_layout(file, driver.document.visible_layout(), driver.editor.palette.classes)
    assert (read_layout(file, driver.session.pack.info.classes) == ids).all()
    assert Image.open(file).getpalette()[:3] == [0x80, 0x40, 0x80], "files have the pack's colours"
    driver.close()
    assert open_studio().session.palette.colourblind_safe, "it is remembered"


def test_the_chosen_class_is_in_sight_however_little_room_there_is(open_studio: OpenStudio) -> None:
    driver = open_studio("--mute", size=(1024, 640))
    driver.editor.toolbox.select_class(3)
    rows = driver.window.palette_panel.list_widget
    rows.setFixedHeight(60)
    driver.wait_until(lambda: rows.viewport().height() < 60)
    driver.wait_until(lambda: rows.viewport().rect().contains(rows.visualItemRect(rows.currentItem())))
