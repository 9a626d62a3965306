"""The folder of an export: locked by one export at a time, with files that are written atomically."""

from __future__ import annotations

import errno
import hashlib
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from engine.interface.bounded_files import unlinked
from engine.interface.digests import file_sha256
from engine.interface.errors import BadFile

TEMPORARY_FOLDER, LOCK_FILE, STAGED_FOLDER = ".temporary", ".lock", ".staged"
"""Folder of unfinished files; file that is locked; folder of finished pairs that are in no shard yet."""
RESUME_HINT = "the same export continues after its last complete pair."
HINTS_BY_ERRNO = {
    errno.ENOSPC: f"Make room; then {RESUME_HINT}",
    errno.EDQUOT: f"Make room; then {RESUME_HINT}",
    errno.EACCES: f"Choose a folder that you may write to, or change its permissions; then {RESUME_HINT}",
    errno.EROFS: "Choose a folder on a disk that can be written to.",
}


class DatasetStore:
    """An open export folder. Paths are relative to it, with slashes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._created_folders: set[Path] = set()

    def path(self, name: str) -> Path:
        """Where a file is or will be. Raises BadFile if a link leads there: what lies behind it is not the set's."""
        return unlinked(self.folder, name)

    def write(self, name: str, data: bytes) -> str:
        """Writes or replaces a file atomically. Returns its SHA-256. Raises BadFile."""
        path, part = self.path(name), self.temporary_path(name)
        with os_errors_as_bad_file(path):
            part.write_bytes(data)
            self._replace(part, path)
        return hashlib.sha256(data).hexdigest()

    def write_pieces(self, name: str, pieces: Iterable[bytes]) -> str:
        """Writes or replaces a file from pieces, which need not fit into memory together. Returns its SHA-256."""
        part = self.temporary_path(name)
        with os_errors_as_bad_file(self.path(name)), part.open("wb") as file:
            file.writelines(pieces)
        return self.move_into_place(part, name)

    def move_into_place(self, part: Path, name: str) -> str:
        """Moves a file from its temporary path to its place. Returns its SHA-256. Raises BadFile."""
        with os_errors_as_bad_file(self.path(name)):
            digest = file_sha256(part)
            self._replace(part, self.path(name))
        return digest

    def temporary_path(self, name: str) -> Path:
        """Returns a path on the same disk for an unfinished file."""
        return self.folder / TEMPORARY_FOLDER / name.replace("/", "_")

    def remove(self, name: str) -> None:
        """Removes a file, which may be missing. Raises BadFile."""
        with os_errors_as_bad_file(self.path(name)):
            self.path(name).unlink(missing_ok=True)

    def _replace(self, part: Path, path: Path) -> None:
        if path.parent not in self._created_folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._created_folders.add(path.parent)
        part.replace(path)


@contextmanager
def open_store(folder: Path) -> Iterator[DatasetStore]:
    """Opens a folder, created if missing, and locks it for this process. Raises BadFile."""
    with os_errors_as_bad_file(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = unlinked(folder, LOCK_FILE).open("ab")
    with lock:
        with os_errors_as_bad_file(folder):
            if not _try_lock(lock):
                raise BadFile(
                    f"Another export is writing to {folder}.", "Wait until it has ended, or choose another folder."
                )
            shutil.rmtree(unlinked(folder, TEMPORARY_FOLDER), ignore_errors=True)
            (folder / TEMPORARY_FOLDER).mkdir()
        yield DatasetStore(folder)
        shutil.rmtree(folder / TEMPORARY_FOLDER, ignore_errors=True)


@contextmanager
def os_errors_as_bad_file(path: Path) -> Iterator[None]:
    """Converts an OSError about a path to BadFile, with a hint for the user."""
    try:
        yield
    except OSError as error:
        hint = HINTS_BY_ERRNO.get(error.errno or 0, f"Check the disk; then {RESUME_HINT}")
        raise BadFile(f"{error.filename or path} cannot be written ({error.strerror or error}).", hint) from error


def _try_lock(file: BinaryIO) -> bool:
    """Takes the system's lock, which is released when the process ends in any way. Returns whether it was free."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            return False
        raise
    return True
