"""The kernel distance: the unbiased squared mean discrepancy under k(x, y) = (x·y/D + 1)³  [Bińkowski et al. 2018]."""

from __future__ import annotations

from engine.metrics.bootstrap import Array, Statistic

QUOTED_BELOW = 1000
"""With fewer pictures than this the Fréchet distance is mostly bias, and this one is quoted."""


def cubic(a: Array, b: Array) -> Array:
    """[N, M] of vectors [N, D] and [M, D]."""
    result: Array = (a @ b.T / a.shape[1] + 1) ** 3
    return result


def paired(real: Array, drawn: Array) -> Statistic:
    """Between as many real and drawn vectors [N, D]; a picture that is drawn twice is never compared with itself."""
    within = cubic(real, real) + cubic(drawn, drawn)
    across = cubic(real, drawn)

    def distance(weights: Array) -> float:
        alike, total = (weights**2).sum(), weights.sum()
        if alike == total**2:  # one picture over and over
            return float("nan")
        same = (weights @ within @ weights - weights**2 @ within.diagonal()) / (total**2 - alike)
        return float(same - 2 * (weights @ across @ weights) / total**2)

    return distance


def kernel_distance(a: Array, b: Array) -> float:
    """Between vectors [N, D] and [M, D]."""
    n, m = len(a), len(b)
    one, two = cubic(a, a), cubic(b, b)
    same = (one.sum() - one.trace()) / (n * (n - 1)) + (two.sum() - two.trace()) / (m * (m - 1))
    return float(same - 2 * cubic(a, b).mean())
