"""The radial power spectrum of pictures: how much detail of each size there is, whatever it shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.interface.protocol import Pixels
from engine.metrics.bootstrap import FloatArray

BANDS = 16
LUMINANCE = np.array([0.299, 0.587, 0.114])


def radial_spectrum(image: Pixels, bands: int = BANDS) -> FloatArray:
    """The mean power of the luminance of RGB [H, W, 3] in bands of frequency up to half a cycle a pixel, [bands]."""
    grey = image.astype(np.float64) @ LUMINANCE / 255
    window = np.hanning(grey.shape[0])[:, None] * np.hanning(grey.shape[1])
    power = np.abs(np.fft.fft2((grey - grey.mean()) * window)) ** 2 / (window**2).sum()
    down, right = (np.fft.fftfreq(side) for side in grey.shape)
    radius = np.hypot(down[:, None], right)
    band = np.minimum((radius * 2 * bands).astype(int), bands)  # corners beyond half a cycle are left out
    counts = np.bincount(band.ravel(), minlength=bands + 1)[:bands]
    sums = np.bincount(band.ravel(), power.ravel(), bands + 1)[:bands]
    result: FloatArray = sums / np.maximum(1, counts)
    return result


def spectrum_ratio(drawn: Sequence[Pixels], real: Sequence[Pixels], bands: int = BANDS) -> FloatArray:
    """The mean power of drawn pictures over that of real ones, by band, [bands]; under 1 is fog."""
    one, other = (np.mean([radial_spectrum(image, bands) for image in images], 0) for images in (drawn, real))
    result: FloatArray = one / other
    return result


def spectrum_error(ratio: FloatArray) -> float:
    """The mean of |ln ratio| over the bands."""
    return float(np.abs(np.log(ratio)).mean())
