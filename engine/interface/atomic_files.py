"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from engine.interface.errors import BadFile


def write_atomically(path: Path, data: bytes) -> None:
    """Write or replace a file in one move, and make its folder if need be. Raises BadFile."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(data)
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadFile(f"{path} cannot be written ({error.strerror}).", "Choose another folder.") from error
