"""Memorisation: distances of samples to their nearest training pictures, beside those of pictures never trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.interface.protocol import Pixels
from engine.metrics.bootstrap import FloatArray

THUMBNAIL_FACTOR = 4
COPY_QUANTILE = 0.05
FeatureFunction = Callable[[Sequence[Pixels]], FloatArray]
"""Converts pictures, RGB [H, W, 3], to rows [N, D] between which Euclidean distances are taken."""


class NearestFrames(NamedTuple):
    """Distance of each sample to its nearest training picture, and that picture's row, [N] each."""

    distance: FloatArray
    row: npt.NDArray[np.int64]


def nearest_rows(samples: FloatArray, training: FloatArray, block: int = 64) -> NearestFrames:
    """Finds the nearest rows of `training` [M, D] to `samples` [N, D] by Euclidean distance."""
    lengths = (training**2).sum(1)
    distances, indices = [], []
    for start in range(0, len(samples), block):
        block_samples = samples[start : start + block]
        squares = (block_samples**2).sum(1, keepdims=True) - 2 * block_samples @ training.T + lengths
        index = squares.argmin(1)
        indices.append(index)
        distances.append(np.sqrt(((block_samples - training[index]) ** 2).sum(1)))  # without the cancellation above
    return NearestFrames(np.concatenate(distances), np.concatenate(indices))


class MemorisationReference:
    """Training frames and their mirror images in one feature space, with the distances of pictures never trained on.

    `metric` is the key of the distance's metric; `features` names the features, or is empty for pixels.
    """

    def __init__(
        self,
        metric: str,
        features: str,
        extract: FeatureFunction,
        frames: Sequence[Pixels],
        val: Sequence[Pixels],
    ) -> None:
        self.metric, self.features, self._extract = metric, features, extract
        self._training = extract([*frames, *mirrored_images(frames)])
        self.val_distances = self.nearest(val).distance

    def nearest(self, images: Sequence[Pixels]) -> NearestFrames:
        """Finds the nearest training pictures; rows count the frames first, then their mirror images."""
        return nearest_rows(self._extract(images), self._training)


def thumbnail_rows(images: Sequence[Pixels]) -> FloatArray:
    """Shrinks RGB [H, W, 3] to a quarter of its sides, as rows whose distance is the RMS difference, of 255."""
    size = images[0].shape[1] // THUMBNAIL_FACTOR, images[0].shape[0] // THUMBNAIL_FACTOR
    small = [np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX), np.float64) for image in images]
    rows = np.stack(small).reshape(len(small), -1)
    result: FloatArray = rows / np.sqrt(rows.shape[1])
    return result


def mirrored_images(images: Sequence[Pixels]) -> list[Pixels]:
    """Mirrors pictures left to right, as training does with half of its pictures."""
    return [np.ascontiguousarray(image[:, ::-1]) for image in images]


def near_copies(distances: FloatArray, val_distances: FloatArray) -> FloatArray:
    """Marks samples nearer to a training picture than 95 % of pictures never trained on, 0 or 1, [N]."""
    return (distances < np.quantile(val_distances, COPY_QUANTILE)).astype(np.float64)
