"""The kernel distance: the unbiased squared mean discrepancy under k(x, y) = (x·y/D + 1)³  [Bińkowski et al. 2018]."""

from __future__ import annotations

from engine.metrics.bootstrap import FloatArray, Statistic

KID_PREFERRED_BELOW = 1000
"""Number of pictures below which the Fréchet distance is mostly bias, so that the kernel distance is preferred."""


def cubic_kernel(a: FloatArray, b: FloatArray) -> FloatArray:
    """Evaluates the kernel, [N, M], of vectors [N, D] and [M, D]."""
    result: FloatArray = (a @ b.T / a.shape[1] + 1) ** 3
    return result


def paired_kernel_distance(real: FloatArray, drawn: FloatArray) -> Statistic:
    """Returns the distance between real and drawn vectors [N, D] as a statistic; repeats are not compared."""
    within = cubic_kernel(real, real) + cubic_kernel(drawn, drawn)
    across = cubic_kernel(real, drawn)

    def distance(weights: FloatArray) -> float:
        square_total, total = (weights**2).sum(), weights.sum()
        if square_total == total**2:  # a resample of one picture only
            return float("nan")
        within_mean = (weights @ within @ weights - weights**2 @ within.diagonal()) / (total**2 - square_total)
        return float(within_mean - 2 * (weights @ across @ weights) / total**2)

    return distance


def kernel_distance(a: FloatArray, b: FloatArray) -> float:
    """Measures the distance between vectors [N, D] and [M, D]."""
    n, m = len(a), len(b)
    within_a, within_b = cubic_kernel(a, a), cubic_kernel(b, b)
    within_mean = (within_a.sum() - within_a.trace()) / (n * (n - 1)) + (within_b.sum() - within_b.trace()) / (
        m * (m - 1)
    )
    return float(within_mean - 2 * cubic_kernel(a, b).mean())
