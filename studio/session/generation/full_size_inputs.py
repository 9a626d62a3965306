"""Which requests are drawn at full size, and what is known of their halves in that size."""

from __future__ import annotations

import numpy as np

from engine.interface.pack_catalogue import full_size_shape
from engine.interface.protocol import FullSizeInputs, Generate, PackInfo, Pixels, Raster
from studio.domain.document import Document


class FullSizeSource:
    """Answers what to send with a request so that its result is drawn at the pack's full size, too."""

    def __init__(self, info: PackInfo, document: Document) -> None:
        self._info, self._document = info, document
        self._enabled = True
        self._photograph: tuple[Pixels, Pixels] | None = None

    @property
    def enabled(self) -> bool:
        """Whether a person wants results at full size."""
        return self._enabled

    def set_enabled(self, enabled: bool) -> None:
        """Switch full size on or off for all requests to come."""
        self._enabled = enabled

    def set_photograph(self, crops: tuple[Pixels, Pixels] | None) -> None:
        """Remember the opened photograph as it is in the picture, [H, W, 3], and the same part at full size."""
        self._photograph = crops

    def inputs(self, request: Generate) -> FullSizeInputs | None:
        """What is known at full size of what a request gives; None if the pack cannot draw this picture larger."""
        if not full_size_shape(self._info, self._document.height, self._document.width):
            return None
        if request.image is None or self._photograph is None:
            return FullSizeInputs()
        image, (small, large) = request.image.pixels(), self._photograph
        given = ... if request.keep_image is None else request.keep_image.pixels() > 0
        if small.shape != image.shape or not np.array_equal(small[given], image[given]):
            return FullSizeInputs()
        return FullSizeInputs(image=Raster.from_pixels(large))

    def inputs_if_enabled(self, request: Generate) -> FullSizeInputs | None:
        """`inputs`, or None if full size is switched off."""
        return self.inputs(request) if self._enabled else None
