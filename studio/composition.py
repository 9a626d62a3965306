"""Builds the studio from its parts and connects them."""

from __future__ import annotations

import asyncio
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import qasync
from PySide6.QtCore import QCoreApplication, QStandardPaths, QTimer
from PySide6.QtWidgets import QApplication

from engine.errors import EngineError
from engine.library import find_pack
from studio.session.installer import Installer
from studio.session.notices import Notice, Tone, of_error
from studio.session.pack import NO_PACK, PREFERRED, Pack, open_pack, read_pack
from studio.session.preferences import Preferences
from studio.session.session import Session
from studio.session.settings import Settings, engine_command, read_settings
from studio.session.tasks import of_bug
from studio.ui.language import Language
from studio.ui.main_window import MainWindow
from studio.ui.theme import Theme

FILE_THREADS = 2

translate = QCoreApplication.translate


class Studio:
    """A window on a session that keeps its picture in `data` and reads its settings from `config`."""

    def __init__(self, app: QApplication, data: Path, config: Path) -> None:
        said: list[Notice] = []
        self.preferences = Preferences(config)
        self.theme, self.language = Theme(app), Language(app)
        self.theme.choose(self.preferences.chosen.look)
        self.language.speak(self.preferences.chosen.language)
        self.installer = Installer(data / "packs")
        self._data, self._settings = data, _settings(config, said)
        self.session = self._open_session(_pack(self.preferences.chosen.pack, said))
        self.window = self._open_window()
        self.closed = asyncio.Event()
        self._closing = self._switching = False
        self._warned = False
        self.preferences.changed.connect(self._on_preferences)
        self.preferences.failed.connect(lambda error: self.window.notices.say(of_error(error)))
        if self.preferences.problem:
            said.append(Notice(self.preferences.problem, Tone.ERROR))
        for notice in said:
            self.window.notices.say(notice)

    def show(self) -> None:
        """Put the window on the screen and start what runs behind it."""
        self.window.show()
        self.session.begin()
        self.installer.begin()

    def close(self) -> None:
        """Take the window away at once, then end the session; `closed` is set when nothing is left.

        If the picture cannot be kept, the window comes back once and says so.
        """
        if not self._closing:
            self._closing = True
            self.window.remember()
            self.window.hide()
            self.session.tasks.start(self._close())

    def _open_window(self) -> MainWindow:
        window = MainWindow(self.session, self.theme, self.preferences, self.installer)
        window.close_asked.connect(self.close)
        window.pack_asked.connect(self._on_pack)
        return window

    def _open_session(self, pack: Pack) -> Session:
        """Each pack has a picture of its own that it goes on with; the first pack's is where it always was."""
        data = self._data if pack.name in (PREFERRED, "") else self._data / "pictures" / pack.name
        return Session(pack, engine_command(self._settings, pack.name), data)

    def _on_pack(self, name: str) -> None:
        if not (self._switching or self._closing):
            self._switching = True
            self.installer.tasks.start(self._switch(name))

    async def _switch(self, name: str) -> None:
        try:
            await self._open_pack(name)
        finally:
            self._switching = False

    async def _open_pack(self, name: str) -> None:
        """Keep the picture, then open a window on another pack's. Raises BadPack, and then nothing has changed."""
        pack, old = read_pack(name, find_pack(name)), self.session
        await old.save_document()
        self.preferences.change(pack=name)
        if name == old.pack.name:  # which was installed anew: its picture is free only afterwards
            self.window.setEnabled(False)
            await old.shutdown()
        self.session = self._open_session(pack)
        self.renew_window()
        self.session.begin()
        if name != old.pack.name:
            await old.shutdown()

    def _on_preferences(self) -> None:
        chosen = self.preferences.chosen
        self.theme.choose(chosen.look)
        before = self.language.code
        self.language.speak(chosen.language)
        if self.language.code != before:
            QTimer.singleShot(0, self.renew_window)  # the menu that was clicked still needs the old one

    def renew_window(self) -> None:
        """Open a fresh window on the session, in place of the old one."""
        old = self.window
        old.remember()
        self.window = self._open_window()
        for notice in old.notices.notices:
            self.window.notices.say(notice)
        self.window.show()
        self.window.activateWindow()
        old.close_now()
        old.deleteLater()

    async def _close(self) -> None:
        try:
            await self.session.save_document()
        except Exception as error:  # whatever it is, a window that nobody sees must not stay
            if not self._warned:
                self._come_back(error)
                return
        try:
            await self.installer.close()
            await self.session.shutdown()
        finally:
            self.preferences.flush()
            self.window.close_now()
            self.language.silence()
            self.closed.set()

    def _come_back(self, error: Exception) -> None:
        self._warned, self._closing = True, False
        self.window.show()
        why = error.message if isinstance(error, EngineError) else f"{type(error).__name__}: {error}."
        words = translate(
            "Studio", "The picture cannot be kept for the next time. {why} Save both halves elsewhere, then close."
        )
        text = words.format(why=why)
        self.window.notices.say(Notice(text, Tone.ERROR, details=of_bug(error).details))


def run() -> int:
    """The studio with a display, from its start to its end."""
    app = QApplication(sys.argv)
    app.setApplicationName("diptych")
    app.setApplicationDisplayName("Diptych")
    app.setQuitOnLastWindowClosed(False)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's own handler would wait for the next event
    loop = qasync.QEventLoop(app)
    loop.set_default_executor(ThreadPoolExecutor(FILE_THREADS))
    with loop:
        loop.run_until_complete(_sitting(app))
    return 0


async def _sitting(app: QApplication) -> None:
    place = QStandardPaths.StandardLocation
    studio = Studio(app, _folder(place.AppDataLocation), _folder(place.AppConfigLocation))

    def on_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        studio.window.notices.say(of_bug(error))

    sys.excepthook = on_bug
    studio.show()
    await studio.closed.wait()


def _folder(place: QStandardPaths.StandardLocation) -> Path:
    return Path(QStandardPaths.writableLocation(place))


def _pack(chosen: str, said: list[Notice]) -> Pack:
    try:
        return open_pack(chosen)
    except EngineError as error:
        said.append(of_error(error))
        return NO_PACK


def _settings(config: Path, said: list[Notice]) -> Settings:
    try:
        return read_settings(config)
    except EngineError as error:
        said.append(of_error(error))
        return Settings()
