"""The Fréchet distance between Gaussians fitted to two sets of vectors  [Heusel et al. 2017; Bau et al. 2019]."""

from __future__ import annotations

import numpy as np

from engine.metrics.bootstrap import FloatArray, Statistic


def frechet_distance(a: FloatArray, b: FloatArray) -> float:
    """Measures the distance between vectors [N, D] and [M, D]."""
    return _weighted_distance(a, b, np.ones(len(a)), np.ones(len(b)))


def paired_frechet_distance(real: FloatArray, drawn: FloatArray) -> Statistic:
    """Returns the distance between real and drawn vectors [N, D] as a statistic that resamples them in pairs."""
    return lambda weights: _weighted_distance(real, drawn, weights, weights)


def _weighted_distance(a: FloatArray, b: FloatArray, a_counts: FloatArray, b_counts: FloatArray) -> float:
    """Computes |μ_a - μ_b|² + tr Σ_a + tr Σ_b - 2 tr (Σ_a Σ_b)^½.

    With Σ = AᵀA, the last trace is the nuclear norm of A Bᵀ: no D × D matrix is decomposed, and Σ may be singular.
    """
    (a_mean, a_root), (b_mean, b_root) = _weighted_moments(a, a_counts), _weighted_moments(b, b_counts)
    cross = np.linalg.svd(_reduced_root(a_root) @ _reduced_root(b_root).T, compute_uv=False).sum()
    spread = (a_root**2).sum() + (b_root**2).sum() - 2 * cross
    return float(((a_mean - b_mean) ** 2).sum() + max(0.0, spread))


def _weighted_moments(x: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Computes the weighted mean [D], and A [N, D] such that AᵀA is the weighted covariance."""
    total = counts.sum()
    mean = counts @ x / total
    return mean, (x - mean) * np.sqrt(counts / max(1, total - 1))[:, None]


def _reduced_root(root: FloatArray) -> FloatArray:
    """Reduces A to at most D rows with the same AᵀA."""
    return np.linalg.qr(root).R if len(root) > root.shape[1] else root
