"""Places and numbers as a prompt tells them (`engine.prompts.constraints`), which small networks do not hear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.process.categorical import MIN_PROBABILITY
from engine.diffusion.process.denoiser import DiffusionState
from engine.diffusion.sampling.guide_protocols import LayoutGuide
from engine.prompts.constraints import ClassConstraint, Side

MAX_OFF_SIDE_PENALTY = 24.0
"""How much less likely, in logits, a class is where it is told not to be; guidance towards the text pulls it back."""
MAX_SIDE_SHARE = 0.4
"""The largest share that a class is meant to cover on its side, of what may be drawn on both."""
ON_SIDE_SHARE = 0.9
"""The share of a class that is meant to be on its side."""
MAX_PRESENCE_BOOST, MIN_NAMED_SHARE = 6.0, 0.004
"""How much likelier, in logits, a class that is named becomes at most, until it is meant to cover this share."""
MANY_BOOST = 0.5
"""How much more likely, in logits, a class is everywhere if there are many."""
FAINT_COLUMN_SHARE = 0.25
"""Columns that hold less of a class than this share of the fullest one part its pieces from each other."""
BLUR_DIVISOR = 16
"""The share of the width, as 1/BLUR, over which columns are smoothed for that."""
BISECTION_ROUNDS = 16
"""Halvings of `AWAY` until a number is found, to 0.0007."""


@dataclass(frozen=True)
class PresenceGuide(LayoutGuide):
    """Classes that a prompt names are likelier, by at most `CALLED`, until they are meant to cover `LEAST` of the
    picture. What is given counts as it is.

    Those `named` in each sample bend that sample alone.
    """

    class_ids: Sequence[Sequence[int]]

    def guided_logits(self, state: DiffusionState, logits: Tensor) -> Tensor:
        """Its sums are in float64 where there is one: they do not depend on how they are split among threads."""
        exact = torch.float32 if logits.device.type == "mps" else torch.float64
        ids = sorted({one for some in self.class_ids for one in some})
        boosts = torch.tensor(
            [[MAX_PRESENCE_BOOST * (one in some) for one in ids] for some in self.class_ids], device=logits.device
        )
        free, classes = generated_mask(state), torch.tensor(ids, device=logits.device)
        e = (logits - logits.amax(1, keepdim=True)).exp_()
        drawn = e.index_select(1, classes) / e.sum(1, keepdim=True)
        given = (state.layout == classes[:, None, None]) & (state.clocks.layout == 0)
        covered = torch.where(free, drawn, given.to(drawn)).sum((2, 3), dtype=exact) / free[0, 0].numel()
        needed_boosts = (
            (MIN_NAMED_SHARE / covered.clamp(min=MIN_PROBABILITY)).log().to(logits).clamp(min=0).minimum(boosts)
        )
        return logits.index_add(1, classes, needed_boosts[:, :, None, None] * free)


@dataclass(frozen=True)
class PlacementGuide(LayoutGuide):
    """Classes are moved to the side of the picture where they are told to be, and cover as much there as the network
    would have given them everywhere, if there is room; of one that is told to be there once, the fullest piece stays.

    What is `told` of each sample bends that sample alone, and only where its image is not given, which knows better.
    """

    constraints: Sequence[Sequence[ClassConstraint]]

    def guided_logits(self, state: DiffusionState, logits: Tensor) -> Tensor:
        bent = logits.clone()
        for row, sample_constraints in enumerate(self.constraints):
            sample = slice(row, row + 1)
            for constraint in sample_constraints:
                bent[row, constraint.class_id] += constraint_log_odds(constraint, state[sample], bent[sample])
        return bent


def generated_mask(state: DiffusionState) -> Tensor:
    """Where neither half is given, bool [B, 1, H, W]."""
    return (state.clocks.layout > 0) & (state.clocks.image > 0)


def constraint_log_odds(constraint: ClassConstraint, state: DiffusionState, logits: Tensor) -> Tensor:
    """Log odds [H, W] of a class, to be added to its logits [1, K, H, W] of one sample."""
    free = generated_mask(state)[0, 0]
    own = odds = class_log_odds(logits, constraint.class_id)
    if constraint.side:
        odds = odds + off_side_penalty(constraint.side, odds, free)
        odds = odds + coverage_shift(own, odds, free)
    if constraint.amount == "many":
        odds = odds + MANY_BOOST
    if constraint.amount == "one":
        given = state.clocks.layout[0, 0] == 0
        shares = torch.where(given, (state.layout[0, 0] == constraint.class_id).to(odds), odds.sigmoid())
        odds = odds + suppress_other_pieces(shares)
    return torch.where(free, odds - own, 0)


def class_log_odds(logits: Tensor, class_id: int) -> Tensor:
    """Of a class against all others, [H, W], from logits [1, K, H, W]."""
    e = (logits - logits.amax(1, keepdim=True)).exp()[0]
    own = e[class_id].clone()
    e[class_id] = 0
    return (own.clamp(min=MIN_PROBABILITY) / e.sum(0).clamp(min=MIN_PROBABILITY)).log()


def off_side_penalty(side: Side, odds: Tensor, free: Tensor) -> Tensor:
    """Log odds [W] that fall from the middle to the other side, slowly at first, and no more than it takes to have
    `ASIDE` of what the log odds [H, W] cover, where `free`, on the side.
    """
    across = torch.linspace(-2, 2, odds.shape[-1], device=odds.device)
    ramp = (across if side == "left" else -across).clamp(0, 1) ** 2
    off_side = (ramp > 0).to(odds)

    def exceeds_share(steepness: Tensor) -> Tensor:
        covered = covered_area(odds - steepness * ramp, free)
        return (covered * off_side).sum() > (1 - ON_SIDE_SHARE) * covered.sum()

    return -bisect_smallest(MAX_OFF_SIDE_PENALTY, exceeds_share, odds) * ramp


def coverage_shift(original_odds: Tensor, moved_odds: Tensor, free: Tensor) -> Tensor:
    """The shift of the log odds `after` by which they cover as much as those `before`, or `MOST`, where `free`.

    All are [H, W].
    """
    target = covered_area(original_odds, free).sum().minimum(MAX_SIDE_SHARE * free.sum())
    return (
        bisect_smallest(
            2 * MAX_OFF_SIDE_PENALTY,
            lambda shift: covered_area(moved_odds + shift - MAX_OFF_SIDE_PENALTY, free).sum() <= target,
            moved_odds,
        )
        - MAX_OFF_SIDE_PENALTY
    )


def covered_area(odds: Tensor, free: Tensor) -> Tensor:
    """What log odds [H, W] cover; in float64 where there is one, so that sums do not depend on how they are split
    among threads.
    """
    exact = torch.float32 if odds.device.type == "mps" else torch.float64
    return odds.to(exact).sigmoid() * free


def bisect_smallest(upper_bound: float, is_too_small: Callable[[Tensor], Tensor], reference: Tensor) -> Tensor:
    """The number from 0 to `most` up to which something lacks, found by halving; a scalar tensor `like` another."""
    found = reference.new_zeros(())
    for halving in range(1, BISECTION_ROUNDS + 1):
        step = upper_bound / 2**halving
        found = found + step * is_too_small(found + step)
    return found


def suppress_other_pieces(shares: Tensor) -> Tensor:
    """Log odds [W] against all columns but those of the fullest piece of a class that is there by shares [H, W]."""
    width, reach = shares.shape[1], shares.shape[1] // BLUR_DIVISOR // 2
    columns = F.avg_pool1d(shares.sum(0)[None], 2 * reach + 1, 1, reach)[0]
    position, peak = torch.arange(width, device=shares.device), columns.argmax()
    faint = columns < FAINT_COLUMN_SHARE * columns.amax()
    start = torch.where(faint & (position < peak), position, -1).amax()
    end = torch.where(faint & (position > peak), position, width).amin()
    return -MAX_OFF_SIDE_PENALTY * ((position <= start) | (position >= end)).to(shares)
