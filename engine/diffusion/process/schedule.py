"""Noise schedules: ᾱ_t for t = 0 (clean) to T (pure noise), as float64 tables."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

LOG_SNR_LIMIT = 12.0
"""log-SNR is infinite at clock 0 and about -75 at T; solvers and networks take it clamped to ±12."""


class ClockTables:
    """Named tables of values by clock, float64 [T + 1], with a copy for each device and type in use."""

    def __init__(self, float64_tables: dict[str, Tensor]) -> None:
        self._exact = float64_tables
        self._copies: dict[tuple[str, torch.device, torch.dtype], Tensor] = {}

    def lookup(self, name: str, t: Tensor, dtype: torch.dtype) -> Tensor:
        """A table's values in the shape of the integer clocks `t`, on their device.

        The tables are float64 on the CPU, because not every device has it, and are converted once.
        """
        key = (name, t.device, dtype)
        if key not in self._copies:
            with torch.inference_mode(False):  # the copy may take part in a gradient later
                self._copies[key] = self._exact[name].to(dtype).to(t.device)
        return self._copies[key].take(t)


class NoiseSchedule:
    """ᾱ_0 … ᾱ_T of one half, from ᾱ_0 = 1 down, and what follows from them, indexed by integer clocks of any shape."""

    def __init__(self, alpha_bar: Tensor) -> None:
        if alpha_bar[0] != 1 or not bool((alpha_bar.diff() < 0).all()):
            raise ValueError("a schedule begins at 1, its clean clock, and every clock is noisier than the one before")
        self.alpha_bar = alpha_bar.double()
        self.max_clock = len(alpha_bar) - 1
        log_snr = torch.logit(self.alpha_bar).clamp(-LOG_SNR_LIMIT, LOG_SNR_LIMIT)
        self._tables = ClockTables(
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
    def from_name(
        cls, kind: Literal["cosine", "linear"] = "cosine", max_clock: int = 1000, odds: float = 1.0
    ) -> NoiseSchedule:
        """One of the usual schedules. `odds` multiplies ᾱ/(1-ᾱ); below 1 it moves the noise to earlier clocks.

        cosine: ᾱ_t = f(t)/f(0), f(t) = cos²((t/T + s)/(1 + s) · π/2), s = 0.008  [Nichol & Dhariwal 2021]
        linear: β from 1e-4 to 0.02, ᾱ_t = Π (1 - β)  [Ho et al. 2020]
        """
        if max_clock < 1 or odds <= 0:
            raise ValueError(f"a schedule has at least one clock and positive odds, not {max_clock} and {odds}")
        t = torch.arange(max_clock + 1, dtype=torch.float64) / max_clock
        if kind == "cosine":
            f = torch.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2
            alpha_bar = f / f[0]
        else:
            beta = torch.linspace(1e-4, 0.02, max_clock, dtype=torch.float64) * (1000 / max_clock)
            alpha_bar = torch.cat([torch.ones(1, dtype=torch.float64), (1 - beta.clamp(max=0.999)).cumprod(0)])
        alpha_bar = odds * alpha_bar / (odds * alpha_bar + (1 - alpha_bar))
        if alpha_bar[-1] > 1e-3:
            raise ValueError(f"odds of {odds} leave more than a thousandth of the signal at the last clock")
        return cls(alpha_bar)

    def alpha_bar_at(self, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """ᾱ_t in the shape of the integer clocks `t`, on their device."""
        return self._tables.lookup("alpha_bar", t, dtype)

    def sqrt_alpha_bar(self, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """√ᾱ_t."""
        return self._tables.lookup("signal", t, dtype)

    def sigma(self, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """√(1-ᾱ_t)."""
        return self._tables.lookup("noise", t, dtype)

    def clamped_alpha_bar(self, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """ᾱ_t of the clamped log-SNR, which is neither 0 nor 1 and so can be divided by."""
        return self._tables.lookup("inner", t, dtype)

    def angle(self, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """φ = arccos √ᾱ_t, from 0 to π/2."""
        return self._tables.lookup("angle", t, dtype)

    def alpha_between(self, s: Tensor, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """α = ᾱ_t / ᾱ_s of the skip from clock s to a later clock t."""
        return self.log_alpha_between(s, t, dtype).exp()

    def log_alpha_between(self, s: Tensor, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """log α of the skip from clock s to clock t, precise where α is near 1 too."""
        return self._tables.lookup("log", t, dtype) - self._tables.lookup("log", s, dtype)

    def log_snr(self, t: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """log ᾱ_t/(1-ᾱ_t), clamped to ±`LOG_SNR_LIMIT`."""
        return self._tables.lookup("log_snr", t, dtype)
