"""Pixels to learn from and to be measured on, with their features: of each image a few, whatever its size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from engine.errors import BadFile
from engine.metrics.segmentation import confusion
from engine.probe.classifier import Classifier, fit
from engine.probe.features import Points, at
from engine.protocol import UNKNOWN, ClassInfo, Pixels

EACH = 96
"""Pixels of each class in an image that are learnt from, so that a small thing counts beside the sky."""
MEASURED = 600
"""Pixels of an image that a result is measured on, drawn evenly from all that are marked."""

Maps = Callable[[Pixels], Tensor]


@dataclass(frozen=True)
class Samples:
    """Features [N, C] in half precision and labels int64 [N] of some pixels of one image."""

    features: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Seen:
    """One marked image: what is learnt from it and what is measured on it."""

    learnt: Samples
    measured: Samples


def see(maps: Maps, image: Pixels, layout: Pixels, seed: int) -> Seen | None:
    """What a reader of images sees in a marked image, RGB [H, W, 3] and ids [H, W]; None where nothing is marked."""
    marked = np.argwhere(layout != UNKNOWN)
    if not len(marked):
        return None
    random, found = np.random.default_rng(seed), maps(image)
    ids = [int(index) for index in np.unique(layout) if index != UNKNOWN]
    balanced = np.concatenate([some(np.argwhere(layout == index), EACH, random) for index in ids])
    return Seen(*(sample(found, layout, points) for points in (balanced, some(marked, MEASURED, random))))


def some(points: Points, count: int, random: np.random.Generator) -> Points:
    """At most so many of the points."""
    return points[random.permutation(len(points))[:count]]


def sample(maps: Tensor, layout: Pixels, points: Points) -> Samples:
    """Features and labels of pixels [N, 2]."""
    labels = torch.from_numpy(layout[points[:, 0], points[:, 1]].astype(np.int64))
    return Samples(at(maps, points, (layout.shape[0], layout.shape[1])).half(), labels)


def learn(samples: Sequence[Samples], classes: Sequence[ClassInfo], seed: int) -> Classifier:
    """A classifier of some images' samples. Raises BadFile if they are of a single class."""
    labels = torch.cat([one.labels for one in samples])
    if int((labels.bincount() > 0).sum()) < 2:
        only = classes[int(labels[0])].name if len(labels) else "nothing"
        raise BadFile(
            f"The layouts mark {only} only.", "Mark something else as another class, so that both can be told."
        )
    return fit(torch.cat([one.features for one in samples]).float(), labels, len(classes), seed)


def measure(
    classifier: Classifier, samples: Iterable[Samples], classes: int
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Counts [true, predicted]."""
    told = ((one.labels, classifier(one.features.float()).argmax(1)) for one in samples)
    return confusion(((a.numpy().astype(np.uint8), b.numpy().astype(np.uint8)) for a, b in told), classes)
