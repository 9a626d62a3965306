"""From a sample's files to a checked request at the pack's size."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine import raster, requests
from engine.batch.extend import Margins, read_margins
from engine.batch.full import read_full
from engine.batch.plan import Order, Sample
from engine.errors import BadRequest, BadSize
from engine.protocol import UNKNOWN, Generate, Guide, PackInfo, Pixels, Raster


class _Half(NamedTuple):
    pixels: Raster | None = None
    keep: Raster | None = None

    def extended(self, margins: Margins, value: int) -> _Half:
        """The same with margins that are not kept."""
        if self.pixels is None or not any(margins):
            return self
        pixels = self.pixels.pixels()
        keep = np.full(pixels.shape[:2], 255, np.uint8) if self.keep is None else self.keep.pixels()
        return _Half(Raster.of(margins.around(pixels, value)), Raster.of(margins.around(keep, 0)))


def read(order: Order, sample: Sample, info: PackInfo, guides: tuple[Guide, ...] = ()) -> Generate:
    """Read, fit and check what is given for one sample. Raises BadFile and BadRequest."""
    source, layout, image = sample.source, _Half(), _Half()
    margins = read_margins(order.extend)
    if source.layout is not None:
        given = raster.read_layout(source.layout, info.classes)
        fitted = raster.fit_layout(given, info.height, info.width, order.fit)
        layout = _half(given, fitted, source.keep_layout, order).extended(margins, UNKNOWN)
    if source.image is not None:
        given = raster.read_image(source.image)
        fitted = raster.fit_image(given, info.height, info.width, order.fit)
        image = _half(given, fitted, source.keep_image, order).extended(margins, 0)
    if any(margins) and layout.pixels is image.pixels is None:
        blank = np.full((info.height, info.width), UNKNOWN, np.uint8)
        layout = _Half(Raster.of(margins.around(blank, UNKNOWN)))
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
        full=read_full(order, source, info, margins),
    )
    _check(request, info, source.name)
    return request


def _check(request: Generate, info: PackInfo, name: str) -> None:
    try:
        requests.check(request, info)
        requests.check_full(request, info)
    except BadRequest as error:
        raise type(error)(f"{name}: {error.message}" if name else error.message, error.hint) from error


def _half(given: Pixels, fitted: raster.Fitted, mask: Path | None, order: Order) -> _Half:
    """A fitted half, and what of it stays: what the mask says, but never the padding."""
    keep = fitted.inside
    if mask is not None:
        bright = raster.read_mask(mask)
        if bright.shape != given.shape[:2]:
            raise BadSize(
                f"The mask {mask} has {bright.shape[0]}×{bright.shape[1]} pixels, its input has "
                f"{given.shape[0]}×{given.shape[1]}.",
                "Make the mask as large as the picture it belongs to.",
            )
        # Fitted like class ids: a cell stays if most of it does.
        keep = keep & (raster.fit_layout(bright, *keep.shape, order.fit).pixels > 0)
    return _Half(Raster.of(fitted.pixels), None if keep.all() else Raster.of(np.uint8(255) * keep))
