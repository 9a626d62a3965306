"""The File menu, the clipboard commands and the project's title."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter
from PySide6.QtWidgets import QMenu, QWidget

from studio.domain.document import ImageKind
from studio.session.notices import Notice, NoticeLevel
from studio.session.persistence.project_file import PROJECT_SUFFIX
from studio.session.session import Session
from studio.ui.actions.shortcuts import Command, CommandRegistry
from studio.ui.style.layouts import plain_tip
from studio.ui.windows.file_dialogs import ask_open_picture, ask_save_png, ask_save_project

PNG_MIME_TYPE = "image/png"
MAX_UNSAVED_ENTRIES = 10
"""Number of unsaved pictures in the Open recent menu; each tool tip shows the folder with all of them."""


class FileCommands(QObject):
    """Adds its commands to the menus of a window."""

    noticed = Signal(object)  # Notice

    def __init__(self, session: Session, commands: CommandRegistry, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._commands, self._window = session, commands, window
        self.recent_menu: QMenu | None = None

    @property
    def project_title(self) -> str:
        """The project's name, followed by a dot if there are unsaved changes."""
        projects = self._session.projects
        name = projects.path.stem if projects.path else self.tr("Untitled")
        return f"{name} •" if projects.modified else name

    def add_actions_to(self, menu: QMenu, add_more: Callable[[QMenu], None], quit_: Callable[[], object]) -> None:
        """Fill the File menu. `add_more` adds commands after Open recent; `quit_` closes the window."""
        add = partial(self._add, menu)
        session = self._session
        add("file.new", self.tr("&New"), session.projects.new, "Ctrl+N", icon="new")
        add("file.open", self.tr("&Open…"), self.open, "Ctrl+O", icon="open")
        self.recent_menu = menu.addMenu(self.tr("Open &recent"))
        self.recent_menu.setToolTipsVisible(True)
        self.recent_menu.aboutToShow.connect(self._fill_recent)
        add_more(menu)
        menu.addSeparator()
        add("file.save", self.tr("&Save"), self.save, "Ctrl+S", icon="save")
        add("file.save_as", self.tr("Save &as…"), self.save_as, "Ctrl+Shift+S")
        menu.addSeparator()
        add("file.open_layout", self.tr("Open &layout…"), self.open_layout, icon="open")
        add("file.open_image", self.tr("Open &image…"), self.open_image, "Ctrl+Shift+O", icon="open")
        add("file.save_layout", self.tr("Export la&yout…"), self.save_layout, "Ctrl+Shift+E", icon="save")
        add("file.save_image", self.tr("Export i&mage…"), self.save_image, "Ctrl+E", icon="save")
        if session.full_size.factor:
            add("file.save_full", self.tr("Export image at f&ull size…"), self.save_full)
        add("file.crop", self.tr("Adjust the &crop"), session.files.adjust_crop)
        menu.addSeparator()
        add("file.quit", self.tr("&Quit"), quit_, "Ctrl+Q")
        session.files.photo_changed.connect(self._refresh_crop_action)
        self._refresh_crop_action()

    def add_clipboard_actions_to(self, menu: QMenu) -> None:
        """Add Copy and Paste to the Edit menu."""
        self._add(menu, "edit.copy_image", self.tr("Copy ima&ge"), self.copy_image, "Ctrl+C")
        self._add(menu, "edit.copy_layout", self.tr("Copy &layout"), self.copy_layout, "Ctrl+Shift+C")
        self._add(menu, "edit.paste", self.tr("&Paste"), self.paste, "Ctrl+V")

    def open(self) -> None:
        """Ask for a project, an image or a layout."""
        ask_open_picture(self._window, self.tr("Open"), self._session.files.open, projects=True)

    def save(self) -> None:
        """Save the project into its file, or ask for one."""
        if self._session.projects.path is None:
            self.save_as()
        else:
            self._session.projects.save()

    def save_as(self) -> None:
        """Ask for a file and save the project into it."""
        path = self._session.projects.path
        name = path.name if path else self.tr("picture") + PROJECT_SUFFIX
        ask_save_project(self._window, self.tr("Save project"), name, self._session.projects.save)

    def open_layout(self) -> None:
        ask_open_picture(self._window, self.tr("Open layout"), self._session.files.open_layout)

    def open_image(self) -> None:
        ask_open_picture(self._window, self.tr("Open image"), self._session.files.open_image)

    def save_layout(self) -> None:
        ask_save_png(self._window, self.tr("Export layout"), "layout.png", self._session.files.save_layout)

    def save_image(self) -> None:
        ask_save_png(self._window, self.tr("Export image"), "image.png", self._session.files.save_image)

    def save_full(self) -> None:
        """Ask for a file and export the full-size image as it was when the command was chosen."""
        full = self._session.full_size.displayed_image()
        if full is None:
            self.noticed.emit(
                Notice(self.tr("The full-size image is not ready yet. Try again in a moment."), NoticeLevel.HINT)
            )
        else:
            save = self._session.files.full_size_saver(full)
            ask_save_png(self._window, self.tr("Export image at full size"), "image.png", save)

    def copy_image(self) -> None:
        """Put the image on the clipboard as a PNG that contains its request."""
        if self._session.editor.document.status.image is ImageKind.NONE:
            self.noticed.emit(Notice(self.tr("There is no image to copy yet. Generate one first."), NoticeLevel.HINT))
        else:
            self._copy(self._session.files.image_png())

    def copy_layout(self) -> None:
        """Put the layout on the clipboard as an index PNG, and as colours for other programs."""
        self._copy(self._session.files.layout_png())

    def paste(self) -> None:
        """Open the clipboard's file or picture: an index PNG as a layout, any other picture as an image."""
        data = QGuiApplication.clipboard().mimeData()
        if not open_mime_data(data, self._session, self.tr("the clipboard")):
            self.noticed.emit(
                Notice(self.tr("There is no picture on the clipboard. Copy one, then paste again."), NoticeLevel.HINT)
            )

    def _copy(self, png: bytes) -> None:
        data = QMimeData()
        data.setData(PNG_MIME_TYPE, QByteArray(png))
        data.setImageData(QImage.fromData(png))
        QGuiApplication.clipboard().setMimeData(data)

    def _fill_recent(self) -> None:
        assert self.recent_menu is not None, "the menu exists before it can be shown"
        self.recent_menu.clear()
        projects = self._session.projects
        self._add_recent(self.recent_menu, projects.recent)
        if not projects.recent:
            self.recent_menu.addAction(self.tr("No projects yet")).setEnabled(False)
        if projects.unsaved:
            self.recent_menu.addSection(self.tr("Recovered pictures that were not saved"))
            self._add_recent(self.recent_menu, projects.unsaved[:MAX_UNSAVED_ENTRIES])

    def _add_recent(self, menu: QMenu, paths: list[Path]) -> None:
        for path in paths:
            action = menu.addAction(path.stem.replace("&", "&&"))
            action.setToolTip(plain_tip(str(path)))
            action.triggered.connect(lambda _, path=path: self._session.projects.open(path))

    def _refresh_crop_action(self) -> None:
        self._commands["file.crop"].setEnabled(self._session.files.photo is not None)

    def _add(self, menu: QMenu, name: str, text: str, run: Callable[[], object], *keys: str, icon: str = "") -> None:
        self._commands.add_to_menu(menu, Command(name=name, text=text, keys=keys, icon=icon), run)


def has_openable_data(data: QMimeData) -> bool:
    """Whether this contains a local file or a picture."""
    return data.hasImage() or any(url.isLocalFile() for url in data.urls())


def open_mime_data(data: QMimeData, session: Session, name: str, half: str = "") -> bool:
    """Open dropped or pasted data. Returns whether it contained a file or a picture.

    `half` is "layout" or "image"; if it is empty, the data decide. `name` stands for the file in messages.
    """
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if paths:
        session.files.open_dropped(paths, half)
    elif data.hasFormat(PNG_MIME_TYPE):
        session.files.open_bytes(bytes(data.data(PNG_MIME_TYPE).data()), name, half)
    elif data.hasImage():
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"PNG")).write(QImage(data.imageData()))
        session.files.open_bytes(bytes(buffer.data().data()), name, half)
    else:
        return False
    return True
