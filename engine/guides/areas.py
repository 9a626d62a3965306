"""How much of the picture each class covers, as in Semantic Palette  [Le Moing et al. 2021]."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.diffusion.categorical import TINY
from engine.diffusion.denoiser import State
from engine.diffusion.guides import LayoutGuide

ROUNDS = 20
LEAST = 1e-4
"""The smallest share that is aimed at."""


@dataclass(frozen=True)
class Areas(LayoutGuide):
    """Every class in `shares` gets one factor for the whole picture, the one with which its probabilities cover its
    share; found by iterative proportional fitting  [Deming & Stephan 1940]. What is given counts, as it is.

    A `strength` of 1 goes all the way, 0 nowhere.
    """

    shares: dict[int, float]
    strength: float

    def bent(self, state: State, logits: Tensor) -> Tensor:
        """Its sums are in float64, so that no share depends on how they are split among threads."""
        ids = list(self.shares)
        free = (state.clocks.layout > 0).to(logits.dtype)
        wanted = logits.new_tensor(list(self.shares.values()), dtype=torch.float64)
        given = torch.stack([((state.layout == index) * (1 - free)).double().mean((1, 2, 3)) for index in ids], 1)
        wanted = (wanted - given).clamp(min=LEAST)
        e = (logits - logits.amax(1, keepdim=True)).exp().clamp(min=TINY)
        mine, rest = e[:, ids], e.sum(1, keepdim=True) - e[:, ids].sum(1, keepdim=True)
        factor = torch.ones_like(given)
        for _ in range(ROUNDS):
            weighed = mine * factor.to(e)[:, :, None, None]
            share = weighed / (rest + weighed.sum(1, keepdim=True)) * free
            factor = (factor * wanted / share.double().mean((2, 3)).clamp(min=1e-9)).clamp(1e-9, 1e9)
        shift = logits.new_zeros(logits.shape[:2])
        shift[:, ids] = (self.strength * factor.log()).to(shift)
        return logits + shift[:, :, None, None]
