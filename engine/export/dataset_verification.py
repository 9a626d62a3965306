"""Verification of an export: files that are lost or changed are made again, byte by byte the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from engine.export.dataset_writer import ExportDataset
from engine.export.progress_hooks import ProgressHooks
from engine.export.request_source import RequestSource, pack_digest
from engine.export.run import create_workers, open_dataset, seed_batches
from engine.interface import pack_catalogue
from engine.interface.dataset.dataset_store import DatasetStore, open_store
from engine.interface.dataset.export_header import ExportHeader, check_resumable, read_header
from engine.interface.dataset.export_order import ExportOrder, ExportRunOptions
from engine.interface.dataset.manifest import ClosedLine, PairLine, ShardLine, read_lines
from engine.interface.digests import file_sha256
from engine.interface.errors import BadFile
from engine.interface.guide_origins import is_external_guide

MAX_NAMED_FILES = 5


class VerificationResult(NamedTuple):
    """Number of pairs that were checked, and the files that were made again."""

    pairs: int
    repaired: list[str]


class _DatasetDamage(NamedTuple):
    """Damage of a data set: pairs with files of their own and those files, shards with their pairs, and files of the
    whole set.
    """

    pairs: list[PairLine]
    pair_files: list[str]
    shards: list[tuple[ShardLine, list[PairLine]]]
    files: list[str]


def verify_dataset(options: ExportRunOptions, hooks: ProgressHooks | None = None) -> VerificationResult:
    """Checks every file of an export against its manifest, and makes lost or changed ones again.

    Raises BadFile if a file comes out differently, BadRequest if the pack or the inputs have changed, EngineError.
    """
    header = read_header(options.out)
    order, folder = header.order, pack_catalogue.find_pack_folder(header.order.pack)
    sources = RequestSource.read(order, pack_catalogue.read_pack_info(folder))
    current_header = ExportHeader(
        version=header.version,
        order=order,
        pack_sha256=pack_digest(folder, order),
        sources_sha256=sources.digest(),
    )
    with open_store(options.out) as store:
        dataset = open_dataset(store, order, sources.info)
        dataset.purge_dropped()
        damage = _find_damage(dataset)
        if damage.pairs or damage.shards:
            check_resumable(header, current_header, options.out)
            _refuse_external_guides(order, options.out)
        repaired = list(_repair(dataset, damage, options, hooks or ProgressHooks()))
        return VerificationResult(dataset.manifest.kept, repaired)


def _refuse_external_guides(order: ExportOrder, folder: Path) -> None:
    """Raise BadFile if drawing a set again would read or run what somebody else chose."""
    if order.canvas is not None and any(is_external_guide(guide) for guide in order.canvas.guides):
        raise BadFile(
            f"The export in {folder} has a guide that names a file, a model or code.",
            "Do not trust where it came from; export it anew.",
        )


def _find_damage(dataset: ExportDataset) -> _DatasetDamage:
    """Checks all files in one pass over the manifest; memory holds the pairs of one shard at a time."""
    damage, waiting, store = _DatasetDamage([], [], [], []), list[PairLine](), dataset.store
    manifest, checked_shards = dataset.manifest, set[str]()

    def check_pair(line: PairLine) -> None:
        if changed := _changed_files(store, line.files):
            damage.pairs.append(line)
            damage.pair_files.extend(changed)

    for line in read_lines(manifest.path):
        if isinstance(line, PairLine) and line.kept and line.name not in manifest.dropped:
            if dataset.sharded_format:
                waiting.append(line)
            else:
                check_pair(line)
        elif isinstance(line, ShardLine) and line.file not in checked_shards:
            checked_shards.add(line.file)
            shard_pairs = [pair for pair in waiting if pair.request.seed <= line.last]
            waiting = waiting[len(shard_pairs) :]
            shard = manifest.shards[line.file]
            if _changed_files(store, {shard.file: shard.sha256}):
                damage.shards.append((shard, shard_pairs))
        elif isinstance(line, ClosedLine) and line == manifest.closed:
            damage.files.extend(_changed_files(store, line.files))
    for line in waiting:
        check_pair(line)
    return damage


def _changed_files(store: DatasetStore, files: dict[str, str]) -> list[str]:
    """Lists the files whose digest differs from the manifest's."""
    return [name for name, digest in files.items() if not _is_unchanged(store, name, digest)]


def _is_unchanged(store: DatasetStore, name: str, digest: str) -> bool:
    with suppress(OSError):
        return file_sha256(store.path(name)) == digest
    return False


def _repair(
    dataset: ExportDataset, damage: _DatasetDamage, options: ExportRunOptions, hooks: ProgressHooks
) -> Iterator[str]:
    """Makes damaged files again and yields their names. Raises BadFile if one comes out differently."""
    shards = [line for _, shard_pairs in damage.shards for line in shard_pairs]
    pairs_to_draw = sorted([*damage.pairs, *shards], key=lambda line: line.request.seed)
    different: list[str] = []
    if pairs_to_draw:
        with create_workers(dataset.order, options, hooks) as workers:
            drawn = (
                pair
                for pairs in workers.draw(seed_batches((w.request.seed for w in pairs_to_draw), options.batch))
                for pair in pairs
            )
            for line, pair in zip(pairs_to_draw, drawn, strict=True):
                digests = dataset.write_pair(pair)
                different += [name for name in digests if digests[name] != line.files.get(name)]
    _raise_if_different(dataset, different)
    yield from damage.pair_files
    for shard, inside in damage.shards:
        form = dataset.sharded_format
        assert form is not None
        _raise_if_different(
            dataset, [] if dataset.write_shard(form, inside, shard.file) == shard.sha256 else [shard.file]
        )
        for name in (name for line in inside for name in line.files):
            dataset.store.remove(name)
        yield shard.file
    if damage.files:
        digests = dataset.write_closing_files()
        closed = dataset.manifest.closed
        _raise_if_different(dataset, [name for name in damage.files if closed and digests[name] != closed.files[name]])
        yield from damage.files


def _raise_if_different(dataset: ExportDataset, different: list[str]) -> None:
    """Raises BadFile if files were made again, but differ from the manifest's digests."""
    if not different:
        return
    line = next(dataset.kept_lines())
    environment = f"{line.request.device} with torch {line.request.torch} and Diptych {line.request.version}"
    names = ", ".join(different[:MAX_NAMED_FILES]) + (" …" if len(different) > MAX_NAMED_FILES else "")
    raise BadFile(
        f"{len(different)} files were made again, but differ from what was exported: {names}.",
        f"The others were made on {environment}; verify there, or export to a new folder.",
    )
