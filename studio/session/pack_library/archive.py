"""Unpacking of a pack from a folder or a zip file into a new folder, and never outside of it."""

from __future__ import annotations

import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from PySide6.QtCore import QCoreApplication

from engine.interface.errors import BadFile, BadPack

PACK_FILE = "pack.json"
CHUNK_BYTES = 1 << 20
StopCheck = Callable[[], bool]

translate = QCoreApplication.translate


class InstallCancelled(Exception):
    """Raised when a person cancelled the installation."""


def unpack_pack(source: Path, folder: Path, is_stopped: StopCheck) -> None:
    """Copy the pack in a folder or a zip into `folder`, a new one. Raises BadFile, BadPack or Cancelled."""
    try:
        if source.is_dir():
            _copy_folder(source, folder, is_stopped)
        else:
            _extract_zip(source, folder, is_stopped)
    except (OSError, zipfile.BadZipFile, RuntimeError) as error:
        why = translate("Packs", "{file} cannot be read: {why}.").format(file=source, why=error)
        raise BadFile(why, translate("Packs", "Download it again, or make room on the disk.")) from error


def _copy_folder(source: Path, folder: Path, is_stopped: StopCheck) -> None:
    if not (source / PACK_FILE).is_file():
        raise _not_a_pack(source)
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if path.is_symlink() or not path.is_file() or any(part.startswith(".") for part in relative.parts):
            continue
        with path.open("rb") as file:
            _copy_stream(folder / relative, file.read, is_stopped)


def _extract_zip(source: Path, folder: Path, is_stopped: StopCheck) -> None:
    with zipfile.ZipFile(source) as archive:
        members = {_checked_member_path(member): member for member in archive.infolist() if not member.is_dir()}
        pack_files = [
            member_path for member_path in members if member_path.name == PACK_FILE and len(member_path.parts) <= 2
        ]
        if len(pack_files) != 1:
            raise _not_a_pack(source)
        root = pack_files[0].parent
        for place, member in members.items():
            if place.is_relative_to(root):
                with archive.open(member) as file:
                    _copy_stream(folder / place.relative_to(root), file.read, is_stopped)


def _checked_member_path(member: zipfile.ZipInfo) -> PurePosixPath:
    member_path = PurePosixPath(member.filename.replace("\\", "/"))
    outside = member_path.is_absolute() or ".." in member_path.parts or ":" in member_path.parts[0]
    if outside or stat.S_ISLNK(member.external_attr >> 16):
        why = translate("Packs", "The zip file contains a path outside its folder (“{name}”).")
        raise BadPack(
            why.format(name=member.filename),
            translate("Packs", "Nothing was installed. Do not trust the source of this file."),
        )
    return member_path


def _copy_stream(path: Path, read: Callable[[int], bytes], is_stopped: StopCheck) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        while chunk := read(CHUNK_BYTES):
            if is_stopped():
                raise InstallCancelled
            file.write(chunk)


def _not_a_pack(source: Path) -> BadPack:
    return BadPack(
        translate("Packs", "There is no pack in {file}: {head} is missing.").format(file=source, head=PACK_FILE),
        translate("Packs", "Choose the folder or the zip file that contains it."),
    )


def remove_folder(folder: Path) -> None:
    """Take a folder away, as far as that goes."""
    shutil.rmtree(folder, ignore_errors=True)
