"""Files that are there whole or not at all, also when the power goes."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path


def write_atomically(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write or replace a file in one move, whoever else writes it meanwhile. Raises OSError.

    A lasting one outlives a power cut once this returns; it waits for the disk, so no window may wait for it.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        remove_if_possible(temporary)
        raise
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder outlive a power cut, where the system can do that; waits for the disk."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_if_possible(path: Path) -> None:
    """Take a file away if that can be done; what stays costs only its room."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
