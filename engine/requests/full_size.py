"""A pack's upscaler: the pair that a pack drew, or a photograph, at its full size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.sampling.randomness import SeededNoise
from engine.diffusion.sampling.refinement import CoarseInput, DetailVariance, RefinementSettings, refine
from engine.evaluators.quality import ImageQuality
from engine.interface.pack_catalogue import UPSCALER_FILE
from engine.interface.protocol import UNKNOWN, FullSizeInputs, Generate, PackInfo, Pixels
from engine.interface.raster import enlarge_layout
from engine.network.upscaler_unet import UpscalerUNet
from engine.packs import companion_files
from engine.packs.companion_files import SegmenterScores, WeightsMetadata
from engine.packs.pack import Pack, PackFile
from engine.requests.generation import ImageLayoutPair
from engine.requests.validation import Mask, kept_image_mask, kept_layout_mask

TRAIN_UPSCALER_COMMAND = "train-upscaler"
MAX_STEPS = 4
"""The most evaluations that a picture takes."""
SEED_MULTIPLIER = 0x2545F4914F6CDD1D
"""A picture's detail is drawn from a seed of its own, not from the noise that the picture was drawn from."""


class UpscalerMetadata(WeightsMetadata, frozen=True, kw_only=True):
    """How many times larger it draws, the variance of the detail that it expects, and in how many evaluations.

    On pictures held out: how near it comes in 1, 2, … evaluations on some, and on all what it, mere enlarging and the
    real pictures come to.
    """

    factor: int
    expected: DetailVariance
    steps: int
    curve: tuple[ImageQuality, ...]
    upscaled: ImageQuality
    enlarged: ImageQuality
    real: SegmenterScores


class KeptImage(NamedTuple):
    """What stays at full size: RGB [H, W, 3] where `keep`, bool [H, W]."""

    image: Pixels
    keep: Mask


class UpscalingProgress(NamedTuple):
    """After `done` of `total` parts of the work; the pair at full size is there with the last."""

    done: int
    total: int
    pair: ImageLayoutPair | None


@dataclass(frozen=True)
class Upscaler:
    """The network on a device; mean and deviation [3, 1, 1] standardise RGB in [0, 1]."""

    network: UpscalerUNet
    mean: Tensor
    deviation: Tensor
    info: PackInfo
    factor: int
    expected: DetailVariance
    refine_options: RefinementSettings

    def with_steps(self, steps: int) -> Upscaler:
        """The same with so many evaluations."""
        return replace(self, refine_options=replace(self.refine_options, steps=steps))

    def upscale_image(
        self, low_image: Pixels, layout: Pixels, seed: int, kept: KeptImage | None = None
    ) -> Iterator[tuple[int, int, Pixels | None]]:
        """RGB [H, W, 3] at full size from RGB at the low one and the layout at full size, ids with `UNKNOWN`.

        The low picture is taken as it is, also if it was drawn: noise that hides its faults hides more of what is
        right about it. The result depends on these alone, for it is drawn alone: kernels may sum in another order in
        another batch.
        """
        random = SeededNoise([(seed * SEED_MULTIPLIER + 1) % 2**63], self.mean.device)
        height, width = layout.shape
        kept_pixels = np.zeros((height, width, 3), np.uint8) if kept is None else kept.image
        keep = np.zeros((height, width), np.bool_) if kept is None else kept.keep
        x_0, mask = self.standardise(kept_pixels), torch.from_numpy(keep).to(self.mean.device)[None, None]
        noise = random.normal(3, height, width)
        conditioning = self.conditioning(low_image, layout)
        parts = refine(self.network, conditioning, x_0, mask, noise, self.refine_options)
        while True:
            with torch.inference_mode():  # left before each part, as in generation.steps
                part = next(parts, None)
            if part is None:
                return
            drawn = None if part.image is None else np.where(keep[..., None], kept_pixels, self.to_rgb(part.image))
            yield part.done, part.total, drawn

    def conditioning(self, low_image: Pixels, layout: Pixels) -> CoarseInput:
        """What the network is told of a low picture and of the layout."""
        image = self.standardise(low_image)
        ids = torch.from_numpy(np.where(layout == UNKNOWN, len(self.info.classes), layout).astype(np.int64)).to(
            image.device
        )
        u, levels = enlarge_bicubic(image, self.factor), torch.zeros(1, device=image.device)
        return CoarseInput(u, self.expected.detail_scale(u, levels, self.factor), levels, ids[None, None])

    def standardise(self, image: Pixels) -> Tensor:
        """RGB [H, W, 3] as [1, 3, H, W] on the device."""
        rgb = torch.from_numpy(np.array(image)).to(self.mean.device).movedim(-1, 0)[None].float() / 255
        return (rgb - self.mean) / self.deviation

    def to_rgb(self, image: Tensor) -> Pixels:
        """The way back."""
        values = (image[0] * self.deviation + self.mean).clamp(0, 1)
        pixels: Pixels = (values * 255).round().to("cpu", torch.uint8).movedim(0, -1).numpy()
        return pixels


def enlarge_bicubic(image: Tensor, factor: int) -> Tensor:
    """u of the low picture [B, 3, H, W]: bicubic, pixel centres agree."""
    return F.interpolate(image, scale_factor=factor, mode="bicubic", align_corners=False)


def upscaling_steps(upscaler: Upscaler, request: Generate, pair: ImageLayoutPair) -> Iterator[UpscalingProgress]:
    """A request's result at full size, part by part: what it gives at that size in `full` stays bit for bit where the
    request keeps it, and a layout that it does not give is enlarged.
    """
    factor, full = upscaler.factor, request.full or FullSizeInputs()
    layout, kept_image_pixels = enlarge_layout(pair.layout, factor), None
    if full.layout is not None:
        ids = full.layout.pixels()
        kept_layout_pixels = enlarge_mask(kept_layout_mask(request, upscaler.info), factor) & (ids != UNKNOWN)
        layout = np.where(kept_layout_pixels, ids, layout)
    if full.image is not None:
        kept_image_pixels = KeptImage(
            full.image.pixels(), enlarge_mask(kept_image_mask(request, upscaler.info), factor)
        )
    for done, total, image in upscaler.upscale_image(pair.image, layout, request.seed, kept_image_pixels):
        yield UpscalingProgress(done, total, None if image is None else ImageLayoutPair(image, layout))


def enlarge_mask(mask: Mask, factor: int) -> Mask:
    """A mask [H, W] at full size."""
    return mask.repeat(factor, 0).repeat(factor, 1)


def upscaler_from_network(
    network: UpscalerUNet, file: PackFile, device: torch.device, factor: int, expected: DetailVariance
) -> Upscaler:
    """An upscaler from a network, ready to be asked; it takes `STEPS` evaluations."""
    eval_network = (
        network.to(device, torch.bfloat16).to(memory_format=torch.channels_last).eval().requires_grad_(False)
    )
    pixels = file.pixels
    mean, deviation = (torch.tensor(v, device=device)[:, None, None] for v in (pixels.mean, pixels.deviation))
    low = min(-m / d for m, d in zip(pixels.mean, pixels.deviation, strict=True))
    high = max((1 - m) / d for m, d in zip(pixels.mean, pixels.deviation, strict=True))
    return Upscaler(
        eval_network, mean, deviation, file.info, factor, expected, RefinementSettings((low, high), MAX_STEPS)
    )


def build_upscaler_network(classes: int) -> UpscalerUNet:
    """The network with fresh weights, and its schedule."""
    return UpscalerUNet(classes, NoiseSchedule.from_name("cosine"))


def load_upscaler(pack: Pack) -> Upscaler:
    """The upscaler of a pack, on the pack's device. Raises BadPack."""
    return read_upscaler(pack.folder / UPSCALER_FILE, pack.file, pack.device)


def read_upscaler(path: Path, file: PackFile, device: torch.device) -> Upscaler:
    """An upscaler from its file, for a pack. Raises BadPack."""
    metadata, tensors = companion_files.read(path, UpscalerMetadata, TRAIN_UPSCALER_COMMAND)
    companion_files.check_compatible(metadata, path, file)
    network = build_upscaler_network(len(file.info.classes))
    companion_files.load_weights(network, tensors, path)
    return upscaler_from_network(network, file, device, metadata.factor, metadata.expected).with_steps(metadata.steps)


def write_upscaler(path: Path, network: UpscalerUNet, metadata: UpscalerMetadata) -> None:
    """Write a network whose weights are bf16 numbers. Raises BadFile."""
    companion_files.save(
        path, {name: value.to(torch.bfloat16) for name, value in network.state_dict().items()}, metadata
    )
