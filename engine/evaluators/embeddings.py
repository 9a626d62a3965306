"""Image embeddings for finding near-duplicates: by the CLIP pair or, without one, by the segmenter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.evaluators import clip_pair, segmenter
from engine.evaluators.clip_pair import encode_in_batches
from engine.evaluators.clip_towers import EMBEDDING_WIDTH
from engine.evaluators.evaluator_protocols import ImageEmbedder
from engine.evaluators.segmenter import PackSegmenter
from engine.interface.errors import BadPack
from engine.interface.protocol import Pixels
from engine.interface.raster import fit_image
from engine.network.segmenter_unet import WIDTHS
from engine.packs.pack_config import PackFile

EmbedderKind = Literal["clip", "segmenter"]
FEATURE_GRID = (4, 8)
"""Rows and columns to which the segmenter's features are pooled."""


class SegmenterEmbedder:
    """Embeds images by the segmenter's deepest features, pooled to a grid, centred per channel, randomly projected.

    The fixed projection preserves cosines within about 1/√EMBEDDING_WIDTH  [Johnson & Lindenstrauss 1984].
    """

    def __init__(self, pack_segmenter: PackSegmenter, size: tuple[int, int]) -> None:
        self._segmenter, self._size = pack_segmenter, size
        numbers = np.random.default_rng(0).standard_normal(
            (WIDTHS[-1] * FEATURE_GRID[0] * FEATURE_GRID[1], EMBEDDING_WIDTH)
        )
        self._projection = torch.from_numpy(numbers).float().to(pack_segmenter.standardisation.device)

    def embed_images(self, images: Sequence[Pixels]) -> Tensor:
        """Embeds RGB uint8 [H, W, 3], cropped to the pack's size, as unit vectors float32 [N, D] on the CPU."""
        return encode_in_batches(self._embed_batch, [fit_image(image, *self._size).pixels for image in images])

    def _embed_batch(self, images: Sequence[Pixels]) -> Tensor:
        deep = self._segmenter.deepest_feature_map(images)
        grid = F.adaptive_avg_pool2d(deep - deep.mean((2, 3), keepdim=True), FEATURE_GRID)
        return F.normalize(grid.flatten(1) @ self._projection, dim=1)


def choose_embedder_kind(folder: Path) -> EmbedderKind:
    """Chooses the CLIP pair if the pack has one, otherwise the segmenter. Raises BadPack if it has neither."""
    if (folder / clip_pair.FILE).is_file():
        return "clip"
    if (folder / segmenter.FILE).is_file():
        return "segmenter"
    raise BadPack(
        f"“{folder.name}” has neither a CLIP pair nor a segmenter to compare images by.",
        f"Make one with diptych-engine {clip_pair.COMMAND} or {segmenter.COMMAND}.",
    )


def read_embedder(kind: EmbedderKind, folder: Path, file: PackFile, device: torch.device) -> ImageEmbedder:
    """Reads the embedder of a pack. Raises BadPack."""
    if kind == "clip":
        return clip_pair.read(folder / clip_pair.FILE, file, device)
    size = (file.info.height, file.info.width)
    return SegmenterEmbedder(segmenter.read(folder / segmenter.FILE, file, device), size)
