"""How near pictures come to real ones, by their pixels and by what the pack's segmenter sees in them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec
import numpy as np
from torch import Tensor
from torch.nn import functional as F

from engine.data.pairs import Pair
from engine.judges.segmenter import Segmenter
from engine.metrics.segmentation import confusion, score
from engine.protocol import Pixels


class Seen(msgspec.Struct, frozen=True):
    """The segmenter's pixel accuracy and mean IoU in pictures, against their true layouts."""

    accuracy: float
    mean_iou: float


class Nearness(Seen, frozen=True):
    """Besides, the mean PSNR in dB, and the mean distance of the segmenter's features."""

    psnr: float
    distance: float


def seen(judge: Segmenter, classes: int, pictures: Sequence[Pixels], layouts: Sequence[Pixels]) -> Seen:
    """What the segmenter finds of layouts, ids [H, W] with `UNKNOWN`."""
    found = score(confusion(zip(layouts, judge.layouts(pictures), strict=True), classes))
    return Seen(found.accuracy, found.mean_iou)


def nearness(judge: Segmenter, classes: int, pictures: Sequence[Pixels], real: Sequence[Pair]) -> Nearness:
    """How near pictures [H, W, 3] are to the real ones."""
    pairs = [(picture, truth.image) for picture, truth in zip(pictures, real, strict=True)]
    psnrs = [psnr(one, other) for one, other in pairs]
    distances = [distance(judge.features([one]), judge.features([other])) for one, other in pairs]
    told = seen(judge, classes, pictures, [truth.layout for truth in real])
    return Nearness(told.accuracy, told.mean_iou, float(np.mean(psnrs)), float(np.mean(distances)))


def psnr(one: Pixels, other: Pixels) -> float:
    """Peak signal to noise in dB; 100 at most, for equal pictures."""
    error = float(np.square(one.astype(np.float64) - other).mean())
    return min(100.0, 10 * math.log10(255**2 / max(error, 1e-9)))


def distance(one: Sequence[Tensor], other: Sequence[Tensor]) -> float:
    """Between feature maps of several scales: the squared distance of unit vectors, a mean over pixels, a sum over
    scales  [as LPIPS, Zhang et al. 2018, with the features of the pack's segmenter and no weights].
    """
    scales = zip(one, other, strict=True)
    return float(sum((F.normalize(a) - F.normalize(b)).square().sum(1).mean() for a, b in scales))
