"""The picture on disk between two sessions: saved after every change, whole or not at all.

Each save writes its pictures under a new number, then replaces `document.json`, which names the number,
and only then removes the older pictures. Whatever kills the studio, the last save that was whole is there.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from PySide6.QtCore import QLockFile

from engine.errors import BadFile
from engine.protocol import PackInfo, Pixels
from engine.raster import read_image, read_layout, write_image, write_layout
from studio.domain.document import ImageKind, Marks, Mode
from studio.session.requests import Options

HEAD = "document.json"


class _Head(msgspec.Struct, frozen=True):
    number: int
    pack: str
    image: ImageKind
    fill_whole: bool
    mode: Mode
    options: Options
    live: bool


@dataclass(frozen=True)
class Saved:
    """Everything that makes a session go on where it was; the planes are copies."""

    painted: Pixels
    filled: Pixels
    image: Pixels
    marks: Marks
    mode: Mode
    options: Options
    live: bool


class Storage:
    """A folder of its own for each studio that runs, so that two windows do not overwrite each other.

    It is the one with the newest picture that no other studio holds. Raises BadFile if there is no place for it.
    """

    def __init__(self, root: Path, pack: PackInfo) -> None:
        self._pack = pack
        self._number = 0
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadFile(
                f"{root} cannot be made ({error.strerror}).",
                "Without it no picture is kept for the next time.",
            ) from error
        folders = [root / "picture", *(root / f"picture-{index}" for index in range(2, 100))]
        for self.folder in sorted(folders, key=_saved_at, reverse=True):
            self._lock = QLockFile(f"{self.folder}.lock")
            self._lock.setStaleLockTime(0)
            if self._lock.tryLock(0):
                break

    def load(self) -> Saved | None:
        """What was saved last; None if nothing was. Raises BadFile, and then keeps the files aside."""
        try:
            return self._load()
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, BadFile) as error:
            raise self._put_aside(error) from error

    def save(self, saved: Saved) -> None:
        """Write everything; may run in a thread, one save after the other. Raises BadFile."""
        number = self._number + 1
        classes = self._pack.classes
        write_layout(self._file("painted", number), saved.painted, classes)
        write_layout(self._file("filled", number), saved.filled, classes)
        write_image(self._file("image", number), saved.image)
        marks = saved.marks
        head = _Head(number, self._pack.name, marks.image, marks.fill_whole, saved.mode, saved.options, saved.live)
        fresh = self.folder / f".{HEAD}"
        try:
            fresh.write_bytes(msgspec.json.format(msgspec.json.encode(head)))
            fresh.replace(self.folder / HEAD)
        except OSError as error:
            raise BadFile(f"{self.folder} cannot be written ({error.strerror}).", "Make room there.") from error
        self._number = number
        self._forget(number - 1)

    def close(self) -> None:
        """Let another studio use the folder."""
        self._lock.unlock()

    def _load(self) -> Saved:
        head = msgspec.json.decode((self.folder / HEAD).read_bytes(), type=_Head)
        if head.pack != self._pack.name:
            raise BadFile(f"The last picture was made with the pack “{head.pack}”.")
        classes, number = self._pack.classes, head.number
        saved = Saved(
            read_layout(self._file("painted", number), classes),
            read_layout(self._file("filled", number), classes),
            read_image(self._file("image", number)),
            Marks(head.image, head.fill_whole),
            head.mode,
            head.options,
            head.live,
        )
        size = (self._pack.height, self._pack.width)
        if {saved.painted.shape, saved.filled.shape, saved.image.shape[:2]} != {size}:
            raise BadFile("The last picture has another size than the pack.")
        self._number = number
        return saved

    def _file(self, plane: str, number: int) -> Path:
        return self.folder / f"{plane}-{number}.png"

    def _forget(self, number: int) -> None:
        for plane in ("painted", "filled", "image"):
            with contextlib.suppress(OSError):  # a file that stays is only a few kilobytes
                self._file(plane, number).unlink(missing_ok=True)

    def _put_aside(self, error: Exception) -> BadFile:
        aside = self.folder.with_name(f"{self.folder.name}-from-{datetime.now():%Y%m%d-%H%M%S-%f}")
        with contextlib.suppress(OSError):
            self.folder.rename(aside)
        return BadFile(f"The last picture cannot be restored: {error}", f"Its files are kept in {aside}.")


def _saved_at(folder: Path) -> int:
    """When a picture was last saved there, in nanoseconds; 0 if none was."""
    try:
        return (folder / HEAD).stat().st_mtime_ns
    except OSError:
        return 0
