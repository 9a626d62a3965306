"""Are samples copies: how near is the nearest training picture, and how near is it to pictures never trained on?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from engine.metrics.bootstrap import Array
from engine.protocol import Pixels

SHRINK = 4
NEAR = 0.05
See = Callable[[Sequence[Pixels]], Array]
"""Pictures, RGB [H, W, 3], as rows [N, D] between which distances are taken."""


class Nearest(NamedTuple):
    """The distance to the nearest training picture and which row it is, [N] each."""

    distance: Array
    row: npt.NDArray[np.int64]


def nearest(samples: Array, training: Array, block: int = 64) -> Nearest:
    """Euclidean, of vectors [N, D] to [M, D]."""
    lengths = (training**2).sum(1)
    distances, indices = [], []
    for start in range(0, len(samples), block):
        some = samples[start : start + block]
        squares = (some**2).sum(1, keepdims=True) - 2 * some @ training.T + lengths
        index = squares.argmin(1)
        indices.append(index)
        distances.append(np.sqrt(((some - training[index]) ** 2).sum(1)))  # without the cancellation above
    return Nearest(np.concatenate(distances), np.concatenate(indices))


class Memory:
    """All training frames and their mirror images in one sight, and how near pictures never trained on are to them.

    `metric` is the key of the distance in it, `features` the name of the features, if it is by any.
    """

    def __init__(
        self,
        metric: str,
        features: str,
        see: See,
        frames: Sequence[Pixels],
        val: Sequence[Pixels],
    ) -> None:
        self.metric, self.features, self._see = metric, features, see
        self._training = see([*frames, *mirrored(frames)])
        self.val = self.nearest(val).distance

    def nearest(self, images: Sequence[Pixels]) -> Nearest:
        """The rows are frames first, then their mirror images."""
        return nearest(self._see(images), self._training)


def thumbnails(images: Sequence[Pixels]) -> Array:
    """RGB [H, W, 3] at a quarter of its sides, by area, as rows whose distance is the root mean square of 255."""
    size = images[0].shape[1] // SHRINK, images[0].shape[0] // SHRINK
    small = [np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BOX), np.float64) for image in images]
    rows = np.stack(small).reshape(len(small), -1)
    result: Array = rows / np.sqrt(rows.shape[1])
    return result


def mirrored(images: Sequence[Pixels]) -> list[Pixels]:
    """Left and right exchanged, as half of what a pack is trained on."""
    return [np.ascontiguousarray(image[:, ::-1]) for image in images]


def closer(distances: Array, usual: Array) -> Array:
    """Which samples are nearer to a training picture than 95 % of pictures never trained on, 0 or 1, [N]."""
    return (distances < np.quantile(usual, NEAR)).astype(np.float64)
