"""The building blocks of the U-Nets, whose norms are taken over the channels of one pixel at a time.

A norm over space, such as nn.GroupNorm, ties all pixels together: in channels_last bf16 its result depends on the
batch, and a picture made in windows would show their edges. RMS over the channels of a pixel does neither.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

HEAD_CHANNELS = 64
"""Of each head of attention."""


class PixelNorm(nn.Module):
    """x / rms(x) over the channels of each pixel, [B, C, H, W], without parameters."""

    def forward(self, x: Tensor) -> Tensor:
        return x * self.inverse_rms(x)

    def inverse_rms(self, x: Tensor) -> Tensor:
        """1 / rms(x), [B, 1, H, W], in x's type; torch sums in float32 without copying x."""
        length = torch.linalg.vector_norm(x, dim=1, keepdim=True)
        return torch.rsqrt(length.float().square() / x.shape[1] + 1e-6).to(x.dtype)


class AdaptivePixelNorm(nn.Module):
    """PixelNorm, then a scale and a shift from a condition vector [B, D]  [AdaGN: Dhariwal & Nichol 2021]."""

    def __init__(self, channels: int, condition: int) -> None:
        super().__init__()
        self.norm = PixelNorm()
        self.affine = nn.Linear(condition, 2 * channels)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        affine: Tensor = self.affine(c)[:, :, None, None]
        scale, shift = affine.chunk(2, 1)
        return torch.addcmul(shift, self.norm(x), 1 + scale)


class ResBlock(nn.Module):
    """Two modulated 3×3 convolutions beside a shortcut; at initialisation it is the shortcut."""

    def __init__(self, channels_in: int, channels: int, condition: int, dropout: float) -> None:
        super().__init__()
        self.modulate1 = AdaptivePixelNorm(channels_in, condition)
        self.conv1 = nn.Conv2d(channels_in, channels, 3, padding=1)
        self.modulate2 = AdaptivePixelNorm(channels, condition)
        self.dropout = nn.Dropout(dropout)
        self.conv2 = zero_module(nn.Conv2d(channels, channels, 3, padding=1))
        self.shortcut = nn.Identity() if channels_in == channels else nn.Conv2d(channels_in, channels, 1)

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.modulate1(x, c)))
        h = self.conv2(self.dropout(F.silu(self.modulate2(h, c))))
        return torch.add(self.shortcut(x), h)


class SpatialTransformer(nn.Module):
    """Self-attention over the pixels, cross-attention to the text and an MLP; at initialisation the identity."""

    def __init__(self, channels: int, condition: int, token_width: int, head_channels: int = HEAD_CHANNELS) -> None:
        super().__init__()
        self.heads = channels // head_channels
        self.modulate1, self.modulate2 = AdaptivePixelNorm(channels, condition), AdaptivePixelNorm(channels, condition)
        self.norm = PixelNorm()
        self.qkv = nn.Linear(channels, 3 * channels)
        self.query = nn.Linear(channels, channels)
        self.key_value = nn.Linear(token_width, 2 * channels)
        self.self_out, self.cross_out = (zero_module(nn.Linear(channels, channels)) for _ in range(2))
        self.mlp_in = nn.Linear(channels, 4 * channels)
        self.mlp_out = zero_module(nn.Linear(4 * channels, channels))

    def forward(self, x: Tensor, c: Tensor, tokens: Tensor, mask: Tensor) -> Tensor:
        """x [B, C, H, W], c [B, D], tokens [B, L, E], mask bool [B, L] with one true entry at least."""
        height, width = x.shape[2:]
        q, k, v = self.qkv(map_to_tokens(self.modulate1(x, c) + position_embedding(x))).chunk(3, -1)
        x = torch.add(x, tokens_to_map(self.self_out(self.attend(q, k, v)), height, width))
        k, v = self.key_value(tokens).chunk(2, -1)
        q = self.query(map_to_tokens(self.norm(x)))
        x = torch.add(x, tokens_to_map(self.cross_out(self.attend(q, k, v, mask[:, None, None])), height, width))
        h = self.mlp_out(F.gelu(self.mlp_in(map_to_tokens(self.modulate2(x, c)))))
        return torch.add(x, tokens_to_map(h, height, width))

    def attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None = None) -> Tensor:
        """Multi-head attention of q [B, N, C] to k and v [B, M, C], where the mask is true."""
        q, k, v = (t.reshape(*t.shape[:2], self.heads, -1).transpose(1, 2) for t in (q, k, v))
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).flatten(2)


class PixelUnshuffleConv2d(nn.Conv2d):
    """A k×k convolution of pixel_unshuffle(x, 2), [B, C, H, W] to [B, D, H/2, W/2].

    It is computed as a convolution of stride 2 with a kernel of 2k×2k, because torch unshuffles slowly.
    """

    def __init__(self, channels: int, out: int, size: int) -> None:
        super().__init__(4 * channels, out, size)

    def forward(self, x: Tensor) -> Tensor:
        (out, four, size, _), channels = self.weight.shape, x.shape[1]
        kernel = self.weight.reshape(out, four // 4, 2, 2, size, size).permute(0, 4, 2, 5, 3, 1)
        kernel = kernel.reshape(out, 2 * size, 2 * size, channels).permute(0, 3, 1, 2)
        return F.conv2d(x, kernel, self.bias, stride=2, padding=size - 1)


class UNetLevel(nn.Module):
    """Residual blocks at one size, with the channels before, between and after them."""

    def __init__(self, channels: Sequence[int], condition: int, dropout: float) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(ResBlock(a, b, condition, dropout) for a, b in pairwise(channels))

    def forward(self, x: Tensor, c: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x, c)
        return x


def encode(x: Tensor, down: nn.ModuleList, shrink: nn.ModuleList, *conditions: object) -> list[Tensor]:
    """The feature maps of a U-Net's levels from the finest to the coarsest; `shrink` halves the size between them."""
    maps = []
    for index, level in enumerate(down):
        x = level(shrink[index - 1](x) if index else x, *conditions)
        maps.append(x)
    return maps


def decode(maps: Sequence[Tensor], grow: nn.ModuleList, up: nn.ModuleList, *conditions: object) -> Tensor:
    """The finest features of a U-Net from the maps of its encoder; `grow` makes the channels to double the size."""
    *skips, x = maps
    for index in reversed(range(len(skips))):
        x = F.pixel_shuffle(grow[index](x), 2)
        x = up[index](torch.cat([x, skips[index]], 1), *conditions)
    return x


def zero_module(layer: nn.Conv2d | nn.Linear) -> nn.Module:
    """The layer with all weights at zero, so that the branch it ends contributes nothing at initialisation."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def map_to_tokens(x: Tensor) -> Tensor:
    """[B, C, H, W] as [B, H·W, C]."""
    return x.flatten(2).transpose(1, 2)


def tokens_to_map(tokens: Tensor, height: int, width: int) -> Tensor:
    """[B, H·W, C] as [B, C, H, W]."""
    return tokens.transpose(1, 2).reshape(tokens.shape[0], tokens.shape[2], height, width)


def position_embedding(x: Tensor) -> Tensor:
    """Sine features [1, C, H, W] of each pixel's place, as shares of the height and the width."""
    channels, height, width = x.shape[1:]
    frequency = torch.arange(channels // 4, device=x.device) / 2 + 0.5
    rows = (torch.arange(height, device=x.device) + 0.5) / height
    columns = (torch.arange(width, device=x.device) + 0.5) / width
    vertical = (rows[:, None] * frequency * math.pi)[:, None].expand(height, width, -1)
    horizontal = (columns[:, None] * frequency * math.pi)[None].expand(height, width, -1)
    features = torch.cat([vertical.sin(), vertical.cos(), horizontal.sin(), horizontal.cos()], -1)
    return features.permute(2, 0, 1)[None].to(x.dtype)


def sinusoidal_embedding(values: Tensor, channels: int) -> Tensor:
    """Sine features [B, N, channels] of numbers in [-1, 1], [B, N]."""
    frequency = torch.exp(torch.linspace(0, math.log(200), channels // 2, device=values.device))
    angle = values[..., None].float() * frequency
    return torch.cat([angle.sin(), angle.cos()], -1)
