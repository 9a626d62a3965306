"""The pack's CLIP pair: how well a text fits a picture. It ranks variations and finds the nearest caption."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.errors import BadPack
from engine.judges import files
from engine.judges.files import Facts
from engine.judges.towers import WIDTH, Towers
from engine.packs import Pack, PackFile
from engine.protocol import Pixels
from engine.raster import fit_image

FILE = "clip.safetensors"
COMMAND = "train-clip"
BATCH = 8
"""Every batch has this many rows, if need be the last one repeated, as the segmenter's have."""


class ClipFacts(Facts, frozen=True, kw_only=True):
    """The words that the text tower knows, the captions that it offers, and on pictures held out: how often their own
    caption fits best among `among`, where it stands on average, and its mean cosine.
    """

    vocabulary: tuple[str, ...]
    captions: tuple[str, ...]
    among: int
    r_precision: float
    mean_rank: float
    score: float


class Scored(NamedTuple):
    """A caption and its cosine with a picture."""

    text: str
    score: float


Row = TypeVar("Row")


@dataclass(frozen=True)
class ClipPair:
    """Both towers in float32 on a device; mean and deviation [3, 1, 1] standardise RGB in [0, 1].

    `captions` come with their features, float32 [N, D].
    """

    towers: Towers
    mean: Tensor
    deviation: Tensor
    size: tuple[int, int]
    captions: tuple[str, ...] = ()
    features: Tensor = field(default_factory=lambda: torch.zeros(0, WIDTH))

    def encode(self, rgb: Tensor) -> Tensor:
        """Unit vectors [B, D] of RGB [B, 3, H, W] in [0, 1] of any size, on the pair's device; has a gradient."""
        if rgb.shape[2:] != self.size:
            rgb = F.interpolate(rgb, self.size, mode="bicubic", antialias=True, align_corners=False)
        return self.towers.see((rgb - self.mean) / self.deviation)

    @torch.no_grad()
    def images(self, images: Sequence[Pixels]) -> Tensor:
        """Unit vectors float32 [N, D], on the CPU, of RGB uint8 [H, W, 3], cropped to the pair's size."""
        fitted = [fit_image(image, *self.size).pixels for image in images]

        def see(rows: Sequence[Pixels]) -> Tensor:
            rgb = torch.from_numpy(np.stack(rows)).to(self.mean.device).movedim(-1, 1).float() / 255
            return self.encode(rgb)

        return in_batches(see, fitted)

    @torch.no_grad()
    def texts(self, prompts: Sequence[str]) -> Tensor:
        """Unit vectors float32 [N, D], on the CPU."""
        return in_batches(self.towers.read, prompts)

    def nearest(self, images: Sequence[Pixels], count: int = 1) -> list[list[Scored]]:
        """For each picture the captions that fit it best, best first."""
        scores = self.images(images) @ self.features.T
        best = scores.topk(min(count, len(self.captions)), 1)
        return [
            [Scored(self.captions[index], score) for index, score in zip(indices, values, strict=True)]
            for indices, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ]


def in_batches(encode: Callable[[Sequence[Row]], Tensor], rows: Sequence[Row]) -> Tensor:
    """What a tower makes of rows, on the CPU; the same of each in any company."""
    found = [torch.zeros(0, WIDTH)]
    for start in range(0, len(rows), BATCH):
        some = list(rows[start : start + BATCH])
        full = some + some[-1:] * (BATCH - len(some))
        found.append(encode(full)[: len(some)].float().cpu())
    return torch.cat(found)


def rank(pair: ClipPair, images: Sequence[Pixels], prompt: str) -> list[int]:
    """The indices of pictures, that which fits the prompt best first."""
    found: list[float] = (pair.images(images) @ pair.texts([prompt])[0]).tolist()
    return sorted(range(len(found)), key=lambda index: -found[index])


def of(towers: Towers, file: PackFile, device: torch.device) -> ClipPair:
    """A pair from its towers, ready to be asked; without captions."""
    ready = towers.to(device, torch.float32).eval().requires_grad_(False)
    mean, deviation = (
        torch.tensor(v, device=device)[:, None, None] for v in (file.pixels.mean, file.pixels.deviation)
    )
    return ClipPair(ready, mean, deviation, (file.info.height, file.info.width))


def load(pack: Pack) -> ClipPair:
    """The CLIP pair of a pack, on the pack's device. Raises BadPack."""
    return read(pack.folder / FILE, pack.file, pack.device)


def read(path: Path, file: PackFile, device: torch.device) -> ClipPair:
    """A pair from its file, for a pack. Raises BadPack."""
    facts, tensors = files.read(path, ClipFacts, COMMAND)
    files.check(facts, path, file)
    towers = Towers(file.info.height, file.info.width, facts.vocabulary)
    features = tensors.pop("captions", torch.zeros(0, 0)).float()
    if features.shape != (len(facts.captions), WIDTH):
        raise BadPack(
            f"{path} has {len(facts.captions)} captions and {len(features)} of their features.", "Train it again."
        )
    files.fill(towers, tensors, path)
    pair = of(towers, file, device)
    return ClipPair(pair.towers, pair.mean, pair.deviation, pair.size, facts.captions, features)


def write(path: Path, pair: ClipPair, facts: ClipFacts) -> None:
    """Write a pair whose weights are bf16 numbers, with the features of the captions of `facts`. Raises BadFile."""
    weights = {name: value.to(torch.bfloat16) for name, value in pair.towers.state_dict().items()}
    files.save(path, {**weights, "captions": pair.texts(facts.captions)}, facts)
