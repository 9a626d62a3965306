"""The menu of data sets, its two windows, and a word in the window's last line on how an export is doing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QToolButton, QWidget
from shiboken6 import isValid

from studio.session.preferences import Preferences
from studio.session.session import Session
from studio.ui.dataset_window import DatasetWindow
from studio.ui.export_dialog import ExportDialog
from studio.ui.export_words import standing
from studio.ui.shortcuts import Actions, Command, plain
from studio.ui.theme import Theme


class DatasetCommands(QObject):
    """Opens each window once; a second time it comes to the front."""

    def __init__(self, session: Session, preferences: Preferences, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._preferences, self._theme, self._window = session, preferences, theme, window
        self.dialog: ExportDialog | None = None
        self.browser: DatasetWindow | None = None
        self.status = QToolButton()
        self.status.setAccessibleName(self.tr("Export"))
        self.status.setToolTip(self.tr("Show the export"))
        self.status.clicked.connect(self.export)
        session.exports.browse_asked.connect(self.browse)
        session.exports.changed.connect(self._follow)
        self._follow()

    def add_to(self, menu: QMenu, commands: Actions) -> None:
        """Fill the menu."""
        for name, text, key, icon, run in (
            ("data.export", self.tr("&Export a data set…"), "Ctrl+Shift+D", "export", self.export),
            ("data.browse", self.tr("&Look through a data set…"), "Ctrl+D", "browse", self.browse),
        ):
            group = plain(menu.title())
            menu.addAction(commands.add(Command(name=name, text=text, group=group, keys=(key,), icon=icon), run))

    def export(self) -> None:
        """Open the export dialog."""
        if self.dialog is None or not isValid(self.dialog):
            self.dialog = ExportDialog(self._session, self._preferences, self._theme, self._window)
        self.dialog.show()
        self.dialog.activateWindow()

    def browse(self, folder: Path | None = None) -> None:
        """Open the browser, on this folder if one is given."""
        if self.browser is None or not isValid(self.browser):
            self.browser = DatasetWindow(self._session, self._theme, self._window)
        if folder is not None:
            self.browser.show_folder(folder)
        self.browser.show()
        self.browser.activateWindow()

    def _follow(self) -> None:
        words = standing(self._session.exports)
        self.status.setVisible(bool(words))
        self.status.setText(words)
