"""Writing of pairs: each pair's files in the order of the seeds, and files of the whole set at the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from engine.data.class_areas import class_pixel_counts
from engine.export import report
from engine.interface.dataset.dataset_store import STAGED_FOLDER, DatasetStore
from engine.interface.dataset.export_order import ExportOrder, PairQuality
from engine.interface.dataset.formats.format_base import DatasetFormat, ShardedFormat
from engine.interface.dataset.manifest import ClosedLine, Manifest, PairLine, ShardLine, read_lines
from engine.interface.errors import BadFile, BadRequest
from engine.interface.protocol import PackInfo

if TYPE_CHECKING:
    from engine.interface.dataset.generated_pair import GeneratedPair

REJECTED_BEFORE_GIVING_UP, MIN_PASS_SHARE = 200, 0.01
"""Number of rejected pairs from which on at least this share of all must have passed the filters."""


@dataclass(frozen=True)
class ExportDataset:
    """An open export folder, its manifest and its format."""

    order: ExportOrder
    info: PackInfo
    store: DatasetStore
    manifest: Manifest
    dataset_format: DatasetFormat

    def pair_lines(self) -> Iterator[PairLine]:
        """Yields the manifest's lines of all pairs that were not dropped, in order."""
        dropped = self.manifest.dropped
        return (
            line for line in read_lines(self.manifest.path) if isinstance(line, PairLine) and line.name not in dropped
        )

    def kept_lines(self) -> Iterator[PairLine]:
        """Yields the lines of kept pairs."""
        return (line for line in self.pair_lines() if line.kept)

    def write_pair(self, pair: GeneratedPair) -> dict[str, str]:
        """Writes a pair's files. Returns their SHA-256 by path. Raises BadFile."""
        return {name: self.store.write(name, data) for name, data in self.dataset_format.pair_files(pair).items()}

    @property
    def sharded_format(self) -> ShardedFormat | None:
        """The format, if it collects pairs in shards; otherwise None."""
        return self.dataset_format if isinstance(self.dataset_format, ShardedFormat) else None

    def write_next_shard(self, sharded_format: ShardedFormat, pairs: list[PairLine]) -> None:
        """Writes the next shard and its line, and removes the files of its pairs. Raises BadFile."""
        file = sharded_format.shard_path(len(self.manifest.shards))
        digest = self.write_shard(sharded_format, pairs, file)
        first, last = pairs[0].request.seed, pairs[-1].request.seed
        self.manifest.add(ShardLine(file=file, sha256=digest, first=first, last=last))
        for name in (name for line in pairs for name in line.files):
            self.store.remove(name)

    def write_shard(self, sharded_format: ShardedFormat, pairs: list[PairLine], file: str) -> str:
        """Writes a shard from its pairs' files. Returns its SHA-256. Raises BadFile."""
        part = self.store.temporary_path(file)
        try:
            sharded_format.collect(self.store.folder, pairs, part)
        except FileNotFoundError as error:
            raise BadFile(f"{error.filename} is missing.", "Make it again with --verify.") from error
        return self.store.move_into_place(part, file)

    def purge_dropped(self) -> None:
        """Removes the files of dropped pairs and rewrites their shards without them. Raises BadFile."""
        manifest = self.manifest
        for line in read_lines(manifest.path) if manifest.dropped else ():
            if isinstance(line, PairLine) and line.name in manifest.dropped:
                for name in line.files:
                    self.store.remove(name)
        for shard in [manifest.shards[file] for file in sorted(manifest.stale_shards)]:
            self._rewrite_shard(shard)
        if manifest.finished and manifest.closed is None:
            self.close()

    def _rewrite_shard(self, shard: ShardLine) -> None:
        form, last = self.sharded_format, shard.last
        assert form is not None
        pairs = [line for line in self.kept_lines() if shard.first <= line.request.seed <= last]
        read = form.shard_reader(self.store.path(shard.file))
        for name in (name for line in pairs for name in line.files):
            self.store.write(name, read(name))
        digest = self.write_shard(form, pairs, shard.file)
        self.manifest.add(ShardLine(file=shard.file, sha256=digest, first=shard.first, last=last))
        for name in (name for line in pairs for name in line.files):
            self.store.remove(name)

    def close(self) -> None:
        """Writes the last shards, the files of the whole set and the closing line. Raises BadFile."""
        form, loose = self.sharded_format, self.manifest.unsharded
        while form and loose:
            self.write_next_shard(form, loose[: self.order.per_shard])
            loose = self.manifest.unsharded
        shutil.rmtree(self.store.path(STAGED_FOLDER), ignore_errors=True)
        self.manifest.add(ClosedLine(files=self.write_closing_files(), pairs=self.manifest.kept))

    def write_closing_files(self) -> dict[str, str]:
        """Writes the files of the whole set. Returns their SHA-256 by path. Raises BadFile."""
        files = dict(self.dataset_format.closing_files(self.store.folder, self.kept_lines))
        export_report = report.build_report(self.pair_lines(), self.info, self.order.filters)
        if self.manifest.dropped:
            rejected = export_report.rejected | {"dropped": len(self.manifest.dropped)}
            export_report = msgspec.structs.replace(export_report, rejected=rejected)
        files |= {"report.json": [report.report_json(export_report)]}
        files |= {"report.png": [report.report_png(export_report, self.info, self.store.folder)]}
        return {name: self.store.write_pieces(name, pieces) for name, pieces in files.items()}


QualityFunction = Callable[[Sequence["GeneratedPair"]], Sequence[PairQuality]]


class DatasetWriter:
    """Filters and writes pairs in the order of their seeds, up to a number of kept ones."""

    def __init__(
        self, dataset: ExportDataset, count: int, gate: QualityFunction | None, on_written: Callable[[int, int], None]
    ) -> None:
        self._dataset, self._count, self._gate, self._on_written = dataset, count, gate, on_written
        self._worst = report.WorstRejected()
        for line in dataset.pair_lines() if gate else ():
            if line.quality and line.quality.rejected:
                self._worst.offer(line.name, line.quality)

    @property
    def is_full(self) -> bool:
        """Whether the set has as many kept pairs as were requested."""
        return self._dataset.manifest.kept >= self._count

    def write_pairs(self, pairs: list[GeneratedPair]) -> None:
        """Filters and writes pairs; each pair's line in the manifest follows its files. Raises EngineError."""
        dataset = self._dataset
        manifest, form, size = dataset.manifest, dataset.sharded_format, dataset.order.per_shard
        qualities = self._gate(pairs) if self._gate and not self.is_full else [None] * len(pairs)
        for pair, quality in zip(pairs, qualities, strict=True):
            if self.is_full:
                return
            rejected = quality is not None and bool(quality.rejected)
            files = {} if rejected else dataset.write_pair(pair)
            if quality is not None and rejected:
                self._write_rejected(pair, quality)
            areas = tuple(class_pixel_counts(pair.layout, len(dataset.info.classes)).tolist())
            manifest.add(PairLine(name=pair.name, files=files, request=pair.record, areas=areas, quality=quality))
            while form and len(manifest.unsharded) >= size:
                dataset.write_next_shard(form, manifest.unsharded[:size])
            self._on_written(manifest.kept, manifest.rejected)

    def _write_rejected(self, pair: GeneratedPair, quality: PairQuality) -> None:
        """Writes a rejected pair's picture while it is among the worst. Raises BadRequest if hardly any passes."""
        store, manifest = self._dataset.store, self._dataset.manifest
        if manifest.rejected >= REJECTED_BEFORE_GIVING_UP and manifest.kept < manifest.rejected * MIN_PASS_SHARE:
            raise BadRequest(
                f"Of {manifest.rejected + manifest.kept} pairs only {manifest.kept} passed the filters.",
                "Relax their thresholds, in a new folder.",
            )
        picture = report.pair_png(pair.image, pair.layout, self._dataset.info)
        store.write(f"{report.REJECTED_FOLDER}/{pair.name}.png", picture)
        displaced = self._worst.offer(pair.name, quality)
        if displaced is not None:
            store.remove(f"{report.REJECTED_FOLDER}/{displaced}.png")
