"""The choices of the View menu: light or dark, and the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from studio.session.preferences import Look, Preferences
from studio.ui.language import NAMES

translate = QCoreApplication.translate


def add_choices(menu: QMenu, preferences: Preferences) -> None:
    """Add both as menus of their own."""
    chosen = preferences.chosen
    looks: dict[str, str] = {
        Look.SYSTEM: translate("Choices", "As the &system"),
        Look.LIGHT: translate("Choices", "&Light"),
        Look.DARK: translate("Choices", "&Dark"),
    }
    themes = menu.addMenu(translate("Choices", "&Theme"))
    _add(themes, looks, chosen.look, lambda look: preferences.change(look=Look(look)))
    tongues = {"": translate("Choices", "As the &system")} | NAMES
    languages = menu.addMenu(translate("Choices", "&Language"))
    spoken = chosen.language if chosen.language in NAMES else ""
    _add(languages, tongues, spoken, lambda language: preferences.change(language=language))


def _add(menu: QMenu, texts: Mapping[str, str], now: str, choose: Callable[[str], None]) -> None:
    group = QActionGroup(menu)
    for choice, text in texts.items():
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(choice == now)
        action.setData(str(choice))
        group.addAction(action)
    group.triggered.connect(lambda action: choose(action.data()))
