"""Places and numbers as a prompt tells them (`engine.data.told`), which small networks do not hear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.data.told import Side, Told
from engine.diffusion.categorical import TINY
from engine.diffusion.denoiser import State
from engine.diffusion.guides import LayoutGuide

AWAY = 24.0
"""How much less likely, in logits, a class is where it is told not to be; guidance towards the text pulls it back."""
MOST = 0.4
"""The largest share that a class is meant to cover on its side, of what may be drawn on both."""
ASIDE = 0.9
"""The share of a class that is meant to be on its side."""
CALLED, LEAST = 6.0, 0.004
"""How much likelier, in logits, a class that is named becomes at most, until it is meant to cover this share."""
MORE = 0.5
"""How much more likely, in logits, a class is everywhere if there are many."""
FAINT = 0.25
"""Columns that hold less of a class than this share of the fullest one part its pieces from each other."""
BLUR = 16
"""The share of the width, as 1/BLUR, over which columns are smoothed for that."""
ROUNDS = 16
"""Halvings of `AWAY` until a number is found, to 0.0007."""


@dataclass(frozen=True)
class AsNamed(LayoutGuide):
    """Classes that a prompt names are likelier, by at most `CALLED`, until they are meant to cover `LEAST` of the
    picture. What is given counts as it is.

    Those `named` in each sample bend that sample alone.
    """

    named: Sequence[Sequence[int]]

    def bent(self, state: State, logits: Tensor) -> Tensor:
        """Its sums are in float64 where there is one: they do not depend on how they are split among threads."""
        exact = torch.float32 if logits.device.type == "mps" else torch.float64
        ids = sorted({one for some in self.named for one in some})
        called = torch.tensor([[CALLED * (one in some) for one in ids] for some in self.named], device=logits.device)
        free, classes = open_to(state), torch.tensor(ids, device=logits.device)
        e = (logits - logits.amax(1, keepdim=True)).exp_()
        drawn = e.index_select(1, classes) / e.sum(1, keepdim=True)
        given = (state.layout == classes[:, None, None]) & (state.clocks.layout == 0)
        there = torch.where(free, drawn, given.to(drawn)).sum((2, 3), dtype=exact) / free[0, 0].numel()
        lacking = (LEAST / there.clamp(min=TINY)).log().to(logits).clamp(min=0).minimum(called)
        return logits.index_add(1, classes, lacking[:, :, None, None] * free)


@dataclass(frozen=True)
class AsTold(LayoutGuide):
    """Classes are moved to the side of the picture where they are told to be, and cover as much there as the network
    would have given them everywhere, if there is room; of one that is told to be there once, the fullest piece stays.

    What is `told` of each sample bends that sample alone, and only where its image is not given, which knows better.
    """

    told: Sequence[Sequence[Told]]

    def bent(self, state: State, logits: Tensor) -> Tensor:
        bent = logits.clone()
        for row, some in enumerate(self.told):
            alone = slice(row, row + 1)
            for told in some:
                bent[row, told.class_id] += odds_of(told, state[alone], bent[alone])
        return bent


def open_to(state: State) -> Tensor:
    """Where neither half is given, bool [B, 1, H, W]."""
    return (state.clocks.layout > 0) & (state.clocks.image > 0)


def odds_of(told: Told, state: State, logits: Tensor) -> Tensor:
    """Log odds [H, W] of a class, to be added to its logits [1, K, H, W] of one sample."""
    free = open_to(state)[0, 0]
    own = odds = log_odds(logits, told.class_id)
    if told.side:
        odds = odds + away_from(told.side, odds, free)
        odds = odds + covering(own, odds, free)
    if told.amount == "many":
        odds = odds + MORE
    if told.amount == "one":
        given = state.clocks.layout[0, 0] == 0
        there = torch.where(given, (state.layout[0, 0] == told.class_id).to(odds), odds.sigmoid())
        odds = odds + apart(there)
    return torch.where(free, odds - own, 0)


def log_odds(logits: Tensor, class_id: int) -> Tensor:
    """Of a class against all others, [H, W], from logits [1, K, H, W]."""
    e = (logits - logits.amax(1, keepdim=True)).exp()[0]
    own = e[class_id].clone()
    e[class_id] = 0
    return (own.clamp(min=TINY) / e.sum(0).clamp(min=TINY)).log()


def away_from(side: Side, odds: Tensor, free: Tensor) -> Tensor:
    """Log odds [W] that fall from the middle to the other side, slowly at first, and no more than it takes to have
    `ASIDE` of what the log odds [H, W] cover, where `free`, on the side.
    """
    across = torch.linspace(-2, 2, odds.shape[-1], device=odds.device)
    ramp = (across if side == "left" else -across).clamp(0, 1) ** 2
    strayed = (ramp > 0).to(odds)

    def aside(steep: Tensor) -> Tensor:
        there = covers(odds - steep * ramp, free)
        return (there * strayed).sum() > (1 - ASIDE) * there.sum()

    return -least(AWAY, aside, odds) * ramp


def covering(before: Tensor, after: Tensor, free: Tensor) -> Tensor:
    """The shift of the log odds `after` by which they cover as much as those `before`, or `MOST`, where `free`.

    All are [H, W].
    """
    aim = covers(before, free).sum().minimum(MOST * free.sum())
    return least(2 * AWAY, lambda shift: covers(after + shift - AWAY, free).sum() <= aim, after) - AWAY


def covers(odds: Tensor, free: Tensor) -> Tensor:
    """What log odds [H, W] cover; in float64 where there is one, so that sums do not depend on how they are split
    among threads.
    """
    exact = torch.float32 if odds.device.type == "mps" else torch.float64
    return odds.to(exact).sigmoid() * free


def least(most: float, lacks: Callable[[Tensor], Tensor], like: Tensor) -> Tensor:
    """The number from 0 to `most` up to which something lacks, found by halving; a scalar tensor `like` another."""
    found = like.new_zeros(())
    for halving in range(1, ROUNDS + 1):
        step = most / 2**halving
        found = found + step * lacks(found + step)
    return found


def apart(there: Tensor) -> Tensor:
    """Log odds [W] against all columns but those of the fullest piece of a class that is there by shares [H, W]."""
    width, reach = there.shape[1], there.shape[1] // BLUR // 2
    columns = F.avg_pool1d(there.sum(0)[None], 2 * reach + 1, 1, reach)[0]
    place, peak = torch.arange(width, device=there.device), columns.argmax()
    faint = columns < FAINT * columns.amax()
    start = torch.where(faint & (place < peak), place, -1).amax()
    end = torch.where(faint & (place > peak), place, width).amin()
    return -AWAY * ((place <= start) | (place >= end)).to(there)
