"""Inputs at full size, as far as files have enough pixels for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.interface import raster
from engine.interface.protocol import UNKNOWN, FullSizeInputs, PackInfo, Pixels, Raster
from engine.interface.raster import FitMode, FittedPixels
from engine.sample_command.margins import InputMargins
from engine.sample_command.plan import SampleInput, SampleOrder

FitFunction = Callable[[Pixels, int, int, FitMode], FittedPixels]


def read_full_size_inputs(
    order: SampleOrder, source: SampleInput, info: PackInfo, margins: InputMargins
) -> FullSizeInputs | None:
    """Both halves at `info.upscale` times the pack's size, fitted as at the pack's own; None without `full`.

    A file with fewer pixels is left out: it has no more detail than at the pack's size. Raises BadFile.
    """
    if not order.full:
        return None
    if not info.upscale:
        return FullSizeInputs()
    layout = None if source.layout is None else raster.read_layout(source.layout, info.classes)
    image = None if source.image is None else raster.read_image(source.image)
    return full_size_inputs(layout, image, order.fit, info, margins)


def full_size_inputs(
    layout: Pixels | None, image: Pixels | None, fit: FitMode, info: PackInfo, margins: InputMargins | None = None
) -> FullSizeInputs:
    """Ids [H, W] and RGB [H, W, 3] of any size, fitted to full size; `margins` count pixels of the pack's size."""
    scaled_margins = InputMargins(*(side * info.upscale for side in margins or InputMargins(0, 0, 0, 0)))
    ids = None if layout is None else _fit_to_full_size(layout, raster.fit_layout, fit, info)
    pixels = None if image is None else _fit_to_full_size(image, raster.fit_image, fit, info)
    return FullSizeInputs(
        layout=None if ids is None else Raster.from_pixels(scaled_margins.pad(ids, UNKNOWN)),
        image=None if pixels is None else Raster.from_pixels(scaled_margins.pad(pixels, 0)),
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
