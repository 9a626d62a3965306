"""An export folder to look through: what its manifest says, both halves of any pair, and pairs that a person drops.

No torch, and nothing is drawn; the studio uses it too.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple, cast

from engine import library
from engine.errors import BadFile
from engine.export import manifest as lines
from engine.export.formats.base import MEND, Format, Halves, Read, Sharded
from engine.export.formats.table import format_of
from engine.export.manifest import ClosedLine, DropLine, PairLine, ShardLine
from engine.export.order import FormatName, Record
from engine.export.run import begun_in
from engine.export.store import opened
from engine.protocol import PackInfo

SHARDS_OPEN = 4


class Entry(NamedTuple):
    """One kept pair: its files by their paths, the pixels of each class, and what the filters saw."""

    name: str
    files: tuple[str, ...]
    areas: tuple[int, ...]
    record: Record
    agreement: float | None = None
    nearest: float | None = None


class Reader:
    """An export folder as it is now."""

    def __init__(self, folder: Path) -> None:
        """Reads the manifest. Raises BadFile, BadPack if its pack is not here, and BadRequest."""
        self.folder = folder
        order = begun_in(folder).order
        self.pack, self.form = order.pack, FormatName(order.format)
        self.info: PackInfo = library.read_info(library.find_pack(order.pack))
        self._format: Format = format_of(order.format, self.info)
        self._shards: list[ShardLine] = []
        self._open: OrderedDict[str, Read] = OrderedDict()
        self._lock = Lock()
        self.unsettled = False
        """Whether files of dropped pairs may still be there."""
        self.entries = self._read()

    def _read(self) -> list[Entry]:
        found: dict[str, Entry] = {}
        dropped: set[str] = set()
        shards: dict[str, ShardLine] = {}
        for line in lines.read(self.folder / lines.FILE):
            match line:
                case PairLine() if line.kept:
                    found[line.name] = entry_of(line)
                case DropLine():
                    (dropped.add if line.dropped else dropped.discard)(line.name)
                    self.unsettled = True
                case ClosedLine():
                    self.unsettled = False
                case ShardLine():
                    shards[line.file] = line
        self._shards = list(shards.values())
        return [one for name, one in found.items() if name not in dropped]

    def halves(self, entry: Entry) -> Halves:
        """RGB [H, W, 3] and ids [H, W] of a pair, for any thread. Raises BadFile."""
        with self._lock:
            read = self._reader(entry)
            files = {path: read(path) for path in entry.files if not path.endswith(".json")}
        halves = self._format.halves(files)
        size = (entry.record.height, entry.record.width)
        if halves.image.shape != (*size, 3) or halves.layout.shape != size:
            raise BadFile(f"The pair {entry.name} in {self.folder} is damaged.", MEND)
        return halves

    def drop(self, entries: Sequence[Entry], *, dropped: bool = True) -> None:
        """Note in the manifest that a person drops pairs, or takes them back. Raises BadFile."""
        with opened(self.folder) as store:
            path = store.path(lines.FILE)
            lines.cut(path)
            for one in entries:
                lines.append(path, DropLine(name=one.name, seed=one.record.seed, dropped=dropped))

    def _reader(self, entry: Entry) -> Read:
        for shard in self._shards:
            if shard.first <= entry.record.seed <= shard.last:
                return self._shard(shard.file)
        return self._file

    def _shard(self, file: str) -> Read:
        if file not in self._open:
            while len(self._open) >= SHARDS_OPEN:
                self._open.popitem(last=False)
            self._open[file] = cast(Sharded, self._format).unpack(self.folder / file)
        return self._open[file]

    def _file(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise BadFile(f"{self.folder / name} cannot be read ({error.strerror}).", MEND) from error


def entry_of(line: PairLine) -> Entry:
    """What is worth showing of a kept pair's line."""
    quality = line.quality
    seen = (None, None) if quality is None else (quality.agreement, quality.nearest)
    return Entry(line.name, tuple(line.files), line.areas, line.request, *seen)
