"""Files that are there whole or not at all, also when the power goes."""

from __future__ import annotations

import contextlib
import os
import uuid
from pathlib import Path


def write_whole(path: Path, data: bytes, *, lasting: bool = True) -> None:
    """Write or replace a file in one move, whoever else writes it meanwhile. Raises OSError.

    A lasting one outlives a power cut once this returns; it waits for the disk, so no window may wait for it.
    """
    fresh = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with fresh.open("wb") as file:
            file.write(data)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        remove(fresh)
        raise
    if lasting:
        settle(path.parent)


def settle(folder: Path) -> None:
    """Let the names in a folder outlive a power cut, where the system can do that; waits for the disk."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove(path: Path) -> None:
    """Take a file away if that can be done; what stays costs only its room."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
