"""Inputs at full size, as far as they have enough pixels for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.interface import raster
from engine.interface.protocol import UNKNOWN, FullSizeInputs, PackInfo, Pixels, Raster
from engine.interface.raster import FitMode, FittedPixels
from engine.sample_command.margins import InputMargins

FitFunction = Callable[[Pixels, int, int, FitMode], FittedPixels]


def full_size_inputs(
    layout: Pixels | None, image: Pixels | None, fit: FitMode, info: PackInfo, margins: InputMargins
) -> FullSizeInputs:
    """Ids [H, W] and RGB [H, W, 3] of any size at `info.upscale` times the pack's, fitted as at the pack's own.

    `margins` count pixels of the pack's size. A half with too few pixels is left out: it has no more detail than at
    the pack's size. Nothing is fitted for a pack without an upscaler.
    """
    if not info.upscale:
        return FullSizeInputs()
    scaled_margins = InputMargins(*(side * info.upscale for side in margins))
    ids = None if layout is None else _fit_to_full_size(layout, raster.fit_layout, fit, info)
    rgb = None if image is None else _fit_to_full_size(image, raster.fit_image, fit, info)
    return FullSizeInputs(
        layout=None if ids is None else Raster.from_pixels(scaled_margins.pad(ids, UNKNOWN)),
        image=None if rgb is None else Raster.from_pixels(scaled_margins.pad(rgb, 0)),
    )


def _fit_to_full_size(source_pixels: Pixels, fit: FitFunction, fit_mode: FitMode, info: PackInfo) -> Pixels | None:
    """A half at full size, whose padding ends where it does at the pack's size; None if it has too few pixels."""
    height, width = info.height * info.upscale, info.width * info.upscale
    if source_pixels.shape[0] < height or source_pixels.shape[1] < width:
        return None
    if fit_mode == "crop":
        return fit(source_pixels, height, width, fit_mode).pixels
    base = fit(source_pixels, info.height, info.width, fit_mode)
    inside_rows, inside_columns = (np.flatnonzero(base.inside.any(axis)) * info.upscale for axis in (1, 0))
    rows, columns = len(inside_rows) * info.upscale, len(inside_columns) * info.upscale
    result = base.pixels.repeat(info.upscale, 0).repeat(info.upscale, 1)
    result[inside_rows[0] : inside_rows[0] + rows, inside_columns[0] : inside_columns[0] + columns] = fit(
        source_pixels, rows, columns, "stretch"
    ).pixels
    return result
