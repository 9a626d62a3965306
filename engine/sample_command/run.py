"""The `sample` command: it checks an order, then draws and writes its results, with a progress bar on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from engine import __version__
from engine.guides.guide_parser import parse_guide
from engine.interface import pack_catalogue, raster
from engine.interface.atomic_files import remove_if_possible, remove_stale_temporaries, write_atomically
from engine.interface.error_messages import to_engine_error
from engine.interface.errors import BadFile
from engine.interface.protocol import PackInfo, Sampler
from engine.requests.memory_estimate import fitting_batch
from engine.requests.resolved_request import ResolvedRequest, group_batchable
from engine.sample_command import inputs
from engine.sample_command.plan import OutputPaths, PlannedSample, SampleInput, SampleOrder, output_paths, plan_samples

if TYPE_CHECKING:
    from engine.packs.pack import Pack
    from engine.requests.batch_snapshot import BatchSnapshot, ImageLayoutPair

BATCH_SIZE = 8
"""Samples drawn together. On two cores more of them take no less time each; results do not depend on it."""


class RankedResults(NamedTuple):
    """The results of one prompt with their scores, best first."""

    prompt: str
    results: list[tuple[str, float]]


class SampleSummary(NamedTuple):
    """The results of an order by name, and the words of its prompts that had no effect."""

    names: list[str]
    unknown_words: tuple[str, ...]
    ranking: list[RankedResults]


class SampleRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A result's request as NAME.json: everything needed to draw the same pixels again."""

    version: str
    pack: str
    layout: str | None
    image: str | None
    keep_layout: str | None
    keep_image: str | None
    fit: raster.FitMode
    extend: str
    threshold: float
    guides: tuple[str, ...]
    prompt: str | None
    negative: str
    seed: int
    steps: int
    sampler: Sampler
    resamplings: int
    corrections: int
    guidance: float
    cross_guidance: float
    height: int
    width: int
    device: str
    full: bool = False
    score: float | None = None  # the CLIP similarity of image and prompt, with `rank`


def run_order(order: SampleOrder) -> SampleSummary:
    """Check all inputs, then draw and write all samples. Raises EngineError."""
    folder = pack_catalogue.find_pack_folder(order.pack)
    info = pack_catalogue.read_pack_info(folder)
    samples = plan_samples(order)
    guides = tuple(parse_guide(text) for text in order.guides)
    with _progress_bar() as progress:
        checking = progress.add_task("checking", total=len(samples) // order.count)
        for sample in samples[:: order.count]:
            inputs.read_request(order, sample, info, folder, guides)
            progress.advance(checking)
        _make_folder(order.out)
        remove_stale_temporaries(order.out)
        progress.update(checking, description="loading", total=None)
        from engine.packs import pack as packs
        from engine.requests.unknown_words import unknown_words

        pack = packs.read_pack(folder, order.device)
        score_batch = _prompt_scorer(pack) if order.rank else None
        finish_pair = _full_size_finisher(pack) if order.full else _pack_size_pair
        progress.remove_task(checking)
        drawing = progress.add_task("drawing", total=len(samples))
        scores: dict[str, float] = {}
        for start in range(0, len(samples), BATCH_SIZE):
            batch = samples[start : start + BATCH_SIZE]
            requests = [inputs.read_request(order, sample, info, folder, guides) for sample in batch]
            for group in _groups_that_fit(requests, len(info.classes)):
                group_requests, group_samples = [requests[index] for index in group], [batch[index] for index in group]
                frame = _draw_batch(pack, group_requests, lambda share: progress.advance(drawing, share))
                scores |= score_batch(frame, group_samples) if score_batch else {}
                for row, (sample, request) in enumerate(zip(group_samples, group_requests, strict=True)):
                    record = _sample_record(order, sample, request, str(pack.device), scores.get(sample.name))
                    _write_pair(output_paths(order.out, sample.name), finish_pair(request, frame, row), record, info)
    prompts = dict.fromkeys(sample.source.prompt or "" for sample in samples)
    words = dict.fromkeys(word for prompt in prompts for word in unknown_words(pack, prompt))
    return SampleSummary([sample.name for sample in samples], tuple(words), _rank_results(samples, scores))


def _groups_that_fit(requests: list[ResolvedRequest], classes: int) -> Iterator[list[int]]:
    """The indices of requests that can be drawn together, as many at once as fit into memory."""
    for group in group_batchable(requests):
        most = fitting_batch(*requests[group[0]].batch_key.size, classes, len(group))
        for start in range(0, len(group), most):
            yield group[start : start + most]


def _write_pair(files: OutputPaths, pair: ImageLayoutPair, record: SampleRecord, info: PackInfo) -> None:
    """Write the three files of one result, the record last; none of them if one cannot be written."""
    written: list[Path] = []
    try:
        raster.write_image(files.image, pair.image)
        written.append(files.image)
        raster.write_layout(files.layout, pair.layout, info.classes)
        written.append(files.layout)
        write_atomically(files.request, msgspec.json.format(msgspec.json.encode(record)) + b"\n")
    except BadFile:
        for path in [*written, *([files.request] if written else [])]:  # a record of an earlier run tells of others
            remove_if_possible(path)
        raise


def _prompt_scorer(pack: Pack) -> Callable[[BatchSnapshot, list[PlannedSample]], dict[str, float]]:
    """A function that scores each image of a batch against its prompt, by the pack's CLIP pair. Raises BadPack."""
    from engine.evaluators import clip_pair

    pair = clip_pair.load(pack)

    def score_batch(frame: BatchSnapshot, batch: list[PlannedSample]) -> dict[str, float]:
        images = pair.embed_images([frame.image(index) for index in range(len(batch))])
        texts = pair.embed_texts([sample.source.prompt or "" for sample in batch])
        return {sample.name: float(fit) for sample, fit in zip(batch, (images * texts).sum(1), strict=True)}

    return score_batch


def _pack_size_pair(request: ResolvedRequest, frame: BatchSnapshot, index: int) -> ImageLayoutPair:
    """One result at the pack's size."""
    return frame.pair(index)


def _full_size_finisher(pack: Pack) -> Callable[[ResolvedRequest, BatchSnapshot, int], ImageLayoutPair]:
    """A function like `_pack_size_pair` for results at full size. Raises BadPack."""
    from engine.requests import full_size_stage

    stage = full_size_stage.load_full_size_stage(pack)

    def upscale_pair(request: ResolvedRequest, frame: BatchSnapshot, index: int) -> ImageLayoutPair:
        try:
            *_, last = stage.steps(request, frame.pair(index))
        except Exception as error:
            raise to_engine_error(error, f"{request.size_text} at full size") from error
        assert last.pair is not None, "the last stage holds the result"
        return last.pair

    return upscale_pair


def _rank_results(samples: list[PlannedSample], scores: dict[str, float]) -> list[RankedResults]:
    """The results of each source, best first; empty without scores."""
    sources: dict[SampleInput, list[tuple[str, float]]] = {}
    for sample in samples if scores else []:
        sources.setdefault(sample.source, []).append((sample.name, scores[sample.name]))
    return [
        RankedResults(source.prompt or "", sorted(results, key=lambda result: -result[1]))
        for source, results in sources.items()
    ]


def _draw_batch(pack: Pack, requests: list[ResolvedRequest], advance: Callable[[float], None]) -> BatchSnapshot:
    """Draw one batch; `advance` gets the number of pictures that each step amounts to. Raises EngineError."""
    from engine.requests.generation import sample_batch

    try:
        for frame in sample_batch(pack, requests):
            advance(len(requests) / frame.total)
    except Exception as error:
        raise to_engine_error(error, requests[0].size_text) from error
    return frame


def _sample_record(
    order: SampleOrder, sample: PlannedSample, request: ResolvedRequest, device: str, score: float | None
) -> SampleRecord:
    source = sample.source
    return SampleRecord(
        version=__version__,
        pack=order.pack,
        layout=_optional_text(source.layout),
        image=_optional_text(source.image),
        keep_layout=_optional_text(source.keep_layout),
        keep_image=_optional_text(source.keep_image),
        fit=order.fit,
        extend=order.extend,
        threshold=order.threshold,
        guides=order.guides,
        prompt=source.prompt,
        resamplings=order.resamplings,
        corrections=order.corrections,
        device=device,
        full=order.full,
        score=score,
        **request.record_fields,
    )


def _optional_text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadFile(f"{folder} cannot be made ({error.strerror}).", "Choose another folder.") from error


class _ImageRateColumn(ProgressColumn):
    """The number of drawn pictures, and their rate."""

    def render(self, task: Task) -> Text:
        rate = f"{task.speed:.1f}/s" if task.speed else "–/s"
        total = "" if task.total is None else f"{int(task.completed + 1e-6)}/{int(task.total)} "
        return Text(f"{total}images {rate}")


def _progress_bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), _ImageRateColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
