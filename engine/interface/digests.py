"""SHA-256 digests of files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def file_sha256(path: Path) -> str:
    """Hashes a file's bytes, as hexadecimal digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def combined_sha256(paths: Iterable[Path]) -> str:
    """Hashes the digests of several files, in their order, as hexadecimal digits. Raises OSError."""
    return hashlib.sha256("".join(file_sha256(path) for path in paths).encode()).hexdigest()
