"""manifest.jsonl: a line for each complete pair, shard and set of closing files.

A pair's line follows its files, a shard's line the shard, and the closing line the files of the whole set. Seeds
increase from line to line. Of several lines about one shard, or about dropping one pair, the last one counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, BinaryIO

import msgspec

from engine.interface.bounded_decoding import SMALL_DOCUMENT, JsonDecoder
from engine.interface.bounded_files import DatasetPath, DatasetStem
from engine.interface.dataset.dataset_store import STAGED_FOLDER, DatasetStore, os_errors_as_bad_file
from engine.interface.dataset.export_order import PairQuality, PairRecord
from engine.interface.errors import BadFile, MalformedData
from engine.interface.protocol import UNKNOWN

MANIFEST_FILE = "manifest.jsonl"
LONGEST_LINE = 2**20
Digest = Annotated[str, msgspec.Meta(max_length=64)]
PixelCount = Annotated[int, msgspec.Meta(ge=0, le=2**40)]


class PairLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="pair"):
    """A pair: SHA-256 of its files by path, none if the pair was rejected, and the pixels of each class."""

    name: DatasetStem
    files: dict[DatasetPath, Digest]
    request: PairRecord
    areas: Annotated[tuple[PixelCount, ...], msgspec.Meta(max_length=UNKNOWN)] = ()
    quality: PairQuality | None = None

    @property
    def kept(self) -> bool:
        return self.quality is None or not self.quality.rejected


class ShardLine(msgspec.Struct, frozen=True, kw_only=True, tag="shard"):
    """A shard that holds the kept pairs with seeds from `first` to `last`, in place of their own files."""

    file: DatasetPath
    sha256: Digest
    first: int
    last: int


class DropLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="drop"):
    """A kept pair that a person dropped, or restored. It is not drawn again; a purge removes its files."""

    name: DatasetStem
    seed: int
    dropped: bool = True


class ClosedLine(msgspec.Struct, frozen=True, kw_only=True, tag="closed"):
    """SHA-256 of the files of the whole set by path, when it had so many pairs."""

    files: dict[DatasetPath, Digest]
    pairs: int


ManifestLine = PairLine | ShardLine | DropLine | ClosedLine
_decoder: JsonDecoder[ManifestLine] = JsonDecoder(ManifestLine, SMALL_DOCUMENT)
_encoder = msgspec.json.Encoder()


def read_lines(path: Path) -> Iterator[ManifestLine]:
    """Yields the complete lines. Raises BadFile."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), 1):
                if len(line) <= LONGEST_LINE and not line.endswith(b"\n"):
                    return  # cut off when an export was killed
                try:
                    yield _decoder.decode(line)
                except MalformedData as error:
                    raise BadFile(
                        f"{path}, line {number}, is none of ours ({error.reason}).",
                        "Bring the manifest back from a copy, or export to a new folder.",
                    ) from error
    except FileNotFoundError:
        return
    except OSError as error:
        raise BadFile(f"{path} cannot be read ({error.strerror}).", "Check whether you may read it.") from error


def append_line(path: Path, line: ManifestLine) -> None:
    """Appends a line to the manifest of an open folder, completely or not at all. Raises BadFile."""
    data = _encoder.encode(line) + b"\n"
    with os_errors_as_bad_file(path), path.open("ab", buffering=0) as file:
        start = file.seek(0, os.SEEK_END)
        try:
            _write_fully(file, data)
        except OSError:
            file.truncate(start)
            raise


def truncate_partial_line(path: Path) -> None:
    """Removes an incomplete last line, which a killed export left. Raises BadFile."""
    if not path.exists():
        return
    with os_errors_as_bad_file(path), path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end and _byte_at(file, end - 1) != b"\n":
            end -= 1
        file.truncate(end)


class Manifest:
    """The manifest of an open folder: its state after the lines so far, and appending of further ones."""

    def __init__(self, store: DatasetStore) -> None:
        self.path = store.path(MANIFEST_FILE)
        self.kept = self.rejected = 0
        self.last_seed: int | None = None
        self.closed: ClosedLine | None = None
        self.finished = False
        """Whether the set was closed after its last pair; pairs may have been dropped since."""
        self.shards: dict[str, ShardLine] = {}
        self.stale_shards: set[str] = set()
        """Shards that hold dropped pairs."""
        self.dropped: set[str] = set()
        self._unsharded: list[PairLine] = []
        for line in read_lines(self.path):
            self._apply(line)
        truncate_partial_line(self.path)

    @property
    def unsharded(self) -> list[PairLine]:
        """Kept pairs that are in no shard yet."""
        return [line for line in self._unsharded if line.name not in self.dropped] if self.dropped else self._unsharded

    def add(self, line: ManifestLine) -> None:
        """Appends a line, completely or not at all. Raises BadFile."""
        append_line(self.path, line)
        self._apply(line)

    def _apply(self, line: ManifestLine) -> None:
        match line:
            case PairLine():
                self.last_seed, self.closed, self.finished = line.request.seed, None, False
                self.kept += line.kept
                self.rejected += not line.kept
                if line.kept and any(name.startswith(STAGED_FOLDER) for name in line.files):
                    self._unsharded.append(line)
            case ShardLine():
                self.shards[line.file] = line
                self.stale_shards.discard(line.file)
                self._unsharded = [pair for pair in self._unsharded if pair.request.seed > line.last]
            case DropLine():
                self._apply_drop(line)
            case ClosedLine():
                self.closed, self.finished = line, True

    def _apply_drop(self, line: DropLine) -> None:
        if line.dropped is (line.name in self.dropped):
            return
        self.closed = None
        self.kept += -1 if line.dropped else 1
        (self.dropped.add if line.dropped else self.dropped.remove)(line.name)
        self.stale_shards |= {file for file, shard in self.shards.items() if shard.first <= line.seed <= shard.last}


def _byte_at(file: BinaryIO, position: int) -> bytes:
    file.seek(position)
    return file.read(1)


def _write_fully(file: BinaryIO, data: bytes) -> None:
    """Writes all bytes: on a nearly full disk an unbuffered write may write a part and fail only at the next one."""
    remaining = memoryview(data)
    while remaining:
        remaining = remaining[file.write(remaining) :]
