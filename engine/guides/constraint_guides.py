"""Guidance of the layout by the classes, sides and numbers in a prompt (`engine.prompts.constraints`).

Small networks learn such words badly; these rules enforce them on the logits of y_0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.process.categorical import MIN_PROBABILITY
from engine.diffusion.process.denoiser import DiffusionState
from engine.diffusion.sampling.guide_protocols import LayoutGuide
from engine.prompts.constraints import ClassConstraint, Side

MAX_OFF_SIDE_PENALTY = 24.0
"""The largest penalty, in logits, for a class on the wrong side; text guidance works against it."""
MAX_SIDE_SHARE = 0.4
"""The largest target share of a class that has a side, out of the generated pixels."""
ON_SIDE_SHARE = 0.9
"""The share of a class's area that has to lie on its side."""
MAX_PRESENCE_BOOST, MIN_NAMED_SHARE = 6.0, 0.004
"""The largest boost, in logits, of a named class, and the share of the picture at which the boost ends."""
MANY_BOOST = 0.5
"""The boost, in logits, of a class of which there are to be many."""
FAINT_COLUMN_SHARE = 0.25
"""A class's pieces are separated by columns that hold less of it than this share of its fullest column."""
BLUR_DIVISOR = 16
"""Columns are smoothed over the picture's width divided by this before pieces are separated."""
BISECTION_ROUNDS = 16
"""Halvings of `MAX_OFF_SIDE_PENALTY`, which leave an error of 0.0007."""


@dataclass(frozen=True)
class PresenceGuide(LayoutGuide):
    """Boosts the classes that a prompt names until they cover `MIN_NAMED_SHARE` of the picture, given pixels included.

    `class_ids` holds the ids for each sample.
    """

    class_ids: Sequence[Sequence[int]]

    def guided_logits(self, state: DiffusionState, logits: Tensor) -> Tensor:
        """The logits of y_0, [B, K, H, W], with the boosts.

        Sums are in float64 where the device has it, so that they do not depend on the number of threads.
        """
        exact = torch.float32 if logits.device.type == "mps" else torch.float64
        ids = sorted({class_id for sample_ids in self.class_ids for class_id in sample_ids})
        boosts = torch.tensor(
            [[MAX_PRESENCE_BOOST * (class_id in sample_ids) for class_id in ids] for sample_ids in self.class_ids],
            device=logits.device,
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
    """Moves classes to the side of the picture that the prompt names, and keeps one piece of a class to appear once.

    On its side a class covers as much as the network would have given it everywhere, if there is room; of several
    pieces the largest stays. `constraints` holds those of each sample. Pixels whose image is given are left alone, as
    the image decides there.
    """

    min_lead: ClassVar[float] = 0.4
    constraints: Sequence[Sequence[ClassConstraint]]

    def guided_logits(self, state: DiffusionState, logits: Tensor) -> Tensor:
        """The logits of y_0, [B, K, H, W], with the log odds of all constraints."""
        guided = logits.clone()
        for row, sample_constraints in enumerate(self.constraints):
            sample = slice(row, row + 1)
            for constraint in sample_constraints:
                guided[row, constraint.class_id] += constraint_log_odds(constraint, state[sample], guided[sample])
        return guided


def generated_mask(state: DiffusionState) -> Tensor:
    """The pixels of which neither half is given, bool [B, 1, H, W]."""
    return (state.clocks.layout > 0) & (state.clocks.image > 0)


def constraint_log_odds(constraint: ClassConstraint, state: DiffusionState, logits: Tensor) -> Tensor:
    """Log odds [H, W] that a constraint adds to its class, from one sample's logits [1, K, H, W]."""
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
    """The log odds [H, W] of a class against all others, from logits [1, K, H, W]."""
    e = (logits - logits.amax(1, keepdim=True)).exp()[0]
    own = e[class_id].clone()
    e[class_id] = 0
    return (own.clamp(min=MIN_PROBABILITY) / e.sum(0).clamp(min=MIN_PROBABILITY)).log()


def off_side_penalty(side: Side, odds: Tensor, free: Tensor) -> Tensor:
    """Log odds [W] that fall quadratically from the middle to the far edge of the other side.

    The fall is the smallest that brings `ON_SIDE_SHARE` of the area that `odds` [H, W] cover, where `free`, there.
    """
    across = torch.linspace(-2, 2, odds.shape[-1], device=odds.device)
    ramp = (across if side == "left" else -across).clamp(0, 1) ** 2
    off_side = (ramp > 0).to(odds)

    def exceeds_share(steepness: Tensor) -> Tensor:
        covered = covered_area(odds - steepness * ramp, free)
        return (covered * off_side).sum() > (1 - ON_SIDE_SHARE) * covered.sum()

    return -bisect_smallest(MAX_OFF_SIDE_PENALTY, exceeds_share, odds) * ramp


def coverage_shift(original_odds: Tensor, moved_odds: Tensor, free: Tensor) -> Tensor:
    """The shift with which the moved log odds cover as much, where `free`, as the original ones, all of them [H, W].

    It stops at `MAX_SIDE_SHARE` of the free pixels.
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
    """Probabilities [H, W] from log odds, 0 where not `free`.

    They are float64 where the device has it, so that sums do not depend on the number of threads.
    """
    exact = torch.float32 if odds.device.type == "mps" else torch.float64
    return odds.to(exact).sigmoid() * free


def bisect_smallest(upper_bound: float, is_too_small: Callable[[Tensor], Tensor], reference: Tensor) -> Tensor:
    """The smallest number up to `upper_bound` that is not too small, by bisection; a scalar like `reference`."""
    bound = reference.new_zeros(())
    for halving in range(1, BISECTION_ROUNDS + 1):
        step = upper_bound / 2**halving
        bound = bound + step * is_too_small(bound + step)
    return bound


def suppress_other_pieces(shares: Tensor) -> Tensor:
    """Log odds [W] that suppress a class outside the columns of its fullest piece, from its shares [H, W]."""
    width, reach = shares.shape[1], shares.shape[1] // BLUR_DIVISOR // 2
    columns = F.avg_pool1d(shares.sum(0)[None], 2 * reach + 1, 1, reach)[0]
    position, peak = torch.arange(width, device=shares.device), columns.argmax()
    faint = columns < FAINT_COLUMN_SHARE * columns.amax()
    start = torch.where(faint & (position < peak), position, -1).amax()
    end = torch.where(faint & (position > peak), position, width).amin()
    return -MAX_OFF_SIDE_PENALTY * ((position <= start) | (position >= end)).to(shares)
