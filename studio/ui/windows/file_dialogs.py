"""File dialogs that return at once and call back with the chosen path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

translate = QCoreApplication.translate


def ask_open_picture(
    parent: QWidget, title: str, on_chosen: Callable[[Path], None], *, projects: bool = False
) -> QFileDialog:
    """Ask for a picture to open, or also for a project if `projects`."""
    pictures = translate("Dialogs", "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)")
    if projects:
        both = translate("Dialogs", "Projects and pictures (*.diptych *.png *.jpg *.jpeg *.webp *.bmp *.tif *.tiff)")
        pictures = f"{both};;{pictures}"
    everything = translate("Dialogs", "All files (*)")
    dialog = QFileDialog(parent, title, filter=f"{pictures};;{everything}")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _open_dialog(dialog, on_chosen)


def ask_save_png(parent: QWidget, title: str, name: str, on_chosen: Callable[[Path], None]) -> QFileDialog:
    """Ask where to save a PNG; `name` is the suggested file name."""
    return _ask_save(parent, title, name, on_chosen, "PNG (*.png)")


def ask_save_gif(parent: QWidget, title: str, name: str, on_chosen: Callable[[Path], None]) -> QFileDialog:
    """Ask where to save a GIF; `name` is the suggested file name."""
    return _ask_save(parent, title, name, on_chosen, "GIF (*.gif)")


def ask_save_project(parent: QWidget, title: str, name: str, on_chosen: Callable[[Path], None]) -> QFileDialog:
    """Ask where to save a project; `name` is the suggested file name."""
    return _ask_save(parent, title, name, on_chosen, "Diptych (*.diptych)")


def ask_open_zip(parent: QWidget, title: str, on_chosen: Callable[[Path], None]) -> QFileDialog:
    """Ask for a zip file to open."""
    dialog = QFileDialog(parent, title, filter="Zip (*.zip)")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _open_dialog(dialog, on_chosen)


def ask_open_text(parent: QWidget, title: str, on_chosen: Callable[[Path], None]) -> QFileDialog:
    """Ask for a text file to open."""
    texts, everything = translate("Dialogs", "Text files (*.txt)"), translate("Dialogs", "All files (*)")
    dialog = QFileDialog(parent, title, filter=f"{texts};;{everything}")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _open_dialog(dialog, on_chosen)


def ask_folder(parent: QWidget, title: str, on_chosen: Callable[[Path], None]) -> QFileDialog:
    """Ask for a folder."""
    dialog = QFileDialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return _open_dialog(dialog, on_chosen)


def _ask_save(
    parent: QWidget, title: str, name: str, on_chosen: Callable[[Path], None], name_filter: str
) -> QFileDialog:
    dialog = QFileDialog(parent, title, filter=name_filter)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(name.rsplit(".", 1)[-1])
    dialog.selectFile(name)
    return _open_dialog(dialog, on_chosen)


def _open_dialog(dialog: QFileDialog, on_chosen: Callable[[Path], None]) -> QFileDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: on_chosen(Path(name)))
    dialog.open()
    return dialog
