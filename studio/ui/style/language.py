"""The language of the window: the chosen one, else the system's if it is supported, else English."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QApplication

from engine.interface.pack_catalogue import assets_folder

LANGUAGE_NAMES = {"en": "English", "de": "Deutsch", "ko": "한국어"}
"""The supported languages by code, each in its own words; the texts in the code are English."""


class LanguageSwitcher(QObject):
    """Installs translators on the application; windows created afterwards use them."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self._app = app
        self._translators: list[QTranslator] = []
        self._choice: str | None = None
        self.code = "en"

    def install(self, choice: str) -> None:
        """Switch to a language of `LANGUAGE_NAMES`; any other `choice` stands for the system's language."""
        if choice == self._choice:
            return
        self.remove()
        self._choice = choice
        self.code = choice if choice in LANGUAGE_NAMES else system_language(QLocale.system().uiLanguages())
        QLocale.setDefault(QLocale(self.code))
        own, qt = assets_folder() / "translations", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for folder, name in ((qt, "qtbase"), (str(own), "diptych")):
            translator = QTranslator(self)
            if translator.load(f"{name}_{self.code}", folder):
                self._app.installTranslator(translator)
                self._translators.append(translator)

    def remove(self) -> None:
        """Remove the installed translators."""
        for translator in self._translators:
            self._app.removeTranslator(translator)
        self._translators.clear()
        self._choice = None


def system_language(ui_languages: list[str]) -> str:
    """The code of the first supported language in a system's list ("de-AT", …); "en" if there is none."""
    codes = (tag.replace("_", "-").split("-")[0].lower() for tag in ui_languages)
    return next((code for code in codes if code in LANGUAGE_NAMES), "en")
