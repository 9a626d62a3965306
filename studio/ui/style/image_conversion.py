"""Conversion of pixel arrays to Qt images, and where images are placed."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage

from engine.interface.protocol import Pixels


def qimage(pixels: Pixels) -> QImage:
    """An image with a copy of the RGB pixels [H, W, 3]."""
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels).tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def fitted_rect(area: QRectF, size: QSize) -> QRectF:
    """The largest rectangle with the aspect ratio of `size` that fits into `area`, centred in it."""
    fitted = QRectF(0, 0, 1, 1)
    fitted.setSize(size.toSizeF().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio))
    fitted.moveCenter(area.center())
    return fitted
