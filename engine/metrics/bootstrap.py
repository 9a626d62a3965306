"""Bootstrap intervals of statistics over pictures."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Statistic = Callable[[FloatArray], float]
"""Computes a figure from the weight of each picture, float [n]; weights of one give the figure itself."""

MEAN_RESAMPLES, DISTANCE_RESAMPLES = 1000, 200
"""Numbers of resamples: for means, and for statistics that decompose a matrix each time."""


class BootstrapEstimate(msgspec.Struct, frozen=True):
    """A figure of n pictures and its 95 % interval."""

    value: float
    low: float
    high: float
    n: int

    def format(self, digits: int) -> str:
        """Writes the value and its interval with so many digits behind the point: “0.52 (0.48 to 0.57)”."""
        return f"{self.value:.{digits}f} ({self.low:.{digits}f} to {self.high:.{digits}f})"


def bootstrap_estimate(
    statistic: Statistic, n: int, resamples: int = MEAN_RESAMPLES, seed: int = 0
) -> BootstrapEstimate:
    """Estimates a figure of n pictures with its 95 % interval: quantiles of the resamples, centred on the figure.

    Resamples repeat pictures, which shifts distances between distributions upwards; only the spread is used. The bias
    of a distance at n pictures shows in its floor at the same n. The interval is nan if no value is finite.
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
    """Returns the weighted mean of one value per picture as a statistic."""
    per_picture = np.asarray(values, np.float64)
    return lambda weights: float(weights @ per_picture / weights.sum())
