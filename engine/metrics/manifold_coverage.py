"""How well pictures lie among real ones, and how well they cover them, by balls around each to its k-th neighbour.

Precision and recall [Kynkäänniemi et al. 2019] ask whether a point lies in any ball of the other set; density and
coverage [Naeem et al. 2020] are less at the mercy of outliers: how many real balls hold a generated point, over k, and
how many real balls hold any.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.metrics.bootstrap import FloatArray

NEIGHBOURS = 5


class ManifoldCoverage(NamedTuple):
    """All are shares but density, which may exceed 1."""

    precision: float
    recall: float
    density: float
    coverage: float


def manifold_coverage(real: FloatArray, drawn: FloatArray, k: int = NEIGHBOURS) -> ManifoldCoverage:
    """Of generated features [M, D] against real ones [N, D]; both have more than k rows."""
    across = distances(real, drawn)
    real_radius, drawn_radius = (kth_neighbour(distances(one, one), k) for one in (real, drawn))
    in_real = across <= real_radius[:, None]
    in_drawn = across <= drawn_radius[None]
    return ManifoldCoverage(
        float(in_real.any(0).mean()),
        float(in_drawn.any(1).mean()),
        float(in_real.sum(0).mean() / k),
        float((across.min(1) <= real_radius).mean()),
    )


def distances(a: FloatArray, b: FloatArray) -> FloatArray:
    """Euclidean, [N, M] of [N, D] and [M, D]."""
    squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
    result: FloatArray = np.sqrt(np.maximum(squares, 0))
    return result


def kth_neighbour(within: FloatArray, k: int) -> FloatArray:
    """The distance of each point to its k-th neighbour, itself not counted, of distances [N, N]."""
    others = within.copy()
    np.fill_diagonal(others, np.inf)
    result: FloatArray = np.partition(others, k - 1, axis=1)[:, k - 1]
    return result
