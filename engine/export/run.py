"""An export from its order to its files. Run again in the same folder, it continues where it stopped."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from engine import __version__
from engine.export.dataset_writer import DatasetWriter, ExportDataset
from engine.export.progress_hooks import ProgressHooks
from engine.export.request_source import RequestSource, pack_digest
from engine.interface import pack_catalogue
from engine.interface.dataset.dataset_store import DatasetStore, open_store, os_errors_as_bad_file
from engine.interface.dataset.export_header import (
    HEADER_FILE,
    ExportHeader,
    check_resumable,
    header_json,
    read_header,
)
from engine.interface.dataset.export_order import ExportOrder, ExportRunOptions
from engine.interface.dataset.formats.format_table import create_format
from engine.interface.dataset.manifest import Manifest
from engine.interface.errors import BadFile, BadRequest
from engine.interface.protocol import MAX_SEED, PackInfo

if TYPE_CHECKING:
    from engine.export.workers import WorkerGroup
    from engine.interface.dataset.generated_pair import GeneratedPair


class ExportCounts(NamedTuple):
    """Numbers of pairs in the set, of new ones among them, and of rejected ones in all."""

    pairs: int
    new: int
    rejected: int


def export_dataset(order: ExportOrder, options: ExportRunOptions, hooks: ProgressHooks | None = None) -> ExportCounts:
    """Makes pairs until the set has `options.count`. Raises EngineError."""
    folder = pack_catalogue.find_pack_folder(order.pack)
    sources = RequestSource.read(order, pack_catalogue.read_pack_info(folder))
    if options.count < 1:
        raise BadRequest(f"An export of {options.count} pairs is empty.", "Give their number with --count.")
    if order.first_seed + options.count - 1 > MAX_SEED:
        raise BadRequest(f"The seeds from {order.first_seed} on are too large.", f"The largest seed is {MAX_SEED}.")
    header = ExportHeader(
        version=__version__, order=order, pack_sha256=pack_digest(folder, order), sources_sha256=sources.digest()
    )
    with open_store(options.out) as store:
        _write_or_check_header(store, header)
        dataset = open_dataset(store, order, sources.info)
        manifest, hooks = dataset.manifest, hooks or ProgressHooks()
        before = manifest.kept
        hooks.on_written(before, manifest.rejected)
        dataset.purge_dropped()
        if before < options.count:
            _draw_missing(dataset, options, hooks)
        if manifest.closed is None:
            dataset.close()
        return ExportCounts(manifest.kept, manifest.kept - before, manifest.rejected)


def open_dataset(store: DatasetStore, order: ExportOrder, info: PackInfo) -> ExportDataset:
    """Reads the data set in an open folder. Raises BadFile, and BadRequest if the format cannot hold the classes."""
    return ExportDataset(order, info, store, Manifest(store), create_format(order.format, info))


def _draw_missing(dataset: ExportDataset, options: ExportRunOptions, hooks: ProgressHooks) -> None:
    """Draws and writes the missing pairs; one batch is written while the next one is drawn."""
    order, last = dataset.order, dataset.manifest.last_seed
    first = order.first_seed if last is None else last + 1
    seeds: Iterable[int] = range(first, order.first_seed + options.count)
    gate = None
    if dataset.manifest.dropped:  # further pairs replace them
        seeds = itertools.count(first)
    if order.filters.is_active:
        from engine.export.quality_gate import build_quality_gate

        gate = build_quality_gate(order, dataset.info, dataset.kept_lines(), options.device)
        seeds = itertools.count(first)
    writer = DatasetWriter(dataset, options.count, gate, hooks.on_written)
    with (
        create_workers(order, options, hooks) as workers,
        background_writer(writer.write_pairs) as write_in_background,
    ):
        for pairs in workers.draw(seed_batches(seeds, options.batch)):
            write_in_background(pairs)
            if writer.is_full:
                break


def create_workers(order: ExportOrder, options: ExportRunOptions, hooks: ProgressHooks) -> WorkerGroup:
    """Creates the workers that the options ask for: this process, several processes, or a Ray cluster."""
    from engine.export import workers as crew

    if options.ray:
        from engine.export.ray_workers import start_ray_workers

        return start_ray_workers(order, options, hooks.on_step)
    if options.workers > 1:
        return crew.start_processes(order, options.device, options.workers, hooks.on_step)
    return crew.InProcessWorker(order, options.device, hooks.on_step)


def seed_batches(seeds: Iterable[int], size: int) -> Iterator[list[int]]:
    """Yields seeds in batches; the last one may be smaller."""
    rest = iter(seeds)
    while batch := list(itertools.islice(rest, size)):
        yield batch


@contextmanager
def background_writer(write: Callable[[list[GeneratedPair]], None]) -> Iterator[Callable[[list[GeneratedPair]], None]]:
    """Writes each batch in a thread while the next one is drawn; a call waits until the batch before is written.

    An exception in the thread is raised by the next call, or at the end.
    """
    last: Future[None] | None = None
    with ThreadPoolExecutor(1, "writer") as thread:

        def submit(pairs: list[GeneratedPair]) -> None:
            nonlocal last
            if last is not None:
                last.result()
            last = thread.submit(write, pairs)

        yield submit
        if last is not None:
            last.result()


def _write_or_check_header(store: DatasetStore, header: ExportHeader) -> None:
    """Writes the header of a new export, or checks that of a resumed one. Raises BadFile and BadRequest."""
    if not store.path(HEADER_FILE).exists():
        with os_errors_as_bad_file(store.folder):
            other_files = [path.name for path in store.folder.iterdir() if not path.name.startswith(".")]
        if other_files:
            raise BadFile(
                f"{store.folder} holds other files, for example {other_files[0]}.", "Choose an empty or a new folder."
            )
        store.write(HEADER_FILE, header_json(header))
        return
    check_resumable(read_header(store.folder), header, store.folder)
