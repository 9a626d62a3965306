"""The choices of the View menu: light or dark, and the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from studio.session.preferences import ColourScheme, Preferences
from studio.ui.style.language import LANGUAGE_NAMES

translate = QCoreApplication.translate


def add_appearance_menus(menu: QMenu, preferences: Preferences) -> None:
    """Add both as menus of their own."""
    chosen = preferences.values
    scheme_texts: dict[str, str] = {
        ColourScheme.SYSTEM: translate("Choices", "As the &system"),
        ColourScheme.LIGHT: translate("Choices", "&Light"),
        ColourScheme.DARK: translate("Choices", "&Dark"),
    }
    theme_menu = menu.addMenu(translate("Choices", "&Theme"))
    _add_choice_actions(
        theme_menu, scheme_texts, chosen.look, lambda look: preferences.update(look=ColourScheme(look))
    )
    language_texts = {"": translate("Choices", "As the &system")} | LANGUAGE_NAMES
    language_menu = menu.addMenu(translate("Choices", "&Language"))
    current_language = chosen.language if chosen.language in LANGUAGE_NAMES else ""
    _add_choice_actions(
        language_menu, language_texts, current_language, lambda language: preferences.update(language=language)
    )


def _add_choice_actions(
    menu: QMenu, choices: Mapping[str, str], current: str, on_chosen: Callable[[str], None]
) -> None:
    group = QActionGroup(menu)
    for choice, text in choices.items():
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(choice == current)
        action.setData(str(choice))
        group.addAction(action)
    group.triggered.connect(lambda action: on_chosen(action.data()))
