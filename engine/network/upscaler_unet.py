"""The upscaler's network: the detail of a picture at full size, from the picture at a low size and the full layout.

It is designed for few evaluations; `diffusion.sampling.refinement` holds the process.
- It predicts v of the *detail*, the full picture less the enlarged low one, at unit scale: nothing already known has
  to be carried through it.
- At clock T it is fed no detail at all, as the joint U-Net: its first evaluation is a plain regression.
- It is conditioned on the noise level of the enlarged picture  [conditioning augmentation: Ho et al. 2022]. Trained on
  pictures with noise of any standard deviation up to `MAX_NOISE_STD`, it does not take the faults of a low picture for
  detail.
- It has only small convolutions and norms over single pixels: no attention, no statistics over space. So it can learn
  from crops, and its receptive field is `halo` pixels wide on each side, which lets tiles reproduce the whole exactly.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.sampling.refinement import CoarseInput
from engine.network.joint_unet import LOG_SNR_SCALE
from engine.network.layers import (
    PixelNorm,
    PixelUnshuffleConv2d,
    UNetLevel,
    decode,
    encode,
    sinusoidal_embedding,
    zero_module,
)

WIDTHS = (48, 96, 160)
BLOCKS = (1, 1, 2)
"""Channels and residual blocks from half the picture's size down to an eighth; 2.6 GMAC at 128×256."""
CONDITION_CHANNELS = 128
LAYOUT_CHANNELS = 8
DROPOUT = 0.0
MAX_NOISE_STD = 0.5
"""The largest standard deviation of the noise in the low picture, which has unit scale."""
STRIDE = 1 << len(WIDTHS)


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
        self.down = nn.ModuleList(
            UNetLevel([w[i]] * (n + 1), CONDITION_CHANNELS, DROPOUT) for i, n in enumerate(BLOCKS)
        )
        self.shrink = nn.ModuleList(PixelUnshuffleConv2d(a, b, 1) for a, b in pairwise(w))
        self.grow = nn.ModuleList(nn.Conv2d(b, 4 * a, 1) for a, b in pairwise(w))
        self.up = nn.ModuleList(
            UNetLevel([2 * w[i]] + [w[i]] * n, CONDITION_CHANNELS, DROPOUT) for i, n in enumerate(BLOCKS[:-1])
        )
        self.norm = PixelNorm()
        self.head = zero_module(nn.Conv2d(w[0], 4 * 3, 3, padding=1))

    def forward(self, detail: Tensor, given: Tensor, t: Tensor, coarse: CoarseInput) -> Tensor:
        """v, float32 [B, 3, H, W]; sides divisible by `STRIDE`."""
        conditioning = torch.stack(
            [self.schedule.log_snr(t) / LOG_SNR_SCALE, coarse.noise_std / MAX_NOISE_STD * 2 - 1], 1
        )
        c = F.silu(self.condition(sinusoidal_embedding(conditioning, 32).flatten(1).to(self.stem.weight.dtype)))
        x = self.stem(self.stem_input(detail, given, t, coarse))
        x = decode(encode(x, self.down, self.shrink, c), self.grow, self.up, c)
        return F.pixel_shuffle(self.head(F.silu(self.norm(x))), 2).float()

    def stem_input(self, detail: Tensor, given: Tensor, t: Tensor, coarse: CoarseInput) -> Tensor:
        """All input channels of the stem, [B, C, H, W]; an unknown class is embedded as the mean of all."""
        shown = given | (t < self.schedule.max_clock)[:, None, None, None]
        rows = torch.cat([self.layout.weight, self.layout.weight.mean(0, keepdim=True)])
        ids = F.embedding(coarse.layout.squeeze(1), rows).movedim(-1, 1)
        channels = [torch.where(shown, detail, 0), given, coarse.image, coarse.detail_scale.log(), ids]
        whole = torch.cat([channel.to(self.stem.weight.dtype) for channel in channels], 1)
        return whole.contiguous(memory_format=torch.channels_last)


def receptive_radius() -> int:
    """The reach of the receptive field in pixels, rounded up to the stride: 1 per 3×3 convolution at its own scale."""
    radius = 2 + 2  # stem and head, at half the size
    for index, blocks in enumerate(BLOCKS):
        sides = 1 if index == len(BLOCKS) - 1 else 2  # down and up
        radius += (2 << index) * 2 * blocks * sides
    radius += STRIDE  # pixels that share a cell of the coarsest level
    return -(-radius // STRIDE) * STRIDE
