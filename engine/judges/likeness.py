"""What near-duplicates are told by: pictures as unit vectors, by the CLIP pair or, without one, the segmenter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from engine.errors import BadPack
from engine.judges import clip, segmenter
from engine.judges.clip import in_batches
from engine.judges.segmenter import Segmenter
from engine.judges.towers import WIDTH
from engine.network.segmenter import WIDTHS
from engine.packs import PackFile
from engine.protocol import Pixels
from engine.raster import fit_image

By = Literal["clip", "segmenter"]
GRID = (4, 8)
"""Where in a picture the segmenter's features lie counts as finely as this."""


class Likeness(Protocol):
    """Unit vectors float32 [N, D], on the CPU, of RGB uint8 [H, W, 3], whose cosine says how alike pictures are."""

    def images(self, images: Sequence[Pixels]) -> Tensor: ...


class BySegmenter:
    """The segmenter's deepest features in a grid, each less its mean over the picture, on a fixed random projection.

    The projection keeps cosines within about 1/√WIDTH  [Johnson & Lindenstrauss 1984].
    """

    def __init__(self, judge: Segmenter, size: tuple[int, int]) -> None:
        self._judge, self._size = judge, size
        numbers = np.random.default_rng(0).standard_normal((WIDTHS[-1] * GRID[0] * GRID[1], WIDTH))
        self._projection = torch.from_numpy(numbers).float().to(judge.mean.device)

    def images(self, images: Sequence[Pixels]) -> Tensor:
        """Of pictures of any size, cropped to the pack's; the same in any company."""
        return in_batches(self._see, [fit_image(image, *self._size).pixels for image in images])

    def _see(self, images: Sequence[Pixels]) -> Tensor:
        deep = self._judge.deepest(images)
        grid = F.adaptive_avg_pool2d(deep - deep.mean((2, 3), keepdim=True), GRID)
        return F.normalize(grid.flatten(1) @ self._projection, dim=1)


def choose(folder: Path) -> By:
    """By whom a pack tells likeness. Raises BadPack if it has neither."""
    if (folder / clip.FILE).is_file():
        return "clip"
    if (folder / segmenter.FILE).is_file():
        return "segmenter"
    raise BadPack(
        f"“{folder.name}” has neither a CLIP pair nor a segmenter to tell likeness by.",
        f"Make one with diptych-engine {clip.COMMAND} or {segmenter.COMMAND}.",
    )


def read(by: By, folder: Path, file: PackFile, device: torch.device) -> Likeness:
    """That of a pack. Raises BadPack."""
    if by == "clip":
        return clip.read(folder / clip.FILE, file, device)
    size = (file.info.height, file.info.width)
    return BySegmenter(segmenter.read(folder / segmenter.FILE, file, device), size)
