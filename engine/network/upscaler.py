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

from engine.diffusion.refine import Coarse
from engine.diffusion.schedule import Schedule
from engine.network.layers import Halve, PixelNorm, ResBlock, wave, zeroed
from engine.network.unet import LOG_SNR_SCALE

WIDTHS = (48, 96, 160)
BLOCKS = (1, 1, 2)
"""Channels and residual blocks from half the picture's size down to an eighth; 2.6 GMAC at 128×256."""
CONDITION = 128
LAYOUT = 8
DROPOUT = 0.0
LOUDEST = 0.5
"""The largest deviation of the noise in the low picture, which has unit scale."""
STRIDE = 1 << len(WIDTHS)


class Level(nn.Module):
    """Residual blocks at one size."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(ResBlock(a, b, CONDITION, DROPOUT) for a, b in pairwise(sizes))

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x, c)
        return x


class UpscalerUNet(nn.Module):
    """A `Refiner` for K classes."""

    stride = STRIDE

    def __init__(self, classes: int, schedule: Schedule) -> None:
        super().__init__()
        self.schedule, self.halo = schedule, reach()
        w = WIDTHS
        self.layout = nn.Embedding(classes, LAYOUT)
        self.stem = Halve(3 + 1 + 3 + 1 + LAYOUT, w[0], 3)
        self.condition = nn.Sequential(nn.Linear(2 * 32, CONDITION), nn.SiLU(), nn.Linear(CONDITION, CONDITION))
        self.down = nn.ModuleList(Level([w[i]] * (n + 1)) for i, n in enumerate(BLOCKS))
        self.shrink = nn.ModuleList(Halve(a, b, 1) for a, b in pairwise(w))
        self.grow = nn.ModuleList(nn.Conv2d(b, 4 * a, 1) for a, b in pairwise(w))
        self.up = nn.ModuleList(Level([2 * w[i]] + [w[i]] * n) for i, n in enumerate(BLOCKS[:-1]))
        self.norm = PixelNorm()
        self.head = zeroed(nn.Conv2d(w[0], 4 * 3, 3, padding=1))

    def forward(self, detail: Tensor, given: Tensor, t: Tensor, coarse: Coarse) -> Tensor:
        """v, float32 [B, 3, H, W]; sides divisible by `STRIDE`."""
        told = torch.stack([self.schedule.log_snr(t) / LOG_SNR_SCALE, coarse.level / LOUDEST * 2 - 1], 1)
        c = F.silu(self.condition(wave(told, 32).flatten(1).to(self.stem.weight.dtype)))
        x = self.stem(self.inputs(detail, given, t, coarse))
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

    def inputs(self, detail: Tensor, given: Tensor, t: Tensor, coarse: Coarse) -> Tensor:
        """All channels that the stem sees, [B, C, H, W]; an unknown class is the mean of all."""
        shown = given | (t < self.schedule.clocks)[:, None, None, None]
        rows = torch.cat([self.layout.weight, self.layout.weight.mean(0, keepdim=True)])
        ids = F.embedding(coarse.layout.squeeze(1), rows).movedim(-1, 1)
        channels = [torch.where(shown, detail, 0), given, coarse.image, coarse.scale.log(), ids]
        whole = torch.cat([channel.to(self.stem.weight.dtype) for channel in channels], 1)
        return whole.contiguous(memory_format=torch.channels_last)


def reach() -> int:
    """How far the network sees, in pixels, rounded up to the stride: 1 per 3×3 convolution at its own scale."""
    seen = 2 + 2  # stem and head, at half the size
    for index, blocks in enumerate(BLOCKS):
        sides = 1 if index == len(BLOCKS) - 1 else 2  # down and up
        seen += (2 << index) * 2 * blocks * sides
    seen += STRIDE  # what shares a cell of the coarsest level
    return -(-seen // STRIDE) * STRIDE
