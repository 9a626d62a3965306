"""The two towers of a pack's CLIP pair: a residual network in open_clip's adapter, and packs' text tower."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.network.text import TextConfig, TextTower

VISUAL = "resnet10t"
"""Of timm, 5 M parameters. A vision transformer of that size learns next to nothing from 3,000 frames."""
WIDTH = 192
TEXT = TextConfig(width=WIDTH)
STEEPEST = 100.0
"""The largest scale of the cosines  [Radford et al. 2021]."""


class Towers(nn.Module):
    """Standardised pictures of one size, and prompts, to unit vectors [N, WIDTH] whose cosine says how they fit."""

    def __init__(self, height: int, width: int, vocabulary: Sequence[str]) -> None:
        super().__init__()
        from open_clip.timm_model import TimmModel

        self.visual: nn.Module = TimmModel(VISUAL, WIDTH, image_size=(height, width))
        self.text = TextTower(TEXT, vocabulary)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    @property
    def scale(self) -> Tensor:
        """What the cosines are multiplied by in the loss."""
        return self.log_scale.exp().clamp(max=STEEPEST)

    def features(self, pictures: Tensor) -> Tensor:
        """float32 [B, WIDTH] of standardised pictures [B, 3, H, W], of any length."""
        found: Tensor = self.visual(pictures.contiguous(memory_format=torch.channels_last))
        return found.float()

    def see(self, pictures: Tensor) -> Tensor:
        """The same as unit vectors."""
        return F.normalize(self.features(pictures), dim=1)

    def read(self, prompts: Sequence[str]) -> Tensor:
        """float32 [B, WIDTH] of prompts."""
        ids = self.text.tokenize(prompts).to(self.log_scale.device)
        return F.normalize(self.text(ids).pooled.float(), dim=1)
