"""An order from its checks to its files, with a progress bar on stderr."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from engine import __version__, library, raster
from engine.batch import inputs
from engine.batch.plan import Order, Outputs, Sample, Source, outputs, plan
from engine.errors import BadFile
from engine.failures import explain
from engine.files import write_whole
from engine.guides.parse import read_guide
from engine.protocol import Generate, PackInfo, Pixels, Sampler
from engine.requests import size

if TYPE_CHECKING:
    from engine.generation import Frame
    from engine.packs import Pack

BATCH = 8
"""Samples drawn together; two cores are no faster per image with more, and a result is the same in any."""


class Ranked(NamedTuple):
    """The results of one prompt with their scores, best first."""

    prompt: str
    results: list[tuple[str, float]]


class Made(NamedTuple):
    """What an order came to."""

    names: list[str]
    unknown_words: tuple[str, ...]
    ranking: list[Ranked]


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A result's request as NAME.json: all that is needed to draw the same pixels again."""

    version: str
    pack: str
    layout: str | None
    image: str | None
    keep_layout: str | None
    keep_image: str | None
    fit: raster.Fit
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
    score: float | None = None  # how well the image fits the prompt, if that was asked for


def run(order: Order) -> Made:
    """Check everything, then draw and write all samples. Raises EngineError."""
    folder = library.find_pack(order.pack)
    info = library.read_info(folder)
    samples = plan(order)
    guides = tuple(read_guide(text) for text in order.guides)
    with _progress() as progress:
        checking = progress.add_task("checking", total=len(samples) // order.count)
        for sample in samples[:: order.count]:
            inputs.read(order, sample, info, guides)
            progress.advance(checking)
        _make_folder(order.out)
        progress.update(checking, description="loading", total=None)
        from engine import generation, packs

        pack = packs.load(folder, order.device)
        judged = _judge(pack) if order.rank else None
        finish = _at_full_size(pack) if order.full else _as_drawn
        progress.remove_task(checking)
        drawing = progress.add_task("drawing", total=len(samples))
        scores: dict[str, float] = {}
        for start in range(0, len(samples), BATCH):
            batch = samples[start : start + BATCH]
            requests = [inputs.read(order, sample, info, guides) for sample in batch]
            for group in generation.alike(pack, requests):
                together, some = [requests[index] for index in group], [batch[index] for index in group]
                frame = _last_frame(pack, together, lambda share: progress.advance(drawing, share))
                scores |= judged(frame, some) if judged else {}
                for row, (sample, request) in enumerate(zip(some, together, strict=True)):
                    record = _record(order, sample, request, pack, scores.get(sample.name))
                    _write(outputs(order.out, sample.name), *finish(request, frame, row), record, info)
    prompts = dict.fromkeys(sample.source.prompt or "" for sample in samples)
    words = dict.fromkeys(word for prompt in prompts for word in generation.unknown_words(pack, prompt))
    return Made([sample.name for sample in samples], tuple(words), _ranking(samples, scores))


def _write(files: Outputs, image: Pixels, layout: Pixels, record: Record, info: PackInfo) -> None:
    raster.write_image(files.image, image)
    raster.write_layout(files.layout, layout, info.classes)
    write_whole(files.request, msgspec.json.format(msgspec.json.encode(record)) + b"\n")


def _judge(pack: Pack) -> Callable[[Frame, list[Sample]], dict[str, float]]:
    """How well each image of a batch fits its prompt, by the pack's CLIP pair. Raises BadPack if it has none."""
    from engine.judges import clip

    pair = clip.load(pack)

    def judged(frame: Frame, batch: list[Sample]) -> dict[str, float]:
        images = pair.images([frame.image(index) for index in range(len(batch))])
        texts = pair.texts([sample.source.prompt or "" for sample in batch])
        return {sample.name: float(fit) for sample, fit in zip(batch, (images * texts).sum(1), strict=True)}

    return judged


def _as_drawn(request: Generate, frame: Frame, index: int) -> tuple[Pixels, Pixels]:
    """Image and layout of a sample."""
    return frame.image(index), frame.layout(index)


def _at_full_size(pack: Pack) -> Callable[[Generate, Frame, int], tuple[Pixels, Pixels]]:
    """The same, at full size. Raises BadPack if the pack's upscaler cannot be read."""
    from engine import upscaler
    from engine.generation import Result

    ready = upscaler.load(pack)

    def finish(request: Generate, frame: Frame, index: int) -> tuple[Pixels, Pixels]:
        drawn = Result(*_as_drawn(request, frame, index))
        try:
            *_, last = upscaler.steps(ready, request, drawn)
        except Exception as error:
            raise explain(error, f"{upscaler.COMMAND}") from error
        assert last.result is not None, "the last stage holds the result"
        return last.result

    return finish


def _ranking(samples: list[Sample], scores: dict[str, float]) -> list[Ranked]:
    """The results of each source in their order; none if they have no scores."""
    sources: dict[Source, list[tuple[str, float]]] = {}
    for sample in samples if scores else []:
        sources.setdefault(sample.source, []).append((sample.name, scores[sample.name]))
    return [
        Ranked(source.prompt or "", sorted(results, key=lambda result: -result[1]))
        for source, results in sources.items()
    ]


def _last_frame(pack: Pack, requests: list[Generate], advance: Callable[[float], None]) -> Frame:
    """Draw one batch; `advance` hears of each step how many pictures it amounts to."""
    from engine import generation

    try:
        for frame in generation.steps(pack, requests):
            advance(len(requests) / frame.total)
    except Exception as error:
        raise explain(error, "{}×{} pixels".format(*size(requests[0], pack.info))) from error
    return frame


def _record(order: Order, sample: Sample, request: Generate, pack: Pack, score: float | None) -> Record:
    from engine import generation

    source, info = sample.source, pack.info
    height, width = size(request, info)
    guidance, cross_guidance = generation.weights_of(pack, request)
    return Record(
        version=__version__,
        pack=order.pack,
        layout=_text(source.layout),
        image=_text(source.image),
        keep_layout=_text(source.keep_layout),
        keep_image=_text(source.keep_image),
        fit=order.fit,
        extend=order.extend,
        threshold=order.threshold,
        guides=order.guides,
        prompt=source.prompt,
        negative=order.negative,
        seed=sample.seed,
        steps=generation.steps_of(pack, request),
        sampler=generation.sampler_of(pack, request),
        resamplings=order.resamplings,
        corrections=order.corrections,
        guidance=guidance,
        cross_guidance=cross_guidance,
        height=height,
        width=width,
        device=str(pack.device),
        full=order.full,
        score=score,
    )


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadFile(f"{folder} cannot be made ({error.strerror}).", "Choose another folder.") from error


class _Rate(ProgressColumn):
    """Pictures drawn, and how many a second."""

    def render(self, task: Task) -> Text:
        rate = f"{task.speed:.1f}/s" if task.speed else "–/s"
        total = "" if task.total is None else f"{int(task.completed + 1e-6)}/{int(task.total)} "
        return Text(f"{total}images {rate}")


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), _Rate(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True))
