"""The Gaussian half: an image x under q(x_t | x_0) = N(√ᾱ_t x_0, (1-ᾱ_t) I), with a clock for every pixel.

All functions take clocks as int64 maps that broadcast against the image, e.g. [B, 1, H, W]; x is standardised.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from engine.diffusion.process.schedule import NoiseSchedule

PredictionType = Literal["v", "epsilon", "x_0"]
"""The quantity that a network predicts of the image."""


class GaussianMoments(NamedTuple):
    """A Gaussian per element, by its mean and variance."""

    mean: Tensor
    variance: Tensor


def q_sample(schedule: NoiseSchedule, x_0: Tensor, t: Tensor, noise: Tensor) -> Tensor:
    """x_t = √ᾱ_t x_0 + √(1-ᾱ_t) ε  [Ho et al. 2020, eq. 4]"""
    return schedule.sqrt_alpha_bar(t, x_0.dtype) * x_0 + schedule.sigma(t, x_0.dtype) * noise


def q_posterior(schedule: NoiseSchedule, x_0: Tensor, x_t: Tensor, s: Tensor, t: Tensor) -> GaussianMoments:
    """q(x_s | x_t, x_0) for a skip s < t  [Ho et al. 2020, eq. 6 and 7, for any skip]

    mean √ᾱ_s (1-α)/(1-ᾱ_t) x_0 + √α (1-ᾱ_s)/(1-ᾱ_t) x_t, variance (1-ᾱ_s)/(1-ᾱ_t) · (1-α), α = ᾱ_t/ᾱ_s.
    """
    a_s, a_t = schedule.alpha_bar_at(s, x_0.dtype), schedule.alpha_bar_at(t, x_0.dtype)
    a = schedule.alpha_between(s, t, x_0.dtype)
    mean = (a_s.sqrt() * (1 - a) * x_0 + a.sqrt() * (1 - a_s) * x_t) / (1 - a_t)
    return GaussianMoments(mean, (1 - a_s) / (1 - a_t) * (1 - a))


def prediction_target(
    schedule: NoiseSchedule, prediction_type: PredictionType, x_0: Tensor, noise: Tensor, t: Tensor
) -> Tensor:
    """The target of the network's image output: ε, x_0, or v = √ᾱ_t ε - √(1-ᾱ_t) x_0  [Salimans & Ho 2022]"""
    if prediction_type == "v":
        return schedule.sqrt_alpha_bar(t, x_0.dtype) * noise - schedule.sigma(t, x_0.dtype) * x_0
    return noise if prediction_type == "epsilon" else x_0


def x_0_from_output(
    schedule: NoiseSchedule, prediction_type: PredictionType, x_t: Tensor, output: Tensor, t: Tensor
) -> Tensor:
    """x̂_0 = √ᾱ_t x_t - √(1-ᾱ_t) v, or (x_t - √(1-ᾱ_t) ε)/√ᾱ_t, which amplifies errors near clock T.

    At clock 0 it is x_t itself.
    """
    if prediction_type == "v":
        return torch.addcmul(
            schedule.sqrt_alpha_bar(t, x_t.dtype) * x_t, schedule.sigma(t, x_t.dtype), output, value=-1
        )
    a = schedule.clamped_alpha_bar(t, x_t.dtype)
    x_0 = (x_t - (1 - a).sqrt() * output) / a.sqrt() if prediction_type == "epsilon" else output
    return torch.where(t == 0, x_t, x_0)


def epsilon_from_output(
    schedule: NoiseSchedule, prediction_type: PredictionType, x_t: Tensor, output: Tensor, t: Tensor
) -> Tensor:
    """ε̂ = √(1-ᾱ_t) x_t + √ᾱ_t v, or (x_t - √ᾱ_t x_0)/√(1-ᾱ_t), which amplifies errors near clock 0."""
    if prediction_type == "v":
        return torch.addcmul(schedule.sigma(t, x_t.dtype) * x_t, schedule.sqrt_alpha_bar(t, x_t.dtype), output)
    a = schedule.clamped_alpha_bar(t, x_t.dtype)
    return output if prediction_type == "epsilon" else (x_t - a.sqrt() * output) / (1 - a).sqrt()


def score_from_epsilon(schedule: NoiseSchedule, epsilon: Tensor, t: Tensor) -> Tensor:
    """∇ log q(x_t) = -ε̂/√(1-ᾱ_t)  [Song et al. 2021b]"""
    return -epsilon / (1 - schedule.clamped_alpha_bar(t, epsilon.dtype)).sqrt()


def min_snr_weight(
    schedule: NoiseSchedule, prediction_type: PredictionType, t: Tensor, gamma: float = 5.0, floor: float = 0.05
) -> Tensor:
    """min-SNR-γ weight of the squared error, at least `floor`  [Hang et al. 2023].

    min(SNR, γ) for x_0, divided by SNR for ε and by SNR + 1 for v. Without a floor the weights fall to 0 at T, and for
    ε and v at 0 too, which would leave the first steps of sampling, or the last, untrained.
    """
    a = schedule.clamped_alpha_bar(t)
    capped = torch.minimum(a / (1 - a), torch.full_like(a, gamma))
    weight = {"x_0": capped, "epsilon": capped * (1 - a) / a, "v": capped * (1 - a)}[prediction_type]
    return weight.clamp(min=floor)
