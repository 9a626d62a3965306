"""A probe: a pixel classifier with the clocks and the seed of the features it was made for, in one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import safetensors
import torch
from safetensors.torch import load_file, save
from torch import Tensor
from torch.nn import functional as F

from engine.evaluators.segmentation_scores import SegmentationScore, segmentation_score
from engine.interface.atomic_files import write_atomically
from engine.interface.bounded_decoding import SMALL_DOCUMENT, decode_json
from engine.interface.errors import BadFile, BadRequest, MalformedData
from engine.interface.protocol import ClassInfo, Pixels
from engine.packs.pack import Pack
from engine.probe.network_features import ProbeFeatureExtractor
from engine.probe.pixel_classifier import PixelClassifier
from engine.probe.pixel_samples import MarkedSamples, count_confusions, learn_classifier

FORMAT_VERSION = 1


class ProbeHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The header of a probe's file."""

    format: int
    pack: str
    clocks: tuple[int, ...]
    seed: int
    classes: tuple[ClassInfo, ...]


class ProbedLayout(NamedTuple):
    """Ids uint8 [H, W] and the uncertainty of each, uint8: 255 (1 - p), p the probability of its class."""

    layout: Pixels
    uncertainty: Pixels

    @property
    def confidence(self) -> float:
        """The mean probability of the likeliest class."""
        return float(1 - self.uncertainty.mean() / 255)


@dataclass(frozen=True)
class Probe:
    """A classifier of the pixels of images into classes of its own."""

    header: ProbeHeader
    classifier: PixelClassifier

    def feature_extractor(self, pack: Pack) -> ProbeFeatureExtractor:
        """The features that the classifier takes."""
        return ProbeFeatureExtractor(pack, self.header.clocks, self.header.seed)

    def classify(self, maps: Tensor, size: tuple[int, int]) -> ProbedLayout:
        """The layout of an image of this size by its feature maps [C, h, w].

        Probabilities, not ids, are resized to the image, one class at a time.
        """
        channels, height, width = maps.shape
        probs = self.classifier(maps.reshape(channels, -1).T)
        best, ids = torch.full(size, -1.0), torch.zeros(size, dtype=torch.uint8)
        for index in range(probs.shape[1]):
            small = probs[:, index].reshape(1, 1, height, width)
            p = F.interpolate(small, size, mode="bilinear", align_corners=False)[0, 0]
            ids[p > best] = index
            best = torch.maximum(best, p)
        uncertainty = (255 * (1 - best)).round().clamp(0, 255).to(torch.uint8)
        return ProbedLayout(ids.numpy(), uncertainty.numpy())

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all. Raises BadFile."""
        head = msgspec.json.encode(self.header).decode()
        write_atomically(path, save(self.classifier.tensors(), {"probe": head}))


def load_probe(path: Path, pack: Pack) -> Probe:
    """The probe in a file, which must have been made with this pack. Raises BadFile."""
    try:
        with safetensors.safe_open(path, "pt") as file:
            metadata = file.metadata() or {}
        probe = Probe(decode_json(metadata["probe"], ProbeHeader, SMALL_DOCUMENT), PixelClassifier(**load_file(path)))
        if probe.header.format != FORMAT_VERSION:
            raise ValueError(f"it has the format {probe.header.format}, and this engine reads {FORMAT_VERSION}")
    except (OSError, safetensors.SafetensorError, MalformedData, KeyError, TypeError, ValueError) as error:
        raise BadFile(f"{path} is no probe that can be read: {error}.", "Make it again, with --marked.") from error
    if probe.header.pack != pack.info.name or len(probe.classifier.mean) != probe.feature_extractor(pack).channels:
        raise BadFile(f"{path} was made with the pack {probe.header.pack}.", "Give that pack, as it was then.")
    return probe


def check_clocks(clocks: Sequence[int], pack: Pack) -> tuple[int, ...]:
    """Clocks at which the network may see an image. Raises BadRequest for others."""
    top = pack.process.image_schedule.max_clock
    if not clocks or not all(0 <= clock < top for clock in clocks):
        listed = ", ".join(map(str, clocks)) or "no clock"
        raise BadRequest(f"The network cannot look at {listed}.", f"Clocks of the image are 0 (clean) to {top - 1}.")
    return tuple(clocks)


def leave_one_out(samples: Sequence[MarkedSamples], classes: Sequence[ClassInfo], seed: int) -> SegmentationScore:
    """The score of each marked image by a classifier of all others.

    A class that is marked in a single image is unknown to that image's classifier and counts as missed.
    """
    counts = np.zeros((len(classes), len(classes)), np.int64)
    for index, held_out in enumerate(samples):
        others = [other.learnt for other in (*samples[:index], *samples[index + 1 :])]
        counts += count_confusions(learn_classifier(others, classes, seed), [held_out.measured], len(classes))
    return segmentation_score(counts)
