"""The application: builds the studio from its parts and runs it."""

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

from engine.interface.errors import EngineError
from engine.interface.pack_catalogue import find_pack_folder
from studio.session.connection.engine_client import EngineState
from studio.session.notices import Notice, NoticeLevel, notice_of_error
from studio.session.pack_library.open_pack import DEFAULT_PACK, NO_PACK, StudioPack, open_preferred_pack, read_pack
from studio.session.pack_library.pack_installer import PackInstaller
from studio.session.preferences import Preferences
from studio.session.session import Session
from studio.session.settings import StudioSettings, engine_command, read_settings
from studio.session.tasks import notice_of_unexpected_error
from studio.ui.main_window import MainWindow
from studio.ui.style.language import LanguageSwitcher
from studio.ui.style.theme import Theme

FILE_IO_THREADS = 2

translate = QCoreApplication.translate


class StudioApplication:
    """One window and its session, with pictures and results in the folder `data` and settings in `config`."""

    def __init__(self, app: QApplication, data: Path, config: Path) -> None:
        startup_notices: list[Notice] = []
        self.preferences = Preferences(config)
        self.theme, self.language = Theme(app), LanguageSwitcher(app)
        self.theme.set_scheme(self.preferences.values.look)
        self.language.install(self.preferences.values.language)
        self.installer = PackInstaller(data / "packs")
        self._data, self._settings = data, _read_settings_or_defaults(config, startup_notices)
        self._closing = self._switching = False
        self._open_first(_open_initial_pack(self.preferences.values.pack, startup_notices), startup_notices)
        self.closed = asyncio.Event()
        self._save_failure_shown = False
        self.preferences.changed.connect(self._on_preferences)
        self.preferences.failed.connect(lambda error: self.window.notice_bar.show_notice(notice_of_error(error)))
        if self.preferences.problem:
            startup_notices.append(Notice(self.preferences.problem, NoticeLevel.ERROR))
        for notice in startup_notices:
            self.window.notice_bar.show_notice(notice)

    def show(self) -> None:
        """Show the window and start the session."""
        self.window.show()
        self.session.begin()
        self.installer.begin()

    def close(self) -> None:
        """Hide the window at once and end the session; `closed` is set when everything has ended.

        If the picture cannot be saved, the window is shown again with a notice, once.
        """
        if not self._closing:
            self._closing = True
            self.window.save_window_state()
            self.window.hide()
            self.session.tasks.start(self._close())

    def _open_window(self) -> MainWindow:
        window = MainWindow(self.session, self.theme, self.preferences, self.installer)
        window.close_requested.connect(self.close)
        window.pack_requested.connect(self._on_pack_requested)
        return window

    def _open_first(self, pack: StudioPack, said: list[Notice]) -> None:
        """Open a session and its window; on the pack that comes with the studio if that fails on another."""
        try:
            self.session = self._open_session(pack)
            self.window = self._open_window()
        except Exception as error:  # whatever a pack of somebody's makes of a window, the studio starts
            shipped = open_preferred_pack()
            if shipped.name == pack.name:
                raise
            said.append(_pack_given_up(pack, shipped, f"{type(error).__name__}: {error}"))
            self.session = self._open_session(shipped)
            self.window = self._open_window()

    def _open_session(self, pack: StudioPack) -> Session:
        """The session of a pack. Each pack has a picture of its own; the default pack's is in `data` itself."""
        data = self._data if pack.name in (DEFAULT_PACK, "") else self._data / "pictures" / pack.name
        session = Session(pack, engine_command(self._settings, pack.name), data)
        session.client.start_failed.connect(lambda why: self._on_start_failed(session, why))
        session.client.state_changed.connect(lambda: self._on_engine_state(session))
        session.generator.result_received.connect(lambda: self._prefer(session))
        return session

    def _on_engine_state(self, session: Session) -> None:
        if session.client.state is EngineState.READY and session.client.warm_pack == session.pack.info.name:
            self._prefer(session)

    def _prefer(self, session: Session) -> None:
        """Open this pack the next time, now that it has drawn: one that cannot would keep the studio from starting."""
        if session is self.session and session.pack.usable:
            self.preferences.update(pack=session.pack.name)

    def _on_start_failed(self, session: Session, why: str) -> None:
        """Go on with the pack that comes with the studio, if the engine was started for another and cannot use it."""
        shipped, name = open_preferred_pack(), session.pack.name
        ours = engine_command(self._settings, name) != engine_command(self._settings, shipped.name)
        if session is self.session and ours:
            self.window.notice_bar.show_notice(_pack_given_up(session.pack, shipped, why))
            self._on_pack_requested(shipped.name)

    def _on_pack_requested(self, name: str) -> None:
        if not (self._switching or self._closing):
            self._switching = True
            self.installer.tasks.start(self._switch_pack(name))

    async def _switch_pack(self, name: str) -> None:
        try:
            await self._open_pack(name)
        finally:
            self._switching = False

    async def _open_pack(self, name: str) -> None:
        """Save the picture and open the session of another pack. Raises BadPack without any change."""
        pack, old = read_pack(name, find_pack_folder(name)), self.session
        await old.save_document()
        if name == old.pack.name:  # it was reinstalled: its picture is locked until the old session has ended
            self.window.setEnabled(False)
            await old.shutdown()
        self.session = self._open_session(pack)
        self.replace_window()
        self.session.begin()
        if name != old.pack.name:
            await old.shutdown()

    def _on_preferences(self) -> None:
        chosen = self.preferences.values
        self.theme.set_scheme(chosen.look)
        before = self.language.code
        self.language.install(chosen.language)
        if self.language.code != before:
            QTimer.singleShot(0, self.replace_window)  # the clicked menu belongs to the old window

    def replace_window(self) -> None:
        """Replace the window by a new one on the session."""
        old = self.window
        old.save_window_state()
        self.window = self._open_window()
        for notice in old.notice_bar.notices:
            self.window.notice_bar.show_notice(notice)
        self.window.show()
        self.window.activateWindow()
        old.force_close()
        old.deleteLater()

    async def _close(self) -> None:
        try:
            await self.session.save_document()
        except Exception as error:  # whatever it is, a hidden window must not remain
            if not self._save_failure_shown:
                self._reopen_after_failed_save(error)
                return
        try:
            await self.installer.close()
            await self.session.shutdown()
        finally:
            self.preferences.flush()
            self.window.force_close()
            self.language.remove()
            self.closed.set()

    def _reopen_after_failed_save(self, error: Exception) -> None:
        self._save_failure_shown, self._closing = True, False
        self.window.show()
        why = error.message if isinstance(error, EngineError) else f"{type(error).__name__}: {error}."
        words = translate(
            "Studio", "The picture cannot be kept for the next start. {why} Save both halves elsewhere, then close."
        )
        text = words.format(why=why)
        self.window.notice_bar.show_notice(
            Notice(text, NoticeLevel.ERROR, details=notice_of_unexpected_error(error).details)
        )


def run() -> int:
    """Run the studio in a window until it is closed; returns the exit code."""
    app = QApplication(sys.argv)
    app.setApplicationName("diptych")
    app.setApplicationDisplayName("Diptych")
    app.setQuitOnLastWindowClosed(False)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's handler would run only at the next event
    loop = qasync.QEventLoop(app)
    loop.set_default_executor(ThreadPoolExecutor(FILE_IO_THREADS))
    with loop:
        loop.run_until_complete(_run_until_closed(app))
    return 0


async def _run_until_closed(app: QApplication) -> None:
    location = QStandardPaths.StandardLocation
    studio = StudioApplication(
        app, _writable_folder(location.AppDataLocation), _writable_folder(location.AppConfigLocation)
    )

    def show_unexpected_error(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error, trace)
        studio.window.notice_bar.show_notice(notice_of_unexpected_error(error))

    sys.excepthook = show_unexpected_error
    studio.show()
    await studio.closed.wait()


def _writable_folder(location: QStandardPaths.StandardLocation) -> Path:
    return Path(QStandardPaths.writableLocation(location))


def _pack_given_up(pack: StudioPack, shipped: StudioPack, why: str) -> Notice:
    words = translate("Studio", "The pack “{pack}” cannot be used: {why} “{shipped}” is opened in its place.")
    return Notice(words.format(pack=pack.name, why=why, shipped=shipped.info.title or shipped.name), NoticeLevel.ERROR)


def _open_initial_pack(preferred: str, startup_notices: list[Notice]) -> StudioPack:
    try:
        return open_preferred_pack(preferred)
    except EngineError as error:
        startup_notices.append(notice_of_error(error))
        return NO_PACK


def _read_settings_or_defaults(config: Path, startup_notices: list[Notice]) -> StudioSettings:
    try:
        return read_settings(config)
    except EngineError as error:
        startup_notices.append(notice_of_error(error))
        return StudioSettings()
