"""The two towers of a pack's CLIP pair: open_clip's vision transformer on features of the segmenter's encoder, and
its text transformer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.network.segmenter_unet import STRIDE, WIDTHS, SegmenterEncoder
from engine.network.text_tower import TextConfig, TextTower

EMBEDDING_WIDTH, LAYERS, HEADS = 192, 3, 3
TEXT_CONFIG = TextConfig(width=EMBEDDING_WIDTH)
MAX_LOGIT_SCALE = 100.0
"""Largest scale of the cosines in the loss  [Radford et al. 2021]."""


class ClipTowers(nn.Module):
    """Embeds standardised images of one size, and prompts, as unit vectors [N, EMBEDDING_WIDTH] in one space.

    `eye` is the frozen encoder of the pack's segmenter: a vision transformer trained from scratch on a few thousand
    captioned frames learns next to nothing.
    """

    def __init__(self, height: int, width: int, vocabulary: Sequence[str]) -> None:
        super().__init__()
        from open_clip.transformer import VisionTransformer

        self.eye = SegmenterEncoder().requires_grad_(False)
        # The annotations of `image_size` leave out that it may be a pair. Pooling averages the patches.
        build: type[nn.Module] = VisionTransformer
        self.visual = build(
            image_size=(height // STRIDE, width // STRIDE),
            patch_size=1,
            width=EMBEDDING_WIDTH,
            layers=LAYERS,
            heads=HEADS,
            mlp_ratio=4.0,
            output_dim=EMBEDDING_WIDTH,
            pool_type="avg",
            final_ln_after_pool=True,
        )
        # the segmenter's features share a large mean, which would make all patches look alike without the norm
        norm = nn.BatchNorm2d(WIDTHS[-1] + 3, affine=False)
        self.visual.conv1 = nn.Sequential(norm, nn.Conv2d(WIDTHS[-1] + 3, EMBEDDING_WIDTH, 1, bias=False))
        self.text = TextTower(TEXT_CONFIG, vocabulary)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    @property
    def logit_scale(self) -> Tensor:
        """Scale of the cosines in the loss."""
        return self.log_scale.exp().clamp(max=MAX_LOGIT_SCALE)

    def encode_images(self, pictures: Tensor) -> Tensor:
        """Embeds standardised images [B, 3, H, W] as unit vectors float32 [B, EMBEDDING_WIDTH]."""
        deepest = self.eye.features(pictures)[-1]
        colours = F.avg_pool2d(pictures, STRIDE).to(deepest.dtype)
        return F.normalize(self.visual(torch.cat([deepest, colours], 1)).float(), dim=1)

    def encode_texts(self, prompts: Sequence[str]) -> Tensor:
        """Embeds prompts as unit vectors float32 [B, EMBEDDING_WIDTH]."""
        ids = self.text.tokenize(prompts).to(self.log_scale.device)
        return F.normalize(self.text(ids).pooled.float(), dim=1)
