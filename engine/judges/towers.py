"""The two towers of a pack's CLIP pair: open_clip's vision transformer, and its text transformer as packs use it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.network.text import TextConfig, TextTower

PATCH, WIDTH, LAYERS, HEADS = 8, 192, 6, 3
DROPPED = 0.5
"""The share of patches that are left out in training, which then sees nearly twice the pictures  [Li et al. 2023]."""
TEXT = TextConfig(width=WIDTH, layers=2, heads=3, context=48)
STEEPEST = 100.0
"""The largest scale of the cosines  [Radford et al. 2021]."""


class Towers(nn.Module):
    """Standardised pictures of one size, and prompts, to unit vectors [N, WIDTH] whose cosine says how they fit."""

    def __init__(self, height: int, width: int, vocabulary: Sequence[str]) -> None:
        super().__init__()
        from open_clip.transformer import VisionTransformer

        # It takes a pair of sides, whatever its hints say; the mean of all patches is asked, not a token of its own.
        build: type[nn.Module] = VisionTransformer
        self.visual = build(
            image_size=(height, width),
            patch_size=PATCH,
            width=WIDTH,
            layers=LAYERS,
            heads=HEADS,
            mlp_ratio=4.0,
            output_dim=WIDTH,
            patch_dropout=DROPPED,
            pool_type="avg",
            final_ln_after_pool=True,
        )
        self.text = TextTower(TEXT, vocabulary)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    @property
    def scale(self) -> Tensor:
        """What the cosines are multiplied by in the loss."""
        return self.log_scale.exp().clamp(max=STEEPEST)

    def see(self, pictures: Tensor) -> Tensor:
        """float32 [B, WIDTH] of standardised pictures [B, 3, H, W]."""
        return F.normalize(self.visual(pictures).float(), dim=1)

    def read(self, prompts: Sequence[str]) -> Tensor:
        """float32 [B, WIDTH] of prompts."""
        ids = self.text.tokenize(prompts).to(self.log_scale.device)
        return F.normalize(self.text(ids).pooled.float(), dim=1)
