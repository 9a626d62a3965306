"""Guidance towards the share of the picture that each class covers, as in Semantic Palette [Le Moing et al. 2021]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from engine.diffusion.process.categorical import MIN_PROBABILITY
from engine.diffusion.process.denoiser import DiffusionState
from engine.diffusion.sampling.guide_protocols import LayoutGuide

NEWTON_ROUNDS = 40
MIN_SHARE = 1e-4
"""The smallest target share."""
MAX_LOGIT_STEP = 8.0
"""The largest change of a logit in one round."""


@dataclass(frozen=True)
class LayoutAreaGuide(LayoutGuide):
    """Adds one number per class to that class's logits everywhere, such that its probabilities cover its share.

    `class_ids` is int64 [N], `shares` [N]. Given pixels count towards the shares, except with GCDP's sampler, whose
    clocks do not mark them. `strength` scales the shift: 1 reaches the shares, 0 changes nothing.
    """

    min_lead: ClassVar[float] = 0.8
    class_ids: Tensor
    shares: Tensor
    strength: float

    def guided_logits(self, state: DiffusionState, logits: Tensor) -> Tensor:
        """The logits of y_0, [B, K, H, W], plus the shifts, which Newton's method finds.

        A share grows with its own shift and shrinks with those of others; a step whose error changes sign is halved.
        Sums are in float64 where the device has it, so that they do not depend on the number of threads.
        """
        exact = torch.float32 if logits.device.type == "mps" else torch.float64
        free = (state.clocks.layout > 0).to(logits.dtype)
        classes = self.class_ids[:, None, None]
        given = ((state.layout == classes) * (1 - free)).to(exact).mean((2, 3))
        wanted = (self.shares.to(exact) - given).clamp(min=MIN_SHARE)
        e = (logits - logits.amax(1, keepdim=True)).exp().clamp(min=MIN_PROBABILITY)
        others = torch.ones_like(e[0, :, 0, 0]).index_fill(0, self.class_ids, 0)
        own_weights, other_weights = (
            e.index_select(1, self.class_ids),
            (e * others[:, None, None]).sum(1, keepdim=True),
        )
        shift, previous_error, max_step = torch.zeros_like(wanted), torch.zeros_like(wanted), torch.ones_like(wanted)
        for _ in range(NEWTON_ROUNDS):
            shifted_weights = own_weights * shift.to(e).exp()[:, :, None, None]
            p = shifted_weights / (other_weights + shifted_weights.sum(1, keepdim=True)) * free
            error = wanted - p.to(exact).mean((2, 3))
            slope = (p * (1 - p)).to(exact).mean((2, 3)).clamp(min=1e-9)
            max_step = torch.where(error * previous_error < 0, max_step / 2, max_step * 1.5).clamp(max=MAX_LOGIT_STEP)
            shift = (shift + torch.minimum(torch.maximum(error / slope, -max_step), max_step)).clamp(-50, 50)
            previous_error = error
        logit_shifts = torch.zeros_like(logits[:, :, 0, 0]).index_copy(
            1, self.class_ids, (self.strength * shift).to(logits)
        )
        return logits + logit_shifts[:, :, None, None]
