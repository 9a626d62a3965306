"""What an order's files give at full size, where they hold so much."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine import raster
from engine.batch.extend import Margins
from engine.batch.plan import Order, Source
from engine.protocol import UNKNOWN, Full, PackInfo, Pixels, Raster
from engine.raster import Fit, Fitted

Fitting = Callable[[Pixels, int, int, Fit], Fitted]


def read_full(order: Order, source: Source, info: PackInfo, margins: Margins) -> Full | None:
    """Both halves at `info.upscale` times the pack's size, cut as they are at the pack's own; None if nobody asked.

    A file with fewer pixels says no more than at the pack's size, and is left out. Raises BadFile.
    """
    if not order.full:
        return None
    if not info.upscale:
        return Full()
    layout = None if source.layout is None else raster.read_layout(source.layout, info.classes)
    image = None if source.image is None else raster.read_image(source.image)
    return at_full_size(layout, image, order.fit, info, margins)


def at_full_size(
    layout: Pixels | None, image: Pixels | None, fit: Fit, info: PackInfo, margins: Margins | None = None
) -> Full:
    """The same of ids [H, W] and RGB [H, W, 3] of any size, with `margins` of the pack's own pixels around them."""
    wider = Margins(*(side * info.upscale for side in margins or Margins(0, 0, 0, 0)))
    ids = None if layout is None else _fitted(layout, raster.fit_layout, fit, info)
    pixels = None if image is None else _fitted(image, raster.fit_image, fit, info)
    return Full(
        layout=None if ids is None else Raster.of(wider.around(ids, UNKNOWN)),
        image=None if pixels is None else Raster.of(wider.around(pixels, 0)),
    )


def _fitted(given: Pixels, fit: Fitting, how: Fit, info: PackInfo) -> Pixels | None:
    """A half at full size. What is no padding at the pack's size is none at this one: their edges agree."""
    height, width = info.height * info.upscale, info.width * info.upscale
    if given.shape[0] < height or given.shape[1] < width:
        return None
    if how == "crop":
        return fit(given, height, width, how).pixels
    base = fit(given, info.height, info.width, how)
    down, right = (np.flatnonzero(base.inside.any(axis)) * info.upscale for axis in (1, 0))
    rows, columns = len(down) * info.upscale, len(right) * info.upscale
    result = base.pixels.repeat(info.upscale, 0).repeat(info.upscale, 1)
    result[down[0] : down[0] + rows, right[0] : right[0] + columns] = fit(given, rows, columns, "stretch").pixels
    return result
