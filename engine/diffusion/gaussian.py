"""The Gaussian half: an image x under q(x_t | x_0) = N(√ᾱ_t x_0, (1-ᾱ_t) I), with a clock for every pixel.

All functions take clocks as int64 maps that broadcast against the image, e.g. [B, 1, H, W]; x is standardised.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from engine.diffusion.schedule import Schedule


class Normal(NamedTuple):
    """A Gaussian per element, by its mean and variance."""

    mean: Tensor
    variance: Tensor


def q_sample(schedule: Schedule, x_0: Tensor, t: Tensor, noise: Tensor) -> Tensor:
    """x_t = √ᾱ_t x_0 + √(1-ᾱ_t) ε  [Ho et al. 2020, eq. 4]"""
    a = schedule.at(t, x_0.dtype)
    return a.sqrt() * x_0 + (1 - a).sqrt() * noise


def q_posterior(schedule: Schedule, x_0: Tensor, x_t: Tensor, s: Tensor, t: Tensor) -> Normal:
    """q(x_s | x_t, x_0) for a skip s < t  [Ho et al. 2020, eq. 6 and 7, for any skip]

    mean √ᾱ_s (1-α)/(1-ᾱ_t) x_0 + √α (1-ᾱ_s)/(1-ᾱ_t) x_t, variance (1-ᾱ_s)/(1-ᾱ_t) · (1-α), α = ᾱ_t/ᾱ_s.
    """
    a_s, a_t, a = schedule.at(s, x_0.dtype), schedule.at(t, x_0.dtype), schedule.step(s, t, x_0.dtype)
    mean = (a_s.sqrt() * (1 - a) * x_0 + a.sqrt() * (1 - a_s) * x_t) / (1 - a_t)
    return Normal(mean, (1 - a_s) / (1 - a_t) * (1 - a))


def v_of(schedule: Schedule, x_0: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    """v = √ᾱ_t ε - √(1-ᾱ_t) x_0  [Salimans & Ho 2022]"""
    a = schedule.at(t, x_0.dtype)
    return a.sqrt() * noise - (1 - a).sqrt() * x_0


def x_0_of_v(schedule: Schedule, x_t: Tensor, v: Tensor, t: Tensor) -> Tensor:
    """x_0 = √ᾱ_t x_t - √(1-ᾱ_t) v; at clock 0 this is x_t itself."""
    a = schedule.at(t, x_t.dtype)
    return a.sqrt() * x_t - (1 - a).sqrt() * v


def noise_of_v(schedule: Schedule, x_t: Tensor, v: Tensor, t: Tensor) -> Tensor:
    """ε = √(1-ᾱ_t) x_t + √ᾱ_t v, also where x_0 and x_t would leave it as 0/0."""
    a = schedule.at(t, x_t.dtype)
    return (1 - a).sqrt() * x_t + a.sqrt() * v


def x_0_of_noise(schedule: Schedule, x_t: Tensor, noise: Tensor, t: Tensor) -> Tensor:
    """x_0 = (x_t - √(1-ᾱ_t) ε)/√ᾱ_t, which amplifies errors near clock T."""
    a = schedule.at(t, x_t.dtype)
    return (x_t - (1 - a).sqrt() * noise) / a.sqrt()


def ddim_step(
    schedule: Schedule, x_0: Tensor, epsilon: Tensor, s: Tensor, t: Tensor, noise: Tensor | None = None
) -> Tensor:
    """x_s from estimates of x_0 and ε at t; deterministic, or with η = 1 and fresh `noise`  [Song et al. 2021]

    x_s = √ᾱ_s x̂_0 + √(1-ᾱ_s-σ²) ε̂ + σ z  [eq. 12], σ² the posterior variance; η = 1 is ancestral sampling.
    """
    a_s = schedule.at(s, x_0.dtype)
    if noise is None:
        return a_s.sqrt() * x_0 + (1 - a_s).sqrt() * epsilon
    variance = q_posterior(schedule, x_0, x_0, s, t).variance
    return a_s.sqrt() * x_0 + (1 - a_s - variance).clamp(min=0).sqrt() * epsilon + variance.sqrt() * noise


def v_weight(schedule: Schedule, t: Tensor, gamma: float = 5.0, floor: float = 0.05) -> Tensor:
    """min-SNR-γ weight of the v loss, min(SNR, γ)/(SNR + 1)  [Hang et al. 2023], but never under `floor`.

    At T the plain weight is 0, which would leave the first steps of sampling untrained.
    """
    a = schedule.at(t)
    return torch.minimum(a, gamma * (1 - a)).clamp(min=floor)
