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
    wider = Margins(*(side * info.upscale for side in margins))
    layout = image = None
    if source.layout is not None:
        given = raster.read_layout(source.layout, info.classes)
        layout = _fitted(given, raster.fit_layout, order.fit, info)
    if source.image is not None:
        image = _fitted(raster.read_image(source.image), raster.fit_image, order.fit, info)
    return Full(
        layout=None if layout is None else Raster.of(wider.around(layout, UNKNOWN)),
        image=None if image is None else Raster.of(wider.around(image, 0)),
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
