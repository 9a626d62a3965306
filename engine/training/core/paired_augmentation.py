"""Augmentation of what critics see, the same for a real picture and a rendered one, differentiable [DiffAugment: Zhao
et al. 2020]: without it heads learn a few hundred pictures by heart. It moves, covers and tints.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

SHARE = 0.6
"""How often pictures are covered and tinted. They are always moved: against critics whose strides lie still on a
renderer's own grid, it learns patterns of that grid.
"""
SHIFT, COVER = 1 / 8, 1 / 2
"""The largest shift, and the largest side of what is covered, as shares of a side."""
TINT = 0.25
GREY = 127 / 255


class Augmented(NamedTuple):
    """Pictures RGB [B, 3, H, W] in [0, 1] each, and their ids [B, 1, H, W]."""

    pictures: list[Tensor]
    layout: Tensor


def augment(pictures: Sequence[Tensor], layout: Tensor, unknown: int, random: np.random.Generator) -> Augmented:
    """Pictures of the same layouts, each row of a batch in its own way; ids that were moved out are `unknown`."""
    rows = [_row([one[row] for one in pictures], layout[row], unknown, random) for row in range(len(layout))]
    seen = [torch.stack([row.pictures[index] for row in rows]) for index in range(len(pictures))]
    return Augmented(seen, torch.stack([row.layout for row in rows]))


def _row(pictures: list[Tensor], layout: Tensor, unknown: int, random: np.random.Generator) -> Augmented:
    height, width = layout.shape[1:]
    if random.random() < SHARE:
        light, contrast, colour = random.uniform(-TINT / 2, TINT / 2), *random.uniform(1 - TINT, 1 + TINT, 2)
        pictures = [_tinted(one, float(light), float(contrast), float(colour)) for one in pictures]
    down, right = (round(random.uniform(-SHIFT, SHIFT) * side) for side in (height, width))
    pictures = [_moved(one - GREY, down, right, 0.0) + GREY for one in pictures]
    layout = _moved(layout, down, right, unknown)
    if random.random() < SHARE:
        tall, wide = (max(1, int(random.uniform(0, COVER) * side)) for side in (height, width))
        top, left = random.integers(height - tall + 1), random.integers(width - wide + 1)
        shown = torch.ones((1, height, width), dtype=torch.bool, device=layout.device)
        shown[:, top : top + tall, left : left + wide] = False
        pictures = [torch.where(shown, one, GREY) for one in pictures]
        layout = torch.where(shown, layout, unknown)
    return Augmented(pictures, layout)


def _tinted(picture: Tensor, light: float, contrast: float, colour: float) -> Tensor:
    """RGB [3, H, W] brighter by `light`, with contrast around grey and colour around its luminance times these."""
    grey = picture.mean(0, keepdim=True)
    return ((grey + (picture - grey) * colour) - GREY) * contrast + GREY + light


def _moved(values: Tensor, down: int, right: int, fill: float) -> Tensor:
    """[C, H, W] moved by so many pixels, with what comes in filled."""
    height, width = values.shape[1:]
    padded = F.pad(values, (max(right, 0), max(-right, 0), max(down, 0), max(-down, 0)), value=fill)
    top, left = max(-down, 0), max(-right, 0)
    return padded[:, top : top + height, left : left + width]
