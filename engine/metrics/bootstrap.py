"""A figure and how far it would move had other pictures been drawn."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Statistic = Callable[[FloatArray], float]
"""A figure of n pictures by how often each counts, float [n]; all ones are the pictures as they are."""

MEAN_RESAMPLES, DISTANCE_RESAMPLES = 1000, 200
"""How many resamples: of what is a mean, and of what costs a decomposition each."""


class BootstrapEstimate(msgspec.Struct, frozen=True):
    """A value on n pictures and its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


def bootstrap_estimate(
    statistic: Statistic, n: int, resamples: int = MEAN_RESAMPLES, seed: int = 0
) -> BootstrapEstimate:
    """A figure with its bootstrap interval over pictures: quantiles of the resamples, about the figure itself.

    Resamples repeat pictures, which moves distances of distributions upwards as a whole; only their spread is taken.
    What a distance owes to the number of pictures is told by its floor at the same n.
    """
    value = statistic(np.ones(n))
    random = np.random.default_rng(seed)
    draws = np.array([statistic(random.multinomial(n, np.full(n, 1 / n)).astype(float)) for _ in range(resamples)])
    draws = draws[np.isfinite(draws)]
    if not draws.size or not np.isfinite(value):
        return BootstrapEstimate(value, np.nan, np.nan, n)
    low, high = np.quantile(draws, (0.025, 0.975)) + (value - draws.mean())
    return BootstrapEstimate(value, min(float(low), value), max(float(high), value), n)


def weighted_mean(values: npt.ArrayLike) -> Statistic:
    """The weighted mean of one value per picture."""
    per_picture = np.asarray(values, np.float64)
    return lambda weights: float(weights @ per_picture / weights.sum())
