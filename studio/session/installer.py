"""Brings packs in: copied beside, verified by the engine's own command, and only then put in place."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
import threading
import uuid
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QProcess, Signal

from engine.errors import BadPack, EngineError
from engine.library import pack_folders, read_info
from studio.session import packs
from studio.session.notices import Action, Notice, Tone
from studio.session.tasks import Tasks
from studio.session.unpacking import Cancelled, remove, unpack

INCOMING = ".incoming"
LOCK, OLD = ".lock", "-old"
CHECK = (sys.executable, "-P", "-m", "engine.cli", "packs", "verify")
"""The command that is given the folder; its exit code and first line say what it thinks."""
NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}", re.ASCII)


class Installer(QObject):
    """One pack at a time into `folder`; nothing that is there is replaced without a person's word."""

    noticed = Signal(object)  # Notice
    changed = Signal()  # what runs, or which packs there are
    installed = Signal(str)  # a pack's name

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder
        self.check = CHECK
        self.doing = ""  # for people; empty if nothing runs
        self.tasks = Tasks(self)
        self.tasks.noticed.connect(self.noticed)
        self._stop = threading.Event()
        self._clearing = asyncio.Lock()
        self._process: QProcess | None = None
        self._locks: dict[Path, QLockFile] = {}
        packs.offer(folder)

    def begin(self) -> None:
        """Clear away what an interrupted installation left."""
        self.tasks.start(self._clear_away())

    def install(self, source: Path) -> None:
        """Install the pack in a folder or a zip; what comes of it is said."""
        if not self.doing:
            self._stop.clear()
            self._do(self.tr("Copying {file}…").format(file=source.name))
            self.tasks.start(self._install(source))

    def cancel(self) -> None:
        """Stop now; nothing is installed."""
        self._stop.set()
        if self._process is not None:
            self._process.kill()

    async def close(self) -> None:
        """Stop, and return when nothing runs any more."""
        self.cancel()
        await self.tasks.finish()

    async def _install(self, source: Path) -> None:
        await self._clear_away()
        staged = self.folder / INCOMING / uuid.uuid4().hex
        self._locks[staged] = _locked(staged)
        try:
            await asyncio.to_thread(unpack, source, staged, self._stop.is_set)
            name = self._name(staged)
            self._do(self.tr("Checking {pack}…").format(pack=name))
            await self._verify(staged)
        except Cancelled:
            await self._discard(staged)
            return
        except EngineError:
            await self._discard(staged)
            raise
        finally:
            self._do("")
        if name in pack_folders():
            self._ask(staged, name)
        else:
            self._place(staged, name)

    async def _clear_away(self) -> None:
        async with self._clearing:  # two at once would each leave the other what it holds
            await asyncio.to_thread(clear_away, self.folder / INCOMING)

    def _name(self, staged: Path) -> str:
        name = read_info(staged).name
        if not NAME.fullmatch(name):
            raise BadPack(
                self.tr("“{name}” cannot be the name of a pack.").format(name=name),
                self.tr("Ask its maker for one of plain letters, digits and hyphens."),
            )
        return name

    async def _verify(self, staged: Path) -> None:
        done = asyncio.Event()
        process = self._process = QProcess(self)
        process.finished.connect(done.set)
        process.errorOccurred.connect(done.set)
        process.start(self.check[0], [*self.check[1:], str(staged)])
        try:
            await done.wait()
            said = bytes(process.readAllStandardOutput().data()).decode(errors="replace").strip()
            heard = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
            good = process.exitStatus() == QProcess.ExitStatus.NormalExit and process.exitCode() == 0
        finally:
            self._process = None
            process.deleteLater()
        if self._stop.is_set():
            raise Cancelled
        if not good:
            problem = (said or heard or process.errorString()).splitlines()[0].replace(str(staged), "…")
            raise BadPack(
                self.tr("This pack is broken: {problem}").format(problem=problem),
                self.tr("Nothing was installed; get it once more from where it came."),
            )

    def _ask(self, staged: Path, name: str) -> None:
        words = self.tr("There is a pack “{name}” already. It stays, unless you replace it.").format(name=name)
        action = Action(self.tr("Replace it"), lambda: self._place(staged, name))
        self.noticed.emit(Notice(words, Tone.INFO, action))

    def _place(self, staged: Path, name: str) -> None:
        place, aside = self.folder / name, staged.with_name(f"{staged.name}{OLD}")
        try:
            if place.exists() and staged.exists():
                place.rename(aside)
            staged.rename(place)
        except OSError as error:
            if aside.exists():
                aside.rename(place)
            words = self.tr("{folder} cannot be written ({why}). The pack was not installed.")
            self.noticed.emit(Notice(words.format(folder=place, why=error.strerror), Tone.ERROR))
            return
        remove(aside)
        self._locks.pop(staged).unlock()
        with contextlib.suppress(OSError):  # another one is on its way
            staged.parent.rmdir()
        self.changed.emit()
        self.installed.emit(name)

    async def _discard(self, staged: Path) -> None:
        await asyncio.to_thread(remove, staged)
        self._locks.pop(staged).unlock()

    def _do(self, what: str) -> None:
        self.doing = what
        self.changed.emit()


def clear_away(incoming: Path) -> None:
    """Remove what interrupted installations left, and nothing that another studio is busy with. Touches the disk."""
    for folder in [path for path in incoming.glob("*") if path.is_dir()]:
        lock = _locked(folder.with_name(folder.name.removesuffix(OLD)))
        if lock.isLocked():
            remove(folder)
            lock.unlock()


def _locked(staged: Path) -> QLockFile:
    """A lock on a folder that packs come in by; it is held as long as a process lives that holds it."""
    with contextlib.suppress(OSError):  # which is said when something is written there
        staged.parent.mkdir(parents=True, exist_ok=True)
    lock = QLockFile(f"{staged}{LOCK}")
    lock.setStaleLockTime(0)
    lock.tryLock(0)
    return lock
