"""The segmenter's network: a small U-Net from a standardised picture to a logit per class and pixel.

It is made of the blocks of the joint U-Net, whose norms look at one pixel at a time; their condition is a constant.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.network.layers import PixelNorm, PixelUnshuffleConv2d, ResBlock, zero_module

WIDTHS = (64, 128, 192)
BLOCKS = (1, 2, 2)
"""Channels and residual blocks from half the picture's size down to an eighth."""
DROPOUT = 0.05
STRIDE = 2 ** len(WIDTHS)
"""What height and width must be divisible by."""


class SegmenterLevel(nn.Module):
    """Residual blocks at one size."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(ResBlock(a, b, 1, DROPOUT) for a, b in pairwise(sizes))

    def forward(self, x: Tensor) -> Tensor:
        nothing = x.new_zeros(1, 1)
        for block in self.blocks:
            x = block(x, nothing)
        return x


class SegmenterEncoder(nn.Module):
    """The way down: RGB [B, 3, H, W], standardised, sides divisible by `STRIDE`, to maps of what is where."""

    def __init__(self) -> None:
        super().__init__()
        w = WIDTHS
        self.stem = PixelUnshuffleConv2d(3, w[0], 3)
        self.down = nn.ModuleList(SegmenterLevel([w[i]] * (n + 1)) for i, n in enumerate(BLOCKS))
        self.shrink = nn.ModuleList(PixelUnshuffleConv2d(a, b, 1) for a, b in pairwise(w))

    def features(self, image: Tensor) -> list[Tensor]:
        """Maps at half the picture's size, at a quarter, and the deepest at an eighth, [B, `WIDTHS`, h, w]."""
        x = self.stem(image.to(self.stem.weight.dtype).contiguous(memory_format=torch.channels_last))
        found = []
        for i, level in enumerate(self.down):
            x = level(x)
            found.append(x)
            if i < len(self.shrink):
                x = self.shrink[i](x)
        return found


class SegmenterUNet(SegmenterEncoder):
    """RGB [B, 3, H, W], standardised, to logits float32 [B, K, H, W]; sides divisible by `STRIDE`."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        w = WIDTHS
        self.grow = nn.ModuleList(nn.Conv2d(b, 4 * a, 1) for a, b in pairwise(w))
        self.up = nn.ModuleList(SegmenterLevel([2 * w[i]] + [w[i]] * n) for i, n in enumerate(BLOCKS[:-1]))
        self.norm = PixelNorm()
        self.head = zero_module(nn.Conv2d(w[0], 4 * num_classes, 3, padding=1))

    def forward(self, image: Tensor) -> Tensor:
        *skips, x = self.features(image)
        for i in reversed(range(len(self.up))):
            x = F.pixel_shuffle(self.grow[i](x), 2)
            x = self.up[i](torch.cat([x, skips[i]], 1))
        return F.pixel_shuffle(self.head(F.silu(self.norm(x))), 2).float()
