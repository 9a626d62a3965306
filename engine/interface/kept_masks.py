"""Which pixels of a request's halves are kept, and which are generated. No torch."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from engine.interface.protocol import UNKNOWN, Generate, PackInfo

Mask = npt.NDArray[np.bool_]
ConditioningKind = Literal["image", "some", "nothing"]
"""How much a request gives: the whole image, so that only its layout is generated; some of either half; or nothing."""


class KeptMasks(NamedTuple):
    """The kept pixels of each half, bool [H, W]: they are given and come back bit for bit."""

    image: Mask
    layout: Mask

    @property
    def conditioning(self) -> ConditioningKind:
        """How much is kept."""
        if self.image.all():
            return "image"
        return "some" if self.image.any() or self.layout.any() else "nothing"


def kept_masks(request: Generate, info: PackInfo) -> KeptMasks:
    """The kept pixels of a request whose rasters are complete and of one size."""
    size = request_size(request, info)
    image, layout = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    if request.image is not None:
        image = np.ones(size, np.bool_) if request.keep_image is None else request.keep_image.pixels() > 0
    if request.layout is not None:
        layout = request.layout.pixels() != UNKNOWN  # an unknown pixel is never kept
        if request.keep_layout is not None:
            layout &= request.keep_layout.pixels() > 0
    return KeptMasks(image, layout)


def request_size(request: Generate, info: PackInfo) -> tuple[int, int]:
    """Height and width in pixels: those of the request's halves, or the pack's if it has none."""
    half = request.layout or request.image
    return (half.height, half.width) if half else (info.height, info.width)
