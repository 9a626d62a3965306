"""The interfaces of whatever evaluates images: a segmenter, and towers that embed images and texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from engine.interface.protocol import Pixels


class ImageSegmenter(Protocol):
    """Predicts layouts, class ids uint8 [H, W], of RGB uint8 [H, W, 3], independently of how images are batched."""

    def predict_layouts(self, images: Sequence[Pixels]) -> list[Pixels]: ...


class ImageEmbedder(Protocol):
    """Embeds RGB uint8 [H, W, 3] as unit vectors, float32 [N, D] on the CPU, whose cosine is their similarity."""

    def embed_images(self, images: Sequence[Pixels]) -> Tensor: ...


class ImageTextEncoder(ImageEmbedder, Protocol):
    """Embeds images and texts in one space, as unit vectors, float32 [N, D] on the CPU."""

    def embed_texts(self, prompts: Sequence[str]) -> Tensor: ...
