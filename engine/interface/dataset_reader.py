"""Reading of an export folder: its manifest, both halves of any pair, and the dropping of pairs.

Needs no torch and draws nothing; the studio uses it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from engine.interface import pack_catalogue
from engine.interface.bounded_files import read_bounded, unlinked
from engine.interface.dataset import manifest as lines
from engine.interface.dataset.dataset_store import open_store
from engine.interface.dataset.export_header import read_header
from engine.interface.dataset.export_order import FormatName, PairRecord
from engine.interface.dataset.formats.format_base import (
    REPAIR_HINT,
    DatasetFormat,
    PairHalves,
    ReadFile,
    ShardedFormat,
)
from engine.interface.dataset.formats.format_table import create_format
from engine.interface.dataset.manifest import ClosedLine, DropLine, PairLine, ShardLine
from engine.interface.errors import BadFile
from engine.interface.picture_decoding import MAX_PICTURE_BYTES
from engine.interface.protocol import PackInfo

MAX_OPEN_SHARDS = 4


class DatasetEntry(NamedTuple):
    """A kept pair: the paths of its files, the pixels of each class, its provenance and its scores."""

    name: str
    files: tuple[str, ...]
    areas: tuple[int, ...]
    record: PairRecord
    agreement: float | None = None
    nearest: float | None = None


class DatasetReader:
    """Reads an export folder."""

    def __init__(self, folder: Path) -> None:
        """Reads the manifest. Raises BadFile, BadRequest, or BadPack if the pack is not installed."""
        self.folder = folder
        order = read_header(folder).order
        self.pack, self.format_name = order.pack, FormatName(order.format)
        self.info: PackInfo = pack_catalogue.read_pack_info(pack_catalogue.find_pack_folder(order.pack))
        self._format: DatasetFormat = create_format(order.format, self.info)
        self._shards: list[ShardLine] = []
        self._open_shards: OrderedDict[str, ReadFile] = OrderedDict()
        self._lock = Lock()
        self.needs_purge = False
        """Whether files of dropped pairs may still exist."""
        self.entries = self._read_entries()

    def _read_entries(self) -> list[DatasetEntry]:
        entries: dict[str, DatasetEntry] = {}
        dropped: set[str] = set()
        shards: dict[str, ShardLine] = {}
        for line in lines.read_lines(unlinked(self.folder, lines.MANIFEST_FILE)):
            match line:
                case PairLine() if line.kept:
                    if line.areas and len(line.areas) != len(self.info.classes):
                        raise BadFile(f"The pair {line.name} in {self.folder} has other classes.", REPAIR_HINT)
                    entries[line.name] = entry_from_line(line)
                case DropLine():
                    (dropped.add if line.dropped else dropped.discard)(line.name)
                    self.needs_purge = True
                case ClosedLine():
                    self.needs_purge = False
                case ShardLine():
                    shards[line.file] = line
        self._shards = list(shards.values())
        return [entry for name, entry in entries.items() if name not in dropped]

    def halves(self, entry: DatasetEntry) -> PairHalves:
        """Reads the image RGB [H, W, 3] and the layout ids [H, W] of a pair, in any thread. Raises BadFile."""
        with self._lock:
            read = self._file_reader(entry)
            files = {path: read(path) for path in entry.files if not path.endswith(".json")}
        halves = self._format.halves(files)
        size = (entry.record.height, entry.record.width)
        if halves.image.shape != (*size, 3) or halves.layout.shape != size:
            raise BadFile(f"The pair {entry.name} in {self.folder} is damaged.", REPAIR_HINT)
        return halves

    def drop(self, entries: Sequence[DatasetEntry], *, dropped: bool = True) -> None:
        """Records in the manifest that pairs are dropped, or restored. Raises BadFile."""
        with open_store(self.folder) as store:
            path = store.path(lines.MANIFEST_FILE)
            lines.truncate_partial_line(path)
            for entry in entries:
                lines.append_line(path, DropLine(name=entry.name, seed=entry.record.seed, dropped=dropped))

    def _file_reader(self, entry: DatasetEntry) -> ReadFile:
        for shard in self._shards:
            if shard.first <= entry.record.seed <= shard.last:
                return self._shard_reader(shard.file)
        return self._read_file

    def _shard_reader(self, file: str) -> ReadFile:
        if file not in self._open_shards:
            while len(self._open_shards) >= MAX_OPEN_SHARDS:
                self._open_shards.popitem(last=False)
            if not isinstance(self._format, ShardedFormat):
                raise BadFile(
                    f"The manifest of {self.folder} names a shard that its format does not have.", REPAIR_HINT
                )
            self._open_shards[file] = self._format.shard_reader(unlinked(self.folder, file))
        return self._open_shards[file]

    def _read_file(self, name: str) -> bytes:
        path = unlinked(self.folder, name)
        try:
            return read_bounded(path, MAX_PICTURE_BYTES)
        except BadFile as error:
            raise BadFile(f"{path} cannot be read ({error.message.rstrip('.')}).", REPAIR_HINT) from error


def entry_from_line(line: PairLine) -> DatasetEntry:
    """Builds the entry of a kept pair's line."""
    quality = line.quality
    filter_values = (None, None) if quality is None else (quality.agreement, quality.nearest)
    return DatasetEntry(line.name, tuple(line.files), line.areas, line.request, *filter_values)
