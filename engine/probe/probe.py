"""A probe: a classifier with the way of looking that it was made for, as one file."""

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

from engine.errors import BadFile, BadRequest
from engine.files import write_whole
from engine.metrics.segmentation import Segmentation, score
from engine.packs import Pack
from engine.probe.classifier import Classifier
from engine.probe.features import Network
from engine.probe.samples import Seen, learn, measure
from engine.protocol import ClassInfo, Pixels

FORMAT = 1


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file of a probe says of it."""

    format: int
    pack: str
    clocks: tuple[int, ...]
    seed: int
    classes: tuple[ClassInfo, ...]


class Told(NamedTuple):
    """Ids uint8 [H, W], and how unsure each is: 255 (1 - p), p the probability of its class."""

    layout: Pixels
    unsure: Pixels

    @property
    def confidence(self) -> float:
        """The mean probability of the likeliest class."""
        return float(1 - self.unsure.mean() / 255)


@dataclass(frozen=True)
class Probe:
    """Tells its own classes in images."""

    head: Head
    classifier: Classifier

    def network(self, pack: Pack) -> Network:
        """How the probe looks at images."""
        return Network(pack, self.head.clocks, self.head.seed)

    def tell(self, maps: Tensor, size: tuple[int, int]) -> Told:
        """The classes in an image of this size, of whose features are `maps`.

        Probabilities are brought to the image's size, one class at a time; ids are not.
        """
        channels, height, width = maps.shape
        told = self.classifier(maps.reshape(channels, -1).T)
        best, ids = torch.full(size, -1.0), torch.zeros(size, dtype=torch.uint8)
        for index in range(told.shape[1]):
            small = told[:, index].reshape(1, 1, height, width)
            p = F.interpolate(small, size, mode="bilinear", align_corners=False)[0, 0]
            ids[p > best] = index
            best = torch.maximum(best, p)
        unsure = (255 * (1 - best)).round().clamp(0, 255).to(torch.uint8)
        return Told(ids.numpy(), unsure.numpy())

    def save(self, path: Path) -> None:
        """Write one file, whole or not at all. Raises BadFile."""
        head = msgspec.json.encode(self.head).decode()
        write_whole(path, save(self.classifier.tensors(), {"probe": head}))


def load(path: Path, pack: Pack) -> Probe:
    """A probe that was made with this pack. Raises BadFile."""
    try:
        with safetensors.safe_open(path, "pt") as file:
            said = file.metadata() or {}
        probe = Probe(msgspec.json.decode(said["probe"], type=Head), Classifier(**load_file(path)))
        if probe.head.format != FORMAT:
            raise ValueError(f"it has the format {probe.head.format}, and this engine reads {FORMAT}")
    except (OSError, safetensors.SafetensorError, msgspec.MsgspecError, KeyError, TypeError, ValueError) as error:
        raise BadFile(f"{path} is no probe that can be read: {error}.", "Make it again, with --marked.") from error
    if probe.head.pack != pack.info.name or len(probe.classifier.mean) != probe.network(pack).channels:
        raise BadFile(f"{path} was made with the pack {probe.head.pack}.", "Give that pack, as it was then.")
    return probe


def checked_clocks(clocks: Sequence[int], pack: Pack) -> tuple[int, ...]:
    """Clocks of the image to look at. Raises BadRequest."""
    top = pack.process.image.clocks
    if not clocks or not all(0 <= clock < top for clock in clocks):
        told = ", ".join(map(str, clocks)) or "no clock"
        raise BadRequest(f"The network cannot look at {told}.", f"Clocks of the image are 0 (clean) to {top - 1}.")
    return tuple(clocks)


def leave_one_out(seen: Sequence[Seen], classes: Sequence[ClassInfo], seed: int) -> Segmentation:
    """How well each marked image is told by a classifier of all others.

    A class that is marked in a single image is then unknown to its classifier, and counts as missed.
    """
    counts = np.zeros((len(classes), len(classes)), np.int64)
    for index, one in enumerate(seen):
        others = [other.learnt for other in (*seen[:index], *seen[index + 1 :])]
        counts += measure(learn(others, classes, seed), [one.measured], len(classes))
    return score(counts)
