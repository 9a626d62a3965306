"""The renderer's network: a picture as it would look as a photograph at full size, from the base that a pack drew.

One evaluation, no clock: it gets the base enlarged, the layout at full size, one channel of noise, and what of the
full-size picture is kept, and answers with what is to be added to the enlarged base.

- Nothing looks over space or batch but small convolutions: norms are of single pixels. So it sees no further than
  `HALO` pixels, and windows that overlap by that make exactly what the whole would have made.
- The layout comes in at every level, not with the stem alone: a class decides on the texture there
  [as in SPADE: Park et al. 2019, without its norm over space].
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.diffusion.sampling.tiles import MapSlice
from engine.network.layers import PixelNorm, PixelUnshuffleConv2d, zero_module

WIDTHS = (48, 96, 192)
BLOCKS = (1, 1, 3)
"""Channels and residual blocks from half the picture's size down to an eighth; 3.4 GMAC at 128×256."""
LAYOUT = 16
"""Channels of the class embedding."""
STRIDE = 1 << len(WIDTHS)
"""What height and width must be divisible by."""


@dataclass(frozen=True)
class RendererInput:
    """What a picture is rendered from, all at full size.

    base: the base enlarged, standardised [B, 3, H, W]; layout: int64 ids [B, 1, H, W], K where nobody knows the
    class; noise: standard normal [B, 1, H, W]; known: standardised [B, 3, H, W] where keep, bool [B, 1, H, W].
    """

    base: Tensor
    layout: Tensor
    noise: Tensor
    known: Tensor
    keep: Tensor

    def __getitem__(self, cut: MapSlice) -> RendererInput:
        return RendererInput(self.base[cut], self.layout[cut], self.noise[cut], self.known[cut], self.keep[cut])


class LayoutBlock(nn.Module):
    """Two 3×3 convolutions beside a shortcut, scaled and shifted by the classes there; starts as the shortcut."""

    def __init__(self, channels_in: int, channels: int) -> None:
        super().__init__()
        self.norm = PixelNorm()
        self.affine1 = zero_module(nn.Conv2d(LAYOUT, 2 * channels_in, 1))
        self.conv1 = nn.Conv2d(channels_in, channels, 3, padding=1)
        self.affine2 = zero_module(nn.Conv2d(LAYOUT, 2 * channels, 1))
        self.conv2 = zero_module(nn.Conv2d(channels, channels, 3, padding=1))
        self.shortcut = nn.Identity() if channels_in == channels else nn.Conv2d(channels_in, channels, 1)

    def forward(self, x: Tensor, classes: Tensor) -> Tensor:
        """x [B, C, H, W] and the class embedding there, [B, `LAYOUT`, H, W]."""
        h = self.conv1(F.silu(self.modulated(x, self.affine1(classes))))
        h = self.conv2(F.silu(self.modulated(h, self.affine2(classes))))
        return torch.add(self.shortcut(x), h)

    def modulated(self, x: Tensor, affine: Tensor) -> Tensor:
        """x after the norm, scaled and shifted."""
        scale, shift = affine.chunk(2, 1)
        return torch.addcmul(shift, self.norm(x), 1 + scale)


class Level(nn.Module):
    """Residual blocks at one size."""

    def __init__(self, sizes: list[int]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(LayoutBlock(a, b) for a, b in pairwise(sizes))

    def forward(self, x: Tensor, classes: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x, classes)
        return x


class RendererUNet(nn.Module):
    """`RendererInput` to standardised RGB, float32 [B, 3, H, W]; sides divisible by `STRIDE`."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        w = WIDTHS
        self.layout = nn.Embedding(classes, LAYOUT)
        self.stem = PixelUnshuffleConv2d(3 + LAYOUT + 1 + 3 + 1, w[0], 3)
        self.down = nn.ModuleList(Level([w[i]] * (n + 1)) for i, n in enumerate(BLOCKS))
        self.shrink = nn.ModuleList(PixelUnshuffleConv2d(a, b, 1) for a, b in pairwise(w))
        self.grow = nn.ModuleList(nn.Conv2d(b, 4 * a, 1) for a, b in pairwise(w))
        self.up = nn.ModuleList(Level([2 * w[i]] + [w[i]] * n) for i, n in enumerate(BLOCKS[:-1]))
        self.norm = PixelNorm()
        self.head = zero_module(nn.Conv2d(w[0], 4 * 3, 3, padding=1))

    def forward(self, given: RendererInput) -> Tensor:
        kind = self.stem.weight.dtype
        embedded = self.embedded(given.layout).to(kind)
        known = torch.where(given.keep, given.known, 0)
        channels = [given.base, embedded, given.noise, known, given.keep]
        x = self.stem(torch.cat([one.to(kind) for one in channels], 1).contiguous(memory_format=torch.channels_last))
        classes = [F.avg_pool2d(embedded, 2 << level) for level in range(len(self.down))]
        skips = []
        for i, level in enumerate(self.down):
            x = level(x, classes[i])
            if i < len(self.shrink):
                skips.append(x)
                x = self.shrink[i](x)
        for i in reversed(range(len(self.up))):
            x = F.pixel_shuffle(self.grow[i](x), 2)
            x = self.up[i](torch.cat([x, skips[i]], 1), classes[i])
        return given.base + F.pixel_shuffle(self.head(F.silu(self.norm(x))), 2).float()

    def embedded(self, layout: Tensor) -> Tensor:
        """The class embedding [B, `LAYOUT`, H, W] of ids; that of an unknown class is the mean of all."""
        rows = torch.cat([self.layout.weight, self.layout.weight.mean(0, keepdim=True)])
        return F.embedding(layout.squeeze(1), rows).movedim(-1, 1)


def _halo() -> int:
    """How far the network sees, in pixels, rounded up to the stride: 1 per 3×3 convolution at its own scale."""
    seen = 2 + 2  # stem and head, at half the size
    for index, blocks in enumerate(BLOCKS):
        sides = 1 if index == len(BLOCKS) - 1 else 2  # down and up
        seen += (2 << index) * 2 * blocks * sides
    seen += STRIDE  # what shares a cell of the coarsest level
    return -(-seen // STRIDE) * STRIDE


HALO = _halo()
"""The reach of the network in pixels: windows overlap by it."""
