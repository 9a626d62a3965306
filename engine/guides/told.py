"""Places and numbers as a prompt tells them (`engine.data.told`), which small networks do not hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.data.told import Side, Told
from engine.diffusion.categorical import softmax
from engine.diffusion.denoiser import State
from engine.diffusion.guides import LayoutGuide
from engine.guides.areas import Areas

AWAY = 8.0
"""How much less likely, in logits, a class is where it is told not to be."""
MORE = 0.5
"""How much more likely, in logits, a class is everywhere if there are many."""
FAINT = 0.25
"""Columns that hold less of a class than this share of the fullest one part its pieces from each other."""
BLUR = 16
"""The share of the width, as 1/BLUR, over which columns are smoothed for that."""


@dataclass(frozen=True)
class AsTold(LayoutGuide):
    """Classes are moved to the side of the picture where they are told to be, and cover as much there as the network
    would have given them everywhere; of one that is told to be there once, the fullest piece stays.

    What is `told` of each sample bends that sample alone, and only where its image is not given, which knows better.
    """

    told: Sequence[Sequence[Told]]

    def bent(self, state: State, logits: Tensor) -> Tensor:
        rows = [slice(row, row + 1) for row in range(len(logits))]
        return torch.cat([as_told(state[row], logits[row], told) for row, told in zip(rows, self.told, strict=True)])


def as_told(state: State, logits: Tensor, told: Sequence[Told]) -> Tensor:
    """The logits [1, K, H, W] of one sample, bent."""
    free = (state.clocks.layout > 0) & (state.clocks.image > 0)
    for one in told:
        if one.side:
            ids = torch.tensor([one.class_id], device=logits.device)
            p = torch.where(state.clocks.layout > 0, softmax(logits)[:, ids], state.layout == ids)
            moved = plus(logits, one.class_id, away_from(one.side, p))
            logits = torch.where(free, Areas(ids, p.mean((2, 3)), 1.0).bent(state, moved), logits)
        if one.amount:
            p = softmax(logits)[:, one.class_id, None]
            odds = apart(p) if one.amount == "one" else torch.full_like(p, MORE)
            logits = torch.where(free, plus(logits, one.class_id, odds), logits)
    return logits


def plus(logits: Tensor, class_id: int, odds: Tensor) -> Tensor:
    """The logits [1, K, H, W] with those of a class more likely by log odds that broadcast against [1, 1, H, W]."""
    return logits + F.one_hot(torch.tensor(class_id), logits.shape[1]).to(logits)[:, None, None] * odds


def away_from(side: Side, p: Tensor) -> Tensor:
    """Log odds [W] that fall from the middle to the other side."""
    across = torch.linspace(-2, 2, p.shape[3], device=p.device)
    return -AWAY * (across if side == "left" else -across).clamp(0, 1)


def apart(p: Tensor) -> Tensor:
    """Log odds [1, 1, 1, W] against all columns but those of the fullest piece of a class with probabilities
    [1, 1, H, W].
    """
    width = p.shape[3]
    columns = F.avg_pool1d(p.sum(2), 2 * (width // BLUR // 2) + 1, 1, width // BLUR // 2)
    place, peak = torch.arange(width, device=p.device), columns.argmax(2, keepdim=True)
    faint = columns < FAINT * columns.amax(2, keepdim=True)
    start = torch.where(faint & (place < peak), place, -1).amax(2, keepdim=True)
    end = torch.where(faint & (place > peak), place, width).amin(2, keepdim=True)
    return -AWAY * ((place <= start) | (place >= end)).to(p)[:, :, None]
