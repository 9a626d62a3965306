"""The pack's CLIP pair: embeds images and texts, ranks variations by a prompt and finds fitting captions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.evaluators.clip_towers import EMBEDDING_WIDTH, ClipTowers
from engine.evaluators.fixed_batches import fixed_size_batches
from engine.interface.errors import BadPack
from engine.interface.protocol import Pixels
from engine.interface.raster import fit_image
from engine.packs import companion_files
from engine.packs.companion_files import WeightsMetadata
from engine.packs.pack import Pack
from engine.packs.pack_config import PackFile
from engine.packs.pixel_standardisation import PixelStandardisation, pixels_to_rgb

FILE = "clip.safetensors"
COMMAND = "train-clip"


class ClipMetadata(WeightsMetadata, frozen=True, kw_only=True):
    """Metadata of the CLIP pair's file: the text tower's vocabulary, the captions whose features the file holds, and
    on held-out pictures the R-precision among `among` captions, the mean rank of the own caption and its mean cosine.
    """

    vocabulary: tuple[str, ...]
    captions: tuple[str, ...]
    among: int
    r_precision: float
    mean_rank: float
    score: float


class ScoredCaption(NamedTuple):
    """A caption and its cosine with a picture."""

    text: str
    score: float


Row = TypeVar("Row")


@dataclass(frozen=True)
class PackClipPair:
    """Both towers in float32, and the standardisation of their input, on one device.

    `captions` come with their features, float32 [N, D].
    """

    towers: ClipTowers
    standardisation: PixelStandardisation
    size: tuple[int, int]
    captions: tuple[str, ...] = ()
    features: Tensor = field(default_factory=lambda: torch.zeros(0, EMBEDDING_WIDTH))

    def encode_rgb(self, rgb: Tensor) -> Tensor:
        """Embeds RGB [B, 3, H, W] in [0, 1], of any size, differentiably as unit vectors [B, D]."""
        if rgb.shape[2:] != self.size:
            rgb = F.interpolate(rgb, self.size, mode="bicubic", antialias=True, align_corners=False)
        return self.towers.encode_images(self.standardisation.standardise(rgb))

    @torch.no_grad()
    def embed_images(self, images: Sequence[Pixels]) -> Tensor:
        """Embeds RGB uint8 [H, W, 3], cropped to the pair's size, as unit vectors float32 [N, D] on the CPU."""
        fitted = [fit_image(image, *self.size).pixels for image in images]

        def encode_rows(rows: Sequence[Pixels]) -> Tensor:
            return self.encode_rgb(pixels_to_rgb(np.stack(rows), self.standardisation.device))

        return encode_in_batches(encode_rows, fitted)

    @torch.no_grad()
    def embed_texts(self, prompts: Sequence[str]) -> Tensor:
        """Embeds prompts as unit vectors float32 [N, D] on the CPU."""
        return encode_in_batches(self.towers.encode_texts, prompts)

    def nearest_captions(self, images: Sequence[Pixels], count: int = 1) -> list[list[ScoredCaption]]:
        """Finds the captions that fit each image best, best first."""
        scores = self.embed_images(images) @ self.features.T
        best = scores.topk(min(count, len(self.captions)), 1)
        return [
            [ScoredCaption(self.captions[index], score) for index, score in zip(indices, values, strict=True)]
            for indices, values in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ]


def encode_in_batches(encode: Callable[[Sequence[Row]], Tensor], rows: Sequence[Row]) -> Tensor:
    """Encodes rows in batches of fixed size, float32 [N, D] on the CPU; results do not depend on the batching."""
    features = [torch.zeros(0, EMBEDDING_WIDTH)]
    for batch, count in fixed_size_batches(rows):
        features.append(encode(batch)[:count].float().cpu())
    return torch.cat(features)


def rank_images(pair: PackClipPair, images: Sequence[Pixels], prompt: str) -> list[int]:
    """Ranks images by how well they fit a prompt: their indices, best first."""
    scores: list[float] = (pair.embed_images(images) @ pair.embed_texts([prompt])[0]).tolist()
    return sorted(range(len(scores)), key=lambda index: -scores[index])


def clip_pair_from_towers(towers: ClipTowers, file: PackFile, device: torch.device) -> PackClipPair:
    """Builds a pair without captions from its towers, in eval mode on a device."""
    eval_towers = towers.to(device, torch.float32).eval().requires_grad_(False)
    standardisation = PixelStandardisation.from_config(file.pixels, device)
    return PackClipPair(eval_towers, standardisation, (file.info.height, file.info.width))


def load(pack: Pack) -> PackClipPair:
    """Loads the CLIP pair of a pack on the pack's device. Raises BadPack."""
    return read(pack.folder / FILE, pack.file, pack.device)


def read(path: Path, file: PackFile, device: torch.device) -> PackClipPair:
    """Reads a pair from its file and checks that it fits a pack. Raises BadPack."""
    metadata, tensors = companion_files.read(path, ClipMetadata, COMMAND)
    companion_files.check_compatible(metadata, path, file)
    towers = ClipTowers(file.info.height, file.info.width, metadata.vocabulary)
    features = tensors.pop("captions", torch.zeros(0, 0)).float()
    if features.shape != (len(metadata.captions), EMBEDDING_WIDTH):
        raise BadPack(
            f"{path} has {len(metadata.captions)} captions and {len(features)} of their features.", "Train it again."
        )
    companion_files.load_weights(towers, tensors, path)
    pair = clip_pair_from_towers(towers, file, device)
    return replace(pair, captions=metadata.captions, features=features)


def write(path: Path, pair: PackClipPair, metadata: ClipMetadata) -> None:
    """Writes a pair in bf16, with the features of the metadata's captions. Raises BadFile."""
    weights = {name: value.to(torch.bfloat16) for name, value in pair.towers.state_dict().items()}
    companion_files.save(path, {**weights, "captions": pair.embed_texts(metadata.captions)}, metadata)
