"""The two towers of a pack's CLIP pair: open_clip's vision transformer on what the pack's segmenter sees, and its text
transformer as packs use it.
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
"""The largest scale of the cosines  [Radford et al. 2021]."""


class ClipTowers(nn.Module):
    """Standardised pictures of one size, and prompts, to unit vectors [N, WIDTH] whose cosine says how they fit.


    `eye` is the first half of the pack's segmenter, and stays what it is: from a few thousand frames with captions a
    transformer that begins with nothing learns next to nothing.
    """

    def __init__(self, height: int, width: int, vocabulary: Sequence[str]) -> None:
        super().__init__()
        from open_clip.transformer import VisionTransformer

        self.eye = SegmenterEncoder().requires_grad_(False)
        # It takes a pair of sides, whatever its hints say; the mean of all patches is asked, not a token of its own.
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
        # what the segmenter sees lies about one point, and every place would look alike without the norm
        norm = nn.BatchNorm2d(WIDTHS[-1] + 3, affine=False)
        self.visual.conv1 = nn.Sequential(norm, nn.Conv2d(WIDTHS[-1] + 3, EMBEDDING_WIDTH, 1, bias=False))
        self.text = TextTower(TEXT_CONFIG, vocabulary)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    @property
    def logit_scale(self) -> Tensor:
        """What the cosines are multiplied by in the loss."""
        return self.log_scale.exp().clamp(max=MAX_LOGIT_SCALE)

    def encode_images(self, pictures: Tensor) -> Tensor:
        """float32 [B, WIDTH] of standardised pictures [B, 3, H, W]."""
        deepest = self.eye.features(pictures)[-1]
        colours = F.avg_pool2d(pictures, STRIDE).to(deepest.dtype)
        return F.normalize(self.visual(torch.cat([deepest, colours], 1)).float(), dim=1)

    def encode_texts(self, prompts: Sequence[str]) -> Tensor:
        """float32 [B, WIDTH] of prompts."""
        ids = self.text.tokenize(prompts).to(self.log_scale.device)
        return F.normalize(self.text(ids).pooled.float(), dim=1)
