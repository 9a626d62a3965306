"""The View menu: zoom, parts of the window that can be hidden, full size, theme and language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication, QSize
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from studio.session.generation.upscaling import FullSizeController
from studio.session.preferences import ColourScheme, Preferences
from studio.ui.actions.shortcuts import Command, CommandRegistry
from studio.ui.canvas.viewport import Viewport
from studio.ui.style.language import LANGUAGE_NAMES

ZOOM_STEP = 1.25
TOGGLED_PANELS = ("results", "overlay", "history", "areas")
"""Parts of the window that commands named `view.…` show and hide."""

translate = QCoreApplication.translate


def add_zoom_commands(
    menu: QMenu, commands: CommandRegistry, viewport: Viewport, canvas_size: Callable[[], QSize]
) -> None:
    """Add the commands that fit and zoom the picture; `canvas_size` returns the current size of a canvas."""
    add = commands.add_to_menu
    fit, actual = translate("ViewMenu", "Show the &whole picture"), translate("ViewMenu", "&Actual size")
    add(menu, Command(name="view.fit", text=fit, keys=("Ctrl+0",), icon="fit"), viewport.fit)
    add(
        menu,
        Command(name="view.actual", text=actual, keys=("Ctrl+1",)),
        lambda: viewport.zoom_to(1, canvas_size()),
    )
    add(
        menu,
        Command(name="view.in", text=translate("ViewMenu", "Zoom &in"), keys=("+", "=")),
        lambda: viewport.zoom_by(ZOOM_STEP, canvas_size()),
    )
    add(
        menu,
        Command(name="view.out", text=translate("ViewMenu", "Zoom &out"), keys=("-",)),
        lambda: viewport.zoom_by(1 / ZOOM_STEP, canvas_size()),
    )


def add_panel_commands(menu: QMenu, commands: CommandRegistry, set_shown: Callable[[str, bool], None]) -> None:
    """Add a checkable command for each of `TOGGLED_PANELS`; it calls `set_shown` with the panel's name."""
    texts = {
        "results": (translate("ViewMenu", "&Results"), "Ctrl+R"),
        "overlay": (translate("ViewMenu", "O&verlay"), "O"),
        "history": (translate("ViewMenu", "&History"), "Ctrl+H"),
        "areas": (translate("ViewMenu", "Ar&eas"), "Ctrl+Shift+H"),
    }
    for name in TOGGLED_PANELS:
        text, key = texts[name]
        command = Command(name=f"view.{name}", text=text, keys=(key,), icon=name, checkable=True)
        commands.add_to_menu(menu, command, lambda shown, name=name: set_shown(name, shown))


def add_full_size_command(
    menu: QMenu, commands: CommandRegistry, preferences: Preferences, full_size: FullSizeController
) -> None:
    """Add the command that draws results at full size, for packs that can; the choice is kept in the preferences."""
    if not full_size.factor:
        return

    def set_enabled(enabled: bool) -> None:
        full_size.set_enabled(enabled)
        preferences.update(full=enabled)

    tip = translate("ViewMenu", "Draw and show each result at the pack's full size, a moment after it appears")
    command = Command(name="view.full", text=translate("ViewMenu", "&Full size"), tip=tip, checkable=True)
    commands.add_to_menu(menu, command, set_enabled)
    commands["view.full"].setChecked(preferences.values.full)
    full_size.set_enabled(preferences.values.full)


def add_appearance_menus(menu: QMenu, preferences: Preferences) -> None:
    """Add the submenus for the theme and the language."""
    chosen = preferences.values
    scheme_texts: dict[str, str] = {
        ColourScheme.SYSTEM: translate("ViewMenu", "&System"),
        ColourScheme.LIGHT: translate("ViewMenu", "&Light"),
        ColourScheme.DARK: translate("ViewMenu", "&Dark"),
    }
    theme_menu = menu.addMenu(translate("ViewMenu", "&Theme"))
    _add_choice_actions(
        theme_menu, scheme_texts, chosen.look, lambda scheme: preferences.update(look=ColourScheme(scheme))
    )
    language_texts = {"": translate("ViewMenu", "&System")} | LANGUAGE_NAMES
    language_menu = menu.addMenu(translate("ViewMenu", "&Language"))
    current_language = chosen.language if chosen.language in LANGUAGE_NAMES else ""
    _add_choice_actions(
        language_menu, language_texts, current_language, lambda language: preferences.update(language=language)
    )


def _add_choice_actions(
    menu: QMenu, choices: Mapping[str, str], current: str, on_chosen: Callable[[str], None]
) -> None:
    """Add exclusive actions, one for each key of `choices` with its text; `on_chosen` gets the key."""
    group = QActionGroup(menu)
    for choice, text in choices.items():
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(choice == current)
        action.setData(str(choice))
        group.addAction(action)
    group.triggered.connect(lambda action: on_chosen(action.data()))
