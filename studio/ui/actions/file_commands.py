"""The File menu, the clipboard, and what the window's title says of the project."""

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
from studio.ui.windows.file_dialogs import ask_open_picture, ask_save_png, ask_save_project

PNG_MIME_TYPE = "image/png"
MAX_UNSAVED_ENTRIES = 10
"""Pictures without a file in the menu; the tooltip of each says where all are."""


class FileCommands(QObject):
    """Adds its commands to the menus of a window."""

    noticed = Signal(object)  # Notice

    def __init__(self, session: Session, commands: CommandRegistry, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._commands, self._window = session, commands, window
        self.recent_menu: QMenu | None = None

    @property
    def project_title(self) -> str:
        """The project's name, with a mark if it has changed since it was saved."""
        projects = self._session.projects
        name = projects.path.stem if projects.path else self.tr("Untitled")
        return f"{name} •" if projects.modified else name

    def add_actions_to(self, menu: QMenu, add_more: Callable[[QMenu], None], quit_: Callable[[], object]) -> None:
        """Fill the File menu; `extra` adds what else begins a picture."""
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
        """Copy and paste, in the Edit menu."""
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
        """Save the image as large as it is shown: as it is now, whatever comes before a file is chosen."""
        full = self._session.full_size.displayed_image()
        if full is None:
            self.noticed.emit(Notice(self.tr("The picture is not there at full size yet."), NoticeLevel.HINT))
        else:
            save = self._session.files.full_size_saver(full)
            ask_save_png(self._window, self.tr("Export image at full size"), "image.png", save)

    def copy_image(self) -> None:
        """Put the image on the clipboard, with its request."""
        if self._session.editor.document.status.image is ImageKind.NONE:
            self.noticed.emit(Notice(self.tr("There is no image to copy yet. Generate one first."), NoticeLevel.HINT))
        else:
            self._copy(self._session.files.image_png())

    def copy_layout(self) -> None:
        """Put the layout on the clipboard as an index PNG; programs that want a picture get its colours."""
        self._copy(self._session.files.layout_png())

    def paste(self) -> None:
        """Open what is on the clipboard: a file, an index PNG as a layout, any other picture as an image."""
        data = QGuiApplication.clipboard().mimeData()
        if not open_mime_data(data, self._session, self.tr("the clipboard")):
            self.noticed.emit(
                Notice(self.tr("There is no picture on the clipboard. Copy one first."), NoticeLevel.HINT)
            )

    def _copy(self, png: bytes) -> None:
        data = QMimeData()
        data.setData(PNG_MIME_TYPE, QByteArray(png))
        data.setImageData(QImage.fromData(png))
        QGuiApplication.clipboard().setMimeData(data)

    def _fill_recent(self) -> None:
        assert self.recent_menu is not None, "the menu was made before it is shown"
        self.recent_menu.clear()
        projects = self._session.projects
        self._add_recent(self.recent_menu, projects.recent)
        if not projects.recent:
            self.recent_menu.addAction(self.tr("None yet")).setEnabled(False)
        if projects.unsaved:
            self.recent_menu.addSection(self.tr("Not saved when another took their place"))
            self._add_recent(self.recent_menu, projects.unsaved[:MAX_UNSAVED_ENTRIES])

    def _add_recent(self, menu: QMenu, paths: list[Path]) -> None:
        for path in paths:
            action = menu.addAction(path.stem.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(lambda _, path=path: self._session.projects.open(path))

    def _refresh_crop_action(self) -> None:
        self._commands["file.crop"].setEnabled(self._session.files.photo is not None)

    def _add(self, menu: QMenu, name: str, text: str, run: Callable[[], object], *keys: str, icon: str = "") -> None:
        self._commands.add_to_menu(menu, Command(name=name, text=text, keys=keys, icon=icon), run)


def has_openable_data(data: QMimeData) -> bool:
    """Whether there is a file or a picture in this."""
    return data.hasImage() or any(url.isLocalFile() for url in data.urls())


def open_mime_data(data: QMimeData, session: Session, name: str, half: str = "") -> bool:
    """Open what a person dropped or pasted, as a "layout" or an "image" or by what it is; False if it is nothing."""
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
