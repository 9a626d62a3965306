"""The compute thread: it loads packs, iterates the sampler and answers every job that it takes.

torch is imported here and nowhere earlier, so that the process reads its first commands meanwhile.
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
from engine.serve import export_worker
from engine.serve.jobs import RequestJob, RequestScheduler
from engine.serve.server import PostEvent, cancelled_event, failed_event

if TYPE_CHECKING:
    from engine.packs.pack import Pack
    from engine.requests.full_size import Upscaler
    from engine.requests.generation import BatchSnapshot

PACK_CACHE_SIZE = 2
PREVIEWS_PER_SECOND = 15
WARM_UP_STEPS = 2
IDLE_SECONDS = 0.5
"""Seconds without a request after which something may be read ahead."""
PRELOADED_MODULES = "sympy", "torch.distributed.fsdp", "torch._dynamo", "torchvision", "timm", "open_clip"
"""What open_clip imports, in pieces of 1.5 seconds or less; none of them has to be there."""


def run_compute_loop(jobs: RequestScheduler, post: PostEvent, *, pack: str, device: str) -> None:
    """Load the first pack, say `Ready`, and answer jobs until they are closed.

    If that pack cannot be loaded, answers `Failed` without an id and returns.
    """
    worker = ComputeWorker(jobs, post, device)
    try:
        ready = worker.start(pack)
    except Exception as error:
        post(failed_event(to_engine_error(error, "the start")))
        return
    post(ready)
    threading.Thread(target=worker.preload_text_encoders, name="read ahead", daemon=True).start()
    threading.Thread(
        target=export_worker.run_export_loop, args=(jobs, post, device), name="exports", daemon=True
    ).start()
    while (job := jobs.take()) is not None:
        worker.answer(job)


class ComputeWorker:
    """What the compute thread keeps between jobs: the last packs, on the device."""

    def __init__(self, jobs: RequestScheduler, post: PostEvent, device: str) -> None:
        self._jobs = jobs
        self._post = post
        self._device = device
        self._packs: dict[Path, Pack] = {}  # the one used last comes last
        self._upscaler: tuple[Path, Upscaler] | None = None

    def start(self, name: str) -> Ready:
        """Load a pack and run it once: the first request shall find everything warm. Raises EngineError."""
        pack_catalogue.find_pack_folder(name)  # a wrong name is said at once, not after the seconds that torch takes
        from engine.requests import generation

        pack = self._cached_pack(name)
        warm_up = Generate(id="warm-up", pack=name, prompt="", steps=WARM_UP_STEPS)
        info = pack_catalogue.read_pack_info(pack.folder)
        distilled_warm_up = msgspec.structs.replace(
            warm_up, sampler="distilled"
        )  # what the first picture is drawn with
        if not (info.distilled and self._try_warm_up(pack, distilled_warm_up)):
            info = msgspec.structs.replace(info, distilled=0)
            for frame in generation.generate_steps(pack, [warm_up]):
                frame.image(0), frame.layout(0)
        return Ready(
            protocol=PROTOCOL_VERSION, version=__version__, device=str(pack.device), packs=_available_packs(info)
        )

    @staticmethod
    def _try_warm_up(pack: Pack, request: Generate) -> bool:
        """Whether a request can be drawn; it is, once. Pictures need not be done without for what is wrong with it."""
        from engine.requests import generation

        try:
            for frame in generation.generate_steps(pack, [request]):
                frame.image(0), frame.layout(0)
        except (EngineError, RuntimeError) as error:
            sys.stderr.write(f"{error}\n")
            return False
        return True

    def preload_text_encoders(self) -> None:
        """Load the text towers while nobody waits for anything: the first one takes seconds to import, in which a
        picture takes ten times as long. So it is imported piece by piece, and none begins while something is drawn.
        """
        for module in PRELOADED_MODULES:
            if not self._jobs.wait_until_idle(IDLE_SECONDS):
                return
            with contextlib.suppress(Exception):  # what cannot be imported is told to who needs it
                importlib.import_module(module)
        for pack in list(self._packs.values()):
            if not self._jobs.wait_until_idle(IDLE_SECONDS):
                return
            # A tower that cannot be loaded is told to the first request that needs it.
            with contextlib.suppress(EngineError):
                pack.encode_prompt("text")

    def answer(self, job: RequestJob[Generate]) -> None:
        """Compute a job and post its one answer, whatever happens."""
        try:
            answer = self._compute(job)
            self._jobs.finish(job)
            self._post(answer)
        except Exception as error:
            self._jobs.finish(job)
            self._post(failed_event(to_engine_error(error, _size_text(job.request)), job.request))

    def _compute(self, job: RequestJob[Generate]) -> Done | FullSizeDone | Cancelled:
        from engine.requests import generation

        started = time.perf_counter()
        pack = self._cached_pack(job.request.pack)
        timer = _StepTimer()
        for frame in generation.generate_steps(pack, [job.request]):
            timer.step_ended()
            if job.cancelled:
                break
            if job.request.trace:
                self._post(_traced_step_event(job.request, frame))
            elif timer.preview_is_due(frame):
                self._post(_preview_event(job.request, frame, timer.eta(frame)))
            if frame.index == frame.total:
                done = Done(
                    id=job.request.id,
                    revision=job.request.revision,
                    image=Raster.from_pixels(frame.image(0)),
                    layout=Raster.from_pixels(frame.layout(0)),
                    seconds=time.perf_counter() - started,
                    unknown_words=generation.unknown_words(pack, job.request.prompt or ""),
                )
                return done if job.request.full is None else self._compute_full_size(job, pack, done)
            self._run_live_jobs(job)
            timer.step_begins()
        return cancelled_event(job.request)

    def _compute_full_size(self, job: RequestJob[Generate], pack: Pack, done: Done) -> FullSizeDone | Cancelled:
        """Post the result, then draw it at full size."""
        from engine.requests import full_size
        from engine.requests.generation import ImageLayoutPair

        self._post(done)
        if self._upscaler is None or self._upscaler[0] != pack.folder:
            self._upscaler = pack.folder, full_size.load_upscaler(pack)
        started = time.perf_counter() - done.seconds
        for progress in full_size.upscaling_steps(
            self._upscaler[1], job.request, ImageLayoutPair(done.image.pixels(), done.layout.pixels())
        ):
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

    def _run_live_jobs(self, job: RequestJob[Generate]) -> None:
        if not job.request.live:
            while urgent := self._jobs.take_live():
                self.answer(urgent)

    def _cached_pack(self, name: str) -> Pack:
        from engine.packs import pack as packs

        folder = pack_catalogue.find_pack_folder(name).resolve()
        pack = self._packs.pop(folder, None)
        if pack is None:
            while len(self._packs) >= PACK_CACHE_SIZE:
                self._packs.pop(next(iter(self._packs)))
            pack = packs.read_pack(folder, self._device)
        self._packs[folder] = pack
        return pack


class _StepTimer:
    """Times the steps of one job, and decides which of them a person sees."""

    def __init__(self) -> None:
        self._step_started = time.perf_counter()
        self._step_seconds = 0.0
        self._previewed_at = -math.inf

    def step_ended(self) -> None:
        self._step_seconds += time.perf_counter() - self._step_started

    def step_begins(self) -> None:
        self._step_started = time.perf_counter()

    def eta(self, frame: BatchSnapshot) -> float:
        """Seconds that the steps to come will take, if they are like those before."""
        return self._step_seconds / frame.index * (frame.total - frame.index)

    def preview_is_due(self, frame: BatchSnapshot) -> bool:
        """The first and the last step always, the others at most `PREVIEWS_PER_SECOND`."""
        now = time.perf_counter()
        if frame.index < frame.total and now - self._previewed_at < 1 / PREVIEWS_PER_SECOND:
            return False
        self._previewed_at = now
        return True


def _preview_event(request: Generate, frame: BatchSnapshot, eta: float) -> Preview:
    return Preview(
        id=request.id,
        revision=request.revision,
        index=frame.index,
        total=frame.total,
        eta=eta,
        image=Raster.from_pixels(frame.image(0)),
        layout=Raster.from_pixels(frame.layout(0)),
    )


def _traced_step_event(request: Generate, frame: BatchSnapshot) -> TracedStep:
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


def _size_text(request: Generate) -> str:
    half = request.layout or request.image
    return f"{half.height}×{half.width} pixels" if half else "the pack's own size"


def _available_packs(first: PackInfo) -> tuple[PackInfo, ...]:
    """The heads of all packs here, the loaded one first; a broken one costs a line in the log."""
    infos = [first]
    for folder in pack_catalogue.pack_folders().values():
        try:
            infos.append(pack_catalogue.read_pack_info(folder))
        except BadPack as error:
            sys.stderr.write(f"{error}\n")
    return tuple({info.name: info for info in infos}.values())
