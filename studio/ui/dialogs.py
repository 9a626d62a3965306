"""File dialogs that are opened and not waited for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

translate = QCoreApplication.translate


def ask_open(parent: QWidget, title: str, chosen: Callable[[Path], None]) -> QFileDialog:
    """Let a person choose a file to open; returns at once."""
    pictures = translate("Dialogs", "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)")
    everything = translate("Dialogs", "All files (*)")
    dialog = QFileDialog(parent, title, filter=f"{pictures};;{everything}")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _opened(dialog, chosen)


def ask_save(parent: QWidget, title: str, name: str, chosen: Callable[[Path], None]) -> QFileDialog:
    """Let a person choose where to save a PNG; returns at once."""
    dialog = QFileDialog(parent, title, filter="PNG (*.png)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("png")
    dialog.selectFile(name)
    return _opened(dialog, chosen)


def ask_zip(parent: QWidget, title: str, chosen: Callable[[Path], None]) -> QFileDialog:
    """Let a person choose a zip; returns at once."""
    dialog = QFileDialog(parent, title, filter="Zip (*.zip)")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _opened(dialog, chosen)


def ask_folder(parent: QWidget, title: str, chosen: Callable[[Path], None]) -> QFileDialog:
    """Let a person choose a folder; returns at once."""
    dialog = QFileDialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return _opened(dialog, chosen)


def _opened(dialog: QFileDialog, chosen: Callable[[Path], None]) -> QFileDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: chosen(Path(name)))
    dialog.open()
    return dialog
