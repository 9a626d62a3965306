"""Pixels as Qt's images."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from engine.protocol import Pixels


def qimage(pixels: Pixels) -> QImage:
    """RGB [H, W, 3] as an image of its own memory."""
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels).tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
