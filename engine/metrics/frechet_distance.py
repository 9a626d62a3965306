"""The Fréchet distance of two sets of vectors, each taken as a Gaussian  [Heusel et al. 2017; Bau et al. 2019]."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.interface.protocol import UNKNOWN, Pixels
from engine.metrics.bootstrap import FloatArray, Statistic


def class_area_percentages(layouts: Sequence[Pixels], classes: int) -> FloatArray:
    """Which percentage of each picture's known pixels each class covers, [N, K]."""
    counts = np.stack([np.bincount(ids[ids != UNKNOWN], minlength=classes) for ids in layouts])
    shares: FloatArray = 100 * counts / np.maximum(1, counts.sum(1, keepdims=True))
    return shares


def frechet_distance(a: FloatArray, b: FloatArray) -> float:
    """Between vectors [N, D] and [M, D]."""
    return _weighted_distance(a, b, np.ones(len(a)), np.ones(len(b)))


def paired_frechet_distance(real: FloatArray, drawn: FloatArray) -> Statistic:
    """Between real and drawn vectors [N, D], of which the n-th belong together and are resampled together."""
    return lambda weights: _weighted_distance(real, drawn, weights, weights)


def _weighted_distance(a: FloatArray, b: FloatArray, a_counts: FloatArray, b_counts: FloatArray) -> float:
    """|μ_a - μ_b|² + tr Σ_a + tr Σ_b - 2 tr (Σ_a Σ_b)^½, of which the last is the nuclear norm of A Bᵀ where Σ = AᵀA:
    so nothing of the size D × D is decomposed, and a Σ without full rank is as good as any.
    """
    (a_mean, a_root), (b_mean, b_root) = _weighted_moments(a, a_counts), _weighted_moments(b, b_counts)
    cross = np.linalg.svd(_reduced_root(a_root) @ _reduced_root(b_root).T, compute_uv=False).sum()
    spread = (a_root**2).sum() + (b_root**2).sum() - 2 * cross
    return float(((a_mean - b_mean) ** 2).sum() + max(0.0, spread))


def _weighted_moments(x: FloatArray, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The mean [D], and A [N, D] with AᵀA the covariance, of vectors that count so often."""
    total = counts.sum()
    mean = counts @ x / total
    return mean, (x - mean) * np.sqrt(counts / max(1, total - 1))[:, None]


def _reduced_root(root: FloatArray) -> FloatArray:
    """The same AᵀA from D rows at most."""
    return np.linalg.qr(root).R if len(root) > root.shape[1] else root
