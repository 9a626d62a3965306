"""The File menu, the clipboard, and what the window's title says of the project."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter
from PySide6.QtWidgets import QMenu, QWidget

from studio.domain.document import ImageKind
from studio.session.notices import Notice, Tone
from studio.session.session import Session
from studio.session.snapshot import SUFFIX
from studio.ui.dialogs import ask_open, ask_project, ask_save
from studio.ui.shortcuts import Actions, Command, plain

PNG = "image/png"
MOST_UNSAVED = 10
"""Pictures without a file in the menu; the tooltip of each says where all are."""


class FileCommands(QObject):
    """Adds its commands to the menus of a window."""

    noticed = Signal(object)  # Notice

    def __init__(self, session: Session, commands: Actions, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._commands, self._window = session, commands, window
        self.recent: QMenu | None = None

    @property
    def title(self) -> str:
        """The project's name, with a mark if it has changed since it was saved."""
        projects = self._session.projects
        name = projects.path.stem if projects.path else self.tr("Untitled")
        return f"{name} •" if projects.modified else name

    def add_to(self, menu: QMenu, extra: Callable[[QMenu], None], quit_: Callable[[], object]) -> None:
        """Fill the File menu; `extra` adds what else begins a picture."""
        add = partial(self._add, menu)
        session = self._session
        add("file.new", self.tr("&New"), session.projects.new, "Ctrl+N", icon="new")
        add("file.open", self.tr("&Open…"), self.open, "Ctrl+O", icon="open")
        self.recent = menu.addMenu(self.tr("Open &recent"))
        self.recent.setToolTipsVisible(True)
        self.recent.aboutToShow.connect(self._fill_recent)
        extra(menu)
        menu.addSeparator()
        add("file.save", self.tr("&Save"), self.save, "Ctrl+S", icon="save")
        add("file.save_as", self.tr("Save &as…"), self.save_as, "Ctrl+Shift+S")
        menu.addSeparator()
        add("file.open_layout", self.tr("Open &layout…"), self.open_layout, icon="open")
        add("file.open_image", self.tr("Open &image…"), self.open_image, "Ctrl+Shift+O", icon="open")
        add("file.save_layout", self.tr("Export la&yout…"), self.save_layout, "Ctrl+Shift+E", icon="save")
        add("file.save_image", self.tr("Export i&mage…"), self.save_image, "Ctrl+E", icon="save")
        if session.sharpness.factor:
            add("file.save_full", self.tr("Export image at f&ull size…"), self.save_full)
        add("file.crop", self.tr("Adjust the &crop"), session.files.adjust_crop)
        menu.addSeparator()
        add("file.quit", self.tr("&Quit"), quit_, "Ctrl+Q")
        session.files.photo_changed.connect(self._show_crop)
        self._show_crop()

    def add_clipboard_to(self, menu: QMenu) -> None:
        """Copy and paste, in the Edit menu."""
        self._add(menu, "edit.copy_image", self.tr("Copy ima&ge"), self.copy_image, "Ctrl+C")
        self._add(menu, "edit.copy_layout", self.tr("Copy &layout"), self.copy_layout, "Ctrl+Shift+C")
        self._add(menu, "edit.paste", self.tr("&Paste"), self.paste, "Ctrl+V")

    def open(self) -> None:
        """Ask for a project, an image or a layout."""
        ask_open(self._window, self.tr("Open"), self._session.files.open, projects=True)

    def save(self) -> None:
        """Save the project into its file, or ask for one."""
        if self._session.projects.path is None:
            self.save_as()
        else:
            self._session.projects.save()

    def save_as(self) -> None:
        """Ask for a file and save the project into it."""
        path = self._session.projects.path
        name = path.name if path else self.tr("picture") + SUFFIX
        ask_project(self._window, self.tr("Save project"), name, self._session.projects.save)

    def open_layout(self) -> None:
        ask_open(self._window, self.tr("Open layout"), self._session.files.open_layout)

    def open_image(self) -> None:
        ask_open(self._window, self.tr("Open image"), self._session.files.open_image)

    def save_layout(self) -> None:
        ask_save(self._window, self.tr("Export layout"), "layout.png", self._session.files.save_layout)

    def save_image(self) -> None:
        ask_save(self._window, self.tr("Export image"), "image.png", self._session.files.save_image)

    def save_full(self) -> None:
        """Save the image as large as it is shown: as it is now, whatever comes before a file is chosen."""
        full = self._session.sharpness.image()
        if full is None:
            self.noticed.emit(Notice(self.tr("The picture is not there at full size yet."), Tone.HINT))
        else:
            save = self._session.files.saver(full)
            ask_save(self._window, self.tr("Export image at full size"), "image.png", save)

    def copy_image(self) -> None:
        """Put the image on the clipboard, with its request."""
        if self._session.editor.document.marks.image is ImageKind.NONE:
            self.noticed.emit(Notice(self.tr("There is no image to copy yet. Generate one first."), Tone.HINT))
        else:
            self._copy(self._session.files.image_png())

    def copy_layout(self) -> None:
        """Put the layout on the clipboard as an index PNG; programs that want a picture get its colours."""
        self._copy(self._session.files.layout_png())

    def paste(self) -> None:
        """Open what is on the clipboard: a file, an index PNG as a layout, any other picture as an image."""
        data = QGuiApplication.clipboard().mimeData()
        if not take(data, self._session, self.tr("the clipboard")):
            self.noticed.emit(Notice(self.tr("There is no picture on the clipboard. Copy one first."), Tone.HINT))

    def _copy(self, png: bytes) -> None:
        data = QMimeData()
        data.setData(PNG, QByteArray(png))
        data.setImageData(QImage.fromData(png))
        QGuiApplication.clipboard().setMimeData(data)

    def _fill_recent(self) -> None:
        assert self.recent is not None, "the menu was made before it is shown"
        self.recent.clear()
        projects = self._session.projects
        self._add_recent(self.recent, projects.recent)
        if not projects.recent:
            self.recent.addAction(self.tr("None yet")).setEnabled(False)
        if projects.unsaved:
            self.recent.addSection(self.tr("Not saved when another took their place"))
            self._add_recent(self.recent, projects.unsaved[:MOST_UNSAVED])

    def _add_recent(self, menu: QMenu, paths: list[Path]) -> None:
        for path in paths:
            action = menu.addAction(path.stem.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(lambda _, path=path: self._session.projects.open(path))

    def _show_crop(self) -> None:
        self._commands["file.crop"].setEnabled(self._session.files.photo is not None)

    def _add(self, menu: QMenu, name: str, text: str, run: Callable[[], object], *keys: str, icon: str = "") -> None:
        command = Command(name=name, text=text, group=plain(menu.title()), keys=keys, icon=icon)
        menu.addAction(self._commands.add(command, run))


def takes(data: QMimeData) -> bool:
    """Whether there is a file or a picture in this."""
    return data.hasImage() or any(url.isLocalFile() for url in data.urls())


def take(data: QMimeData, session: Session, name: str, half: str = "") -> bool:
    """Open what a person dropped or pasted, as a "layout" or an "image" or by what it is; False if it is nothing."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
    if paths:
        session.files.open_all(paths, half)
    elif data.hasFormat(PNG):
        session.files.take(bytes(data.data(PNG).data()), name, half)
    elif data.hasImage():
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        QImageWriter(buffer, QByteArray(b"PNG")).write(QImage(data.imageData()))
        session.files.take(bytes(buffer.data().data()), name, half)
    else:
        return False
    return True
