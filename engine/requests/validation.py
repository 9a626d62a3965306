"""Validation of a request against its pack, before anything is computed. No torch.

The types of the fields hold already (`engine.interface.protocol`); here they are checked against each other.
"""

from __future__ import annotations

import math

import numpy as np

from engine.guides.guide_validation import validate_guides
from engine.interface.errors import BadClass, BadPack, BadRequest, BadSize, NothingGiven, NothingToDo
from engine.interface.kept_masks import KeptMasks, kept_masks, request_size
from engine.interface.pack_catalogue import full_size_shape
from engine.interface.protocol import MAX_FRAME, MAX_SIDE, SIDE_MULTIPLE, UNKNOWN, Generate, PackInfo, Raster
from engine.requests.memory_estimate import check_memory

MOST_PIXELS, MOST_TRACED_PIXELS = MAX_FRAME // 8, MAX_FRAME // 16
"""Of a picture whose previews, of 4 bytes a pixel, or traced steps, of 8, are to fit into half a frame."""


def validate_request(request: Generate, info: PackInfo) -> KeptMasks:
    """The masks of what a valid request keeps. Raises BadRequest if this pack cannot draw it."""
    if not all(math.isfinite(weight or 0) for weight in (request.guidance, request.cross_guidance)):
        raise BadRequest("A guidance is not a number.", "Use 0 to 50; 1 is plain.")
    if request.sampler == "distilled" and not {request.guidance, request.cross_guidance} <= {None, 1.0}:
        raise BadRequest("The distilled network has its guidance built in.", "Leave it out, or the sampler.")
    _validate_rasters(request)
    validate_guides(request.guides, info)
    height, width = request_size(request, info)
    if height % SIDE_MULTIPLE or width % SIDE_MULTIPLE:
        raise BadSize(
            f"The picture has {height}×{width} pixels (height × width).",
            f"Use multiples of {SIDE_MULTIPLE}; this pack was trained at {info.height}×{info.width}.",
        )
    most = MOST_TRACED_PIXELS if request.trace else MOST_PIXELS
    if max(height, width) > MAX_SIDE or height * width > most:
        raise BadSize(
            f"The picture would have {height}×{width} pixels (height × width).",
            f"No side may have more than {MAX_SIDE}, and all of it {most}.",
        )
    check_memory(height, width, len(info.classes))
    if request.layout is not None:
        _validate_class_ids(request.layout, info)
    kept = kept_masks(request, info)
    if kept.layout.all() and kept.image.all():
        raise NothingToDo(
            "Both halves are given completely, so nothing is left to generate.",
            "Leave one half out, or unlock a part of one.",
        )
    if request.prompt is None and kept.conditioning == "nothing":
        raise NothingGiven(
            "There is no layout, no image and no prompt.",
            "Paint something, give an image, or pass --prompt '' for any picture.",
        )
    return kept


def validate_full_size(request: Generate, info: PackInfo) -> None:
    """Raises BadRequest or BadPack if a valid request asks for a full size at which it cannot be drawn."""
    full, low_size = request.full, request_size(request, info)
    if full is None:
        return
    if not info.upscale:
        raise BadPack(f"“{info.name}” has no upscaler.", "Make one with diptych-engine train-upscaler.")
    height, width = (side * info.upscale for side in low_size)
    if full_size_shape(info, *low_size) is None:
        raise BadSize(f"The picture would have {height}×{width} pixels (height × width).", "Use a smaller canvas.")
    for half, full_raster, low_raster, channels in (
        ("layout", full.layout, request.layout, 1),
        ("image", full.image, request.image, 3),
    ):
        if full_raster is None:
            continue
        if low_raster is None:
            raise BadRequest(f"There is a {half} at full size but none at {info.name}'s.", f"Give the {half} twice.")
        _validate_raster(f"{half} at full size", full_raster, channels)
        if (full_raster.height, full_raster.width) != (height, width):
            raise BadSize(
                f"The {half} at full size has {full_raster.height}×{full_raster.width} pixels.",
                f"It must have {height}×{width}.",
            )
    if full.layout is not None:
        _validate_class_ids(full.layout, info)


def _validate_rasters(request: Generate) -> None:
    rasters = {
        "layout": (request.layout, 1),
        "image": (request.image, 3),
        "mask of the layout": (request.keep_layout, 1),
        "mask of the image": (request.keep_image, 1),
    }
    first = ""
    sizes: dict[str, tuple[int, int]] = {}
    for name, (raster, channels) in rasters.items():
        if raster is None:
            continue
        _validate_raster(name, raster, channels)
        first = first or name
        sizes[name] = (raster.height, raster.width)
        if sizes[name] != sizes[first]:
            raise BadSize(
                f"The {name} has {raster.height}×{raster.width} pixels, the {first} has "
                f"{sizes[first][0]}×{sizes[first][1]}.",
                "All parts of one request have one size.",
            )
    for half in ("layout", "image"):
        if f"mask of the {half}" in sizes and half not in sizes:
            raise BadRequest(f"There is a mask for the {half} but no {half}.", f"Give the {half} too.")


def _validate_raster(name: str, raster: Raster, channels: int) -> None:
    if raster.channels != channels:
        raise BadSize(
            f"The {name} has {raster.channels} channels instead of {channels}.",
            "Images have 3 (RGB); layouts and masks have 1.",
        )
    if not raster.is_complete:
        raise BadSize(
            f"The {name} has {len(raster.data)} bytes for {raster.height}×{raster.width}×{channels} pixels.",
            "Send one byte per pixel and channel.",
        )


def _validate_class_ids(layout: Raster, info: PackInfo) -> None:
    ids = layout.pixels()
    invalid = (ids >= len(info.classes)) & (ids != UNKNOWN)
    if invalid.any():
        row, column = (int(v) for v in np.argwhere(invalid)[0])
        raise BadClass(
            f"The layout holds the class id {ids[row, column]} (first at row {row}, column {column}).",
            f"The ids of “{info.name}” are 0 to {len(info.classes) - 1}, and {UNKNOWN} for unknown.",
        )
