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

from engine.diffusion.randomness import Randomness
from engine.diffusion.refine import Coarse, Detail, Expected, refine
from engine.diffusion.schedule import Schedule
from engine.generation import Result
from engine.judges import files
from engine.judges.fidelity import Nearness, Seen
from engine.judges.files import Facts
from engine.library import UPSCALER
from engine.network.upscaler import UpscalerUNet
from engine.packs import Pack, PackFile
from engine.protocol import UNKNOWN, Full, Generate, PackInfo, Pixels
from engine.raster import enlarge_layout
from engine.requests import Mask, kept_image, kept_layout

COMMAND = "train-upscaler"
STEPS = 4
"""The most evaluations that a picture takes."""
OTHER_NOISE = 0x2545F4914F6CDD1D
"""A picture's detail is drawn from a seed of its own, not from the noise that the picture was drawn from."""


class UpscalerFacts(Facts, frozen=True, kw_only=True):
    """How many times larger it draws, the variance of the detail that it expects, and in how many evaluations.

    On pictures held out: how near it comes in 1, 2, … evaluations on some, and on all what it, mere enlarging and the
    real pictures come to.
    """

    factor: int
    expected: Expected
    steps: int
    curve: tuple[Nearness, ...]
    upscaled: Nearness
    enlarged: Nearness
    real: Seen


class Given(NamedTuple):
    """What stays at full size: RGB [H, W, 3] where `keep`, bool [H, W]."""

    image: Pixels
    keep: Mask


class Stage(NamedTuple):
    """After `done` of `total` parts of the work; the pair at full size is there with the last."""

    done: int
    total: int
    result: Result | None


@dataclass(frozen=True)
class Upscaler:
    """The network on a device; mean and deviation [3, 1, 1] standardise RGB in [0, 1]."""

    network: UpscalerUNet
    mean: Tensor
    deviation: Tensor
    info: PackInfo
    factor: int
    expected: Expected
    how: Detail

    def in_steps(self, steps: int) -> Upscaler:
        """The same with so many evaluations."""
        return replace(self, how=replace(self.how, steps=steps))

    def picture(
        self, low: Pixels, layout: Pixels, seed: int, given: Given | None = None
    ) -> Iterator[tuple[int, int, Pixels | None]]:
        """RGB [H, W, 3] at full size from RGB at the low one and the layout at full size, ids with `UNKNOWN`.

        The low picture is taken as it is, also if it was drawn: noise that hides its faults hides more of what is
        right about it. The result depends on these alone, for it is drawn alone: kernels may sum in another order in
        another batch.
        """
        random = Randomness([(seed * OTHER_NOISE + 1) % 2**63], self.mean.device)
        height, width = layout.shape
        known = np.zeros((height, width, 3), np.uint8) if given is None else given.image
        keep = np.zeros((height, width), np.bool_) if given is None else given.keep
        x_0, mask = self.standardised(known), torch.from_numpy(keep).to(self.mean.device)[None, None]
        noise = random.normal(3, height, width)
        coarse = self.coarse(low, layout)
        parts = refine(self.network, coarse, x_0, mask, noise, self.how)
        while True:
            with torch.inference_mode():  # left before each part, as in generation.steps
                part = next(parts, None)
            if part is None:
                return
            drawn = None if part.image is None else np.where(keep[..., None], known, self.rgb(part.image))
            yield part.done, part.total, drawn

    def coarse(self, low: Pixels, layout: Pixels) -> Coarse:
        """What the network is told of a low picture and of the layout."""
        image = self.standardised(low)
        ids = torch.from_numpy(np.where(layout == UNKNOWN, len(self.info.classes), layout).astype(np.int64)).to(
            image.device
        )
        u, levels = enlarged(image, self.factor), torch.zeros(1, device=image.device)
        return Coarse(u, self.expected.scale(u, levels, self.factor), levels, ids[None, None])

    def standardised(self, image: Pixels) -> Tensor:
        """RGB [H, W, 3] as [1, 3, H, W] on the device."""
        rgb = torch.from_numpy(np.array(image)).to(self.mean.device).movedim(-1, 0)[None].float() / 255
        return (rgb - self.mean) / self.deviation

    def rgb(self, image: Tensor) -> Pixels:
        """The way back."""
        values = (image[0] * self.deviation + self.mean).clamp(0, 1)
        pixels: Pixels = (values * 255).round().to("cpu", torch.uint8).movedim(0, -1).numpy()
        return pixels


def enlarged(image: Tensor, factor: int) -> Tensor:
    """u of the low picture [B, 3, H, W]: bicubic, pixel centres agree."""
    return F.interpolate(image, scale_factor=factor, mode="bicubic", align_corners=False)


def steps(upscaler: Upscaler, request: Generate, result: Result) -> Iterator[Stage]:
    """A request's result at full size, part by part: what it gives at that size in `full` stays bit for bit where the
    request keeps it, and a layout that it does not give is enlarged.
    """
    factor, full = upscaler.factor, request.full or Full()
    layout, given = enlarge_layout(result.layout, factor), None
    if full.layout is not None:
        ids = full.layout.pixels()
        kept = repeated(kept_layout(request, upscaler.info), factor) & (ids != UNKNOWN)
        layout = np.where(kept, ids, layout)
    if full.image is not None:
        given = Given(full.image.pixels(), repeated(kept_image(request, upscaler.info), factor))
    for done, total, image in upscaler.picture(result.image, layout, request.seed, given):
        yield Stage(done, total, None if image is None else Result(image, layout))


def repeated(mask: Mask, factor: int) -> Mask:
    """A mask [H, W] at full size."""
    return mask.repeat(factor, 0).repeat(factor, 1)


def of(network: UpscalerUNet, file: PackFile, device: torch.device, factor: int, expected: Expected) -> Upscaler:
    """An upscaler from a network, ready to be asked; it takes `STEPS` evaluations."""
    ready = network.to(device, torch.bfloat16).to(memory_format=torch.channels_last).eval().requires_grad_(False)
    pixels = file.pixels
    mean, deviation = (torch.tensor(v, device=device)[:, None, None] for v in (pixels.mean, pixels.deviation))
    low = min(-m / d for m, d in zip(pixels.mean, pixels.deviation, strict=True))
    high = max((1 - m) / d for m, d in zip(pixels.mean, pixels.deviation, strict=True))
    return Upscaler(ready, mean, deviation, file.info, factor, expected, Detail((low, high), STEPS))


def build(classes: int) -> UpscalerUNet:
    """The network with fresh weights, and its schedule."""
    return UpscalerUNet(classes, Schedule.named("cosine"))


def load(pack: Pack) -> Upscaler:
    """The upscaler of a pack, on the pack's device. Raises BadPack."""
    return read(pack.folder / UPSCALER, pack.file, pack.device)


def read(path: Path, file: PackFile, device: torch.device) -> Upscaler:
    """An upscaler from its file, for a pack. Raises BadPack."""
    facts, tensors = files.read(path, UpscalerFacts, COMMAND)
    files.check(facts, path, file)
    network = build(len(file.info.classes))
    files.fill(network, tensors, path)
    return of(network, file, device, facts.factor, facts.expected).in_steps(facts.steps)


def write(path: Path, network: UpscalerUNet, facts: UpscalerFacts) -> None:
    """Write a network whose weights are bf16 numbers. Raises BadFile."""
    files.save(path, {name: value.to(torch.bfloat16) for name, value in network.state_dict().items()}, facts)
