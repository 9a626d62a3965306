"""manifest.jsonl: one line for each thing that is whole on disk, written after it.

A pair's line comes when its files are there, a shard's when its pairs are in it, and the closing one when the files
of the whole set are. Seeds go up from line to line.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from engine.errors import BadFile
from engine.export.order import Quality, Record
from engine.export.store import STAGED, Store, named

FILE = "manifest.jsonl"


class PairLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="pair"):
    """A pair: SHA-256 of each file by its path, none if the pair was rejected, and the pixels of each class."""

    name: str
    files: dict[str, str]
    request: Record
    areas: tuple[int, ...] = ()
    quality: Quality | None = None

    @property
    def kept(self) -> bool:
        return self.quality is None or not self.quality.rejected


class ShardLine(msgspec.Struct, frozen=True, kw_only=True, tag="shard"):
    """A file that holds the kept pairs with these seeds, both included; theirs are gone."""

    file: str
    sha256: str
    first: int
    last: int


class ClosedLine(msgspec.Struct, frozen=True, kw_only=True, tag="closed"):
    """SHA-256 of each file of the whole set, by its path, when it had so many pairs."""

    files: dict[str, str]
    pairs: int


Line = PairLine | ShardLine | ClosedLine
_decoder: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)
_encoder = msgspec.json.Encoder()


def read(path: Path) -> Iterator[Line]:
    """The whole lines, one by one. Raises BadFile."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return  # cut off when the last export was
                try:
                    yield _decoder.decode(line)
                except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                    raise BadFile(
                        f"{path}, line {number}, is none of ours ({error}).",
                        "Bring the manifest back from a copy, or export to a new folder.",
                    ) from error
    except FileNotFoundError:
        return
    except OSError as error:
        raise BadFile(f"{path} cannot be read ({error.strerror}).", "Check whether you may read it.") from error


class Manifest:
    """The manifest of an open folder: what it says so far, and room for more lines."""

    def __init__(self, store: Store) -> None:
        self.path = store.path(FILE)
        self.kept = self.rejected = 0
        self.last_seed: int | None = None
        self.closed: ClosedLine | None = None
        self.shards = 0
        self.loose: list[PairLine] = []
        """Kept pairs that are in no shard yet."""
        for line in read(self.path):
            self._note(line)
        self._cut()

    def add(self, line: Line) -> None:
        """Append a line, whole or not at all. Raises BadFile."""
        data = _encoder.encode(line) + b"\n"
        with named(self.path), self.path.open("ab", buffering=0) as file:
            start = file.seek(0, os.SEEK_END)
            try:
                _write(file, data)
            except OSError:
                file.truncate(start)
                raise
        self._note(line)

    def _note(self, line: Line) -> None:
        match line:
            case PairLine():
                self.last_seed, self.closed = line.request.seed, None
                self.kept += line.kept
                self.rejected += not line.kept
                if line.kept and any(name.startswith(STAGED) for name in line.files):
                    self.loose.append(line)
            case ShardLine():
                self.shards += 1
                self.loose = [one for one in self.loose if one.request.seed > line.last]
            case ClosedLine():
                self.closed = line

    def _cut(self) -> None:
        """Drop what a killed export left of a line."""
        if not self.path.exists():
            return
        with named(self.path), self.path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            while end and _byte(file, end - 1) != b"\n":
                end -= 1
            file.truncate(end)


def _byte(file: BinaryIO, at: int) -> bytes:
    file.seek(at)
    return file.read(1)


def _write(file: BinaryIO, data: bytes) -> None:
    """All of it: an unbuffered file on a disk that is getting full takes a part and says so only the next time."""
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
