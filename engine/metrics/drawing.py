"""What contenders make of the tasks: the same requests for all, sampled once, kept in OUT, shared by all figures."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import numpy as np
import torch

from engine.diffusion.sampler import sample
from engine.diffusion.windows import Windows
from engine.files import write_whole
from engine.generation import Frame, Given, Result, alike, artist_of, generate, settings_of, steps_of, task_of
from engine.judges import segmenter
from engine.metrics import cost
from engine.metrics.contenders import Contender, Options
from engine.metrics.judging import Segmenter
from engine.metrics.real import Real
from engine.packs import Pack
from engine.protocol import Generate, PackInfo, Pixels, Raster

TaskName = Literal["text", "layout", "image", "region"]
TITLES: dict[str, str] = {
    "text": "text → both",
    "layout": "layout → image",
    "image": "image → layout",
    "region": "region inpainting",
}
FIRST_SEEDS: dict[TaskName, int] = {"text": 30_000, "layout": 40_000, "image": 50_000, "region": 60_000}
BATCH = 16
VERSION = 4
"""Of what is kept; another one is drawn anew."""


class Cost(NamedTuple):
    """Of one result: calls of the network, pictures through it, seconds; and the peak of memory in MiB and the rate
    of matrix multiplication in TFLOP/s in the same minute.
    """

    evaluations: float
    rows: float
    seconds: float
    peak: float
    rate: float


@dataclass(frozen=True)
class Drawn:
    """Results of one contender and task, RGB [H, W, 3] and ids [H, W], and what each cost."""

    images: list[Pixels]
    layouts: list[Pixels]
    cost: Cost


def requests(task: TaskName, real: Real, info: PackInfo, count: int) -> list[Generate]:
    """A task's requests about the first `count` real pairs, the same for every contender."""
    found = []
    for index, (pair, caption) in enumerate(zip(real.val[:count], real.captions, strict=False)):
        base = Generate(id="evaluate", pack=info.name, seed=FIRST_SEEDS[task] + index)
        image, layout = Raster.of(pair.image), Raster.of(pair.layout)
        if task == "text":
            found.append(msgspec.structs.replace(base, prompt=caption.text))
        elif task == "layout":
            found.append(msgspec.structs.replace(base, layout=layout))
        elif task == "image":
            found.append(msgspec.structs.replace(base, image=image))
        else:
            keep = Raster.of(np.where(real.hidden[index], 0, 255).astype(np.uint8))
            halves = {"image": image, "layout": layout, "keep_image": keep, "keep_layout": keep}
            found.append(msgspec.structs.replace(base, prompt=caption.text, **halves))
    return found


def unprompted(prompts: Sequence[str], first_seed: int, info: PackInfo) -> list[Generate]:
    """Text → both for prompts of one's own."""
    return [
        Generate(id="evaluate", pack=info.name, prompt=prompt, seed=first_seed + index)
        for index, prompt in enumerate(prompts)
    ]


def answered(request: Generate, info: PackInfo, options: Options) -> Generate:
    """A request in a contender's own way. A network that never saw one half unknown has no guidance towards the
    other; resampling is for what is given.
    """
    given = request.layout is not None or request.image is not None
    return msgspec.structs.replace(
        request,
        steps=options.steps,
        sampler=options.sampler,
        guidance=options.guidance,
        cross_guidance=1.0 if info.sampler.startswith("gcdp") else options.cross,
        resamplings=options.resamplings if given else 1,
    )


@dataclass(frozen=True)
class Studio:
    """Draws for contenders and keeps what it drew in a folder; `tell` hears of every batch."""

    folder: Path
    segmenter: Segmenter | None
    tell: Callable[[str, int, int], None]

    def draw(self, who: Contender, title: str, asked: Sequence[Generate]) -> Drawn:
        """All results, from the folder where they are there already."""
        mapper = self.mapper(who) if who.options.segment else None
        batches = [asked[start : start + BATCH] for start in range(0, len(asked), BATCH)]
        parts = []
        for index, batch in enumerate(batches):
            self.tell(f"{who.name}: {title}", index * BATCH, len(asked))
            parts.append(self.batch(who, [answered(one, who.pack.info, who.options) for one in batch]))
        self.tell(f"{who.name}: {title}", len(asked), len(asked))
        images, layouts = ([half for part in parts for half in getattr(part, name)] for name in ("images", "layouts"))
        if mapper:
            layouts = mapper.layouts(images)
        middle = Cost(*np.median([part.cost for part in parts], 0).tolist())
        return Drawn(images, layouts, middle._replace(peak=max(part.cost.peak for part in parts)))

    def mapper(self, who: Contender) -> Segmenter:
        """What finds the layouts of one that draws images alone. Raises BadPack."""
        if who.options.by:
            return segmenter.read(Path(who.options.by), who.pack.file, who.pack.device)
        return self.segmenter or segmenter.load(who.pack)

    def batch(self, who: Contender, asked: Sequence[Generate]) -> Drawn:
        """One batch, drawn now or before."""
        marks = [str(VERSION), who.digest, str(who.options.lead), str(who.options.segment), str(who.pack.device)]
        key = hashlib.sha256("\n".join(marks).encode() + msgspec.msgpack.encode(asked)).hexdigest()[:32]
        path = self.folder / f"{key}.npz"
        if path.is_file():
            with np.load(path) as kept:
                return Drawn(list(kept["images"]), list(kept["layouts"]), Cost(*kept["cost"].tolist()))
        drawn = draw_now(who, asked)
        data = io.BytesIO()
        np.savez(data, images=drawn.images, layouts=drawn.layouts, cost=np.array(drawn.cost))
        write_whole(path, data.getvalue())
        return drawn


def draw_now(who: Contender, asked: Sequence[Generate]) -> Drawn:
    """Sample one batch and count what it takes."""
    pack, alone = who.ready, who.options.segment
    rate = cost.matmul_rate(pack.device)
    cost.reset_peak(pack.device)
    found: dict[int, Result] = {}
    start, calls, rows = time.perf_counter(), 0, 0
    for group in [[*range(len(asked))]] if alone else alike(pack, asked):
        some = [asked[index] for index in group]
        with cost.counted(artist_of(pack, some[0]).network) as count:
            *_, last = [images_alone(pack, some)] if alone else generate(pack, some)
        found |= {index: Result(last.image(row), last.layout(row)) for row, index in enumerate(group)}
        calls, rows = calls + len(group) * count.calls, rows + count.rows
    images, layouts = zip(*(found[index] for index in range(len(asked))), strict=True)
    seconds = (time.perf_counter() - start) / len(asked)
    spent = Cost(calls / len(asked), rows / len(asked), seconds, cost.peak(pack.device), rate)
    return Drawn(list(images), list(layouts), spent)


def images_alone(pack: Pack, asked: Sequence[Generate]) -> Frame:
    """Text → image with the layout unknown throughout; the last frame, whose layout means nothing."""
    given = [Given.of(request, pack.info) for request in asked]
    with torch.inference_mode():
        task = task_of(pack, asked, given)
        task = replace(task, unknown=torch.ones_like(task.unknown))
        settings = settings_of(pack, steps_of(pack, asked[0]))
        settings = replace(settings, solver=asked[0].sampler or settings.solver)
        *_, last = sample(pack.process, Windows(pack.network, pack.info.height, pack.info.width), task, settings)
    return Frame(last.index, last.total, last, pack, given)


def changed(asked: Sequence[Generate], drawn: Drawn, info: PackInfo) -> int:
    """How many kept pixels of either half came back as something else, over all results."""
    count = 0
    for request, image, layout in zip(asked, drawn.images, drawn.layouts, strict=True):
        given = Given.of(request, info)
        count += int((given.image != image).any(2)[given.keep_image].sum())
        count += int((given.layout != layout)[given.keep_layout].sum())
    return count
