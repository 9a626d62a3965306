"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import uuid
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write or replace a file in one move, whoever else writes it meanwhile. Raises OSError."""
    fresh = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    except OSError:
        remove(fresh)
        raise


def remove(path: Path) -> None:
    """Take a file away if that can be done; what stays costs only its room."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
