"""From seeds to pairs, on one device. Needs torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
import torch

from engine import __version__
from engine.export.request_source import PairInputs, RequestSource, pack_digest
from engine.interface import pack_catalogue
from engine.interface.dataset.dataset_store import file_sha256
from engine.interface.dataset.export_order import ExportOrder, PairRecord
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.error_messages import to_engine_error
from engine.interface.errors import OutOfMemory
from engine.interface.protocol import Generate
from engine.packs import pack
from engine.requests import full_size, generation
from engine.requests.validation import request_size

StepCallback = Callable[[float], None]
"""Called between any two steps of the sampler with how many pictures the last one amounts to. It may draw something
else meanwhile, and may raise, which ends the export.
"""


def ignore_step(pictures: float) -> None:
    """For those who want nothing between steps."""


class PairGenerator:
    """A pack on a device with what an order gives. Raises EngineError."""

    def __init__(self, order: ExportOrder, device: str) -> None:
        folder = pack_catalogue.find_pack_folder(order.pack)
        self.sources = RequestSource.read(order, pack_catalogue.read_pack_info(folder))
        self.pack = pack.read_pack(folder, device)
        self.pack_sha256 = pack_digest(folder, order)
        self.upscaler = full_size.load_upscaler(self.pack) if order.full else None

    def draw(self, seeds: Sequence[int], on_step: StepCallback = ignore_step) -> list[GeneratedPair]:
        """The pairs with these seeds, each the same in any company. Raises EngineError, or what `step` raises."""
        inputs = [self.sources.inputs_for(seed) for seed in seeds]
        groups = generation.group_batchable(self.pack, [one.request for one in inputs])
        parts = [self._draw_group([inputs[index] for index in group], on_step) for group in groups]
        pairs_by_seed = {pair.record.seed: pair for part in parts for pair in part}
        return [self._upscale(one.request, pairs_by_seed[one.request.seed], on_step) for one in inputs]

    def _draw_group(self, inputs: list[PairInputs], on_step: StepCallback) -> list[GeneratedPair]:
        """Requests that are drawn alike; in two halves if the memory runs out."""
        requests = [one.request for one in inputs]
        callback_error: BaseException | None = None
        try:
            for frame in generation.generate_steps(self.pack, requests):
                try:
                    on_step(len(requests) / frame.total)
                except BaseException as error:
                    callback_error = error
                    raise
        except Exception as error:
            if callback_error is not None:
                raise
            explained = to_engine_error(error, "{}×{} pixels".format(*request_size(requests[0], self.pack.info)))
            if not isinstance(explained, OutOfMemory) or len(inputs) == 1:
                raise explained from error
        else:
            return [
                GeneratedPair(one.request.id, frame.image(row), frame.layout(row), self._record(one))
                for row, one in enumerate(inputs)
            ]
        half = len(inputs) // 2
        return self._draw_group(inputs[:half], on_step) + self._draw_group(inputs[half:], on_step)

    def _upscale(self, request: Generate, pair: GeneratedPair, on_step: StepCallback) -> GeneratedPair:
        """The pair as large as the order wants it."""
        if self.upscaler is None:
            return pair
        drawn = generation.ImageLayoutPair(pair.image, pair.layout)
        stages = full_size.upscaling_steps(self.upscaler, request, drawn)
        while True:
            try:
                stage = next(stages, None)
            except Exception as error:
                tall, wide = (side * self.upscaler.factor for side in pair.layout.shape)
                raise to_engine_error(error, f"{tall}×{wide} pixels") from error
            if stage is None:
                break
            on_step(0.0)
            drawn = stage.pair or drawn
        height, width = drawn.layout.shape
        sized = {"height": height, "width": width, "upscaled": self.upscaler.factor}
        return GeneratedPair(pair.name, drawn.image, drawn.layout, msgspec.structs.replace(pair.record, **sized))

    def _record(self, inputs: PairInputs) -> PairRecord:
        request, info = inputs.request, self.pack.info
        height, width = request_size(request, info)
        guidance, cross_guidance = generation.guidance_weights(self.pack, request)
        return PairRecord(
            version=__version__,
            torch=str(torch.__version__),
            pack=info.name,
            pack_sha256=self.pack_sha256,
            device=self.pack.device.type,
            seed=request.seed,
            prompt=request.prompt or "",
            negative=request.negative,
            layout=None if inputs.layout is None else inputs.layout.name,
            layout_sha256="" if inputs.layout is None else file_sha256(inputs.layout),
            image=None if inputs.image is None else inputs.image.name,
            image_sha256="" if inputs.image is None else file_sha256(inputs.image),
            areas=inputs.areas,
            canvas=self.sources.order.canvas is not None,
            steps=generation.resolved_steps(self.pack, request),
            sampler=generation.resolved_sampler(self.pack, request),
            guidance=guidance,
            cross_guidance=cross_guidance,
            height=height,
            width=width,
        )
