"""What a renderer learns from: crops of real pairs made small, and of what the pack drew for real layouts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageFilter
from torch import Tensor
from torch.nn import functional as F

from engine.data.pairs import gamma_corrected
from engine.data.region_masks import random_region
from engine.interface.protocol import UNKNOWN, Pixels
from engine.interface.raster import enlarge_layout, fit_image, fit_layout
from engine.network.renderer_unet import RendererInput
from engine.packs.pack import Pack
from engine.training.core.frames import TrainingFrames
from engine.training.joint.batches import augment_exposure_freely
from engine.training.tasks.drawn_pictures import DrawnPicture, read_shards

ALIGNED = 8
"""Crops begin at multiples of this, at full size."""
LOW_LAYOUT, REGION, EXPOSED = 0.6, 0.15, 0.2
"""Shares of samples: with a layout that was enlarged, with a region given, in a light of its own."""
BLURRED, PACKED, COARSER, GRAINY = 0.4, 0.2, 0.3, 0.3
"""Shares of real pictures made small: blurred, packed as JPEG, from a size smaller still, with noise."""
BLUR, QUALITY, COARSEST, GRAIN = 1.2, (40, 95), 2.5, 14.0


class Sample(NamedTuple):
    """base RGB [h, w, 3]; layout ids, image RGB and keep, bool, at full size [H, W]; whether the pack drew it."""

    base: Pixels
    layout: Pixels
    image: Pixels
    keep: np.ndarray
    drawn: bool


class RendererBatch(NamedTuple):
    """The input, the real picture, standardised [B, 3, H, W], and which rows the pack drew, bool [B]."""

    given: RendererInput
    real: Tensor
    drawn: Tensor


class RendererSamples:
    """Draws batches, half of them real pictures made small, half drawn by the pack, all from the generator alone."""

    def __init__(self, pack: Pack, frames: TrainingFrames, folder: Path, factor: int, crop: tuple[int, int]) -> None:
        self.pack, self.frames, self.folder, self.factor, self.crop = pack, frames, folder, factor, crop
        self.shards: dict[Path, list[DrawnPicture]] = {}
        self.refresh()
        self.standardisation = pack.standardisation

    def refresh(self) -> None:
        """Take in shards that came since."""
        self.shards.update(read_shards(self.folder, list(self.shards)))
        self.drawn = [one for shard in self.shards.values() for one in shard]

    def batch(self, size: int, random: np.random.Generator) -> RendererBatch:
        """So many crops on the pack's device, every other one drawn by the pack."""
        return self.collated(
            [self.from_pack(random) if row % 2 else self.from_photograph(random) for row in range(size)], random
        )

    def from_photograph(self, random: np.random.Generator) -> Sample:
        """A crop of a real pair, made small and worse."""
        pair, gamma = self.frames.draw_pair(random), self.pack.file.pixels.gamma
        at = self.window(pair.layout.shape, random)
        exposed = random.random() < EXPOSED
        image = (
            augment_exposure_freely(pair.image[at], gamma, random)
            if exposed
            else gamma_corrected(pair.image[at], gamma)
        )
        layout = np.ascontiguousarray(pair.layout[at])
        height, width = layout.shape
        low = fit_layout(layout, height // self.factor, width // self.factor, "stretch").pixels
        if random.random() < LOW_LAYOUT:
            layout = enlarge_layout(low, self.factor)
        keep = random_region(low, random) & (random.random() < REGION)
        return Sample(worsened(image, self.factor, random), layout, image, self.enlarged_mask(keep), False)

    def from_pack(self, random: np.random.Generator) -> Sample:
        """A crop of what the pack drew, perhaps mirrored."""
        one = self.drawn[random.integers(len(self.drawn))]
        whole = enlarge_layout(one.low, self.factor) if random.random() < LOW_LAYOUT else one.layout
        down, right = self.window(whole.shape, random)
        small = tuple(slice(span.start // self.factor, span.stop // self.factor) for span in (down, right))
        base, layout, image = one.base[small], whole[down, right], one.image[down, right]
        keep = self.enlarged_mask(one.keep[small] > 0)
        if random.random() < 0.5:
            base, image, keep = base[:, ::-1], image[:, ::-1], keep[:, ::-1]
            layout = self.frames.mirror[layout[:, ::-1]]
        return Sample(base, layout, image, keep, True)

    def window(self, shape: Sequence[int], random: np.random.Generator) -> tuple[slice, slice]:
        """A crop of a picture of this shape."""
        spans = []
        for side, length in zip(shape, self.crop, strict=True):
            length = min(length, side)
            start = int(random.integers((side - length) // ALIGNED + 1)) * ALIGNED
            spans.append(slice(start, start + length))
        return spans[0], spans[1]

    def enlarged_mask(self, mask: np.ndarray) -> np.ndarray:
        """A mask [h, w] at full size."""
        return mask.repeat(self.factor, 0).repeat(self.factor, 1)

    def collated(self, samples: Sequence[Sample], random: np.random.Generator) -> RendererBatch:
        """Samples of one size as a batch."""
        device, classes = self.pack.device, len(self.pack.info.classes)
        ids = np.stack([one.layout for one in samples])[:, None]
        real = self.standardisation.standardise_pixels(np.stack([one.image for one in samples]))
        base = self.standardisation.standardise_pixels(np.stack([one.base for one in samples]))
        noise = random.standard_normal(ids.shape, np.float32)
        given = RendererInput(
            F.interpolate(base, scale_factor=self.factor, mode="bicubic", align_corners=False),
            torch.from_numpy(np.where(ids == UNKNOWN, classes, ids).astype(np.int64)).to(device),
            torch.from_numpy(noise).to(device),
            real,
            torch.from_numpy(np.stack([one.keep for one in samples])[:, None]).to(device),
        )
        return RendererBatch(given, real, torch.tensor([one.drawn for one in samples], device=device))


def worsened(image: Pixels, factor: int, random: np.random.Generator) -> Pixels:
    """A picture made small by area, and perhaps foggy in the ways in which drawn ones are."""
    height, width = image.shape[0] // factor, image.shape[1] // factor
    small = fit_image(image, height, width, "stretch").pixels
    picture = Image.fromarray(small)
    if random.random() < COARSER:
        by = random.uniform(1.2, COARSEST)
        picture = picture.resize((max(2, round(width / by)), max(2, round(height / by))), Image.Resampling.BOX)
        picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    if random.random() < BLURRED:
        picture = picture.filter(ImageFilter.GaussianBlur(float(random.uniform(0, BLUR))))
    if random.random() < GRAINY:
        grain = random.normal(0, random.uniform(0, GRAIN), (height, width, 3))
        picture = Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))
    if random.random() < PACKED:
        packed = io.BytesIO()
        picture.save(packed, "JPEG", quality=int(random.integers(*QUALITY)))
        picture = Image.open(packed)
    return np.asarray(picture)
