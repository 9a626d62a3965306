"""The Data sets menu, its two windows, and the export's progress in the status line."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from studio.session.preferences import Preferences
from studio.session.session import Session
from studio.ui.actions.shortcuts import Command, CommandRegistry
from studio.ui.style.theme import Theme
from studio.ui.windows.dataset_window import DatasetWindow
from studio.ui.windows.export_dialog import ExportDialog
from studio.ui.windows.export_texts import export_status_text
from studio.ui.windows.single_window import show_single


class DatasetCommands(QObject):
    """Adds the commands and opens the export dialog and the data set browser, each at most once."""

    def __init__(self, session: Session, preferences: Preferences, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._preferences, self._theme, self._window = session, preferences, theme, window
        self.export_dialog: ExportDialog | None = None
        self.dataset_window: DatasetWindow | None = None
        self.status_button = QToolButton()
        self.status_button.setAccessibleName(self.tr("Export"))
        self.status_button.setToolTip(self.tr("Show the export"))
        self.status_button.clicked.connect(self.show_export_dialog)
        session.exports.browse_requested.connect(self.show_dataset_window)
        session.exports.changed.connect(self._refresh_status)
        self._refresh_status()

    def add_actions_to(self, menu: QMenu, commands: CommandRegistry) -> None:
        """Add the commands to the Data sets menu."""
        for name, text, key, icon, run in (
            ("data.export", self.tr("&Export a data set…"), "Ctrl+Shift+D", "export", self.show_export_dialog),
            ("data.browse", self.tr("&Browse a data set…"), "Ctrl+D", "browse", self.show_dataset_window),
        ):
            commands.add_to_menu(menu, Command(name=name, text=text, keys=(key,), icon=icon), run)

    def show_export_dialog(self) -> None:
        """Open the export dialog, or bring it to the front."""
        self.export_dialog = show_single(
            self.export_dialog, lambda: ExportDialog(self._session, self._preferences, self._theme, self._window)
        )

    def show_dataset_window(self, folder: Path | None = None) -> None:
        """Open the data set browser, or bring it to the front; show `folder` in it if one is given."""
        self.dataset_window = show_single(
            self.dataset_window, lambda: DatasetWindow(self._session, self._theme, self._window)
        )
        if folder is not None:
            self.dataset_window.open_folder(folder)

    def _refresh_status(self) -> None:
        words = export_status_text(self._session.exports)
        self.status_button.setVisible(bool(words))
        self.status_button.setText(words)
