"""Checks of what the engine sends, for the engine may be another program on another computer."""

from __future__ import annotations

import numpy as np

from engine.interface.protocol import UNKNOWN, Done, FullSizeDone, Generate, PackInfo, Preview, TracedStep


def has_expected_rasters(event: Preview | TracedStep | Done | FullSizeDone, request: Generate, pack: PackInfo) -> bool:
    """Whether all rasters of an event have the size that was requested, and only class ids of the pack."""
    expected = request.layout or request.image or pack
    factor = pack.upscale if isinstance(event, FullSizeDone) else 1
    layouts, images = [event.layout], [event.image]
    if isinstance(event, TracedStep):
        layouts, images = [*layouts, event.noisy_layout], [*images, event.noisy_image]
    size = expected.height * factor, expected.width * factor
    shapes = [(raster.height, raster.width, raster.channels) for raster in (*images, *layouts)]
    if shapes != [(*size, 3)] * len(images) + [(*size, 1)] * len(layouts):
        return False
    if not all(raster.is_complete for raster in (*images, *layouts)):
        return False
    ids = np.stack([raster.pixels() for raster in layouts])
    return bool(np.all((ids < len(pack.classes)) | (ids == UNKNOWN)))
