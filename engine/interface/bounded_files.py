"""Files that others made, read within limits, and names within a folder that lead nowhere else. No torch."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Annotated

import msgspec

from engine.interface.errors import BadFile

_NO_DOTS = r"(?!(?:.*/)?\.{1,2}(?:/|\Z))"
_PATH_PATTERN = rf"\A{_NO_DOTS}(?!.*//)[^/\\:\x00-\x1f\x7f][^\\:\x00-\x1f\x7f]*(?<!/)\Z"
DatasetPath = Annotated[str, msgspec.Meta(max_length=512, pattern=_PATH_PATTERN)]
"""A file of a data set, relative to its folder: not absolute, no “..”, no drive, no control characters."""
DatasetStem = Annotated[str, msgspec.Meta(max_length=128, pattern=r"\A[^./\\:\x00-\x1f\x7f][^/\\:\x00-\x1f\x7f]*\Z")]
"""A part of a file's name."""


def read_bounded(path: Path, max_bytes: int) -> bytes:
    """The bytes of a file or a pipe. Raises BadFile for a device, a folder, or more than `max_bytes`."""
    try:
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
            raise BadFile(f"{path} is no file.", "Give a file.")
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise BadFile(f"There is no file {path}.", "Check the path.") from error
    except OSError as error:
        raise BadFile(f"{path} cannot be read ({error.strerror}).", "Check whether you may read it.") from error
    except ValueError as error:  # a NUL in the path
        raise BadFile(f"{str(path)!r} can be no path.", "Check the path.") from error
    if len(data) > max_bytes:
        raise BadFile(f"{path} has more than {max_bytes // 2**20} MiB.", "Give a smaller file.")
    return data


_DATASET_PATH = re.compile(_PATH_PATTERN)


def within(folder: Path, name: str) -> Path:
    """The file that an index in a folder names, relative to it. Raises BadFile for a name that leads elsewhere."""
    if not _DATASET_PATH.search(name):
        raise BadFile(f"“{name}” is no file within {folder}.", "Do not trust where the data set came from.")
    return folder / name


def unlinked(folder: Path, name: str) -> Path:
    """The file of a name within a folder, to which no link leads. Raises BadFile if one does, or leads elsewhere."""
    within(folder, name)
    path = folder
    for part in Path(name).parts:
        path = path / part
        if path.is_symlink():
            raise BadFile(f"{path} is a link.", "Put the file itself there, or do not trust where it came from.")
    return path
