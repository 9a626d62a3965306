"""Image → layout against real layouts: pixel accuracy and mean intersection over union."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.protocol import UNKNOWN, Pixels


class Segmentation(NamedTuple):
    """Pixel accuracy, mean IoU over the classes that occur in truth or prediction, and IoU per class (or nan)."""

    accuracy: float
    mean_iou: float
    iou: npt.NDArray[np.float64]


def confusion(pairs: Iterable[tuple[Pixels, Pixels]], classes: int) -> npt.NDArray[np.int64]:
    """Counts [true, predicted] over pairs of ids (true, predicted); pixels of unknown truth don't count."""
    counts = np.zeros((classes, classes), np.int64)
    for true, predicted in pairs:
        known = true != UNKNOWN
        cells = true[known].astype(np.int64) * classes + predicted[known]
        counts += np.bincount(cells, minlength=classes * classes).reshape(classes, classes)
    return counts


def score(counts: npt.NDArray[np.int64]) -> Segmentation:
    """Accuracy and IoU of a confusion matrix, as Cityscapes defines them."""
    hits = np.diag(counts).astype(np.float64)
    union = counts.sum(0) + counts.sum(1) - hits
    iou = np.where(union > 0, hits / np.maximum(union, 1), np.nan)
    return Segmentation(float(hits.sum() / max(1, counts.sum())), float(np.nanmean(iou)), iou)
