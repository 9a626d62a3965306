"""The files of one sample, read as a valid request at the pack's size."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.interface import raster
from engine.interface.errors import BadRequest, BadSize
from engine.interface.protocol import UNKNOWN, Generate, GuideRequest, PackInfo, Pixels, Raster
from engine.requests.resolved_request import ResolvedRequest, resolve_request
from engine.requests.validation import validate_full_size
from engine.sample_command.full_size_results import read_full_size_inputs
from engine.sample_command.margins import InputMargins, read_margins
from engine.sample_command.plan import PlannedSample, SampleOrder


class _HalfInput(NamedTuple):
    """One half as the request holds it; None where it is not given, or all of it is kept."""

    pixels: Raster | None = None
    keep: Raster | None = None

    def with_margins(self, margins: InputMargins, value: int) -> _HalfInput:
        """This half with margins of one value around it, which are not kept."""
        if self.pixels is None or not any(margins):
            return self
        pixels = self.pixels.pixels()
        keep = np.full(pixels.shape[:2], 255, np.uint8) if self.keep is None else self.keep.pixels()
        return _HalfInput(Raster.from_pixels(margins.pad(pixels, value)), Raster.from_pixels(margins.pad(keep, 0)))


def read_request(
    order: SampleOrder, sample: PlannedSample, info: PackInfo, folder: Path, guides: tuple[GuideRequest, ...] = ()
) -> ResolvedRequest:
    """The request of one sample, whose pack lies in `folder`. Raises BadFile, BadRequest or BadPack."""
    source, layout, image = sample.source, _HalfInput(), _HalfInput()
    margins = read_margins(order.extend)
    if source.layout is not None:
        source_pixels = raster.read_layout(source.layout, info.classes)
        fitted = raster.fit_layout(source_pixels, info.height, info.width, order.fit)
        layout = _kept_half(source_pixels, fitted, source.keep_layout, order).with_margins(margins, UNKNOWN)
    if source.image is not None:
        source_pixels = raster.read_image(source.image)
        fitted = raster.fit_image(source_pixels, info.height, info.width, order.fit)
        image = _kept_half(source_pixels, fitted, source.keep_image, order).with_margins(margins, 0)
    if any(margins) and layout.pixels is image.pixels is None:
        blank = np.full((info.height, info.width), UNKNOWN, np.uint8)
        layout = _HalfInput(Raster.from_pixels(margins.pad(blank, UNKNOWN)))
    request = Generate(
        id=sample.name,
        pack=order.pack,
        layout=layout.pixels,
        image=image.pixels,
        keep_layout=layout.keep,
        keep_image=image.keep,
        prompt=source.prompt,
        negative=order.negative,
        seed=sample.seed,
        steps=order.steps,
        sampler=order.sampler,
        resamplings=order.resamplings,
        corrections=order.corrections,
        threshold=order.threshold,
        guides=guides,
        guidance=order.guidance,
        cross_guidance=order.cross_guidance,
        live=False,
        full=read_full_size_inputs(order, source, info, margins),
    )
    try:
        resolved = resolve_request(request, info, folder)
        validate_full_size(request, info)
    except BadRequest as error:
        raise type(error)(f"{source.name}: {error.message}" if source.name else error.message, error.hint) from error
    return resolved


def _kept_half(
    source_pixels: Pixels, fitted: raster.FittedPixels, mask: Path | None, order: SampleOrder
) -> _HalfInput:
    """A fitted half; its padding is never kept, nor what the mask file leaves out. Raises BadFile and BadSize."""
    keep = fitted.inside
    if mask is not None:
        mask_pixels = raster.read_mask(mask)
        if mask_pixels.shape != source_pixels.shape[:2]:
            raise BadSize(
                f"The mask {mask} has {mask_pixels.shape[0]}×{mask_pixels.shape[1]} pixels, its input has "
                f"{source_pixels.shape[0]}×{source_pixels.shape[1]}.",
                "Make the mask as large as the picture it belongs to.",
            )
        # Fitted like class ids: a cell is kept if most of its area is.
        keep = keep & (raster.fit_layout(mask_pixels, *keep.shape, order.fit).pixels > 0)
    return _HalfInput(
        Raster.from_pixels(fitted.pixels), None if keep.all() else Raster.from_pixels(np.uint8(255) * keep)
    )
