"""Samples of the candidates: the same requests for all, drawn once, cached in a folder and shared by all metrics."""

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

from engine.diffusion.sampling.sampler import sample
from engine.diffusion.sampling.windowed_denoiser import WindowedDenoiser
from engine.evaluators import segmenter
from engine.evaluators.evaluator_protocols import ImageSegmenter
from engine.interface.atomic_files import write_atomically
from engine.interface.kept_masks import kept_masks
from engine.interface.protocol import Generate, PackInfo, Pixels, Raster
from engine.metrics import cost
from engine.metrics.candidates import Candidate, CandidateOptions
from engine.metrics.real_pairs import RealPairs
from engine.packs.pack import Pack
from engine.requests.batch_snapshot import BatchSnapshot, ImageLayoutPair
from engine.requests.generation import resolve_for_pack, sample_batch
from engine.requests.request_batch import network_pack, sampler_settings, sampling_task
from engine.requests.resolved_request import KeptHalves, ResolvedRequest, group_batchable

TaskName = Literal["text", "layout", "image", "region"]
TASK_TITLES: dict[str, str] = {
    "text": "text → both",
    "layout": "layout → image",
    "image": "image → layout",
    "region": "region inpainting",
}
FIRST_SEEDS: dict[TaskName, int] = {"text": 30_000, "layout": 40_000, "image": 50_000, "region": 60_000}
BATCH_SIZE = 16
CACHE_VERSION = 4
"""Version of the cached files; samples of another version are drawn again."""


class SamplingCost(NamedTuple):
    """Cost of one result: calls of the network, pictures through it and seconds; and the peak memory in MiB and the
    rate of matrix multiplications, TFLOP/s, measured in the same minute.
    """

    evaluations: float
    rows: float
    seconds: float
    peak: float
    rate: float


@dataclass(frozen=True)
class GeneratedSamples:
    """Samples of one candidate at one task, RGB [H, W, 3] and ids [H, W], and the cost of one."""

    images: list[Pixels]
    layouts: list[Pixels]
    cost: SamplingCost


def task_requests(task: TaskName, real: RealPairs, info: PackInfo, count: int) -> list[Generate]:
    """Builds a task's requests from the first `count` real pairs, the same for every candidate."""
    found = []
    for index, (pair, caption) in enumerate(zip(real.val[:count], real.captions, strict=False)):
        base = Generate(id="evaluate", pack=info.name, seed=FIRST_SEEDS[task] + index)
        image, layout = Raster.from_pixels(pair.image), Raster.from_pixels(pair.layout)
        if task == "text":
            found.append(msgspec.structs.replace(base, prompt=caption.text))
        elif task == "layout":
            found.append(msgspec.structs.replace(base, layout=layout))
        elif task == "image":
            found.append(msgspec.structs.replace(base, image=image))
        else:
            keep = Raster.from_pixels(np.where(real.hidden_masks[index], 0, 255).astype(np.uint8))
            halves = {"image": image, "layout": layout, "keep_image": keep, "keep_layout": keep}
            found.append(msgspec.structs.replace(base, prompt=caption.text, **halves))
    return found


def prompt_requests(prompts: Sequence[str], first_seed: int, info: PackInfo) -> list[Generate]:
    """Builds requests of text → both from prompts, with consecutive seeds."""
    return [
        Generate(id="evaluate", pack=info.name, prompt=prompt, seed=first_seed + index)
        for index, prompt in enumerate(prompts)
    ]


def candidate_request(request: Generate, info: PackInfo, options: CandidateOptions) -> Generate:
    """Applies a candidate's options to a request.

    A network that never saw one half unknown (GCDP's) has no cross-guidance; only requests with a given half resample.
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
class CachedSampler:
    """Draws samples and caches them in a folder; `on_progress` is called before every batch."""

    folder: Path
    segmenter: ImageSegmenter | None
    on_progress: Callable[[str, int, int], None]

    def draw(self, candidate: Candidate, title: str, requests: Sequence[Generate]) -> GeneratedSamples:
        """Draws all samples of requests, or reads them from the cache. Raises BadFile, BadPack."""
        segmenter_model = self.candidate_segmenter(candidate) if candidate.options.segment else None
        batches = [requests[start : start + BATCH_SIZE] for start in range(0, len(requests), BATCH_SIZE)]
        parts = []
        for index, batch in enumerate(batches):
            self.on_progress(f"{candidate.name}: {title}", index * BATCH_SIZE, len(requests))
            parts.append(
                self.draw_batch(
                    candidate,
                    [candidate_request(request, candidate.pack.info, candidate.options) for request in batch],
                )
            )
        self.on_progress(f"{candidate.name}: {title}", len(requests), len(requests))
        images, layouts = ([half for part in parts for half in getattr(part, name)] for name in ("images", "layouts"))
        if segmenter_model:
            layouts = segmenter_model.predict_layouts(images)
        middle = SamplingCost(*np.median([part.cost for part in parts], 0).tolist())
        return GeneratedSamples(images, layouts, middle._replace(peak=max(part.cost.peak for part in parts)))

    def candidate_segmenter(self, candidate: Candidate) -> ImageSegmenter:
        """Returns the segmenter for the layouts of a candidate that draws images only. Raises BadPack."""
        if candidate.options.by:
            return segmenter.read(Path(candidate.options.by), candidate.pack.file, candidate.pack.device)
        return self.segmenter or segmenter.load(candidate.pack)

    def draw_batch(self, candidate: Candidate, requests: Sequence[Generate]) -> GeneratedSamples:
        """Draws a batch, or reads it from the cache."""
        key_parts = [
            str(CACHE_VERSION),
            candidate.digest,
            str(candidate.options.lead),
            str(candidate.options.segment),
            str(candidate.pack.device),
        ]
        key = hashlib.sha256("\n".join(key_parts).encode() + msgspec.msgpack.encode(requests)).hexdigest()[:32]
        path = self.folder / f"{key}.npz"
        if path.is_file():
            with np.load(path) as cached:
                return GeneratedSamples(
                    list(cached["images"]), list(cached["layouts"]), SamplingCost(*cached["cost"].tolist())
                )
        drawn = sample_candidate(candidate, requests)
        data = io.BytesIO()
        np.savez(data, images=drawn.images, layouts=drawn.layouts, cost=np.array(drawn.cost))
        write_atomically(path, data.getvalue())
        return drawn


def sample_candidate(candidate: Candidate, requests: Sequence[Generate]) -> GeneratedSamples:
    """Draws a batch and measures its cost."""
    pack, images_only = candidate.configured_pack, candidate.options.segment
    rate = cost.matmul_rate(pack.device) / 1e12
    cost.reset_peak_memory(pack.device)
    results: dict[int, ImageLayoutPair] = {}
    start, calls, rows = time.perf_counter(), 0, 0
    resolved = [resolve_for_pack(pack, request) for request in requests]
    for group in [[*range(len(requests))]] if images_only else group_batchable(resolved):
        batch = [resolved[index] for index in group]
        with cost.count_evaluations(network_pack(pack, batch[0]).network) as count:
            *_, last = [sample_images_only(pack, batch)] if images_only else sample_batch(pack, batch)
        results |= {index: last.pair(row) for row, index in enumerate(group)}
        calls, rows = calls + len(group) * count.calls, rows + count.rows
    images, layouts = zip(*(results[index] for index in range(len(requests))), strict=True)
    seconds = (time.perf_counter() - start) / len(requests)
    sampling_cost = SamplingCost(
        calls / len(requests), rows / len(requests), seconds, cost.peak_memory_mib(pack.device), rate
    )
    return GeneratedSamples(list(images), list(layouts), sampling_cost)


def sample_images_only(pack: Pack, batch: Sequence[ResolvedRequest]) -> BatchSnapshot:
    """Draws images from text, the layout unknown in every step; the last step is returned, its layout meaningless."""
    with torch.inference_mode():
        task = sampling_task(pack, batch)
        task = replace(task, unknown=torch.ones_like(task.unknown))
        settings = replace(sampler_settings(pack, batch[0].steps), solver=batch[0].sampler)
        *_, last = sample(
            pack.process, WindowedDenoiser(pack.network, pack.info.height, pack.info.width), task, settings
        )
    return BatchSnapshot(last.index, last.total, last, pack, [request.kept for request in batch])


def count_changed_pixels(requests: Sequence[Generate], samples: GeneratedSamples, info: PackInfo) -> int:
    """Counts the pixels that were to be kept, in images and layouts, but changed in the results."""
    count = 0
    for request, image, layout in zip(requests, samples.images, samples.layouts, strict=True):
        given = KeptHalves.from_request(request, kept_masks(request, info))
        count += int((given.image != image).any(2)[given.keep_image].sum())
        count += int((given.layout != layout)[given.keep_layout].sum())
    return count
