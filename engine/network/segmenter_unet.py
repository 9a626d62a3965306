"""The segmenter's network: a small U-Net from a standardised picture to a logit per class and pixel.

It is made of the blocks of the joint U-Net, with a constant in the place of their condition.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.network.layers import PixelNorm, PixelUnshuffleConv2d, UNetLevel, decode, encode, zero_module

WIDTHS = (64, 128, 192)
BLOCKS = (1, 2, 2)
"""Channels and residual blocks from half the picture's size down to an eighth."""
DROPOUT = 0.05
STRIDE = 2 ** len(WIDTHS)
"""The number by which height and width must be divisible."""


class SegmenterEncoder(nn.Module):
    """The encoder: standardised RGB [B, 3, H, W], with sides divisible by `STRIDE`, to feature maps."""

    def __init__(self) -> None:
        super().__init__()
        w = WIDTHS
        self.stem = PixelUnshuffleConv2d(3, w[0], 3)
        self.down = nn.ModuleList(UNetLevel([w[i]] * (n + 1), 1, DROPOUT) for i, n in enumerate(BLOCKS))
        self.shrink = nn.ModuleList(PixelUnshuffleConv2d(a, b, 1) for a, b in pairwise(w))

    def features(self, image: Tensor) -> list[Tensor]:
        """Maps at half the picture's size, at a quarter, and the deepest at an eighth, [B, `WIDTHS`, h, w]."""
        x = self.stem(image.to(self.stem.weight.dtype).contiguous(memory_format=torch.channels_last))
        return encode(x, self.down, self.shrink, x.new_zeros(1, 1))


class SegmenterUNet(SegmenterEncoder):
    """Standardised RGB [B, 3, H, W], with sides divisible by `STRIDE`, to logits float32 [B, K, H, W]."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        w = WIDTHS
        self.grow = nn.ModuleList(nn.Conv2d(b, 4 * a, 1) for a, b in pairwise(w))
        self.up = nn.ModuleList(UNetLevel([2 * w[i]] + [w[i]] * n, 1, DROPOUT) for i, n in enumerate(BLOCKS[:-1]))
        self.norm = PixelNorm()
        self.head = zero_module(nn.Conv2d(w[0], 4 * num_classes, 3, padding=1))

    def forward(self, image: Tensor) -> Tensor:
        maps = self.features(image)
        x = decode(maps, self.grow, self.up, maps[0].new_zeros(1, 1))
        return F.pixel_shuffle(self.head(F.silu(self.norm(x))), 2).float()
