"""An export from its order to its files. Started again in the same folder, it goes on where it stopped."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from engine import __version__, library
from engine.errors import BadFile, BadRequest
from engine.export.formats.table import format_of
from engine.export.manifest import Manifest
from engine.export.order import MAX_SEED, How, Order
from engine.export.sources import Sources, pack_digest
from engine.export.store import Store, named, opened
from engine.export.writing import Dataset, Sink
from engine.protocol import PackInfo

if TYPE_CHECKING:
    from engine.export.crew import Crew
    from engine.export.pair import Pair

FILE = "export.json"


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """export.json: the order, and what its inputs were when it was begun."""

    version: str
    order: Order
    pack_sha256: str
    sources_sha256: str


def _no_step(pictures: float) -> None:
    """For those who want nothing between steps."""


def _no_news(kept: int, rejected: int) -> None:
    """For those who want no progress."""


@dataclass(frozen=True)
class Watch:
    """Who looks on. `step` is called between any two steps of the sampler with how many pictures the last one amounts
    to (with workers: after each batch); what it raises ends the export. `written` is called at the start, and from
    another thread after each pair.
    """

    step: Callable[[float], None] = _no_step
    written: Callable[[int, int], None] = _no_news


class Exported(NamedTuple):
    """How many pairs there are now, how many of them are new, and how many were rejected in all."""

    pairs: int
    new: int
    rejected: int


def export(order: Order, how: How, watch: Watch | None = None) -> Exported:
    """Make pairs until there are `how.count`. Raises EngineError."""
    folder = library.find_pack(order.pack)
    sources = Sources.read(order, library.read_info(folder))
    if how.count < 1:
        raise BadRequest(f"{how.count} pairs are none.", "Say how many with --count.")
    if order.first_seed + how.count - 1 > MAX_SEED:
        raise BadRequest(f"The seeds from {order.first_seed} on leave the range.", f"They end at {MAX_SEED}.")
    begun = Begun(
        version=__version__, order=order, pack_sha256=pack_digest(folder, order), sources_sha256=sources.digest()
    )
    with opened(how.out) as store:
        _begin(store, begun)
        dataset = dataset_in(store, order, sources.info)
        manifest, watch = dataset.manifest, watch or Watch()
        before = manifest.kept
        watch.written(before, manifest.rejected)
        dataset.settle()
        if before < how.count:
            _make(dataset, how, watch)
        if manifest.closed is None:
            dataset.close()
        return Exported(manifest.kept, manifest.kept - before, manifest.rejected)


def dataset_in(store: Store, order: Order, info: PackInfo) -> Dataset:
    """What an open folder holds. Raises BadFile, and BadRequest if the format cannot hold the pack's classes."""
    return Dataset(order, info, store, Manifest(store), format_of(order.format, info))


def _make(dataset: Dataset, how: How, watch: Watch) -> None:
    """Draw and write what is missing; one batch is written while the next one is drawn."""
    order, last = dataset.order, dataset.manifest.last_seed
    first = order.first_seed if last is None else last + 1
    seeds: Iterable[int] = range(first, order.first_seed + how.count)
    judge = None
    if dataset.manifest.dropped:  # others take their places
        seeds = itertools.count(first)
    if order.filters.any:
        from engine.export.quality import gate_of

        judge = gate_of(order, dataset.info, dataset.kept(), how.device)
        seeds = itertools.count(first)
    sink = Sink(dataset, how.count, judge, watch.written)
    with crew_of(order, how, watch) as crew, one_behind(sink.take) as hand_over:
        for pairs in crew.draw(batches(seeds, how.batch)):
            hand_over(pairs)
            if sink.full:
                break


def crew_of(order: Order, how: How, watch: Watch) -> Crew:
    """Who draws."""
    from engine.export import crew

    if how.ray:
        from engine.export.ray_crew import actors

        return actors(order, how, watch.step)
    if how.workers > 1:
        return crew.processes(order, how.device, how.workers, watch.step)
    return crew.Alone(order, how.device, watch.step)


def batches(seeds: Iterable[int], size: int) -> Iterator[list[int]]:
    """Seeds in batches, the last one perhaps smaller."""
    rest = iter(seeds)
    while batch := list(itertools.islice(rest, size)):
        yield batch


@contextmanager
def one_behind(take: Callable[[list[Pair]], None]) -> Iterator[Callable[[list[Pair]], None]]:
    """Take each batch in a thread while the next one is made; one that is not taken yet holds the next one up.

    What the thread raises comes out of the next call, or at the end.
    """
    last: Future[None] | None = None
    with ThreadPoolExecutor(1, "writer") as thread:

        def hand_over(pairs: list[Pair]) -> None:
            nonlocal last
            if last is not None:
                last.result()
            last = thread.submit(take, pairs)

        yield hand_over
        if last is not None:
            last.result()


def begun_in(folder: Path) -> Begun:
    """What an export folder was begun with. Raises BadFile."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=Begun, dec_hook=_path)
    except (OSError, UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise BadFile(
            f"{folder} holds no export ({error}).", "Give the folder that an export was written to."
        ) from error


def _begin(store: Store, begun: Begun) -> None:
    """Note what is begun, or check that it is what is gone on with. Raises BadFile and BadRequest."""
    if not store.path(FILE).exists():
        with named(store.folder):
            strangers = [path.name for path in store.folder.iterdir() if not path.name.startswith(".")]
        if strangers:
            raise BadFile(
                f"{store.folder} holds other files, for example {strangers[0]}.", "Choose an empty or a new folder."
            )
        store.write(FILE, msgspec.json.format(msgspec.json.encode(begun, enc_hook=_text), indent=1) + b"\n")
        return
    check_same(begun_in(store.folder), begun, store.folder)


def check_same(old: Begun, new: Begun, folder: Path) -> None:
    """Raise BadRequest if pairs of the one would not be those of the other."""
    if old.pack_sha256 != new.pack_sha256:
        raise BadRequest(
            f"The pack “{new.order.pack}” is not the one that {folder} was begun with.",
            "Bring that pack back, or export to a new folder.",
        )
    for field in msgspec.structs.fields(Order):
        before, now = (getattr(one.order, field.name) for one in (old, new))
        if before != now and not isinstance(before, Path):
            raise BadRequest(
                f"{folder} was begun with another {field.name.replace('_', ' ')}.",
                "Go on with the options that it was begun with, or export to a new folder.",
            )
    if old.sources_sha256 != new.sources_sha256:
        raise BadRequest(
            f"The captions, targets or pictures given are not those that {folder} was begun with.",
            "Bring them back, or export to a new folder.",
        )


def _text(value: object) -> str:
    return str(value)


def _path(kind: type, value: object) -> object:
    return kind(str(value))
