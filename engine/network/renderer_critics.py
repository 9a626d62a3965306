"""What a renderer is trained against: heads that judge per position whether features are a photograph's.

They look through fixed random 1×1 projections of the features of a perceptual network [Projected GANs: Sauer et al.
2021], and are given the layout: a head's answer has a part that depends on the classes there [Miyato & Koyama 2018,
projection discriminator], so that the right texture in the wrong class is false. Beside them a decoder reads the
layout from the same features; it is taught by photographs only, and what is rendered must be read as its own layout
[as the class by class judgement of OASIS: Schönfeld et al. 2021].
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from engine.interface.protocol import UNKNOWN

PROJECTED, HIDDEN = 64, 64
DECODER = 64
SLOPE = 0.2


def class_shares(layout: Tensor, classes: int, stride: int) -> Tensor:
    """The share of each class in the cells of a stride, float32 [B, K, H/s, W/s] of ids [B, 1, H, W].

    Ids of K and more, or `UNKNOWN`, are no class: a cell of those alone is zero.
    """
    batch, _, height, width = layout.shape
    known = layout.clamp(max=classes)
    one_hot = torch.zeros((batch, classes + 1, height, width), device=layout.device).scatter_(1, known, 1.0)
    return F.avg_pool2d(one_hot[:, :classes], stride)


class Head(nn.Module):
    """Projected features [B, `PROJECTED`, h, w] and class shares [B, K, h, w] to logits per position [B, 1, h, w]."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.first = spectral_norm(nn.Conv2d(PROJECTED, HIDDEN, 3, padding=1))
        self.second = spectral_norm(nn.Conv2d(HIDDEN, HIDDEN, 3, padding=1))
        self.plain = spectral_norm(nn.Conv2d(HIDDEN, 1, 1))
        self.of_classes = spectral_norm(nn.Conv2d(classes, HIDDEN, 1, bias=False))

    def forward(self, features: Tensor, shares: Sequence[Tensor]) -> list[Tensor]:
        """A logit map under each of several class shares."""
        h = F.leaky_relu(self.first(features), SLOPE)
        h = F.leaky_relu(self.second(h), SLOPE)
        plain = self.plain(h)
        return [plain + (h * self.of_classes(one)).sum(1, keepdim=True) / HIDDEN**0.5 for one in shares]


class RendererCritics(nn.Module):
    """A head for every map of a perceptual network whose maps have these channels and strides."""

    def __init__(self, channels: Sequence[int], strides: Sequence[int], classes: int, scales: Sequence[float]) -> None:
        super().__init__()
        self.classes, self.strides = classes, tuple(strides)
        self.heads = nn.ModuleList(Head(classes) for _ in channels)
        for index, (width, scale) in enumerate(zip(channels, scales, strict=True)):
            weight = torch.randn(PROJECTED, width, 1, 1) / (width**0.5 * scale)
            self.register_buffer(f"projection{index}", weight)

    def projected(self, features: Sequence[Tensor]) -> list[Tensor]:
        """Features after the fixed projections, of unit scale."""
        return [F.conv2d(one.float(), getattr(self, f"projection{index}")) for index, one in enumerate(features)]

    def shares(self, layout: Tensor) -> list[Tensor]:
        """Class shares for every head, of ids [B, 1, H, W]."""
        return [class_shares(layout, self.classes, stride) for stride in self.strides]

    def forward(self, projected: Sequence[Tensor], *layouts: Sequence[Tensor]) -> list[list[Tensor]]:
        """For each of the layouts, whose class shares are given, a logit map [B, 1, h, w] of every head; above 0 is a
        photograph of that layout.
        """
        maps = [head(one, each) for head, one, *each in zip(self.heads, projected, *layouts, strict=True)]
        return [[one[index].float() for one in maps] for index in range(len(layouts))]


class LayoutDecoder(nn.Module):
    """Features, of unit scale, to logits of classes at the finest of their strides, [B, K, H/4, W/4]."""

    def __init__(self, channels: Sequence[int], classes: int, scales: Sequence[float]) -> None:
        super().__init__()
        self.scales = list(scales)
        self.lateral = nn.ModuleList(nn.Conv2d(width, DECODER, 1) for width in channels)
        self.mix = nn.Conv2d(DECODER, DECODER, 3, padding=1)
        self.last = nn.Conv2d(DECODER, classes, 1)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        maps = [
            layer(one.float() / scale) for layer, one, scale in zip(self.lateral, features, self.scales, strict=True)
        ]
        x = maps[-1]
        for finer in reversed(maps[:-1]):
            x = finer + F.interpolate(x, size=finer.shape[2:], mode="bilinear", align_corners=False)
        logits: Tensor = self.last(F.silu(self.mix(F.silu(x))))
        return logits


def layout_loss(logits: Tensor, shares: Tensor) -> Tensor:
    """Cross-entropy against class shares [B, K, h, w], a mean over positions weighted by how much of each is known."""
    per_class = -(F.log_softmax(logits.float(), 1) * shares).sum(1)
    return per_class.sum() / shares.sum().clamp(min=1.0)


def hinge_of_critics(real: Sequence[Tensor], false: Sequence[Tensor]) -> Tensor:
    """What the heads minimise: max(0, 1 - real) + max(0, 1 + false), means over positions and heads."""
    parts = [F.relu(1 - a).mean() + F.relu(1 + b).mean() for a, b in zip(real, false, strict=True)]
    return torch.stack(parts).mean()


def hinge_of_renderer(false: Sequence[Tensor]) -> Tensor:
    """What the renderer minimises: -logit, a mean over positions and heads."""
    return -torch.stack([one.mean() for one in false]).mean()


assert UNKNOWN == 255, "class_shares takes ids of K and more for unknown"
