"""Installation of packs: copied to a staging folder, verified by the engine's command, then moved into place."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
import threading
import uuid
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QProcess, Signal

from engine.interface.errors import BadPack, EngineError
from engine.interface.pack_catalogue import pack_folders, read_pack_info
from studio.session.notices import Notice, NoticeAction, NoticeLevel
from studio.session.pack_library import pack_cards
from studio.session.pack_library.archive import InstallCancelled, remove_folder, unpack_pack
from studio.session.tasks import TaskRunner

INCOMING_FOLDER = ".incoming"
LOCK_SUFFIX, REPLACED_SUFFIX = ".lock", "-old"
VERIFY_COMMAND = (sys.executable, "-P", "-m", "engine.cli", "packs", "verify")
"""The command that verifies the folder it is given; its first line of output names the problem."""
PACK_NAME_PATTERN = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)


class PackInstaller(QObject):
    """Installs one pack at a time into `folder`. A pack is replaced only after a person has agreed."""

    noticed = Signal(object)  # Notice
    changed = Signal()  # the activity, or the installed packs
    installed = Signal(str)  # a pack's name

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.verify_command = VERIFY_COMMAND
        self.activity = ""  # for people; empty if nothing runs
        self.tasks = TaskRunner(self)
        self.tasks.noticed.connect(self.noticed)
        self._stop_requested = threading.Event()
        self._cleanup_lock = asyncio.Lock()
        self._process: QProcess | None = None
        self._locks: dict[Path, QLockFile] = {}
        pack_cards.register_pack_folder(folder)

    def begin(self) -> None:
        """Remove what interrupted installations left."""
        self.tasks.start(self._remove_leftovers())

    def install(self, source: Path) -> None:
        """Install the pack in a folder or a zip file, unless an installation is running."""
        if not self.activity:
            self._stop_requested.clear()
            self._set_activity(self.tr("Copying {file}…").format(file=source.name))
            self.tasks.start(self._install(source))

    def cancel(self) -> None:
        """Cancel the installation."""
        self._stop_requested.set()
        if self._process is not None:
            self._process.kill()

    async def close(self) -> None:
        """Cancel, and return when nothing runs any more."""
        self.cancel()
        await self.tasks.wait_for_all()

    async def _install(self, source: Path) -> None:
        await self._remove_leftovers()
        staged = self.folder / INCOMING_FOLDER / uuid.uuid4().hex
        self._locks[staged] = _lock_folder(staged)
        try:
            await asyncio.to_thread(unpack_pack, source, staged, self._stop_requested.is_set)
            name = self._checked_name(staged)
            self._set_activity(self.tr("Checking {pack}…").format(pack=name))
            await self._verify(staged)
        except InstallCancelled:
            await self._discard(staged)
            return
        except EngineError:
            await self._discard(staged)
            raise
        finally:
            self._set_activity("")
        if name in pack_folders():
            self._offer_replacement(staged, name)
        else:
            self._put_in_place(staged, name)

    async def _remove_leftovers(self) -> None:
        async with self._cleanup_lock:  # two at once would skip what the other has locked
            await asyncio.to_thread(remove_leftovers, self.folder / INCOMING_FOLDER)

    def _checked_name(self, staged: Path) -> str:
        name = read_pack_info(staged).name
        if not PACK_NAME_PATTERN.fullmatch(name):
            raise BadPack(
                self.tr("“{name}” cannot be the name of a pack.").format(name=name),
                self.tr("Names have letters, digits, dots and hyphens. Ask the author of the pack for another name."),
            )
        return name

    async def _verify(self, staged: Path) -> None:
        done = asyncio.Event()
        process = self._process = QProcess(self)
        process.finished.connect(done.set)
        process.errorOccurred.connect(done.set)
        process.start(self.verify_command[0], [*self.verify_command[1:], str(staged)])
        try:
            await done.wait()
            output = bytes(process.readAllStandardOutput().data()).decode(errors="replace").strip()
            errors = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
            succeeded = process.exitStatus() == QProcess.ExitStatus.NormalExit and process.exitCode() == 0
        finally:
            self._process = None
            process.deleteLater()
        if self._stop_requested.is_set():
            raise InstallCancelled
        if not succeeded:
            problem = (output or errors or process.errorString()).splitlines()[0].replace(str(staged), "…")
            raise BadPack(
                self.tr("This pack is broken: {problem}").format(problem=problem),
                self.tr("Nothing was installed. Download the pack again."),
            )

    def _offer_replacement(self, staged: Path, name: str) -> None:
        words = self.tr("A pack “{name}” is installed already. It is kept unless you replace it.").format(name=name)
        action = NoticeAction(self.tr("Replace it"), lambda: self._put_in_place(staged, name))
        self.noticed.emit(Notice(words, NoticeLevel.INFO, action))

    def _put_in_place(self, staged: Path, name: str) -> None:
        target, backup = self.folder / name, staged.with_name(f"{staged.name}{REPLACED_SUFFIX}")
        try:
            if target.exists() and staged.exists():
                target.rename(backup)
            staged.rename(target)
        except OSError as error:
            if backup.exists():
                backup.rename(target)
            words = self.tr("{folder} cannot be written ({why}). The pack was not installed.")
            self.noticed.emit(Notice(words.format(folder=target, why=error.strerror), NoticeLevel.ERROR))
            return
        remove_folder(backup)
        self._locks.pop(staged).unlock()
        with contextlib.suppress(OSError):  # another installation is running
            staged.parent.rmdir()
        self.changed.emit()
        self.installed.emit(name)

    async def _discard(self, staged: Path) -> None:
        await asyncio.to_thread(remove_folder, staged)
        self._locks.pop(staged).unlock()

    def _set_activity(self, activity: str) -> None:
        self.activity = activity
        self.changed.emit()


def remove_leftovers(incoming: Path) -> None:
    """Remove what interrupted installations left, except what another studio has locked."""
    for folder in [path for path in incoming.glob("*") if path.is_dir()]:
        lock = _lock_folder(folder.with_name(folder.name.removesuffix(REPLACED_SUFFIX)))
        if lock.isLocked():
            remove_folder(folder)
            lock.unlock()


def _lock_folder(staged: Path) -> QLockFile:
    """A lock on a staging folder, which ends with the process that holds it."""
    with contextlib.suppress(OSError):  # the failure is reported when something is written there
        staged.parent.mkdir(parents=True, exist_ok=True)
    lock = QLockFile(f"{staged}{LOCK_SUFFIX}")
    lock.setStaleLockTime(0)
    lock.tryLock(0)
    return lock
