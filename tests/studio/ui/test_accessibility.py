"""Everything can be reached, named and seen without a mouse; every window, in both looks."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QMainWindow, QWidget

from studio import ui
from studio.session.notices import Notice, NoticeAction
from studio.session.preferences import ColourScheme
from studio.ui.main_window import TOGGLED_PANELS, MainWindow
from studio.ui.overlays.extend_dialog import ExtendDialog
from studio.ui.style.language import LANGUAGE_NAMES
from studio.ui.windows.dataset_window import DatasetWindow
from studio.ui.windows.export_dialog import ExportDialog
from studio.ui.windows.packs_window import PacksWindow
from studio.ui.windows.shortcuts_window import ShortcutsWindow
from studio.ui.windows.timeline_window import TimelineWindow
from tests.studio.conftest import OpenStudio
from tests.studio.studio_driver import StudioDriver


def controls(window: QWidget) -> list[QWidget]:
    """What Tab must reach: all that is shown, enabled and takes the focus by itself."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.window() is window
        and widget.isVisible()
        and widget.isEnabled()
        and widget.focusProxy() is None
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def widget_description(widget: QWidget) -> str:
    face = QAccessible.queryAccessibleInterface(widget)
    return f"{type(widget).__name__} {widget.objectName()} “{face.text(QAccessible.Text.Name)}”"


def widget_pixels(widget: QWidget) -> QImage:
    """The window's pixels at a widget."""
    window = widget.window()
    corner = widget.mapTo(window, widget.rect().topLeft())
    return window.grab(widget.rect().translated(corner)).toImage()


def tab_order(window: QWidget) -> list[QWidget]:
    """Where real presses of Tab lead, until they come round."""
    seen: list[QWidget] = []
    for _ in range(300):
        widget = QApplication.focusWidget()
        assert widget is not None
        if widget in seen:
            return seen
        seen.append(widget)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    raise AssertionError("Tab never comes round")


def reachable_by_arrows(widget: QWidget, reached: list[QWidget]) -> bool:
    """Of buttons of which one is always down, Tab reaches that one, and arrow keys go on from there."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    if group is None or not any(button in reached for button in group.buttons()):
        return False
    group.checkedButton().setFocus()
    for _ in group.buttons():
        if QApplication.focusWidget() is widget:
            return True
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    return False


def fill_window(driver: StudioDriver) -> QWidget:
    """The window with everything in it that can be there."""
    driver.click(driver.window.prompt_panel.more_button)
    driver.window.notice_bar.show_notice(
        Notice("Something. Do this.", action=NoticeAction("Do", lambda: None), details="more")
    )
    driver.click(driver.window.notice_bar.row_at(-1).findChildren(QWidget, "details")[0])
    return driver.window


def check_accessible(window: QWidget) -> None:
    wanted = controls(window)
    bare = [widget_description(widget) for widget in wanted if "“”" in widget_description(widget)]
    assert bare == []
    wanted[0].setFocus()
    reached = tab_order(window)
    assert [
        widget_description(widget)
        for widget in wanted
        if widget not in reached and not reachable_by_arrows(widget, reached)
    ] == []
    unseen = []
    for widget in reached:
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        ringed = widget_pixels(widget)
        widget.clearFocus()
        if widget.isEnabled() and widget_pixels(widget) == ringed:
            unseen.append(widget_description(widget))
    assert unseen == [], "where the focus is must be seen"


@pytest.mark.parametrize("look", [ColourScheme.LIGHT, ColourScheme.DARK])
def test_the_window(open_studio: OpenStudio, look: ColourScheme) -> None:
    driver = open_studio().wait_until_ready()
    driver.studio.preferences.update(look=look)
    window = fill_window(driver)
    assert len(controls(window)) > 25
    check_accessible(window)


WINDOWS: dict[str, type[QDialog]] = {
    "help.shortcuts": ShortcutsWindow,
    "file.packs": PacksWindow,
    "picture.timeline": TimelineWindow,
    "picture.extend_by": ExtendDialog,
    "data.export": ExportDialog,
    "data.browse": DatasetWindow,
}
"""What opens them."""


@pytest.mark.parametrize("look", [ColourScheme.LIGHT, ColourScheme.DARK])
@pytest.mark.parametrize("command", WINDOWS)
def test_every_other_window(open_studio: OpenStudio, command: str, look: ColourScheme) -> None:
    driver = open_studio().wait_until_ready()
    driver.studio.preferences.update(look=look)
    driver.window.commands[command].trigger()
    (window,) = driver.window.findChildren(WINDOWS[command])
    wait_until_active(driver, window)
    driver.wait_until_idle()
    check_accessible(window)


def test_no_window_is_left_out() -> None:
    folder = Path(ui.__file__).parent
    names = [".".join(path.relative_to(folder).with_suffix("").parts) for path in folder.rglob("[!_]*.py")]
    found = {
        kind
        for name in names
        for kind in vars(importlib.import_module(f"studio.ui.{name}")).values()
        if isinstance(kind, type) and issubclass(kind, QDialog | QMainWindow) and kind.__module__.startswith("studio")
    }
    assert found == {MainWindow, *WINDOWS.values()}


def test_the_timeline_with_its_steps_made(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.window.show_timeline()
    timeline = driver.window.timeline_window
    assert timeline is not None
    wait_until_active(driver, timeline)
    driver.wait_until(timeline.save_gif_button.isEnabled)
    assert len(controls(timeline)) == 5
    check_accessible(timeline)
    faces = [QAccessible.queryAccessibleInterface(picture) for picture in timeline.step_images]
    assert all(face.text(QAccessible.Text.Name).isascii() for face in faces), "letters that every font has"


def test_what_lies_over_the_canvases(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio().wait_until_ready()
    driver.wait_until(lambda: bool(driver.session.results.entries))
    driver.window.comparison.toggle(driver.session.results.entries[0])
    driver.wait_until(lambda: driver.window.comparison.active)
    assert all(curtain in controls(driver.window) for curtain in driver.window.comparison.overlays)
    check_accessible(driver.window)
    driver.window.comparison.close()
    Image.fromarray(np.full((200, 200, 3), 90, np.uint8)).save(tmp_path / "photo.png")
    driver.session.files.open_image(tmp_path / "photo.png")
    driver.wait_until(lambda: driver.document.status.fill_whole)
    driver.wait_until_idle()
    driver.session.files.adjust_crop()
    driver.wait_until(driver.window.crop_overlay.isVisible)
    assert driver.window.crop_overlay in controls(driver.window)
    check_accessible(driver.window)


def test_variations_and_every_panel(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    for name in TOGGLED_PANELS:
        if name != "overlay" and not driver.window.commands[f"view.{name}"].isChecked():
            driver.window.commands[f"view.{name}"].trigger()
    driver.click(driver.window.results_strip.variations_button)
    driver.wait_until(lambda: not driver.session.variations.running)
    assert all(tile in controls(driver.window) for tile in driver.window.results_strip.variation_tiles)
    assert all(bar in controls(driver.window) for bar in driver.window.area_panel.bars.values())
    check_accessible(driver.window)


@pytest.mark.parametrize("look", [ColourScheme.LIGHT, ColourScheme.DARK])
def test_the_export(open_studio: OpenStudio, look: ColourScheme) -> None:
    driver = open_studio()
    driver.studio.preferences.update(look=look)
    driver.window.dataset_commands.show_export_dialog()
    dialog = driver.window.dataset_commands.export_dialog
    assert dialog is not None
    dialog.likeness_field.check_box.setChecked(True)
    wait_until_active(driver, dialog)
    assert len(controls(dialog)) > 6
    check_accessible(dialog)


def test_the_data_set(open_studio: OpenStudio) -> None:
    driver = open_studio()
    driver.window.dataset_commands.show_dataset_window()
    browser = driver.window.dataset_commands.dataset_window
    assert browser is not None
    wait_until_active(driver, browser)
    check_accessible(browser)


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
def test_every_menu_entry_has_words_and_no_mnemonic_twice(
    open_studio: OpenStudio, tmp_path: Path, language: str
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "preferences.json").write_text(json.dumps({"language": language}))
    menus = open_studio().window.menuBar().actions()
    doubled = []
    for entries in (menus, *(top.menu().actions() for top in menus)):
        texts = [action.text() for action in entries if not action.isSeparator()]
        assert all(texts)
        letters = Counter(text[text.index("&") + 1].lower() for text in texts if "&" in text)
        doubled += [text for text in texts if "&" in text and letters[text[text.index("&") + 1].lower()] > 1]
    assert doubled == []


def wait_until_active(driver: StudioDriver, window: QWidget) -> None:
    window.activateWindow()
    driver.wait_until(window.isActiveWindow)
