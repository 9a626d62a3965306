"""How much of the picture each class covers, as in Semantic Palette  [Le Moing et al. 2021]."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.diffusion.process.categorical import MIN_PROBABILITY
from engine.diffusion.process.denoiser import DiffusionState
from engine.diffusion.sampling.guide_protocols import LayoutGuide

NEWTON_ROUNDS = 40
MIN_SHARE = 1e-4
"""The smallest share that is aimed at."""
MAX_LOGIT_STEP = 8.0
"""The most that a logit moves in one round."""


@dataclass(frozen=True)
class LayoutAreaGuide(LayoutGuide):
    """Every class in `ids`, int64 [N], gets one shift of its logits for the whole picture: the one with which its
    probabilities cover its share, [N]. What is given counts as it is, but by GCDP's sampler, whose clocks do not tell
    it. A `strength` of 1 goes all the way, 0 nowhere.
    """

    class_ids: Tensor
    shares: Tensor
    strength: float

    def guided_logits(self, state: DiffusionState, logits: Tensor) -> Tensor:
        """By Newton's steps, halved where they turn back; shares grow with their own shift and shrink with others'.

        Its sums are in float64 where there is one, so that no share depends on how they are split among threads.
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
