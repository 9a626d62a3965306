"""From pairs to files: a pair's own as it comes, in the order of the seeds, and the whole set's at the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import msgspec

from engine.errors import BadFile, BadRequest
from engine.export import manifest as lines
from engine.export import report
from engine.export.formats.base import Format, Sharded
from engine.export.manifest import ClosedLine, Manifest, PairLine, ShardLine
from engine.export.order import Order, Quality
from engine.export.store import STAGED, Store
from engine.protocol import PackInfo

if TYPE_CHECKING:
    from engine.export.pair import Pair

HOPELESS, LEAST = 200, 0.01
"""After so many rejected pairs, this share must have passed."""


@dataclass(frozen=True)
class Dataset:
    """An open export folder with what is made in it."""

    order: Order
    info: PackInfo
    store: Store
    manifest: Manifest
    form: Format

    def pairs(self) -> Iterator[PairLine]:
        """The lines of all pairs but those that were dropped, in order."""
        gone = self.manifest.dropped
        return (one for one in lines.read(self.manifest.path) if isinstance(one, PairLine) and one.name not in gone)

    def kept(self) -> Iterator[PairLine]:
        """Those of the kept pairs."""
        return (line for line in self.pairs() if line.kept)

    def write(self, pair: Pair) -> dict[str, str]:
        """A pair's files; gives their SHA-256 by their paths. Raises BadFile."""
        return {name: self.store.write(name, data) for name, data in self.form.files(pair).items()}

    @property
    def sharded(self) -> Sharded | None:
        """The format, if it collects pairs into larger files."""
        return cast(Sharded, self.form) if hasattr(self.form, "collect") else None

    def collect(self, form: Sharded, pairs: list[PairLine]) -> None:
        """Write the next shard, and its line; the files of its pairs go. Raises BadFile."""
        file = form.shard(len(self.manifest.shards))
        digest = self.shard(form, pairs, file)
        first, last = pairs[0].request.seed, pairs[-1].request.seed
        self.manifest.add(ShardLine(file=file, sha256=digest, first=first, last=last))
        for name in (name for line in pairs for name in line.files):
            self.store.remove(name)

    def shard(self, form: Sharded, pairs: list[PairLine], file: str) -> str:
        """Write a shard from its pairs' files; gives its SHA-256. Raises BadFile."""
        part = self.store.temporary(file)
        try:
            form.collect(self.store.folder, pairs, part)
        except FileNotFoundError as error:
            raise BadFile(f"{error.filename} is gone.", "Make it again with --verify.") from error
        return self.store.adopt(part, file)

    def settle(self) -> None:
        """Take away the files of dropped pairs, and write shards without them. Raises BadFile."""
        manifest = self.manifest
        for line in lines.read(manifest.path) if manifest.dropped else ():
            if isinstance(line, PairLine) and line.name in manifest.dropped:
                for name in line.files:
                    self.store.remove(name)
        for shard in [manifest.shards[file] for file in sorted(manifest.stale)]:
            self._thin(shard)
        if manifest.finished and manifest.closed is None:
            self.close()

    def _thin(self, shard: ShardLine) -> None:
        form, last = self.sharded, shard.last
        assert form is not None
        pairs = [line for line in self.kept() if shard.first <= line.request.seed <= last]
        read = form.unpack(self.store.path(shard.file))
        for name in (name for line in pairs for name in line.files):
            self.store.write(name, read(name))
        digest = self.shard(form, pairs, shard.file)
        self.manifest.add(ShardLine(file=shard.file, sha256=digest, first=shard.first, last=last))
        for name in (name for line in pairs for name in line.files):
            self.store.remove(name)

    def close(self) -> None:
        """Write what belongs to the whole set, and the line that says that it is there. Raises BadFile."""
        form, loose = self.sharded, self.manifest.loose
        while form and loose:
            self.collect(form, loose[: self.order.per_shard])
            loose = self.manifest.loose
        shutil.rmtree(self.store.path(STAGED), ignore_errors=True)
        self.manifest.add(ClosedLine(files=self.closing(), pairs=self.manifest.kept))

    def closing(self) -> dict[str, str]:
        """The files of the whole set; gives their SHA-256 by their paths. Raises BadFile."""
        files = dict(self.form.closing(self.store.folder, self.kept))
        found = report.report_of(self.pairs(), self.info, self.order.filters)
        if self.manifest.dropped:
            found = msgspec.structs.replace(found, rejected=found.rejected | {"dropped": len(self.manifest.dropped)})
        files |= {"report.json": [report.encoded(found)]}
        files |= {"report.png": [report.drawn(found, self.info, self.store.folder)]}
        return {name: self.store.write_all(name, pieces) for name, pieces in files.items()}


Judge = Callable[[Sequence["Pair"]], Sequence[Quality]]


class Sink:
    """Takes pairs in their order, up to a number of kept ones."""

    def __init__(self, dataset: Dataset, count: int, judge: Judge | None, told: Callable[[int, int], None]) -> None:
        self._dataset, self._count, self._judge, self._told = dataset, count, judge, told
        self._worst = report.Worst()
        for line in dataset.pairs() if judge else ():
            if line.quality and line.quality.rejected:
                self._worst.offer(line.name, line.quality)

    @property
    def full(self) -> bool:
        """Whether there are as many as asked for."""
        return self._dataset.manifest.kept >= self._count

    def take(self, pairs: list[Pair]) -> None:
        """Judge and write pairs, each before its line in the manifest. Raises EngineError."""
        dataset = self._dataset
        manifest, form, size = dataset.manifest, dataset.sharded, dataset.order.per_shard
        judged = self._judge(pairs) if self._judge and not self.full else [None] * len(pairs)
        for pair, quality in zip(pairs, judged, strict=True):
            if self.full:
                return
            rejected = quality is not None and bool(quality.rejected)
            files = {} if rejected else dataset.write(pair)
            if quality is not None and rejected:
                self._reject(pair, quality)
            areas = report.areas_of(pair.layout, dataset.info)
            manifest.add(PairLine(name=pair.name, files=files, request=pair.record, areas=areas, quality=quality))
            while form and len(manifest.loose) >= size:
                dataset.collect(form, manifest.loose[:size])
            self._told(manifest.kept, manifest.rejected)

    def _reject(self, pair: Pair, quality: Quality) -> None:
        """Keep the picture of a rejected pair while it is among the worst. Raises BadRequest if hardly any passes."""
        store, manifest = self._dataset.store, self._dataset.manifest
        if manifest.rejected >= HOPELESS and manifest.kept < manifest.rejected * LEAST:
            raise BadRequest(
                f"Of {manifest.rejected + manifest.kept} pairs only {manifest.kept} passed the filters.",
                "Relax their thresholds, in a new folder.",
            )
        picture = report.picture(pair.image, pair.layout, self._dataset.info)
        store.write(f"{report.FOLDER}/{pair.name}.png", picture)
        out = self._worst.offer(pair.name, quality)
        if out is not None:
            store.remove(f"{report.FOLDER}/{out}.png")
