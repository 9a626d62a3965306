"""The picture on disk between two sittings: a project file of the studio's own, and the journals since it.

`picture.diptych` names the journal that begins where it ends. A save first opens the next journal, then writes
the file, and only then removes older journals. Whatever kills the studio, the last file that was whole and all
edits after it are there.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
from PySide6.QtCore import QCoreApplication, QLockFile

from engine.errors import BadFile, EngineError
from engine.protocol import PackInfo
from engine.raster import read_image, read_layout
from studio.domain.document import ImageKind, Marks, Mode, Plane
from studio.session import journal, snapshot
from studio.session.disk import remove, write_whole
from studio.session.journal import Record
from studio.session.requests import Options
from studio.session.snapshot import Snapshot, State

FILE = f"picture{snapshot.SUFFIX}"
OLD_HEAD = "document.json"

translate = QCoreApplication.translate


class _OldHead(msgspec.Struct, frozen=True):
    """How the first studio kept a picture: three PNG files of this number beside it."""

    number: int
    pack: str
    image: ImageKind
    fill_whole: bool
    mode: Mode
    options: Options
    live: bool


@dataclass(frozen=True)
class Kept:
    """What was there: the picture of the last save, and the edits since, or those before the first `damaged` one."""

    snapshot: Snapshot
    records: list[Record]
    damaged: bool = False


class Storage:
    """A folder of its own for each studio that runs, so that two windows do not overwrite each other.

    It is the one with the newest picture that no other studio holds. Raises BadFile if there is no place for it.
    """

    def __init__(self, root: Path, pack: PackInfo) -> None:
        self._pack = pack
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadFile(
                f"{root} cannot be made ({error.strerror}).",
                "Without it no picture is kept for the next time.",
            ) from error
        self._folders = [root / "picture", *(root / f"picture-{index}" for index in range(2, 100))]
        self._take(sorted(self._folders, key=_changed_at, reverse=True))

    def load(self) -> Kept | None:
        """What was kept last; None if nothing was. Raises BadFile, and then the files are kept aside."""
        try:
            return self._load()
        except FileNotFoundError:
            return None
        except Exception as error:  # whatever is wrong with the files, the studio starts
            aside = self.put_aside()
            words = translate("Storage", "The last picture cannot be restored: {why}").format(why=said(error))
            raise BadFile(words, self.hint(aside)) from error

    def put_aside(self) -> Path:
        """Leave the files that are here alone from now on; returns where they are."""
        aside = self.folder.with_name(f"{self.folder.name}-from-{datetime.now():%Y%m%d-%H%M%S-%f}")
        try:
            self.folder.rename(aside)
        except OSError:  # they stay, and what is kept from now on is kept elsewhere
            aside = self.folder
            self._lock.unlock()
            self._take([folder for folder in self._folders if not folder.exists()])
        return aside

    def hint(self, aside: Path) -> str:
        """What to do about files that were put aside."""
        words = translate("Storage", "Its files are kept in {folder}; send them with a report, or remove them.")
        return words.format(folder=aside)

    def save(self, kept: Snapshot, *, lasting: bool = True) -> None:
        """Write everything, one save after the other; a lasting one in a thread. Raises BadFile."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_whole(self.folder / FILE, snapshot.encode(kept, self._pack), lasting=lasting)
        except OSError as error:
            raise BadFile(f"{self.folder} cannot be written ({error.strerror}).", "Make room there.") from error
        for path, number in self._journals():
            if number < kept.origin.journal:
                remove(path)
        self._forget_old()

    @property
    def there(self) -> bool:
        """Whether a picture is kept here."""
        return (self.folder / FILE).exists()

    def journal(self, number: int) -> Path:
        """Where the journal of this number is."""
        return self.folder / f"journal-{number}"

    def next_journal(self) -> int:
        """A number that no journal here has had since the last save."""
        return 1 + max((number for _, number in self._journals()), default=0)

    def close(self) -> None:
        """Let another studio use the folder."""
        self._lock.unlock()

    def _take(self, folders: list[Path]) -> None:
        """Use the first of these that no other studio does."""
        for self.folder in folders:
            self._lock = QLockFile(f"{self.folder}.lock")
            self._lock.setStaleLockTime(0)
            if self._lock.tryLock(0):
                break

    def _load(self) -> Kept:
        try:
            data = (self.folder / FILE).read_bytes()
        except FileNotFoundError:
            return Kept(self._load_old(), [])
        kept = snapshot.decode(data, self._pack, FILE)
        numbers = sorted(number for _, number in self._journals() if number >= kept.origin.journal)
        records: list[Record] = []
        for path in map(self.journal, numbers):
            records += journal.read(path)
            if journal.damaged(path):
                return Kept(kept, records, damaged=True)
        return Kept(kept, records)

    def _load_old(self) -> Snapshot:
        head = msgspec.json.decode((self.folder / OLD_HEAD).read_bytes(), type=_OldHead)
        if head.pack != self._pack.name:
            raise BadFile(f"The last picture was made with the pack “{head.pack}”.")
        planes = {plane: np.zeros((self._pack.height, self._pack.width), np.uint8) for plane in Plane}
        for plane in snapshot.LAYOUTS:
            planes[plane] = read_layout(self.folder / f"{plane.value}-{head.number}.png", self._pack.classes)
        planes[Plane.IMAGE] = read_image(self.folder / f"image-{head.number}.png")
        if {pixels.shape[:2] for pixels in planes.values()} != {(self._pack.height, self._pack.width)}:
            raise BadFile("The last picture has another size than the pack.")
        if head.image is ImageKind.GIVEN:
            planes[Plane.KEEP_IMAGE][:] = 1
        marks = Marks(head.image, head.fill_whole)
        return Snapshot(planes, State(marks=marks, mode=head.mode, options=head.options, live=head.live))

    def _forget_old(self) -> None:
        if (self.folder / OLD_HEAD).exists():
            for path in (self.folder / OLD_HEAD, *self.folder.glob("*-*.png")):
                remove(path)

    def _journals(self) -> list[tuple[Path, int]]:
        found = [(path, path.name.removeprefix("journal-")) for path in self.folder.glob("journal-*")]
        return [(path, int(number)) for path, number in found if number.isdecimal()]


def said(error: Exception) -> str:
    """What is wrong with a file, as one sentence."""
    return error.message if isinstance(error, EngineError) else f"{str(error) or type(error).__name__}."


def _changed_at(folder: Path) -> int:
    """When a picture was last changed there, in nanoseconds; 0 if none was."""
    times = [0]
    for path in (folder / FILE, folder / OLD_HEAD, *folder.glob("journal-*")):
        with contextlib.suppress(OSError):
            times.append(path.stat().st_mtime_ns)
    return max(times)
