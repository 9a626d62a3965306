"""How much of the picture each class covers, as in Semantic Palette  [Le Moing et al. 2021]."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.diffusion.categorical import TINY
from engine.diffusion.denoiser import State
from engine.diffusion.guides import LayoutGuide

ROUNDS = 40
LEAST = 1e-4
"""The smallest share that is aimed at."""
STRIDE = 8.0
"""The most that a logit moves in one round."""


@dataclass(frozen=True)
class Areas(LayoutGuide):
    """Every class in `ids`, int64 [N], gets one shift of its logits for the whole picture: the one with which its
    probabilities cover its share, [N]. What is given counts as it is, but by GCDP's sampler, whose clocks do not tell
    it. A `strength` of 1 goes all the way, 0 nowhere.
    """

    ids: Tensor
    shares: Tensor
    strength: float

    def bent(self, state: State, logits: Tensor) -> Tensor:
        """By Newton's steps, halved where they turn back; shares grow with their own shift and shrink with others'.

        Its sums are in float64 where there is one, so that no share depends on how they are split among threads.
        """
        exact = torch.float32 if logits.device.type == "mps" else torch.float64
        free = (state.clocks.layout > 0).to(logits.dtype)
        classes = self.ids[:, None, None]
        given = ((state.layout == classes) * (1 - free)).to(exact).mean((2, 3))
        wanted = (self.shares.to(exact) - given).clamp(min=LEAST)
        e = (logits - logits.amax(1, keepdim=True)).exp().clamp(min=TINY)
        others = torch.ones_like(e[0, :, 0, 0]).index_fill(0, self.ids, 0)
        mine, rest = e.index_select(1, self.ids), (e * others[:, None, None]).sum(1, keepdim=True)
        shift, before, stride = torch.zeros_like(wanted), torch.zeros_like(wanted), torch.ones_like(wanted)
        for _ in range(ROUNDS):
            weighed = mine * shift.to(e).exp()[:, :, None, None]
            p = weighed / (rest + weighed.sum(1, keepdim=True)) * free
            miss = wanted - p.to(exact).mean((2, 3))
            slope = (p * (1 - p)).to(exact).mean((2, 3)).clamp(min=1e-9)
            stride = torch.where(miss * before < 0, stride / 2, stride * 1.5).clamp(max=STRIDE)
            shift = (shift + torch.minimum(torch.maximum(miss / slope, -stride), stride)).clamp(-50, 50)
            before = miss
        moved = torch.zeros_like(logits[:, :, 0, 0]).index_copy(1, self.ids, (self.strength * shift).to(logits))
        return logits + moved[:, :, None, None]
