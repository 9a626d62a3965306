"""The language of the window: the system's if we speak it, else English, or the one that was chosen."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QApplication

from engine.interface.pack_catalogue import assets_folder

LANGUAGE_NAMES = {"en": "English", "de": "Deutsch", "ko": "한국어"}
"""Every language in its own words; English is the one in which the studio is written."""


class LanguageSwitcher(QObject):
    """Puts one language on the application; windows that are made afterwards speak it."""

    def __init__(self, app: QApplication) -> None:
        super().__init__()
        self._app = app
        self._translators: list[QTranslator] = []
        self._choice: str | None = None
        self.code = "en"

    def install(self, choice: str) -> None:
        """Take a language of `NAMES`; the system's for anything else."""
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
        """Take the language away again."""
        for translator in self._translators:
            self._app.removeTranslator(translator)
        self._translators.clear()
        self._choice = None


def system_language(ui_languages: list[str]) -> str:
    """The first language of a system's list ("de-AT", …) that we speak; English if there is none."""
    codes = (tag.replace("_", "-").split("-")[0].lower() for tag in ui_languages)
    return next((code for code in codes if code in LANGUAGE_NAMES), "en")
