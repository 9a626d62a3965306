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

from engine import __version__, exporter, library
from engine.errors import BadPack, EngineError
from engine.failures import explain
from engine.jobs import Job, Jobs
from engine.protocol import PROTOCOL, Cancelled, Done, Generate, PackInfo, Preview, Raster, Ready, Sharp, Traced
from engine.server import Post, cancelled, failed

if TYPE_CHECKING:
    from engine.generation import Frame
    from engine.packs import Pack
    from engine.upscaler import Upscaler

PACKS_KEPT = 2
PREVIEWS_PER_SECOND = 15
WARM_UP_STEPS = 2
QUIET = 0.5
"""Seconds without a request after which something may be read ahead."""
READ_AHEAD = "sympy", "torch.distributed.fsdp", "torch._dynamo", "torchvision", "timm", "open_clip"
"""What open_clip imports, in pieces of 1.5 seconds or less; none of them has to be there."""


def run(jobs: Jobs, post: Post, *, pack: str, device: str) -> None:
    """Load the first pack, say `Ready`, and answer jobs until they are closed.

    If that pack cannot be loaded, answers `Failed` without an id and returns.
    """
    worker = Worker(jobs, post, device)
    try:
        ready = worker.start(pack)
    except Exception as error:
        post(failed(explain(error, "the start")))
        return
    post(ready)
    threading.Thread(target=worker.read_ahead, name="read ahead", daemon=True).start()
    threading.Thread(target=exporter.run, args=(jobs, post, device), name="exports", daemon=True).start()
    while (job := jobs.take()) is not None:
        worker.answer(job)


class Worker:
    """What the compute thread keeps between jobs: the last packs, on the device."""

    def __init__(self, jobs: Jobs, post: Post, device: str) -> None:
        self._jobs = jobs
        self._post = post
        self._device = device
        self._packs: dict[Path, Pack] = {}  # the one used last comes last
        self._upscaler: tuple[Path, Upscaler] | None = None

    def start(self, name: str) -> Ready:
        """Load a pack and run it once: the first request shall find everything warm. Raises EngineError."""
        library.find_pack(name)  # a wrong name is said at once, not after the seconds that torch takes
        from engine import generation

        pack = self._pack(name)
        first = Generate(id="warm-up", pack=name, prompt="", steps=WARM_UP_STEPS)
        info = library.read_info(pack.folder)
        quick = msgspec.structs.replace(first, sampler="distilled")  # what the first picture is drawn with
        if not (info.distilled and self._warm(pack, quick)):
            info = msgspec.structs.replace(info, distilled=0)
            for frame in generation.steps(pack, [first]):
                frame.image(0), frame.layout(0)
        return Ready(protocol=PROTOCOL, version=__version__, device=str(pack.device), packs=_packs_here(info))

    @staticmethod
    def _warm(pack: Pack, request: Generate) -> bool:
        """Whether a request can be drawn; it is, once. Pictures need not be done without for what is wrong with it."""
        from engine import generation

        try:
            for frame in generation.steps(pack, [request]):
                frame.image(0), frame.layout(0)
        except (EngineError, RuntimeError) as error:
            sys.stderr.write(f"{error}\n")
            return False
        return True

    def read_ahead(self) -> None:
        """Load the text towers while nobody waits for anything: the first one takes seconds to import, in which a
        picture takes ten times as long. So it is imported piece by piece, and none begins while something is drawn.
        """
        for module in READ_AHEAD:
            if not self._jobs.rest(QUIET):
                return
            with contextlib.suppress(Exception):  # what cannot be imported is told to who needs it
                importlib.import_module(module)
        for pack in list(self._packs.values()):
            if not self._jobs.rest(QUIET):
                return
            # A tower that cannot be loaded is told to the first request that needs it.
            with contextlib.suppress(EngineError):
                pack.encode("text")

    def answer(self, job: Job[Generate]) -> None:
        """Compute a job and post its one answer, whatever happens."""
        try:
            answer = self._compute(job)
            self._jobs.finish(job)
            self._post(answer)
        except Exception as error:
            self._jobs.finish(job)
            self._post(failed(explain(error, _place(job.request)), job.request))

    def _compute(self, job: Job[Generate]) -> Done | Sharp | Cancelled:
        from engine import generation

        started = time.perf_counter()
        pack = self._pack(job.request.pack)
        watch = _Watch()
        for frame in generation.steps(pack, [job.request]):
            watch.step_ended()
            if job.cancelled:
                break
            if job.request.trace:
                self._post(_traced(job.request, frame))
            elif watch.preview_is_due(frame):
                self._post(_preview(job.request, frame, watch.eta(frame)))
            if frame.index == frame.total:
                done = Done(
                    id=job.request.id,
                    revision=job.request.revision,
                    image=Raster.of(frame.image(0)),
                    layout=Raster.of(frame.layout(0)),
                    seconds=time.perf_counter() - started,
                    unknown_words=generation.unknown_words(pack, job.request.prompt or ""),
                )
                return done if job.request.full is None else self._at_full_size(job, pack, done)
            self._let_live_jobs_pass(job)
            watch.step_begins()
        return cancelled(job.request)

    def _at_full_size(self, job: Job[Generate], pack: Pack, done: Done) -> Sharp | Cancelled:
        """Post the result, then draw it at full size."""
        from engine import upscaler
        from engine.generation import Result

        self._post(done)
        if self._upscaler is None or self._upscaler[0] != pack.folder:
            self._upscaler = pack.folder, upscaler.load(pack)
        begun = time.perf_counter() - done.seconds
        for stage in upscaler.steps(self._upscaler[1], job.request, Result(done.image.pixels(), done.layout.pixels())):
            if job.cancelled:
                break
            if stage.result is not None:
                return Sharp(
                    id=done.id,
                    revision=done.revision,
                    image=Raster.of(stage.result.image),
                    layout=Raster.of(stage.result.layout),
                    seconds=time.perf_counter() - begun,
                )
            self._let_live_jobs_pass(job)
        return cancelled(job.request)

    def _let_live_jobs_pass(self, job: Job[Generate]) -> None:
        if not job.request.live:
            while urgent := self._jobs.take_live():
                self.answer(urgent)

    def _pack(self, name: str) -> Pack:
        from engine import packs

        folder = library.find_pack(name).resolve()
        pack = self._packs.pop(folder, None)
        if pack is None:
            while len(self._packs) >= PACKS_KEPT:
                self._packs.pop(next(iter(self._packs)))
            pack = packs.load(folder, self._device)
        self._packs[folder] = pack
        return pack


class _Watch:
    """Times the steps of one job, and decides which of them a person sees."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._spent = 0.0
        self._shown = -math.inf

    def step_ended(self) -> None:
        self._spent += time.perf_counter() - self._begun

    def step_begins(self) -> None:
        self._begun = time.perf_counter()

    def eta(self, frame: Frame) -> float:
        """Seconds that the steps to come will take, if they are like those before."""
        return self._spent / frame.index * (frame.total - frame.index)

    def preview_is_due(self, frame: Frame) -> bool:
        """The first and the last step always, the others at most `PREVIEWS_PER_SECOND`."""
        now = time.perf_counter()
        if frame.index < frame.total and now - self._shown < 1 / PREVIEWS_PER_SECOND:
            return False
        self._shown = now
        return True


def _preview(request: Generate, frame: Frame, eta: float) -> Preview:
    return Preview(
        id=request.id,
        revision=request.revision,
        index=frame.index,
        total=frame.total,
        eta=eta,
        image=Raster.of(frame.image(0)),
        layout=Raster.of(frame.layout(0)),
    )


def _traced(request: Generate, frame: Frame) -> Traced:
    image_clock, layout_clock = frame.clocks(0)
    return Traced(
        id=request.id,
        revision=request.revision,
        index=frame.index,
        total=frame.total,
        noisy_image=Raster.of(frame.noisy_image(0)),
        noisy_layout=Raster.of(frame.noisy_layout(0)),
        image=Raster.of(frame.image(0)),
        layout=Raster.of(frame.layout(0)),
        image_clock=image_clock,
        layout_clock=layout_clock,
        top_clock=frame.pack.process.image.clocks,
    )


def _place(request: Generate) -> str:
    half = request.layout or request.image
    return f"{half.height}×{half.width} pixels" if half else "the pack's own size"


def _packs_here(first: PackInfo) -> tuple[PackInfo, ...]:
    """The heads of all packs here, the loaded one first; a broken one costs a line in the log."""
    infos = [first]
    for folder in library.pack_folders().values():
        try:
            infos.append(library.read_info(folder))
        except BadPack as error:
            sys.stderr.write(f"{error}\n")
    return tuple({info.name: info for info in infos}.values())
