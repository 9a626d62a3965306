"""The stroke journal: every finished edit is on disk at once, so a killed studio loses at most an unfinished stroke.

A journal is a file to which records are appended. A record is its length and its CRC-32, big-endian, and that many
bytes of msgpack: the changed box of each plane and the state of the picture. After a change of the picture's size the
box is the whole plane. Reading stops at the first record that is cut off or damaged.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from engine.interface.atomic_files import sync_folder
from engine.interface.bounded_decoding import decode_msgpack
from engine.interface.errors import BadFile, MalformedData
from studio.domain.document import Document, Plane
from studio.domain.layout import Box, changed_box
from studio.session.persistence.project_file import PictureSnapshot, PictureState, SnapshotOrigin
from studio.session.persistence.request_sanitiser import sanitise_options

RECORD_PREFIX = struct.Struct(">II")


class PlanePatch(msgspec.Struct, frozen=True):
    """A box of a plane and the new bytes in it."""

    plane: Plane
    box: Box
    data: bytes


class JournalRecord(msgspec.Struct, frozen=True):
    """One edit: its name for people, the changed boxes, and the state and origin after it."""

    name: str
    patches: tuple[PlanePatch, ...]
    state: PictureState
    origin: SnapshotOrigin

    def apply(self, document: Document) -> None:
        """Apply the edit to a document. Raises BadFile if it belongs to one of another size."""
        if self.state.frame is not None and self.state.frame != document.frame:
            document.reset_frame(self.state.frame)
        for patch in self.patches:
            box = patch.box
            target = document.pixels(patch.plane)[box.slices]
            if box != box.clipped(document.height, document.width) or len(patch.data) != target.size:
                raise BadFile("The journal of the last edits belongs to a picture of another size.")
            target[:] = np.frombuffer(patch.data, np.uint8).reshape(target.shape)
        document.status = self.state.marks


class Journal:
    """Appends the differences of a document from what is on disk, fast enough for the window's thread.

    Appended records survive the end of the studio at once, and a power cut after `prepare_sync()()`.
    """

    def __init__(self, path: Path, start: PictureSnapshot) -> None:
        self._written_planes = {plane: pixels.copy() for plane, pixels in start.planes.items()}
        self._state, self._origin, self._frame = start.state, start.origin, start.frame
        self._path = path
        self._file: BinaryIO | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise BadFile(
                f"{path} cannot be written ({error.strerror}).",
                "Until that works, a crash may lose the edits of the last 30 seconds.",
            ) from error

    def append(self, name: str, document: Document, state: PictureState, origin: SnapshotOrigin) -> bool:
        """Append what has changed. Returns whether anything has. Raises OSError."""
        patches = tuple(self._changes(document))
        self._frame = document.frame
        if not patches and (state, origin) == (self._state, self._origin):
            return False
        self._state, self._origin = state, origin
        if self._file is not None:
            self._file.write(encode_record(JournalRecord(name, patches, state, origin)))
        return True

    def prepare_sync(self) -> Callable[[], None]:
        """A function that forces all records so far to the disk, for another thread; it raises OSError."""
        handle = os.dup(self._file.fileno()) if self._file is not None else None

        def sync() -> None:
            if handle is not None:
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)
                sync_folder(self._path.parent)

        return sync

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _changes(self, document: Document) -> Iterator[PlanePatch]:
        for plane in Plane:
            pixels, known = document.pixels(plane), self._written_planes[plane]
            if document.frame != self._frame:
                self._written_planes[plane] = pixels.copy()
                yield PlanePatch(plane, Box(0, 0, document.height, document.width), pixels.tobytes())
                continue
            if np.array_equal(pixels, known):
                continue
            box = changed_box(known, pixels)
            known[box.slices] = pixels[box.slices]
            yield PlanePatch(plane, box, pixels[box.slices].tobytes())


def encode_record(record: JournalRecord) -> bytes:
    """The bytes of a record in a file."""
    body = msgspec.msgpack.encode(record)
    return RECORD_PREFIX.pack(len(body), zlib.crc32(body)) + body


def read_records(path: Path) -> list[JournalRecord]:
    """The complete records at the beginning of a journal; none if there is no such file."""
    return _scan_records(_read_bytes(path))[0]


def is_damaged(path: Path) -> bool:
    """Whether more follows the complete records than one that was cut off when the studio ended."""
    data = _read_bytes(path)
    rest = data[_scan_records(data)[1] :]
    cut = len(rest) < RECORD_PREFIX.size or len(rest) < RECORD_PREFIX.size + RECORD_PREFIX.unpack_from(rest)[0]
    return not cut and any(rest)  # a power cut may leave zeros


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _scan_records(data: bytes) -> tuple[list[JournalRecord], int]:
    """The complete records, and the offset of their end."""
    records: list[JournalRecord] = []
    offset = 0
    while offset + RECORD_PREFIX.size <= len(data):
        length, checksum = RECORD_PREFIX.unpack_from(data, offset)
        body = data[offset + RECORD_PREFIX.size : offset + RECORD_PREFIX.size + length]
        if len(body) != length or zlib.crc32(body) != checksum:
            break
        try:
            records.append(_checked(decode_msgpack(body, JournalRecord)))
        except MalformedData:  # written by a newer studio
            break
        offset += RECORD_PREFIX.size + length
    return records, offset


def _checked(record: JournalRecord) -> JournalRecord:
    """With options that a person could have set."""
    state = msgspec.structs.replace(record.state, options=sanitise_options(record.state.options))
    return msgspec.structs.replace(record, state=state)
