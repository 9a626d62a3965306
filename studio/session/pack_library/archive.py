"""Unpacking of a pack from a folder or a zip file into a new folder, and never outside of it."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from PySide6.QtCore import QCoreApplication

from engine.interface.errors import BadFile, BadPack

PACK_FILE = "pack.json"
CHUNK_BYTES = 1 << 20
MAX_PACK_BYTES, MAX_PACK_FILES = 4 * 2**30, 5000
MAX_RATIO, RATIO_FREE_BYTES = 20, 64 * 2**20
"""How many times larger than its zip a pack may be, beyond the first bytes: weights hardly shrink."""
MAX_NAME = 255
COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
StopCheck = Callable[[], bool]

translate = QCoreApplication.translate


class InstallCancelled(Exception):
    """Raised when a person cancelled the installation."""


def unpack_pack(source: Path, folder: Path, is_stopped: StopCheck) -> None:
    """Copy the pack in a folder or a zip into `folder`, a new one. Raises BadFile, BadPack or InstallCancelled."""
    try:
        if source.is_dir():
            _copy_folder(source, folder, is_stopped)
        else:
            _extract_zip(source, folder, is_stopped)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        why = translate("Packs", "{file} cannot be read: {why}.").format(file=source, why=error)
        raise BadFile(why, translate("Packs", "Download it again, or make room on the disk.")) from error


def _copy_folder(source: Path, folder: Path, is_stopped: StopCheck) -> None:
    if not (source / PACK_FILE).is_file():
        raise _not_a_pack(source)
    paths = [path for path in sorted(source.rglob("*")) if _is_pack_file(path, source)]
    room = _ByteBudget(source, sum(path.stat().st_size for path in paths), len(paths), folder)
    for path in paths:
        with path.open("rb") as file:
            _copy_stream(folder / path.relative_to(source), room.counted(file.read), is_stopped)


def _is_pack_file(path: Path, source: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(source).parts)
    return path.is_file() and not path.is_symlink() and not hidden


class _ByteBudget:
    """What may be written of a pack: what it says that it holds, and no more than any pack does."""

    def __init__(self, source: Path, announced: int, files: int, folder: Path) -> None:
        """Raises BadPack for more than a pack holds, BadFile for more than the disk does."""
        self._source, self._left = source, announced
        if announced > MAX_PACK_BYTES or files > MAX_PACK_FILES:
            raise self._too_much(announced)
        there = next(parent for parent in folder.absolute().parents if parent.exists())
        if announced > shutil.disk_usage(there).free:
            words = translate("Packs", "There is no space on the disk for {file}.").format(file=source)
            raise BadFile(words, translate("Packs", "Make room on the disk and try again."))

    def counted(self, read: Callable[[int], bytes]) -> Callable[[int], bytes]:
        """The same reading, which raises BadPack for more than was announced."""

        def read_counted(size: int) -> bytes:
            chunk = read(size)
            self._left -= len(chunk)
            if self._left < 0:
                raise self._too_much(MAX_PACK_BYTES)
            return chunk

        return read_counted

    def _too_much(self, size: int) -> BadPack:
        words = translate("Packs", "{file} is larger than any pack ({size} MB).")
        return BadPack(words.format(file=self._source, size=size // 10**6), _distrust())


def _extract_zip(source: Path, folder: Path, is_stopped: StopCheck) -> None:
    with zipfile.ZipFile(source) as archive:
        members = {
            _checked_member_path(member): member for member in archive.infolist() if not member.filename.endswith("/")
        }
        announced = sum(member.file_size for member in members.values())
        if announced > RATIO_FREE_BYTES + MAX_RATIO * source.stat().st_size:
            announced = MAX_PACK_BYTES + 1
        room = _ByteBudget(source, announced, len(archive.infolist()), folder)
        pack_files = [
            member_path for member_path in members if member_path.name == PACK_FILE and len(member_path.parts) <= 2
        ]
        if len(pack_files) != 1:
            raise _not_a_pack(source)
        root = pack_files[0].parent
        for place, member in members.items():
            if place.is_relative_to(root):
                with archive.open(member) as file:
                    _copy_stream(folder / place.relative_to(root), room.counted(file.read), is_stopped)


def _checked_member_path(member: zipfile.ZipInfo) -> PurePosixPath:
    member_path = PurePosixPath(member.filename.replace("\\", "/"))
    odd = member.compress_type not in COMPRESSIONS or member.flag_bits & 1  # encrypted
    if odd or not member_path.parts or not str(member_path).isprintable() or len(member.filename) > MAX_NAME:
        words = translate("Packs", "The zip file contains an entry that no pack has (“{name}”).")
        raise BadPack(words.format(name=member.filename[:MAX_NAME]), _distrust())
    outside = member_path.is_absolute() or ".." in member_path.parts or ":" in member_path.parts[0]
    if outside or stat.S_ISLNK(member.external_attr >> 16):
        why = translate("Packs", "The zip file contains a path outside its folder (“{name}”).")
        raise BadPack(why.format(name=member.filename), _distrust())
    return member_path


def _distrust() -> str:
    return translate("Packs", "Nothing was installed. Do not trust the source of this file.")


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
