"""Pixels as Qt's images."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage

from engine.interface.protocol import Pixels


def qimage(pixels: Pixels) -> QImage:
    """RGB [H, W, 3] as an image of its own memory."""
    height, width = pixels.shape[:2]
    data = np.ascontiguousarray(pixels).tobytes()
    return QImage(data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def fitted_rect(area: QRectF, size: QSize) -> QRectF:
    """The largest part of an area, about its middle, that has the shape of a picture of this size."""
    fitted = QRectF(0, 0, 1, 1)
    fitted.setSize(size.toSizeF().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio))
    fitted.moveCenter(area.center())
    return fitted
