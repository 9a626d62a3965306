"""The upscaler's network: what detail a picture has at full size, from the same at a low size and the full layout.

How it is made for few evaluations (diffusion/refine.py has the process):
- It says v of the *detail*, the full picture less the enlarged low one, at unit scale: nothing of what is known
  already has to be carried through it.
- At clock T it is shown no detail at all, as the joint U-Net: its first evaluation is a plain regression.
- It is told how noisy the enlarged picture is (conditioning augmentation: Ho et al. 2022, cascaded diffusion). Trained
  on pictures with noise of any deviation up to `LOUDEST`, it does not take the faults of a low picture for truth.
- It has nothing but small convolutions and norms of single pixels: no attention, no statistics over space. So it can
  learn from crops, and it sees no further than `halo` pixels, which is what lets tiles be exactly the whole.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.sampling.refinement import CoarseInput
from engine.network.joint_unet import LOG_SNR_SCALE
from engine.network.layers import PixelNorm, PixelUnshuffleConv2d, ResBlock, sinusoidal_embedding, zero_module

WIDTHS = (48, 96, 160)
BLOCKS = (1, 1, 2)
"""Channels and residual blocks from half the picture's size down to an eighth; 2.6 GMAC at 128×256."""
CONDITION_CHANNELS = 128
LAYOUT_CHANNELS = 8
DROPOUT = 0.0
MAX_NOISE_STD = 0.5
"""The largest deviation of the noise in the low picture, which has unit scale."""
STRIDE = 1 << len(WIDTHS)


class UpscalerLevel(nn.Module):
    """Residual blocks at one size."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(ResBlock(a, b, CONDITION_CHANNELS, DROPOUT) for a, b in pairwise(sizes))

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x, c)
        return x


class UpscalerUNet(nn.Module):
    """A `Refiner` for K classes."""

    stride = STRIDE

    def __init__(self, num_classes: int, schedule: NoiseSchedule) -> None:
        super().__init__()
        self.schedule, self.halo = schedule, receptive_radius()
        w = WIDTHS
        self.layout = nn.Embedding(num_classes, LAYOUT_CHANNELS)
        self.stem = PixelUnshuffleConv2d(3 + 1 + 3 + 1 + LAYOUT_CHANNELS, w[0], 3)
        self.condition = nn.Sequential(
            nn.Linear(2 * 32, CONDITION_CHANNELS), nn.SiLU(), nn.Linear(CONDITION_CHANNELS, CONDITION_CHANNELS)
        )
        self.down = nn.ModuleList(UpscalerLevel([w[i]] * (n + 1)) for i, n in enumerate(BLOCKS))
        self.shrink = nn.ModuleList(PixelUnshuffleConv2d(a, b, 1) for a, b in pairwise(w))
        self.grow = nn.ModuleList(nn.Conv2d(b, 4 * a, 1) for a, b in pairwise(w))
        self.up = nn.ModuleList(UpscalerLevel([2 * w[i]] + [w[i]] * n) for i, n in enumerate(BLOCKS[:-1]))
        self.norm = PixelNorm()
        self.head = zero_module(nn.Conv2d(w[0], 4 * 3, 3, padding=1))

    def forward(self, detail: Tensor, given: Tensor, t: Tensor, coarse: CoarseInput) -> Tensor:
        """v, float32 [B, 3, H, W]; sides divisible by `STRIDE`."""
        conditioning = torch.stack(
            [self.schedule.log_snr(t) / LOG_SNR_SCALE, coarse.noise_std / MAX_NOISE_STD * 2 - 1], 1
        )
        c = F.silu(self.condition(sinusoidal_embedding(conditioning, 32).flatten(1).to(self.stem.weight.dtype)))
        x = self.stem(self.stem_input(detail, given, t, coarse))
        skips = []
        for i, level in enumerate(self.down):
            x = level(x, c)
            if i < len(self.shrink):
                skips.append(x)
                x = self.shrink[i](x)
        for i in reversed(range(len(self.up))):
            x = F.pixel_shuffle(self.grow[i](x), 2)
            x = self.up[i](torch.cat([x, skips[i]], 1), c)
        return F.pixel_shuffle(self.head(F.silu(self.norm(x))), 2).float()

    def stem_input(self, detail: Tensor, given: Tensor, t: Tensor, coarse: CoarseInput) -> Tensor:
        """All channels that the stem sees, [B, C, H, W]; an unknown class is the mean of all."""
        shown = given | (t < self.schedule.max_clock)[:, None, None, None]
        rows = torch.cat([self.layout.weight, self.layout.weight.mean(0, keepdim=True)])
        ids = F.embedding(coarse.layout.squeeze(1), rows).movedim(-1, 1)
        channels = [torch.where(shown, detail, 0), given, coarse.image, coarse.detail_scale.log(), ids]
        whole = torch.cat([channel.to(self.stem.weight.dtype) for channel in channels], 1)
        return whole.contiguous(memory_format=torch.channels_last)


def receptive_radius() -> int:
    """How far the network sees, in pixels, rounded up to the stride: 1 per 3×3 convolution at its own scale."""
    radius = 2 + 2  # stem and head, at half the size
    for index, blocks in enumerate(BLOCKS):
        sides = 1 if index == len(BLOCKS) - 1 else 2  # down and up
        radius += (2 << index) * 2 * blocks * sides
    radius += STRIDE  # what shares a cell of the coarsest level
    return -(-radius // STRIDE) * STRIDE
