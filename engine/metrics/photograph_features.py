"""Pooled features of EfficientNet-Lite2, which no training looks through: what tells pictures from photographs.

Judges that were trained on a pack's own few pictures do not see fog; these features do. Pictures are seen at the
size that they have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch

from engine.interface.protocol import Pixels
from engine.metrics.bootstrap import FloatArray
from engine.metrics.frechet_distance import frechet_distance
from engine.network.efficientnet_lite import load_pooled, standardised

BATCH = 25
AXES = 64
"""Principal components in which the Fréchet distance is taken: more could not be told from few hundred pictures."""


def lite2(device: torch.device) -> Callable[[Sequence[Pixels]], FloatArray]:
    """Pictures of one size, RGB [H, W, 3], to rows [N, 1280]. Raises BadConfig without the extra `evaluate`."""
    network = load_pooled(2, device)

    def features(images: Sequence[Pixels]) -> FloatArray:
        rows = []
        for start in range(0, len(images), BATCH):
            some = torch.from_numpy(np.stack(images[start : start + BATCH])).movedim(-1, 1).to(device)
            with torch.inference_mode():
                rows.append(network(standardised(some.float() / 255)).double().cpu().numpy())
        return np.concatenate(rows)

    return features


class PrincipalAxes:
    """The principal axes of real features [N, D], in which two sets are compared."""

    def __init__(self, real: FloatArray, axes: int = AXES) -> None:
        self.mean = real.mean(0)
        _, lengths, rows = np.linalg.svd(real - self.mean, full_matrices=False)
        self.axes = rows[:axes]
        self.outside = float(1 - (lengths[:axes] ** 2).sum() / (lengths**2).sum())

    def within(self, features: FloatArray) -> FloatArray:
        """Features along the axes, [N, axes]."""
        rows: FloatArray = (features - self.mean) @ self.axes.T
        return rows

    def outside_share(self, features: FloatArray) -> float:
        """Which share of the features' variance lies outside the axes."""
        centred = features - features.mean(0)
        return float(1 - ((centred @ self.axes.T) ** 2).sum() / (centred**2).sum())

    def distance(self, a: FloatArray, b: FloatArray) -> float:
        """The Fréchet distance of two sets along the axes."""
        return frechet_distance(self.within(a), self.within(b))
