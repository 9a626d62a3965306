"""The picture on disk between two sessions: a project file and the journals of later edits.

`picture.diptych` names the journal that starts from it. A save first opens the next journal, then writes the file, and
only then removes older journals, so whatever kills the studio, the last file and all later edits are there.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
from PySide6.QtCore import QCoreApplication, QLockFile

from engine.interface.atomic_files import remove_if_possible, remove_stale_temporaries, write_atomically
from engine.interface.bounded_decoding import SMALL_DOCUMENT, decode_json
from engine.interface.errors import BadFile, EngineError
from engine.interface.protocol import PackInfo
from engine.interface.raster import read_image, read_layout
from studio.domain.document import DocumentStatus, GenerationMode, ImageKind, Plane
from studio.session.generation.request_builder import GenerationOptions
from studio.session.persistence import journal
from studio.session.persistence import project_file as snapshot
from studio.session.persistence.journal import JournalRecord
from studio.session.persistence.project_file import PictureSnapshot, PictureState
from studio.session.persistence.request_sanitiser import sanitise_options

PICTURE_FILE = f"picture{snapshot.PROJECT_SUFFIX}"
LEGACY_HEADER_FILE = "document.json"

translate = QCoreApplication.translate


class _LegacyHeader(msgspec.Struct, frozen=True):
    """The header of the first version, which kept a picture as three PNG files with this number."""

    number: int
    pack: str
    image: ImageKind
    fill_whole: bool
    mode: GenerationMode
    options: GenerationOptions
    live: bool


@dataclass(frozen=True)
class StoredPicture:
    """The last saved picture and the edits since; if `damaged`, only those before the first damaged one."""

    snapshot: PictureSnapshot
    records: list[JournalRecord]
    damaged: bool = False


class StateStorage:
    """The folder of this studio, locked so that two studios do not overwrite each other's pictures.

    It is the one with the newest picture that no other studio has locked. Raises BadFile if it cannot be created.
    """

    def __init__(self, root: Path, pack: PackInfo) -> None:
        self._pack = pack
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadFile(
                f"{root} cannot be made ({error.strerror}).",
                "Without it no picture is kept for the next time.",
            ) from error
        remove_stale_temporaries(root)
        self._folders = [root / "picture", *(root / f"picture-{index}" for index in range(2, 100))]
        self._lock_first_free(sorted(self._folders, key=_last_modified_ns, reverse=True))

    def load(self) -> StoredPicture | None:
        """Load the last picture; None if there is none. Raises BadFile after the damaged files were put aside."""
        try:
            return self._load()
        except FileNotFoundError:
            return None
        except Exception as error:  # whatever is wrong with the files, the studio starts
            aside = self.put_aside()
            words = translate("Storage", "The last picture cannot be restored: {why}").format(
                why=error_sentence(error)
            )
            raise BadFile(words, self.put_aside_hint(aside)) from error

    def put_aside(self) -> Path:
        """Move the files to a folder that is not used again, and return it."""
        aside = self.folder.with_name(f"{self.folder.name}-from-{datetime.now():%Y%m%d-%H%M%S-%f}")
        try:
            self.folder.rename(aside)
        except OSError:  # leave them and use another folder
            aside = self.folder
            self._lock.unlock()
            self._lock_first_free([folder for folder in self._folders if not folder.exists()])
        return aside

    def put_aside_hint(self, aside: Path) -> str:
        """A sentence that says where the files are that were put aside."""
        words = translate("Storage", "Its files are kept in {folder}; send them with a report, or remove them.")
        return words.format(folder=aside)

    def save(self, picture: PictureSnapshot, *, durable: bool = True) -> None:
        """Write the picture; a durable save waits for the disk and belongs in a thread. Raises BadFile."""
        data = snapshot.encode_project(picture, self._pack)
        hint = translate("Storage", "Make room on the disk.")
        write_atomically(self.folder / PICTURE_FILE, data, durable=durable, hint=hint)
        for path, number in self._journals():
            if number < picture.origin.journal:
                remove_if_possible(path)
        self._remove_legacy()

    @property
    def has_picture(self) -> bool:
        """Whether a picture was saved here."""
        return (self.folder / PICTURE_FILE).exists()

    def journal_path(self, number: int) -> Path:
        """The path of the journal with this number."""
        return self.folder / f"journal-{number}"

    def next_journal_number(self) -> int:
        """A number that no journal since the last save has."""
        return 1 + max((number for _, number in self._journals()), default=0)

    def close(self) -> None:
        """Unlock the folder for another studio."""
        self._lock.unlock()

    def _lock_first_free(self, folders: list[Path]) -> None:
        """Lock the first of these folders that no other studio has locked."""
        for self.folder in folders:
            self._lock = QLockFile(f"{self.folder}.lock")
            self._lock.setStaleLockTime(0)
            if self._lock.tryLock(0):
                break

    def _load(self) -> StoredPicture:
        try:
            data = (self.folder / PICTURE_FILE).read_bytes()
        except FileNotFoundError:
            return StoredPicture(self._load_legacy(), [])
        saved = snapshot.decode_project(data, self._pack, PICTURE_FILE)
        numbers = sorted(number for _, number in self._journals() if number >= saved.origin.journal)
        records: list[JournalRecord] = []
        for path in map(self.journal_path, numbers):
            records += journal.read_records(path)
            if journal.is_damaged(path):
                return StoredPicture(saved, records, damaged=True)
        return StoredPicture(saved, records)

    def _load_legacy(self) -> PictureSnapshot:
        header = decode_json((self.folder / LEGACY_HEADER_FILE).read_bytes(), _LegacyHeader, SMALL_DOCUMENT)
        if header.pack != self._pack.name:
            raise BadFile(f"The last picture was made with the pack “{header.pack}”.")
        planes = {plane: np.zeros((self._pack.height, self._pack.width), np.uint8) for plane in Plane}
        for plane in snapshot.LAYOUT_PLANES:
            planes[plane] = read_layout(self.folder / f"{plane.value}-{header.number}.png", self._pack.classes)
        planes[Plane.IMAGE] = read_image(self.folder / f"image-{header.number}.png")
        if {pixels.shape[:2] for pixels in planes.values()} != {(self._pack.height, self._pack.width)}:
            raise BadFile("The last picture has another size than the pack.")
        if header.image is ImageKind.GIVEN:
            planes[Plane.KEEP_IMAGE][:] = 1
        status = DocumentStatus(header.image, header.fill_whole)
        return PictureSnapshot(
            planes,
            PictureState(marks=status, mode=header.mode, options=sanitise_options(header.options), live=header.live),
        )

    def _remove_legacy(self) -> None:
        if (self.folder / LEGACY_HEADER_FILE).exists():
            for path in (self.folder / LEGACY_HEADER_FILE, *self.folder.glob("*-*.png")):
                remove_if_possible(path)

    def _journals(self) -> list[tuple[Path, int]]:
        found = [(path, path.name.removeprefix("journal-")) for path in self.folder.glob("journal-*")]
        return [(path, int(number)) for path, number in found if number.isdecimal()]


def error_sentence(error: Exception) -> str:
    """An error as one sentence."""
    return error.message if isinstance(error, EngineError) else f"{str(error) or type(error).__name__}."


def _last_modified_ns(folder: Path) -> int:
    """When a picture in a folder was last changed, in nanoseconds; 0 if there is none."""
    times = [0]
    for path in (folder / PICTURE_FILE, folder / LEGACY_HEADER_FILE, *folder.glob("journal-*")):
        with contextlib.suppress(OSError):
            times.append(path.stat().st_mtime_ns)
    return max(times)
