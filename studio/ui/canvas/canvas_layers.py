"""Pictures in the memory of both numpy and Qt: who paints changes a box of them, and nothing is made anew."""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from engine.interface.protocol import Pixels
from studio.domain.layout import Box, Mask

ArgbArray = npt.NDArray[np.uint32]
"""0xAARRGGBB, the colour parts times alpha."""

*RGB_BYTES, ALPHA_BYTE = (2, 1, 0, 3) if sys.byteorder == "little" else (1, 2, 3, 0)
"""Where the bytes of red, green, blue and alpha are in a colour."""


class CanvasLayer:
    """A picture of [height, width] pixels; `image` shows what `pixels` holds, at once."""

    def __init__(self, height: int, width: int) -> None:
        self._allocate(height, width)

    def resize(self, height: int, width: int) -> None:
        """Have this size; if that is another, nothing is shown."""
        if self.pixels.shape != (height, width):
            self._allocate(height, width)

    def set_rgb(self, rgb: Pixels, part: Box | None = None) -> None:
        """An image [H, W, 3], whose size the layer takes; only a part of it if one is given."""
        self.resize(*rgb.shape[:2])
        parts = self.pixels.view(np.uint8).reshape(*self.pixels.shape, 4)
        for channel, place in enumerate(RGB_BYTES):
            parts[..., place] = rgb[..., channel]
        parts[..., ALPHA_BYTE] = 255
        if part is not None:
            self.pixels[~part.to_mask(*self.pixels.shape)] = 0

    def set_mask(self, mask: Mask, box: Box | None = None) -> None:
        """Opaque where a mask is set, nothing elsewhere; only in a box if one is given."""
        area = box.slices if box else ...
        self.pixels[area] = np.where(mask, 0xFFFFFFFF, 0).astype(np.uint32)

    def _allocate(self, height: int, width: int) -> None:
        self.pixels: ArgbArray = np.zeros((height, width), np.uint32)
        format_ = QImage.Format.Format_ARGB32_Premultiplied
        self.image = QImage(self.pixels.data, width, height, 4 * width, format_)


def premultiplied_table(table: Pixels, alpha: int) -> ArgbArray:
    """A table of RGBA colours [256, 4] as colours, all with this alpha but for those that are transparent."""
    wide = np.round(table.astype(np.float64) * (table[:, 3:] > 0) * alpha / 255).astype(np.uint32)
    return np.where(table[:, 3] > 0, alpha << 24 | wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2], 0).astype(
        np.uint32
    )
