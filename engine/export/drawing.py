"""From seeds to pairs, on one device. Needs torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import torch

from engine import __version__, generation, library, packs, upscaler
from engine.errors import OutOfMemory
from engine.export.order import Order, Record
from engine.export.pair import Pair
from engine.export.sources import Given, Sources, pack_digest
from engine.export.store import sha256
from engine.failures import explain
from engine.protocol import Generate
from engine.requests import size

Step = Callable[[float], None]
"""Called between any two steps of the sampler with how many pictures the last one amounts to. It may draw something
else meanwhile, and may raise, which ends the export.
"""


def no_step(pictures: float) -> None:
    """For those who want nothing between steps."""


class Drawer:
    """A pack on a device with what an order gives. Raises EngineError."""

    def __init__(self, order: Order, device: str) -> None:
        folder = library.find_pack(order.pack)
        self.sources = Sources.read(order, library.read_info(folder))
        self.pack = packs.load(folder, device)
        self.pack_sha256 = pack_digest(folder, order)
        self.upscaler = upscaler.load(self.pack) if order.full else None

    def draw(self, seeds: Sequence[int], step: Step = no_step) -> list[Pair]:
        """The pairs with these seeds, each the same in any company. Raises EngineError, or what `step` raises."""
        given = [self.sources.given(seed) for seed in seeds]
        groups = generation.alike(self.pack, [one.request for one in given])
        parts = [self._together([given[index] for index in group], step) for group in groups]
        found = {pair.record.seed: pair for part in parts for pair in part}
        return [self._at_full_size(one.request, found[one.request.seed], step) for one in given]

    def _together(self, given: list[Given], step: Step) -> list[Pair]:
        """Requests that are drawn alike; in two halves if the memory runs out."""
        requests = [one.request for one in given]
        stopped: BaseException | None = None
        try:
            for frame in generation.steps(self.pack, requests):
                try:
                    step(len(requests) / frame.total)
                except BaseException as error:
                    stopped = error
                    raise
        except Exception as error:
            if stopped is not None:
                raise
            known = explain(error, "{}×{} pixels".format(*size(requests[0], self.pack.info)))
            if not isinstance(known, OutOfMemory) or len(given) == 1:
                raise known from error
        else:
            return [
                Pair(one.request.id, frame.image(row), frame.layout(row), self._record(one))
                for row, one in enumerate(given)
            ]
        half = len(given) // 2
        return self._together(given[:half], step) + self._together(given[half:], step)

    def _at_full_size(self, request: Generate, pair: Pair, step: Step) -> Pair:
        """The pair as large as the order wants it."""
        if self.upscaler is None:
            return pair
        drawn = generation.Result(pair.image, pair.layout)
        stages = upscaler.steps(self.upscaler, request, drawn)
        while True:
            try:
                stage = next(stages, None)
            except Exception as error:
                tall, wide = (side * self.upscaler.factor for side in pair.layout.shape)
                raise explain(error, f"{tall}×{wide} pixels") from error
            if stage is None:
                break
            step(0.0)
            drawn = stage.result or drawn
        height, width = drawn.layout.shape
        sized = {"height": height, "width": width, "upscaled": self.upscaler.factor}
        return Pair(pair.name, drawn.image, drawn.layout, msgspec.structs.replace(pair.record, **sized))

    def _record(self, given: Given) -> Record:
        request, info = given.request, self.pack.info
        height, width = size(request, info)
        guidance, cross_guidance = generation.weights_of(self.pack, request)
        return Record(
            version=__version__,
            torch=str(torch.__version__),
            pack=info.name,
            pack_sha256=self.pack_sha256,
            device=self.pack.device.type,
            seed=request.seed,
            prompt=request.prompt or "",
            negative=request.negative,
            layout=None if given.layout is None else given.layout.name,
            layout_sha256="" if given.layout is None else sha256(given.layout),
            image=None if given.image is None else given.image.name,
            image_sha256="" if given.image is None else sha256(given.image),
            areas=given.areas,
            canvas=self.sources.order.canvas is not None,
            steps=generation.steps_of(self.pack, request),
            sampler=generation.sampler_of(self.pack, request),
            guidance=guidance,
            cross_guidance=cross_guidance,
            height=height,
            width=width,
        )
