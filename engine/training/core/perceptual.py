"""What training compares pictures by: features of a network taught on ImageNet that stays as it is.

It is EfficientNet-Lite0, the network that Projected GANs look through [Sauer et al. 2021]. Lite2, by which pictures
are judged, has no place here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.network.efficientnet_lite import load_stages, standardised


class PerceptualNetwork(Protocol):
    """Features of pictures RGB [B, 3, H, W] in [0, 1]: a map [B, C, H/s, W/s] for every stride s.

    Gradients pass through to the picture; the network has nothing to learn.
    """

    strides: tuple[int, ...]
    channels: tuple[int, ...]

    def __call__(self, image: Tensor) -> list[Tensor]: ...


class Lite0(nn.Module):
    """EfficientNet-Lite0 as a `PerceptualNetwork`: the ends of its stages.

    The finest, at stride 2, comes last: it sees the grain of a picture, in which no layout is read.
    """

    strides: tuple[int, ...] = (4, 8, 16, 32, 2)
    channels: tuple[int, ...] = (24, 40, 112, 320, 16)

    def __init__(self, stages: nn.Module) -> None:
        super().__init__()
        self.stages = stages

    def forward(self, image: Tensor) -> list[Tensor]:
        """See `PerceptualNetwork`."""
        finest, *others = self.stages(standardised(image))
        return [*others, finest]


def load_lite0(device: torch.device) -> Lite0:
    """Lite0 from the extra `train`. Raises BadConfig if that is not installed or holds other weights."""
    return Lite0(load_stages(0, device))


def feature_scales(network: PerceptualNetwork, images: Tensor) -> list[float]:
    """The RMS of the features of some real pictures, for each stride: what makes their differences comparable."""
    with torch.no_grad():
        return [float(one.float().square().mean().sqrt()) for one in network(images)]


def perceptual_distance(one: Sequence[Tensor], other: Sequence[Tensor], scales: Sequence[float]) -> Tensor:
    """The mean absolute difference of features over their scale, a mean over the strides."""
    parts = [F.l1_loss(a.float(), b.float()) / scale for a, b, scale in zip(one, other, scales, strict=True)]
    return torch.stack(parts).mean()
