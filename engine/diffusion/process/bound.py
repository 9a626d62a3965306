"""The variational bound on -log p(z_0): nats per pixel for each step of the clocks, and for both ends.

-log p(z_0) ≤ KL(q(z_T | z_0) ‖ prior) + Σ KL(q(z_s | z_t, z_0) ‖ p(z_s | z_t)), where the term of a step to clock 0 is
-log p(z_0 | z_t)  [Ho et al. 2020; Austin et al. 2021]. Given z_t both halves move independently: their terms add up.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from engine.diffusion.process import categorical, gaussian
from engine.diffusion.process.categorical import MIN_PROBABILITY, ReverseKernel
from engine.diffusion.process.denoiser import DiffusionState
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.process.transitions import TransitionChain

VarianceType = Literal["posterior", "step"]
"""σ² of a reverse step: β̃, the posterior's, or β = 1-α."""


def categorical_kl(q: Tensor, p: Tensor) -> Tensor:
    """KL(q ‖ p) in nats over the states, [B, 1, H, W]."""
    return (q * (q.clamp(min=MIN_PROBABILITY).log() - p.clamp(min=MIN_PROBABILITY).log())).sum(1, keepdim=True)


def layout_step_kl(
    chain: TransitionChain, kernel: ReverseKernel, p_0: Tensor, y_0: Tensor, y_t: Tensor, s: Tensor, t: Tensor
) -> Tensor:
    """KL(q(y_s | y_t, y_0) ‖ p(y_s | y_t)) in nats, [B, 1, H, W]; at s = 0 it is -log p(y_0 | y_t).

    p_0 [B, K, H, W] are the head's probabilities of y_0; ids y_0 and y_t are [B, 1, H, W].
    """
    y_t_one_hot = categorical.one_hot(y_t, chain.num_states, p_0.dtype)
    q = categorical.q_posterior(chain, categorical.one_hot(y_0, chain.num_classes, p_0.dtype), y_t_one_hot, s, t)
    return categorical_kl(q, categorical.reverse_probs(chain, p_0, y_t_one_hot, s, t, kernel))


def layout_one_clock_kl(
    chain: TransitionChain, kernel: ReverseKernel, p_0: Tensor, y_0: Tensor, state: DiffusionState
) -> Tensor:
    """`layout_step_kl` from each pixel's clock to the one before; 0 where the clock is 0."""
    t = state.clocks.layout
    kl = layout_step_kl(chain, kernel, p_0, y_0, state.layout, (t - 1).clamp(min=0), t)
    return torch.where(t > 0, kl, 0)


def layout_prior_kl(chain: TransitionChain, y_0: Tensor, dtype: torch.dtype = torch.float64) -> Tensor:
    """KL(q(y_T | y_0) ‖ prior) in nats, [B, 1, H, W]; about 0."""
    end = torch.full_like(y_0, chain.max_clock)
    q = categorical.q_probs(chain, categorical.one_hot(y_0, chain.num_classes, dtype), end)
    return categorical_kl(q, chain.prior.to(q)[:, None, None])


def image_step_kl(
    schedule: NoiseSchedule,
    x_0: Tensor,
    x_0_estimate: Tensor,
    x_t: Tensor,
    s: Tensor,
    t: Tensor,
    variance: VarianceType = "posterior",
) -> Tensor:
    """KL(q(x_s | x_t, x_0) ‖ N(μ(x_t, x̂_0), σ²)) in nats, [B, 3, H, W], for 0 < s < t; μ is the posterior mean."""
    truth, estimated = (gaussian.q_posterior(schedule, x, x_t, s, t) for x in (x_0, x_0_estimate))
    sigma = truth.variance if variance == "posterior" else 1 - schedule.alpha_between(s, t, x_0.dtype)
    ratio = truth.variance / sigma
    return 0.5 * (ratio - 1 - ratio.log() + (truth.mean - estimated.mean) ** 2 / sigma)


def image_prior_kl(schedule: NoiseSchedule, x_0: Tensor) -> Tensor:
    """KL(q(x_T | x_0) ‖ N(0, I)) in nats, like x_0."""
    a = schedule.alpha_bar_at(torch.tensor(schedule.max_clock, device=x_0.device), x_0.dtype)
    return 0.5 * (a * x_0**2 - a - torch.log1p(-a))


def discretised_gaussian_nll(lower: Tensor, upper: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    """-log p(x_0 | x_1) in nats of a discrete value  [Ho et al. 2020, eq. 13].

    p is the Gaussian's mass between the edges of the value's bin, infinite for the darkest and the brightest value.
    """
    deviation = variance.sqrt()
    lower, upper = (lower - mean) / deviation, (upper - mean) / deviation
    flip = lower > 0  # where both are in the right tail, take the left one: 1 - 1e-20 would be 1
    a, b = torch.where(flip, -upper, lower), torch.where(flip, -lower, upper)
    log_a, log_b = (torch.special.log_ndtr(edge) for edge in (a, b))
    mass: Tensor = log_b + torch.log1p(-torch.exp((log_a - log_b).clamp(max=-1e-12)))
    return -mass
