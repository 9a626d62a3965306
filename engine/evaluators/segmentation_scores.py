"""Agreement of layouts: confusion matrices, pixel accuracy and intersection over union."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.interface.protocol import UNKNOWN, Pixels

ConfusionCounts = npt.NDArray[np.int64]


class SegmentationScore(NamedTuple):
    """Pixel accuracy, mean IoU over the classes that occur in truth or prediction, and IoU per class (or nan)."""

    accuracy: float
    mean_iou: float
    iou: npt.NDArray[np.float64]


def confusion_matrix(pairs: Iterable[tuple[Pixels, Pixels]], classes: int) -> ConfusionCounts:
    """Counts pixels, [true, predicted], over pairs of ids (true, predicted); pixels of unknown truth are left out."""
    counts = np.zeros((classes, classes), np.int64)
    for true, predicted in pairs:
        known = true != UNKNOWN
        cells = true[known].astype(np.int64) * classes + predicted[known]
        counts += np.bincount(cells, minlength=classes * classes).reshape(classes, classes)
    return counts


def confusion_matrices(true: Sequence[Pixels], predicted: Sequence[Pixels], classes: int) -> ConfusionCounts:
    """Computes the confusion matrix of each pair of layouts, [N, true, predicted]."""
    return np.stack([confusion_matrix([pair], classes) for pair in zip(true, predicted, strict=True)])


def segmentation_score(counts: npt.NDArray[np.int64] | npt.NDArray[np.float64]) -> SegmentationScore:
    """Computes accuracy and IoU from a confusion matrix, as Cityscapes defines them; nan for absent classes."""
    hits = np.diag(counts).astype(np.float64)
    union = counts.sum(0) + counts.sum(1) - hits
    iou = np.where(union > 0, hits / np.maximum(union, 1e-12), np.nan)
    mean_iou = float(np.nanmean(iou)) if (union > 0).any() else float("nan")
    return SegmentationScore(float(hits.sum() / max(1, counts.sum())), mean_iou, iou)
