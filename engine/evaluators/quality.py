"""Image quality against real images: PSNR, and the segmenter's scores and feature distance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from torch import Tensor
from torch.nn import functional as F

from engine.data.pairs import DatasetPair
from engine.evaluators.segmentation_scores import confusion_matrix, segmentation_score
from engine.evaluators.segmenter import PackSegmenter
from engine.interface.protocol import Pixels
from engine.packs.companion_files import SegmenterScores


class ImageQuality(SegmenterScores, frozen=True):
    """Segmenter scores, and besides the mean PSNR in dB and the mean distance of the segmenter's features."""

    psnr: float
    distance: float


def segmenter_scores(
    segmenter: PackSegmenter, classes: int, pictures: Sequence[Pixels], layouts: Sequence[Pixels]
) -> SegmenterScores:
    """Scores the segmenter's predictions on images against layouts, ids [H, W] with `UNKNOWN`."""
    score = segmentation_score(
        confusion_matrix(zip(layouts, segmenter.predict_layouts(pictures), strict=True), classes)
    )
    return SegmenterScores(score.accuracy, score.mean_iou)


def image_quality(
    segmenter: PackSegmenter, classes: int, pictures: Sequence[Pixels], real: Sequence[DatasetPair]
) -> ImageQuality:
    """Measures the quality of images, RGB uint8 [H, W, 3], against the real pairs that they stand for."""
    pairs = [(picture, truth.image) for picture, truth in zip(pictures, real, strict=True)]
    psnrs = [psnr(image, reference) for image, reference in pairs]
    distances = [
        feature_distance(segmenter.feature_maps([image]), segmenter.feature_maps([reference]))
        for image, reference in pairs
    ]
    scores = segmenter_scores(segmenter, classes, pictures, [truth.layout for truth in real])
    return ImageQuality(scores.accuracy, scores.mean_iou, float(np.mean(psnrs)), float(np.mean(distances)))


def psnr(image: Pixels, reference: Pixels) -> float:
    """Computes the peak signal-to-noise ratio in dB, at most 100."""
    error = float(np.square(image.astype(np.float64) - reference).mean())
    return min(100.0, 10 * math.log10(255**2 / max(error, 1e-9)))


def feature_distance(features: Sequence[Tensor], reference: Sequence[Tensor]) -> float:
    """Measures the distance between feature maps of several scales: squared distances of unit vectors, averaged over
    pixels and summed over scales  [LPIPS, Zhang et al. 2018, with the segmenter's features and no weights].
    """
    scales = zip(features, reference, strict=True)
    return float(sum((F.normalize(a) - F.normalize(b)).square().sum(1).mean() for a, b in scales))
