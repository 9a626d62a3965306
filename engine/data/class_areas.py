"""Pixels of each class in layouts, and their shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from engine.interface.protocol import UNKNOWN, Pixels


def class_pixel_counts(layout: Pixels, classes: int) -> npt.NDArray[np.int64]:
    """Counts the pixels of each class, int64 [K], in a layout of ids [H, W]; unknown pixels are left out."""
    return np.bincount(layout[layout != UNKNOWN], minlength=classes)[:classes]


def area_percentages(counts: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Converts pixel counts of layouts, [N, K], to percentages of each layout's known pixels, float64 [N, K]."""
    areas = np.asarray(counts)
    percentages: npt.NDArray[np.float64] = 100 * areas / np.maximum(1, areas.sum(1, keepdims=True))
    return percentages


def class_area_percentages(layouts: Sequence[Pixels], classes: int) -> npt.NDArray[np.float64]:
    """Measures the percentage of each layout's known pixels that each class covers, float64 [N, K]."""
    return area_percentages(np.stack([class_pixel_counts(layout, classes) for layout in layouts]))
