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

from engine.errors import BadFile

TEMPORARY, LOCK, STAGED = ".temporary", ".lock", ".staged"
"""What is not whole yet; the file that is locked; whole pairs that are in no shard yet."""
AGAIN = "the same export goes on from the last whole pair."
NEXT = {
    errno.ENOSPC: f"Make room; then {AGAIN}",
    errno.EDQUOT: f"Make room; then {AGAIN}",
    errno.EACCES: f"Choose a folder that you may write to, or change who may; then {AGAIN}",
    errno.EROFS: "Choose a folder on a disk that can be written to.",
}


class Store:
    """An open export folder. Paths are relative to it, with slashes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: set[Path] = set()

    def path(self, name: str) -> Path:
        return self.folder / name

    def write(self, name: str, data: bytes) -> str:
        """Write or replace a file in one move; gives its SHA-256. Raises BadFile."""
        path, part = self.path(name), self.temporary(name)
        with named(path):
            part.write_bytes(data)
            self._place(part, path)
        return hashlib.sha256(data).hexdigest()

    def write_all(self, name: str, pieces: Iterable[bytes]) -> str:
        """The same from pieces that need not fit into memory at once."""
        part = self.temporary(name)
        with named(self.path(name)), part.open("wb") as file:
            file.writelines(pieces)
        return self.adopt(part, name)

    def adopt(self, part: Path, name: str) -> str:
        """Move a file that a library wrote to a temporary path to its place; gives its SHA-256. Raises BadFile."""
        with named(self.path(name)):
            digest = sha256(part)
            self._place(part, self.path(name))
        return digest

    def temporary(self, name: str) -> Path:
        """A path on the same disk for what is not whole yet."""
        return self.folder / TEMPORARY / name.replace("/", "_")

    def remove(self, name: str) -> None:
        """Remove a file that may be gone. Raises BadFile."""
        with named(self.path(name)):
            self.path(name).unlink(missing_ok=True)

    def _place(self, part: Path, path: Path) -> None:
        if path.parent not in self._made:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(path.parent)
        part.replace(path)


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """The folder, made if need be, for this process alone. Raises BadFile."""
    with named(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("ab")
    with lock:
        with named(folder):
            if not _locked(lock):
                raise BadFile(
                    f"Another export is writing to {folder}.", "Wait until it has ended, or choose another folder."
                )
            shutil.rmtree(folder / TEMPORARY, ignore_errors=True)  # what a killed export left half done
            (folder / TEMPORARY).mkdir()
        yield Store(folder)
        shutil.rmtree(folder / TEMPORARY, ignore_errors=True)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Turn what the system says of a path into a sentence with a next step. Raises BadFile."""
    try:
        yield
    except OSError as error:
        hint = NEXT.get(error.errno or 0, f"Check the disk; then {AGAIN}")
        raise BadFile(f"{error.filename or path} cannot be written ({error.strerror or error}).", hint) from error


def sha256(path: Path) -> str:
    """Of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _locked(file: BinaryIO) -> bool:
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
