"""The Inception score, of any classifier's probabilities  [Salimans et al. 2016]."""

from __future__ import annotations

import numpy as np

from engine.metrics.bootstrap import FloatArray, Statistic

MIN_PROBABILITY = 1e-16


def inception_score(probabilities: FloatArray) -> Statistic:
    """Returns exp of the mean KL(p(y|x) | p(y)) as a statistic of probabilities [N, C], in one split."""
    negative_entropy = (probabilities * np.log(np.maximum(probabilities, MIN_PROBABILITY))).sum(1)

    def score(weights: FloatArray) -> float:
        share = weights / weights.sum()
        marginal = share @ probabilities
        return float(np.exp(share @ negative_entropy - marginal @ np.log(np.maximum(marginal, MIN_PROBABILITY))))

    return score
