"""Pixels to learn from and to be measured on, with their features: of each image a few, whatever its size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.evaluators.segmentation_scores import confusion_matrix
from engine.interface.errors import BadFile
from engine.interface.protocol import UNKNOWN, ClassInfo, Pixels
from engine.probe.network_features import PixelPoints, features_at
from engine.probe.pixel_classifier import PixelClassifier, fit_classifier

PIXELS_PER_CLASS = 96
"""Pixels of each class in an image that are learnt from, so that a small thing counts beside the sky."""
MEASURED_PIXELS = 600
"""Pixels of an image that a result is measured on, drawn evenly from all that are marked."""

FeatureMaps = Callable[[Pixels], Tensor]


@dataclass(frozen=True)
class PixelSamples:
    """Features [N, C] in half precision and labels int64 [N] of some pixels of one image."""

    features: Tensor
    labels: Tensor


@dataclass(frozen=True)
class MarkedSamples:
    """One marked image: what is learnt from it and what is measured on it."""

    learnt: PixelSamples
    measured: PixelSamples


def sample_marked_image(maps: FeatureMaps, image: Pixels, layout: Pixels, seed: int) -> MarkedSamples | None:
    """What a reader of images sees in a marked image, RGB [H, W, 3] and ids [H, W]; None where nothing is marked."""
    marked = np.argwhere(layout != UNKNOWN)
    if not len(marked):
        return None
    random, features = np.random.default_rng(seed), maps(image)
    ids = [int(index) for index in np.unique(layout) if index != UNKNOWN]
    balanced = np.concatenate([random_subset(np.argwhere(layout == index), PIXELS_PER_CLASS, random) for index in ids])
    return MarkedSamples(
        *(
            sample_pixels(features, layout, points)
            for points in (balanced, random_subset(marked, MEASURED_PIXELS, random))
        )
    )


def random_subset(points: PixelPoints, count: int, random: np.random.Generator) -> PixelPoints:
    """At most so many of the points."""
    return points[random.permutation(len(points))[:count]]


def sample_pixels(maps: Tensor, layout: Pixels, points: PixelPoints) -> PixelSamples:
    """Features and labels of pixels [N, 2]."""
    labels = torch.from_numpy(layout[points[:, 0], points[:, 1]].astype(np.int64))
    return PixelSamples(features_at(maps, points, (layout.shape[0], layout.shape[1])).half(), labels)


def learn_classifier(samples: Sequence[PixelSamples], classes: Sequence[ClassInfo], seed: int) -> PixelClassifier:
    """A classifier of some images' samples. Raises BadFile if they are of a single class."""
    labels = torch.cat([one.labels for one in samples])
    if int((labels.bincount() > 0).sum()) < 2:
        only = classes[int(labels[0])].name if len(labels) else "nothing"
        raise BadFile(
            f"The layouts mark {only} only.", "Mark something else as another class, so that both can be told."
        )
    return fit_classifier(torch.cat([one.features for one in samples]).float(), labels, len(classes), seed)


def count_confusions(
    classifier: PixelClassifier, samples: Iterable[PixelSamples], num_classes: int
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Counts [true, predicted]."""
    predictions = ((one.labels, classifier(one.features.float()).argmax(1)) for one in samples)
    return confusion_matrix(
        ((a.numpy().astype(np.uint8), b.numpy().astype(np.uint8)) for a, b in predictions), num_classes
    )
