"""Samples of marked pixels with their features: a few of each image to learn from, and others to measure on."""

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
"""The most pixels of each class in an image to learn from, so that a small thing counts beside the sky."""
MEASURED_PIXELS = 600
"""The most pixels of an image to measure on, drawn evenly from all that are marked."""

FeatureMaps = Callable[[Pixels], Tensor]
"""A function from RGB [H, W, 3] to features [C, h, w]."""


@dataclass(frozen=True)
class PixelSamples:
    """Features [N, C] in half precision and labels int64 [N] of pixels of one image."""

    features: Tensor
    labels: Tensor


@dataclass(frozen=True)
class MarkedSamples:
    """The pixels of one marked image to learn from, and those to measure on."""

    learnt: PixelSamples
    measured: PixelSamples


def sample_marked_image(maps: FeatureMaps, image: Pixels, layout: Pixels, seed: int) -> MarkedSamples | None:
    """Samples of a marked image, RGB [H, W, 3] and ids [H, W]; None if nothing is marked."""
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
    """At most `count` of the points, drawn evenly."""
    return points[random.permutation(len(points))[:count]]


def sample_pixels(maps: Tensor, layout: Pixels, points: PixelPoints) -> PixelSamples:
    """Features and labels of pixels [N, 2]."""
    labels = torch.from_numpy(layout[points[:, 0], points[:, 1]].astype(np.int64))
    return PixelSamples(features_at(maps, points, (layout.shape[0], layout.shape[1])).half(), labels)


def learn_classifier(samples: Sequence[PixelSamples], classes: Sequence[ClassInfo], seed: int) -> PixelClassifier:
    """A classifier of the samples of several images. Raises BadFile if they are of a single class."""
    labels = torch.cat([sample.labels for sample in samples])
    if int((labels.bincount() > 0).sum()) < 2:
        only = classes[int(labels[0])].name if len(labels) else "nothing"
        raise BadFile(f"The layouts mark {only} only.", "Mark something else as another class.")
    return fit_classifier(torch.cat([sample.features for sample in samples]).float(), labels, len(classes), seed)


def count_confusions(
    classifier: PixelClassifier, samples: Iterable[PixelSamples], num_classes: int
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """The numbers of pixels [true class, predicted class]."""
    predictions = ((sample.labels, classifier(sample.features.float()).argmax(1)) for sample in samples)
    return confusion_matrix(
        ((true.numpy().astype(np.uint8), predicted.numpy().astype(np.uint8)) for true, predicted in predictions),
        num_classes,
    )
