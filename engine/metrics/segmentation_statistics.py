"""Mean IoU and pixel accuracy over pictures, as statistics for the bootstrap."""

from __future__ import annotations

import numpy as np

from engine.evaluators.segmentation_scores import ConfusionCounts, segmentation_score
from engine.metrics.bootstrap import Statistic


def mean_iou(counts: ConfusionCounts) -> Statistic:
    """Returns the mean IoU of the summed confusion matrices, of [N, K, K]."""
    flat = counts.reshape(len(counts), -1).astype(np.float64)
    return lambda weights: segmentation_score((weights @ flat).reshape(counts.shape[1:])).mean_iou


def pixel_accuracy(counts: ConfusionCounts) -> Statistic:
    """Returns the pixel accuracy of the summed confusion matrices, of [N, K, K]."""
    hits, totals = np.trace(counts, axis1=1, axis2=2), counts.sum((1, 2))
    return lambda weights: float(weights @ hits / max(1, weights @ totals))
