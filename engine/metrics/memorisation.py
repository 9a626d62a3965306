"""Are samples copies: how near is the nearest training picture, and how near is it to pictures never trained on?"""

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
"""Pictures, RGB [H, W, 3], as rows [N, D] between which distances are taken."""


class NearestFrames(NamedTuple):
    """The distance to the nearest training picture and which row it is, [N] each."""

    distance: FloatArray
    row: npt.NDArray[np.int64]


def nearest_rows(samples: FloatArray, training: FloatArray, block: int = 64) -> NearestFrames:
    """Euclidean, of vectors [N, D] to [M, D]."""
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
    """All training frames and their mirror images in one sight, and how near pictures never trained on are to them.

    `metric` is the key of the distance in it, `features` the name of the features, if it is by any.
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
        """The rows are frames first, then their mirror images."""
        return nearest_rows(self._extract(images), self._training)


def thumbnail_rows(images: Sequence[Pixels]) -> FloatArray:
    """RGB [H, W, 3] at a quarter of its sides, by area, as rows whose distance is the root mean square of 255."""
    size = images[0].shape[1] // THUMBNAIL_FACTOR, images[0].shape[0] // THUMBNAIL_FACTOR
    small = [np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX), np.float64) for image in images]
    rows = np.stack(small).reshape(len(small), -1)
    result: FloatArray = rows / np.sqrt(rows.shape[1])
    return result


def mirrored_images(images: Sequence[Pixels]) -> list[Pixels]:
    """Left and right exchanged, as half of what a pack is trained on."""
    return [np.ascontiguousarray(image[:, ::-1]) for image in images]


def near_copies(distances: FloatArray, val_distances: FloatArray) -> FloatArray:
    """Which samples are nearer to a training picture than 95 % of pictures never trained on, 0 or 1, [N]."""
    return (distances < np.quantile(val_distances, COPY_QUANTILE)).astype(np.float64)
