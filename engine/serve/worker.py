"""The compute thread: it loads packs, runs the sampler and answers every job that it takes.

torch is imported by its functions, so that the process reads its first commands meanwhile.
"""

from __future__ import annotations

import contextlib
import importlib
import math
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine import __version__
from engine.interface import pack_catalogue
from engine.interface.error_messages import to_engine_error
from engine.interface.errors import BadPack, EngineError
from engine.interface.protocol import (
    PROTOCOL_VERSION,
    Cancelled,
    Done,
    FullSizeDone,
    Generate,
    PackInfo,
    Preview,
    Raster,
    Ready,
    TracedStep,
)
from engine.requests.resolved_request import ResolvedRequest
from engine.serve import export_worker
from engine.serve.jobs import RequestJob, RequestScheduler
from engine.serve.server import PostEvent, cancelled_event, failed_event

if TYPE_CHECKING:
    from engine.packs.pack import Pack
    from engine.requests.batch_snapshot import BatchSnapshot
    from engine.requests.full_size_stage import FullSizeStage

PACK_CACHE_SIZE = 2
PREVIEWS_PER_SECOND = 15
WARM_UP_STEPS = 2
IDLE_SECONDS = 0.5
"""Seconds without a request after which text encoders may be loaded ahead of time."""
PRELOADED_MODULES = "sympy", "torch.distributed.fsdp", "torch._dynamo", "torchvision", "timm", "open_clip"
"""Modules that open_clip imports, each in 1.5 seconds or less; any of them may be missing."""


def run_compute_loop(jobs: RequestScheduler, post: PostEvent, *, pack: str, device: str) -> None:
    """Load the first pack, post `Ready`, and answer jobs until the scheduler is closed.

    If that pack cannot be loaded, posts `Failed` without an id and returns.
    """
    worker = ComputeWorker(jobs, post, device)
    try:
        ready = worker.start(pack)
    except Exception as error:
        post(failed_event(to_engine_error(error, "the start")))
        return
    post(ready)
    threading.Thread(target=worker.preload_text_encoders, name="preload", daemon=True).start()
    threading.Thread(
        target=export_worker.run_export_loop, args=(jobs, post, device), name="exports", daemon=True
    ).start()
    while (job := jobs.take()) is not None:
        worker.answer(job)


class ComputeWorker:
    """The compute thread's jobs, with the packs and the upscaler used last, on one device."""

    def __init__(self, jobs: RequestScheduler, post: PostEvent, device: str) -> None:
        self._jobs = jobs
        self._post = post
        self._device = device
        self._packs: dict[Path, Pack] = {}  # least recently used first
        self._full_size: tuple[Path, FullSizeStage] | None = None

    def start(self, name: str) -> Ready:
        """Load a pack and draw with it once, so that the first request finds everything warm. Raises EngineError."""
        folder = pack_catalogue.find_pack_folder(name)  # before torch is imported: a wrong name fails at once
        info = pack_catalogue.read_pack_info(folder)
        pack = self._cached_pack(folder, info)
        warm_up = Generate(id="warm-up", pack=name, prompt="", steps=WARM_UP_STEPS)
        few_step_warm_up = msgspec.structs.replace(warm_up, sampler="distilled")  # the sampler of live drawing
        if not (info.distilled and self._try_warm_up(pack, few_step_warm_up)):
            info = msgspec.structs.replace(info, distilled=0)
            self._warm_up(pack, warm_up)
        return Ready(
            protocol=PROTOCOL_VERSION, version=__version__, device=str(pack.device), packs=_available_packs(info)
        )

    @staticmethod
    def _warm_up(pack: Pack, request: Generate) -> None:
        from engine.requests import generation

        for frame in generation.generate_steps(pack, [request]):
            frame.pair(0)

    def _try_warm_up(self, pack: Pack, request: Generate) -> bool:
        """Draw a request once. Returns whether that worked; a failure is logged."""
        try:
            self._warm_up(pack, request)
        except (EngineError, RuntimeError) as error:
            sys.stderr.write(f"{error}\n")
            return False
        return True

    def preload_text_encoders(self) -> None:
        """Load the text towers while no request is waiting or running.

        The first one takes seconds to import, and a picture drawn meanwhile takes ten times as long. So it is imported
        module by module, none of which begins during a request.
        """
        for module in PRELOADED_MODULES:
            if not self._jobs.wait_until_idle(IDLE_SECONDS):
                return
            with contextlib.suppress(Exception):  # the request that needs it reports the error
                importlib.import_module(module)
        for pack in list(self._packs.values()):
            if not self._jobs.wait_until_idle(IDLE_SECONDS):
                return
            with contextlib.suppress(EngineError):  # as above
                pack.encode_prompt("text")

    def answer(self, job: RequestJob[ResolvedRequest]) -> None:
        """Compute a job and post its one answer, also for any error."""
        try:
            answer = self._compute(job)
            self._jobs.finish(job)
            self._post(answer)
        except Exception as error:
            self._jobs.finish(job)
            self._post(failed_event(to_engine_error(error, job.request.size_text), job.request))

    def _compute(self, job: RequestJob[ResolvedRequest]) -> Done | FullSizeDone | Cancelled:
        from engine.requests.generation import sample_batch

        started = time.perf_counter()
        resolved = job.request
        pack = self._cached_pack(resolved.folder, resolved.info)
        timer = _StepTimer()
        for frame in sample_batch(pack, [resolved]):
            timer.step_ended()
            if job.cancelled:
                break
            if resolved.request.trace:
                self._post(_traced_step_event(resolved, frame))
            elif timer.preview_is_due(frame):
                self._post(_preview_event(resolved, frame, timer.eta(frame)))
            if frame.is_last:
                done = _done_event(resolved, frame, time.perf_counter() - started)
                return done if resolved.request.full is None else self._compute_full_size(job, frame, done)
            self._run_live_jobs(job)
            timer.step_begins()
        return cancelled_event(resolved)

    def _compute_full_size(
        self, job: RequestJob[ResolvedRequest], last: BatchSnapshot, done: Done
    ) -> FullSizeDone | Cancelled:
        """Post the result at the pack's size, then draw it at full size."""
        from engine.requests import full_size_stage

        self._post(done)
        pack = last.pack
        if self._full_size is None or self._full_size[0] != pack.folder:
            self._full_size = pack.folder, full_size_stage.load_full_size_stage(pack)
        started = time.perf_counter() - done.seconds
        for progress in self._full_size[1].steps(job.request, last.pair(0)):
            if job.cancelled:
                break
            if progress.pair is not None:
                return FullSizeDone(
                    id=done.id,
                    revision=done.revision,
                    image=Raster.from_pixels(progress.pair.image),
                    layout=Raster.from_pixels(progress.pair.layout),
                    seconds=time.perf_counter() - started,
                )
            self._run_live_jobs(job)
        return cancelled_event(job.request)

    def _run_live_jobs(self, job: RequestJob[ResolvedRequest]) -> None:
        """Between two steps of a queued job, answer the live requests that wait."""
        if not job.request.live:
            while live_job := self._jobs.take_live():
                self.answer(live_job)

    def _cached_pack(self, folder: Path, info: PackInfo) -> Pack:
        """The pack in a folder, read anew if its pack.json no longer has the classes and the size in memory."""
        from engine.packs import pack as packs

        folder = folder.resolve()
        pack = self._packs.pop(folder, None)
        if pack is None or _shape_of(pack.info) != _shape_of(info):
            while len(self._packs) >= PACK_CACHE_SIZE:
                self._packs.pop(next(iter(self._packs)))
            pack = packs.read_pack(folder, self._device)
        self._packs[folder] = pack
        return pack


class _StepTimer:
    """Times the steps of one job, and decides which of them are previewed."""

    def __init__(self) -> None:
        self._step_started = time.perf_counter()
        self._step_seconds = 0.0
        self._previewed_at = -math.inf

    def step_ended(self) -> None:
        """Add the time since `step_begins`."""
        self._step_seconds += time.perf_counter() - self._step_started

    def step_begins(self) -> None:
        """Start the clock of the next step."""
        self._step_started = time.perf_counter()

    def eta(self, frame: BatchSnapshot) -> float:
        """The expected seconds of the remaining steps."""
        return self._step_seconds / frame.index * (frame.total - frame.index)

    def preview_is_due(self, frame: BatchSnapshot) -> bool:
        """Whether to preview this step: the first and the last always, others at most `PREVIEWS_PER_SECOND`."""
        now = time.perf_counter()
        if not frame.is_last and now - self._previewed_at < 1 / PREVIEWS_PER_SECOND:
            return False
        self._previewed_at = now
        return True


def _preview_event(request: ResolvedRequest, frame: BatchSnapshot, eta: float) -> Preview:
    return Preview(
        id=request.id,
        revision=request.revision,
        index=frame.index,
        total=frame.total,
        eta=eta,
        image=Raster.from_pixels(frame.image(0)),
        layout=Raster.from_pixels(frame.layout(0)),
    )


def _traced_step_event(request: ResolvedRequest, frame: BatchSnapshot) -> TracedStep:
    image_clock, layout_clock = frame.clocks(0)
    return TracedStep(
        id=request.id,
        revision=request.revision,
        index=frame.index,
        total=frame.total,
        noisy_image=Raster.from_pixels(frame.noisy_image(0)),
        noisy_layout=Raster.from_pixels(frame.noisy_layout(0)),
        image=Raster.from_pixels(frame.image(0)),
        layout=Raster.from_pixels(frame.layout(0)),
        image_clock=image_clock,
        layout_clock=layout_clock,
        top_clock=frame.pack.process.image_schedule.max_clock,
    )


def _done_event(request: ResolvedRequest, frame: BatchSnapshot, seconds: float) -> Done:
    from engine.requests.unknown_words import unknown_words

    return Done(
        id=request.id,
        revision=request.revision,
        image=Raster.from_pixels(frame.image(0)),
        layout=Raster.from_pixels(frame.layout(0)),
        seconds=seconds,
        unknown_words=unknown_words(frame.pack, request.request.prompt or ""),
    )


def _shape_of(info: PackInfo) -> tuple[object, ...]:
    """What a resolved request must have in common with the pack that draws it."""
    return info.height, info.width, info.classes


def _available_packs(first: PackInfo) -> tuple[PackInfo, ...]:
    """The public parts of all packs here, the loaded one first. A pack that cannot be read is logged and left out."""
    infos = [first]
    for folder in pack_catalogue.pack_folders().values():
        try:
            infos.append(pack_catalogue.read_pack_info(folder))
        except BadPack as error:
            sys.stderr.write(f"{error}\n")
    return tuple({info.name: info for info in infos}.values())
