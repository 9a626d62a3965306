"""A pack's upscaler: a pair that the pack drew, or a photograph, at full size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, NamedTuple, Protocol

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.sampling.randomness import SeededNoise
from engine.diffusion.sampling.refinement import CoarseInput, DetailVariance, RefinementSettings, refine
from engine.evaluators.quality import ImageQuality
from engine.interface.kept_masks import Mask
from engine.interface.pack_catalogue import UPSCALER_FILE
from engine.interface.pack_fields import UpscaleFactor
from engine.interface.protocol import UNKNOWN, FullSizeInputs, PackInfo, Pixels
from engine.interface.raster import enlarge_layout
from engine.network.upscaler_unet import UpscalerUNet
from engine.packs import companion_files
from engine.packs.companion_files import SegmenterScores, WeightsMetadata
from engine.packs.pack import Pack
from engine.packs.pack_config import PackFile
from engine.packs.pixel_standardisation import PixelStandardisation
from engine.requests.batch_snapshot import ImageLayoutPair
from engine.requests.resolved_request import ResolvedRequest

TRAIN_UPSCALER_COMMAND = "train-upscaler"
MAX_STEPS = 4
"""The most evaluations of the network for one picture."""
SEED_MULTIPLIER = 0x2545F4914F6CDD1D
"""Turns a picture's seed into that of its detail, so that both are drawn from different noise."""


class UpscalerMetadata(WeightsMetadata, frozen=True, kw_only=True):
    """The factor of an upscaler, the variance of the detail that it expects, and its number of evaluations.

    Measured on held-out pictures: `curve` on some of them, in 1, 2, … evaluations; on all of them `upscaled`, the
    quality of its results, `enlarged`, that of bicubic interpolation, and `real`, the scores of the real pictures.
    """

    factor: UpscaleFactor
    expected: DetailVariance
    steps: Annotated[int, msgspec.Meta(ge=1, le=MAX_STEPS)]
    curve: tuple[ImageQuality, ...]
    upscaled: ImageQuality
    enlarged: ImageQuality
    real: SegmenterScores


class KeptImage(NamedTuple):
    """Pixels kept at full size: those of RGB [H, W, 3] where `keep`, bool [H, W]."""

    image: Pixels
    keep: Mask


class UpscalingProgress(NamedTuple):
    """The state after `done` of `total` parts of the work; the last one holds the pair at full size."""

    done: int
    total: int
    pair: ImageLayoutPair | None


class ImageEnlarger(Protocol):
    """What brings an image to full size: an upscaler, or a renderer (rendering.py)."""

    @property
    def info(self) -> PackInfo: ...

    @property
    def factor(self) -> int: ...

    def upscale_image(
        self, low_image: Pixels, layout: Pixels, seed: int, kept: KeptImage | None = None
    ) -> Iterator[tuple[int, int, Pixels | None]]:
        """Yields (parts done, parts in total, the image with the last part); see `Upscaler.upscale_image`."""


@dataclass(frozen=True)
class Upscaler:
    """The network, with the standardisation of its pixels, on one device."""

    network: UpscalerUNet
    standardisation: PixelStandardisation
    info: PackInfo
    factor: int
    expected: DetailVariance
    refine_options: RefinementSettings

    def with_steps(self, steps: int) -> Upscaler:
        """This upscaler with another number of evaluations."""
        return replace(self, refine_options=replace(self.refine_options, steps=steps))

    def upscale_image(
        self, low_image: Pixels, layout: Pixels, seed: int, kept: KeptImage | None = None
    ) -> Iterator[tuple[int, int, Pixels | None]]:
        """Yields (parts done, parts in total, None), and with the last part RGB [H, W, 3] at full size.

        `low_image` is RGB at the pack's size; `layout` holds ids at full size, `UNKNOWN` included. No noise is added
        to the low image, even if it was generated: noise would hide more of its detail than of its faults. Each
        picture is a batch of its own, as kernels may sum in another order in larger ones.
        """
        random = SeededNoise([(seed * SEED_MULTIPLIER + 1) % 2**63], self.device)
        height, width = layout.shape
        kept_pixels = np.zeros((height, width, 3), np.uint8) if kept is None else kept.image
        keep = np.zeros((height, width), np.bool_) if kept is None else kept.keep
        x_0, mask = self.standardise(kept_pixels), torch.from_numpy(keep).to(self.device)[None, None]
        noise = random.normal(3, height, width)
        conditioning = self.conditioning(low_image, layout)
        parts = refine(self.network, conditioning, x_0, mask, noise, self.refine_options)
        while True:
            with torch.inference_mode():  # ends before each part is yielded, as in generation.sample_batch
                part = next(parts, None)
            if part is None:
                return
            drawn = (
                None
                if part.image is None
                else np.where(keep[..., None], kept_pixels, self.standardisation.to_pixels(part.image[0]))
            )
            yield part.done, part.total, drawn

    def conditioning(self, low_image: Pixels, layout: Pixels) -> CoarseInput:
        """The network's conditioning on a picture at the pack's size and a layout at full size."""
        image = self.standardise(low_image)
        ids = torch.from_numpy(np.where(layout == UNKNOWN, len(self.info.classes), layout).astype(np.int64)).to(
            image.device
        )
        u, levels = enlarge_bicubic(image, self.factor), torch.zeros(1, device=image.device)
        return CoarseInput(u, self.expected.detail_scale(u, levels, self.factor), levels, ids[None, None])

    def standardise(self, image: Pixels) -> Tensor:
        """Standardised [1, 3, H, W] on the device from RGB [H, W, 3]."""
        return self.standardisation.standardise_pixels(np.array(image)[None])

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return self.standardisation.device


def enlarge_bicubic(image: Tensor, factor: int) -> Tensor:
    """Pictures [B, 3, H, W] enlarged by bicubic interpolation; pixel centres agree."""
    return F.interpolate(image, scale_factor=factor, mode="bicubic", align_corners=False)


def upscaling_steps(
    enlarger: ImageEnlarger, resolved: ResolvedRequest, pair: ImageLayoutPair
) -> Iterator[UpscalingProgress]:
    """The pair drawn for a request at full size, part by part.

    What the request gives at full size comes back bit for bit where it is kept; any other layout is enlarged.
    """
    factor, full = enlarger.factor, resolved.request.full or FullSizeInputs()
    layout, kept_image = enlarge_layout(pair.layout, factor), None
    if full.layout is not None:
        ids = full.layout.pixels()
        keep = enlarge_mask(resolved.kept.keep_layout, factor) & (ids != UNKNOWN)
        layout = np.where(keep, ids, layout)
    if full.image is not None:
        kept_image = KeptImage(full.image.pixels(), enlarge_mask(resolved.kept.keep_image, factor))
    for done, total, image in enlarger.upscale_image(pair.image, layout, resolved.request.seed, kept_image):
        yield UpscalingProgress(done, total, None if image is None else ImageLayoutPair(image, layout))


def enlarge_mask(mask: Mask, factor: int) -> Mask:
    """A mask [H, W] at `factor` times its size."""
    return mask.repeat(factor, 0).repeat(factor, 1)


def upscaler_from_network(
    network: UpscalerUNet, file: PackFile, device: torch.device, factor: int, expected: DetailVariance
) -> Upscaler:
    """An upscaler that runs a network in bf16 on a device, in `MAX_STEPS` evaluations."""
    eval_network = (
        network.to(device, torch.bfloat16).to(memory_format=torch.channels_last).eval().requires_grad_(False)
    )
    standardisation = PixelStandardisation.from_config(file.pixels, device)
    options = RefinementSettings(file.pixels.limits, MAX_STEPS)
    return Upscaler(eval_network, standardisation, file.info, factor, expected, options)


def build_upscaler_network(classes: int) -> UpscalerUNet:
    """The network with its schedule and initial weights."""
    return UpscalerUNet(classes, NoiseSchedule.from_name("cosine"))


def load_upscaler(pack: Pack) -> Upscaler:
    """The upscaler of a pack, on the pack's device. Raises BadPack."""
    return read_upscaler(pack.folder / UPSCALER_FILE, pack.file, pack.device)


def read_upscaler(path: Path, file: PackFile, device: torch.device) -> Upscaler:
    """The upscaler in a file, for the pack that `file` describes. Raises BadPack."""
    metadata, tensors = companion_files.read(path, UpscalerMetadata, TRAIN_UPSCALER_COMMAND)
    companion_files.check_compatible(metadata, path, file)
    network = build_upscaler_network(len(file.info.classes))
    companion_files.load_weights(network, tensors, path)
    return upscaler_from_network(network, file, device, metadata.factor, metadata.expected).with_steps(metadata.steps)


def write_upscaler(path: Path, network: UpscalerUNet, metadata: UpscalerMetadata) -> None:
    """Write a network in bf16 with its metadata. Raises BadFile."""
    companion_files.save(
        path, {name: value.to(torch.bfloat16) for name, value in network.state_dict().items()}, metadata
    )
