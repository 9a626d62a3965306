"""A pack from a folder or a zip into a fresh folder: blocking, stoppable, and never outside of that folder."""

from __future__ import annotations

import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from PySide6.QtCore import QCoreApplication

from engine.errors import BadFile, BadPack

HEAD = "pack.json"
CHUNK = 1 << 20
Stopped = Callable[[], bool]

translate = QCoreApplication.translate


class Cancelled(Exception):
    """A person does not want it any more."""


def unpack(source: Path, folder: Path, stopped: Stopped) -> None:
    """Copy the pack in a folder or a zip into `folder`, a new one. Raises BadFile, BadPack or Cancelled."""
    try:
        if source.is_dir():
            _copy(source, folder, stopped)
        else:
            _extract(source, folder, stopped)
    except (OSError, zipfile.BadZipFile, RuntimeError) as error:
        why = translate("Packs", "{file} cannot be read: {why}.").format(file=source, why=error)
        raise BadFile(
            why, translate("Packs", "Get it once more from where it came, and make room on the disk.")
        ) from error


def _copy(source: Path, folder: Path, stopped: Stopped) -> None:
    if not (source / HEAD).is_file():
        raise _no_pack(source)
    for path in sorted(source.rglob("*")):
        place = path.relative_to(source)
        if path.is_symlink() or not path.is_file() or any(part.startswith(".") for part in place.parts):
            continue
        with path.open("rb") as file:
            _write(folder / place, file.read, stopped)


def _extract(source: Path, folder: Path, stopped: Stopped) -> None:
    with zipfile.ZipFile(source) as archive:
        members = {_place(member): member for member in archive.infolist() if not member.is_dir()}
        heads = [place for place in members if place.name == HEAD and len(place.parts) <= 2]
        if len(heads) != 1:
            raise _no_pack(source)
        root = heads[0].parent
        for place, member in members.items():
            if place.is_relative_to(root):
                with archive.open(member) as file:
                    _write(folder / place.relative_to(root), file.read, stopped)


def _place(member: zipfile.ZipInfo) -> PurePosixPath:
    place = PurePosixPath(member.filename.replace("\\", "/"))
    outside = place.is_absolute() or ".." in place.parts or ":" in place.parts[0]
    if outside or stat.S_ISLNK(member.external_attr >> 16):
        why = translate("Packs", "The zip wants to write outside of its folder (“{name}”).")
        raise BadPack(
            why.format(name=member.filename),
            translate("Packs", "Nothing was installed; do not trust where it came from."),
        )
    return place


def _write(path: Path, read: Callable[[int], bytes], stopped: Stopped) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        while chunk := read(CHUNK):
            if stopped():
                raise Cancelled
            file.write(chunk)


def _no_pack(source: Path) -> BadPack:
    return BadPack(
        translate("Packs", "There is no pack in {file}: {head} is missing.").format(file=source, head=HEAD),
        translate("Packs", "Choose the folder, or the zip, that has it at its top."),
    )


def remove(folder: Path) -> None:
    """Take a folder away, as far as that goes."""
    shutil.rmtree(folder, ignore_errors=True)
