"""The kernel distance: the unbiased squared mean discrepancy under k(x, y) = (x·y/D + 1)³  [Bińkowski et al. 2018]."""

from __future__ import annotations

from engine.metrics.bootstrap import FloatArray, Statistic

KID_PREFERRED_BELOW = 1000
"""With fewer pictures than this the Fréchet distance is mostly bias, and this one is quoted."""


def cubic_kernel(a: FloatArray, b: FloatArray) -> FloatArray:
    """[N, M] of vectors [N, D] and [M, D]."""
    result: FloatArray = (a @ b.T / a.shape[1] + 1) ** 3
    return result


def paired_kernel_distance(real: FloatArray, drawn: FloatArray) -> Statistic:
    """Between as many real and drawn vectors [N, D]; a picture that is drawn twice is never compared with itself."""
    within = cubic_kernel(real, real) + cubic_kernel(drawn, drawn)
    across = cubic_kernel(real, drawn)

    def distance(weights: FloatArray) -> float:
        square_total, total = (weights**2).sum(), weights.sum()
        if square_total == total**2:  # one picture over and over
            return float("nan")
        within_mean = (weights @ within @ weights - weights**2 @ within.diagonal()) / (total**2 - square_total)
        return float(within_mean - 2 * (weights @ across @ weights) / total**2)

    return distance


def kernel_distance(a: FloatArray, b: FloatArray) -> float:
    """Between vectors [N, D] and [M, D]."""
    n, m = len(a), len(b)
    within_a, within_b = cubic_kernel(a, a), cubic_kernel(b, b)
    within_mean = (within_a.sum() - within_a.trace()) / (n * (n - 1)) + (within_b.sum() - within_b.trace()) / (
        m * (m - 1)
    )
    return float(within_mean - 2 * cubic_kernel(a, b).mean())
