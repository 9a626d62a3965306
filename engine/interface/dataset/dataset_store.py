"""The folder of an export: one export at a time, and files that are there whole or not at all."""

from __future__ import annotations

import errno
import hashlib
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from engine.interface.errors import BadFile

TEMPORARY_FOLDER, LOCK_FILE, STAGED_FOLDER = ".temporary", ".lock", ".staged"
"""What is not whole yet; the file that is locked; whole pairs that are in no shard yet."""
RESUME_HINT = "the same export goes on from the last whole pair."
HINTS_BY_ERRNO = {
    errno.ENOSPC: f"Make room; then {RESUME_HINT}",
    errno.EDQUOT: f"Make room; then {RESUME_HINT}",
    errno.EACCES: f"Choose a folder that you may write to, or change who may; then {RESUME_HINT}",
    errno.EROFS: "Choose a folder on a disk that can be written to.",
}


class DatasetStore:
    """An open export folder. Paths are relative to it, with slashes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._created_folders: set[Path] = set()

    def path(self, name: str) -> Path:
        return self.folder / name

    def write(self, name: str, data: bytes) -> str:
        """Write or replace a file in one move; gives its SHA-256. Raises BadFile."""
        path, part = self.path(name), self.temporary_path(name)
        with os_errors_as_bad_file(path):
            part.write_bytes(data)
            self._replace(part, path)
        return hashlib.sha256(data).hexdigest()

    def write_pieces(self, name: str, pieces: Iterable[bytes]) -> str:
        """The same from pieces that need not fit into memory at once."""
        part = self.temporary_path(name)
        with os_errors_as_bad_file(self.path(name)), part.open("wb") as file:
            file.writelines(pieces)
        return self.move_into_place(part, name)

    def move_into_place(self, part: Path, name: str) -> str:
        """Move a file that a library wrote to a temporary path to its place; gives its SHA-256. Raises BadFile."""
        with os_errors_as_bad_file(self.path(name)):
            digest = file_sha256(part)
            self._replace(part, self.path(name))
        return digest

    def temporary_path(self, name: str) -> Path:
        """A path on the same disk for what is not whole yet."""
        return self.folder / TEMPORARY_FOLDER / name.replace("/", "_")

    def remove(self, name: str) -> None:
        """Remove a file that may be gone. Raises BadFile."""
        with os_errors_as_bad_file(self.path(name)):
            self.path(name).unlink(missing_ok=True)

    def _replace(self, part: Path, path: Path) -> None:
        if path.parent not in self._created_folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._created_folders.add(path.parent)
        part.replace(path)


@contextmanager
def open_store(folder: Path) -> Iterator[DatasetStore]:
    """The folder, made if need be, for this process alone. Raises BadFile."""
    with os_errors_as_bad_file(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK_FILE).open("ab")
    with lock:
        with os_errors_as_bad_file(folder):
            if not _try_lock(lock):
                raise BadFile(
                    f"Another export is writing to {folder}.", "Wait until it has ended, or choose another folder."
                )
            shutil.rmtree(folder / TEMPORARY_FOLDER, ignore_errors=True)  # what a killed export left half done
            (folder / TEMPORARY_FOLDER).mkdir()
        yield DatasetStore(folder)
        shutil.rmtree(folder / TEMPORARY_FOLDER, ignore_errors=True)


@contextmanager
def os_errors_as_bad_file(path: Path) -> Iterator[None]:
    """Turn what the system says of a path into a sentence with a next step. Raises BadFile."""
    try:
        yield
    except OSError as error:
        hint = HINTS_BY_ERRNO.get(error.errno or 0, f"Check the disk; then {RESUME_HINT}")
        raise BadFile(f"{error.filename or path} cannot be written ({error.strerror or error}).", hint) from error


def file_sha256(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _try_lock(file: BinaryIO) -> bool:
    """Take the system's lock, which ends with the process, however that ends."""
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
