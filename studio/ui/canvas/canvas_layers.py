"""Images that numpy and Qt share in memory, so that painting updates a box without a copy of the whole."""

from __future__ import annotations

import sys

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from engine.interface.protocol import Pixels
from studio.domain.layout import Box, Mask

ArgbArray = npt.NDArray[np.uint32]
"""Pixels as 0xAARRGGBB, premultiplied by alpha."""

*RGB_BYTES, ALPHA_BYTE = (2, 1, 0, 3) if sys.byteorder == "little" else (1, 2, 3, 0)
"""Byte offsets of red, green, blue and alpha within a pixel."""


class CanvasLayer:
    """An image [height, width]; changes to the array `pixels` show in `image` at once."""

    def __init__(self, height: int, width: int) -> None:
        self._allocate(height, width)

    def resize(self, height: int, width: int) -> None:
        """Change the size; a layer of another size becomes transparent."""
        if self.pixels.shape != (height, width):
            self._allocate(height, width)

    def set_rgb(self, rgb: Pixels, part: Box | None = None) -> None:
        """Show RGB pixels [H, W, 3] and take their size; outside `part`, if one is given, the layer is transparent."""
        self.resize(*rgb.shape[:2])
        channels = self.pixels.view(np.uint8).reshape(*self.pixels.shape, 4)
        for channel, offset in enumerate(RGB_BYTES):
            channels[..., offset] = rgb[..., channel]
        channels[..., ALPHA_BYTE] = 255
        if part is not None:
            self.pixels[~part.to_mask(*self.pixels.shape)] = 0

    def set_mask(self, mask: Mask, box: Box | None = None) -> None:
        """Make the layer white where a mask is set and transparent elsewhere, within `box` if one is given."""
        area = box.slices if box else ...
        self.pixels[area] = np.where(mask, 0xFFFFFFFF, 0).astype(np.uint32)

    def _allocate(self, height: int, width: int) -> None:
        self.pixels: ArgbArray = np.zeros((height, width), np.uint32)
        format_ = QImage.Format.Format_ARGB32_Premultiplied
        self.image = QImage(self.pixels.data, width, height, 4 * width, format_)


def premultiplied_table(table: Pixels, alpha: int) -> ArgbArray:
    """RGBA colours [256, 4] as premultiplied pixels [256], with this alpha where they are not transparent."""
    wide = np.round(table.astype(np.float64) * (table[:, 3:] > 0) * alpha / 255).astype(np.uint32)
    return np.where(table[:, 3] > 0, alpha << 24 | wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2], 0).astype(
        np.uint32
    )
