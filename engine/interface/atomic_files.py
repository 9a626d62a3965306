"""Atomic file writing: a file is there whole or not at all, whoever else writes it and whatever ends the process."""

from __future__ import annotations

import contextlib
import os
import re
import time
import uuid
from pathlib import Path

from engine.interface.errors import BadFile

STALE_SECONDS = 3600.0
"""The age of a temporary file that belongs to a process that was killed while it wrote."""
_TEMPORARY = re.compile(r"\.[0-9a-f]{32}\.part")


def write_atomically(
    path: Path, data: bytes, *, durable: bool = True, hint: str = "Choose another folder or make room on the disk."
) -> None:
    """Write or replace a file by `replace_file` and create its folder if need be. Raises BadFile with this hint."""
    try:
        replace_file(path, data, durable=durable)
    except OSError as error:
        raise BadFile(f"{path} cannot be written ({error.strerror}).", hint) from error


def replace_file(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a temporary file beside `path`, rename it to `path` and create the folder if need be. Raises OSError.

    A durable file survives a power cut once this returns. It waits for the disk, so a window must not do it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        remove_if_possible(temporary)
        raise
    if durable:
        sync_folder(path.parent)


def remove_stale_temporaries(folder: Path) -> None:
    """Remove what killed processes left of files in a folder, and nothing that one may be writing now."""
    with contextlib.suppress(OSError):
        for path in folder.glob(".*.part"):
            if _TEMPORARY.fullmatch(path.name) and time.time() - path.lstat().st_mtime > STALE_SECONDS:
                remove_if_possible(path)


def sync_folder(folder: Path) -> None:
    """Force the entries of a folder to the disk, where the system supports that."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_if_possible(path: Path) -> None:
    """Remove a file and ignore a failure, which costs only the space on the disk."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
