"""Is everything that the manifest names there as it was? What is not is made again, the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from engine import library
from engine.errors import BadFile
from engine.export import manifest as lines
from engine.export.manifest import ClosedLine, PairLine, ShardLine
from engine.export.order import How
from engine.export.run import Begun, Watch, batches, begun_in, check_same, crew_of, dataset_in
from engine.export.sources import Sources, pack_digest
from engine.export.store import Store, opened, sha256
from engine.export.writing import Dataset

SHOWN = 5


class Verified(NamedTuple):
    """How many pairs were looked at, and the files that were made again."""

    pairs: int
    mended: list[str]


class _Damage(NamedTuple):
    """What is not as it was: pairs with files of their own and these files, shards with their pairs, and files of the
    whole set.
    """

    pairs: list[PairLine]
    loose: list[str]
    shards: list[tuple[ShardLine, list[PairLine]]]
    files: list[str]


def verify(how: How, watch: Watch | None = None) -> Verified:
    """Check every file of an export against its manifest, and make again what is lost or changed.

    Raises BadFile if something came out otherwise, BadRequest if the pack or the inputs are others, EngineError.
    """
    begun = begun_in(how.out)
    order, folder = begun.order, library.find_pack(begun.order.pack)
    sources = Sources.read(order, library.read_info(folder))
    now = Begun(
        version=begun.version,
        order=order,
        pack_sha256=pack_digest(folder, order),
        sources_sha256=sources.digest(),
    )
    with opened(how.out) as store:
        dataset = dataset_in(store, order, sources.info)
        dataset.settle()
        damage = _damage(dataset)
        if damage.pairs or damage.shards:
            check_same(begun, now, how.out)
        mended = list(_mended(dataset, damage, how, watch or Watch()))
        return Verified(dataset.manifest.kept, mended)


def _damage(dataset: Dataset) -> _Damage:
    """One pass over the manifest; only the pairs of one shard are held at a time."""
    found, waiting, store = _Damage([], [], [], []), list[PairLine](), dataset.store
    manifest, seen = dataset.manifest, set[str]()

    def look(line: PairLine) -> None:
        if changed := _changed(store, line.files):
            found.pairs.append(line)
            found.loose.extend(changed)

    for line in lines.read(manifest.path):
        if isinstance(line, PairLine) and line.kept and line.name not in manifest.dropped:
            if dataset.sharded:
                waiting.append(line)
            else:
                look(line)
        elif isinstance(line, ShardLine) and line.file not in seen:
            seen.add(line.file)
            inside = [one for one in waiting if one.request.seed <= line.last]
            waiting = waiting[len(inside) :]
            shard = manifest.shards[line.file]
            if _changed(store, {shard.file: shard.sha256}):
                found.shards.append((shard, inside))
        elif isinstance(line, ClosedLine) and line == manifest.closed:
            found.files.extend(_changed(store, line.files))
    for line in waiting:
        look(line)
    return found


def _changed(store: Store, files: dict[str, str]) -> list[str]:
    """Those files that are not what they were."""
    return [name for name, digest in files.items() if not _same(store, name, digest)]


def _same(store: Store, name: str, digest: str) -> bool:
    with suppress(OSError):
        return sha256(store.path(name)) == digest
    return False


def _mended(dataset: Dataset, damage: _Damage, how: How, watch: Watch) -> Iterator[str]:
    """Make again what is damaged; names the files. Raises BadFile if one comes out otherwise."""
    shards = [line for _, inside in damage.shards for line in inside]
    wanted = sorted([*damage.pairs, *shards], key=lambda line: line.request.seed)
    other: list[str] = []
    if wanted:
        with crew_of(dataset.order, how, watch) as crew:
            drawn = (
                pair for pairs in crew.draw(batches((w.request.seed for w in wanted), how.batch)) for pair in pairs
            )
            for line, pair in zip(wanted, drawn, strict=True):
                digests = dataset.write(pair)
                other += [name for name in digests if digests[name] != line.files.get(name)]
    _complain(dataset, other)
    yield from damage.loose
    for shard, inside in damage.shards:
        form = dataset.sharded
        assert form is not None
        _complain(dataset, [] if dataset.shard(form, inside, shard.file) == shard.sha256 else [shard.file])
        for name in (name for line in inside for name in line.files):
            dataset.store.remove(name)
        yield shard.file
    if damage.files:
        digests = dataset.closing()
        closed = dataset.manifest.closed
        _complain(dataset, [name for name in damage.files if closed and digests[name] != closed.files[name]])
        yield from damage.files


def _complain(dataset: Dataset, other: list[str]) -> None:
    """Raise BadFile for files that are whole again, but not what they were."""
    if not other:
        return
    line = next(dataset.kept())
    made = f"{line.request.device} with torch {line.request.torch} and Diptych {line.request.version}"
    names = ", ".join(other[:SHOWN]) + (" …" if len(other) > SHOWN else "")
    raise BadFile(
        f"{len(other)} files were made again but are not what they were: {names}.",
        f"The others were made on {made}; verify there, or export to a new folder.",
    )
