"""Noise schedules: ᾱ_t for t = 0 (clean) to T (pure noise), as float64 tables."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

LOG_SNR_LIMIT = 12.0
"""log-SNR is infinite at clock 0 and about -75 at T; solvers and networks see it clamped to ±12."""


class Tables:
    """Values by clock, float64 [T + 1] by their names, and copies of them for each device and type that asks."""

    def __init__(self, exact: dict[str, Tensor]) -> None:
        self._exact = exact
        self._copies: dict[tuple[str, torch.device, torch.dtype], Tensor] = {}

    def at(self, name: str, t: Tensor, dtype: torch.dtype) -> Tensor:
        """A table's values in the shape of the integer clocks `t`, on their device; made in float64, which not every
        device has.
        """
        key = (name, t.device, dtype)
        if key not in self._copies:
            with torch.inference_mode(False):  # what is kept may be part of a gradient one day
                self._copies[key] = self._exact[name].to(dtype).to(t.device)
        return self._copies[key].take(t)


class Schedule:
    """ᾱ_0 … ᾱ_T of one half, from ᾱ_0 = 1 down, and what follows from them, indexed by integer clocks of any shape."""

    def __init__(self, alpha_bar: Tensor) -> None:
        if alpha_bar[0] != 1 or not bool((alpha_bar.diff() < 0).all()):
            raise ValueError("a schedule begins at 1, its clean clock, and every clock is noisier than the one before")
        self.alpha_bar = alpha_bar.double()
        self.clocks = len(alpha_bar) - 1
        log_snr = torch.logit(self.alpha_bar).clamp(-LOG_SNR_LIMIT, LOG_SNR_LIMIT)
        self._tables = Tables(
            {
                "alpha_bar": self.alpha_bar,
                "signal": self.alpha_bar.sqrt(),
                "noise": (1 - self.alpha_bar).sqrt(),
                "log": self.alpha_bar.log(),
                "log_snr": log_snr,
                "inner": log_snr.sigmoid(),
                "angle": torch.atan2((1 - self.alpha_bar).sqrt(), self.alpha_bar.sqrt()),
            }
        )

    @classmethod
    def named(cls, kind: Literal["cosine", "linear"] = "cosine", clocks: int = 1000, odds: float = 1.0) -> Schedule:
        """One of the usual schedules; `odds` multiplies ᾱ/(1-ᾱ), so below 1 it moves the noise to earlier clocks.

        cosine: ᾱ_t = f(t)/f(0), f(t) = cos²((t/T + s)/(1 + s) · π/2), s = 0.008  [Nichol & Dhariwal 2021]
        linear: β from 1e-4 to 0.02, ᾱ_t = Π (1 - β)  [Ho et al. 2020]
        """
        if clocks < 1 or odds <= 0:
            raise ValueError(f"a schedule has at least one clock and positive odds, not {clocks} and {odds}")
        t = torch.arange(clocks + 1, dtype=torch.float64) / clocks
        if kind == "cosine":
            f = torch.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2
            alpha_bar = f / f[0]
        else:
            beta = torch.linspace(1e-4, 0.02, clocks, dtype=torch.float64) * (1000 / clocks)
            alpha_bar = torch.cat([torch.ones(1, dtype=torch.float64), (1 - beta.clamp(max=0.999)).cumprod(0)])
        alpha_bar = odds * alpha_bar / (odds * alpha_bar + (1 - alpha_bar))
        if alpha_bar[-1] > 1e-3:
            raise ValueError(f"odds of {odds} leave more than a thousandth of the signal at the last clock")
        return cls(alpha_bar)

    def at(self, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """ᾱ_t in the shape of the integer clocks `t`, on their device."""
        return self._tables.at("alpha_bar", t, dtype)

    def signal(self, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """√ᾱ_t."""
        return self._tables.at("signal", t, dtype)

    def noise(self, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """√(1-ᾱ_t)."""
        return self._tables.at("noise", t, dtype)

    def inner(self, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """ᾱ_t of the clamped log-SNR, which is neither 0 nor 1, to divide by."""
        return self._tables.at("inner", t, dtype)

    def angle(self, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """φ = arccos √ᾱ_t, from 0 to π/2."""
        return self._tables.at("angle", t, dtype)

    def step(self, s: Tensor, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """α = ᾱ_t / ᾱ_s of the skip from clock s to a later clock t."""
        return self.log_step(s, t, dtype).exp()

    def log_step(self, s: Tensor, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """log α of the same, where α is near 1 too."""
        return self._tables.at("log", t, dtype) - self._tables.at("log", s, dtype)

    def log_snr(self, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """log ᾱ_t/(1-ᾱ_t), clamped to ±`LOG_SNR_LIMIT`."""
        return self._tables.at("log_snr", t, dtype)
