"""How near pictures come to real ones, by their pixels and by what the pack's segmenter sees in them."""

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
    """Besides, the mean PSNR in dB, and the mean distance of the segmenter's features."""

    psnr: float
    distance: float


def segmenter_scores(
    segmenter: PackSegmenter, classes: int, pictures: Sequence[Pixels], layouts: Sequence[Pixels]
) -> SegmenterScores:
    """What the segmenter finds of layouts, ids [H, W] with `UNKNOWN`."""
    found = segmentation_score(
        confusion_matrix(zip(layouts, segmenter.predict_layouts(pictures), strict=True), classes)
    )
    return SegmenterScores(found.accuracy, found.mean_iou)


def image_quality(
    segmenter: PackSegmenter, classes: int, pictures: Sequence[Pixels], real: Sequence[DatasetPair]
) -> ImageQuality:
    """How near pictures [H, W, 3] are to the real ones."""
    pairs = [(picture, truth.image) for picture, truth in zip(pictures, real, strict=True)]
    psnrs = [psnr(one, other) for one, other in pairs]
    distances = [
        feature_distance(segmenter.feature_maps([one]), segmenter.feature_maps([other])) for one, other in pairs
    ]
    scores = segmenter_scores(segmenter, classes, pictures, [truth.layout for truth in real])
    return ImageQuality(scores.accuracy, scores.mean_iou, float(np.mean(psnrs)), float(np.mean(distances)))


def psnr(image: Pixels, reference: Pixels) -> float:
    """Peak signal to noise in dB; 100 at most, for equal pictures."""
    error = float(np.square(image.astype(np.float64) - reference).mean())
    return min(100.0, 10 * math.log10(255**2 / max(error, 1e-9)))


def feature_distance(features: Sequence[Tensor], reference: Sequence[Tensor]) -> float:
    """Between feature maps of several scales: the squared distance of unit vectors, a mean over pixels, a sum over
    scales  [as LPIPS, Zhang et al. 2018, with the features of the pack's segmenter and no weights].
    """
    scales = zip(features, reference, strict=True)
    return float(sum((F.normalize(a) - F.normalize(b)).square().sum(1).mean() for a, b in scales))
