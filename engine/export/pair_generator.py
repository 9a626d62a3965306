"""Generation of pairs from seeds, on one device. Needs torch."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import torch

from engine import __version__
from engine.export.progress_hooks import StepCallback
from engine.export.request_source import PairInputs, RequestSource, pack_digest
from engine.interface import pack_catalogue
from engine.interface.callbacks import do_nothing
from engine.interface.dataset.export_order import ExportOrder, PairRecord
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.digests import file_sha256
from engine.interface.error_messages import to_engine_error
from engine.interface.errors import OutOfMemory
from engine.packs import pack
from engine.requests import full_size_stage
from engine.requests.batch_snapshot import ImageLayoutPair
from engine.requests.generation import sample_batch
from engine.requests.resolved_request import ResolvedRequest, group_batchable, resolve_request


class PairGenerator:
    """Draws the pairs of an order with its pack on a device. Raises EngineError."""

    def __init__(self, order: ExportOrder, device: str) -> None:
        folder = pack_catalogue.find_pack_folder(order.pack)
        self.sources = RequestSource.read(order, pack_catalogue.read_pack_info(folder))
        self.pack = pack.read_pack(folder, device)
        self.pack_sha256 = pack_digest(folder, order)
        self.full_size = full_size_stage.load_full_size_stage(self.pack) if order.full else None

    def draw(self, seeds: Sequence[int], on_step: StepCallback = do_nothing) -> list[GeneratedPair]:
        """Draws the pairs of seeds, independently of the batching. Raises EngineError, or what `on_step` raises."""
        inputs = [self.sources.inputs_for(seed) for seed in seeds]
        requests = [resolve_request(pair.request, self.sources.info, self.pack.folder) for pair in inputs]
        groups = [[(inputs[index], requests[index]) for index in group] for group in group_batchable(requests)]
        parts = [self._draw_group(group, on_step) for group in groups]
        pairs_by_seed = {pair.record.seed: pair for part in parts for pair in part}
        return [self._upscale(resolved, pairs_by_seed[resolved.request.seed], on_step) for resolved in requests]

    def _draw_group(
        self, group: list[tuple[PairInputs, ResolvedRequest]], on_step: StepCallback
    ) -> list[GeneratedPair]:
        """Draw requests of one batch key together, or in two halves if the memory runs out."""
        requests = [resolved for _, resolved in group]
        callback_error: BaseException | None = None
        try:
            for frame in sample_batch(self.pack, requests):
                try:
                    on_step(len(requests) / frame.total)
                except BaseException as error:
                    callback_error = error
                    raise
        except Exception as error:
            if callback_error is not None:
                raise
            explained = to_engine_error(error, requests[0].size_text)
            if not isinstance(explained, OutOfMemory) or len(group) == 1:
                raise explained from error
        else:
            return [
                GeneratedPair(resolved.id, *frame.pair(row), self._record(inputs, resolved))
                for row, (inputs, resolved) in enumerate(group)
            ]
        half = len(group) // 2
        return self._draw_group(group[:half], on_step) + self._draw_group(group[half:], on_step)

    def _upscale(self, resolved: ResolvedRequest, pair: GeneratedPair, on_step: StepCallback) -> GeneratedPair:
        """Upscales a pair if the order asks for full size."""
        if self.full_size is None:
            return pair
        drawn = ImageLayoutPair(pair.image, pair.layout)
        stages = self.full_size.steps(resolved, drawn)
        while True:
            try:
                stage = next(stages, None)
            except Exception as error:
                tall, wide = (side * self.full_size.factor for side in pair.layout.shape)
                raise to_engine_error(error, f"{tall}×{wide} pixels") from error
            if stage is None:
                break
            on_step(0.0)
            drawn = stage.pair or drawn
        height, width = drawn.layout.shape
        sized = {"height": height, "width": width, "upscaled": self.full_size.factor}
        return GeneratedPair(pair.name, drawn.image, drawn.layout, msgspec.structs.replace(pair.record, **sized))

    def _record(self, inputs: PairInputs, resolved: ResolvedRequest) -> PairRecord:
        return PairRecord(
            version=__version__,
            torch=str(torch.__version__),
            pack=self.pack.info.name,
            pack_sha256=self.pack_sha256,
            device=self.pack.device.type,
            prompt=inputs.request.prompt or "",
            layout=None if inputs.layout is None else inputs.layout.name,
            layout_sha256="" if inputs.layout is None else file_sha256(inputs.layout),
            image=None if inputs.image is None else inputs.image.name,
            image_sha256="" if inputs.image is None else file_sha256(inputs.image),
            areas=inputs.areas,
            canvas=self.sources.order.canvas is not None,
            **resolved.record_fields,
        )
