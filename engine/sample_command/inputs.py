"""Input files, read and fitted to a pack's size: what the `sample` command and exports make requests from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from engine.interface import raster
from engine.interface.errors import BadRequest, BadSize
from engine.interface.protocol import UNKNOWN, FullSizeInputs, Generate, GuideRequest, PackInfo, Pixels, Raster
from engine.interface.raster import FitMode, FittedPixels
from engine.requests.resolved_request import ResolvedRequest, resolve_request
from engine.requests.validation import validate_full_size
from engine.sample_command.full_size_inputs import full_size_inputs
from engine.sample_command.margins import InputMargins, read_margins
from engine.sample_command.plan import PlannedSample, SampleInput, SampleOrder


class FitOptions(NamedTuple):
    """How files are brought to the pack's size: the fit, margins around them, and whether full size is wanted too."""

    fit: FitMode = "crop"
    margins: InputMargins = InputMargins()
    full: bool = False


class RequestInputs(NamedTuple):
    """The fields of a `Generate` that come from files."""

    layout: Raster | None
    image: Raster | None
    keep_layout: Raster | None
    keep_image: Raster | None
    full: FullSizeInputs | None


class _HalfInput(NamedTuple):
    """One half as a request holds it: `pixels` is None if it is not given, `keep` is None if all of it is kept."""

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
    source = sample.source
    options = FitOptions(order.fit, read_margins(order.extend), order.full)
    request = Generate(
        id=sample.name,
        pack=order.pack,
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
        **read_inputs(source, info, options)._asdict(),
    )
    try:
        resolved = resolve_request(request, info, folder)
        validate_full_size(request, info)
    except BadRequest as error:
        raise type(error)(f"{source.name}: {error.message}" if source.name else error.message, error.hint) from error
    return resolved


def read_inputs(source: SampleInput, info: PackInfo, options: FitOptions) -> RequestInputs:
    """The files of a source at the pack's size and, if wanted, at full size. Raises BadFile and BadSize."""
    layout_ids = None if source.layout is None else raster.read_layout(source.layout, info.classes)
    rgb = None if source.image is None else raster.read_image(source.image)
    layout = _fitted_half(layout_ids, source.keep_layout, raster.fit_layout, info, options.fit)
    image = _fitted_half(rgb, source.keep_image, raster.fit_image, info, options.fit)
    layout = layout.with_margins(options.margins, UNKNOWN)
    image = image.with_margins(options.margins, 0)
    if any(options.margins) and layout.pixels is image.pixels is None:  # margins alone: a larger picture
        blank = np.full((info.height, info.width), UNKNOWN, np.uint8)
        layout = _HalfInput(Raster.from_pixels(options.margins.pad(blank, UNKNOWN)))
    full = full_size_inputs(layout_ids, rgb, options.fit, info, options.margins) if options.full else None
    return RequestInputs(layout.pixels, image.pixels, layout.keep, image.keep, full)


def _fitted_half(
    pixels: Pixels | None, mask: Path | None, fit: Callable[..., FittedPixels], info: PackInfo, fit_mode: FitMode
) -> _HalfInput:
    """A half at the pack's size, of which neither its padding nor what the mask file leaves out is kept."""
    if pixels is None:
        return _HalfInput()
    fitted = fit(pixels, info.height, info.width, fit_mode)
    keep = fitted.inside
    if mask is not None:
        mask_pixels = raster.read_mask(mask)
        if mask_pixels.shape != pixels.shape[:2]:
            raise BadSize(
                f"The mask {mask} has {mask_pixels.shape[0]}×{mask_pixels.shape[1]} pixels, its input has "
                f"{pixels.shape[0]}×{pixels.shape[1]}.",
                "Make the mask as large as the picture it belongs to.",
            )
        # Fitted like class ids: a cell is kept if most of its area is.
        keep = keep & (raster.fit_layout(mask_pixels, *keep.shape, fit_mode).pixels > 0)
    return _HalfInput(
        Raster.from_pixels(fitted.pixels), None if keep.all() else Raster.from_pixels(np.uint8(255) * keep)
    )
