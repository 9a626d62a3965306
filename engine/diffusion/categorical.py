"""The categorical half: a layout y of K classes under uniform transitions, with a clock for every pixel.

Q_t = (1-β_t) I + β_t 11ᵀ/K, so q(y_t | y_0) = ᾱ_t [y_t = y_0] + (1-ᾱ_t)/K  [Hoogeboom et al. 2021].
Ids are int64 [B, 1, H, W]; probabilities are [B, K, H, W]; clocks are int64 maps [B, 1, H, W].
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.schedule import Schedule

TINY = 1e-30
"""The smallest probability that a logarithm sees."""


def one_hot(ids: Tensor, classes: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Ids [B, 1, H, W] as [B, K, H, W]."""
    return F.one_hot(ids.squeeze(1), classes).movedim(-1, 1).to(dtype)


def q_probs(schedule: Schedule, y_0: Tensor, t: Tensor) -> Tensor:
    """q(y_t | y_0) = ᾱ_t y_0 + (1-ᾱ_t)/K for probabilities y_0."""
    a = schedule.at(t, y_0.dtype)
    return a * y_0 + (1 - a) / y_0.shape[1]


def q_posterior(schedule: Schedule, y_0: Tensor, y_t: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """q(y_s | y_t, y_0) ∝ [α y_t + (1-α)/K] ⊙ [ᾱ_s y_0 + (1-ᾱ_s)/K] for a skip s < t; y_0 and y_t as one-hot.

    With probabilities ŷ_0 in the place of y_0 this is the product kernel of GCDP, right for a head that was
    trained with the variational bound.
    """
    k = y_0.shape[1]
    a, a_s = schedule.step(s, t, y_0.dtype), schedule.at(s, y_0.dtype)
    p = (a * y_t + (1 - a) / k) * (a_s * y_0 + (1 - a_s) / k)
    return p / p.sum(1, keepdim=True)


def reverse(schedule: Schedule, p_0: Tensor, y_t: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """p(y_s | y_t) = Σ_k p̂_k q(y_s | y_t, y_0 = k), the sum kernel: exact for a head trained by cross-entropy.

    With Z_k = ᾱ_t [k = y_t] + (1-ᾱ_t)/K and w = p̂/Z it is O(K) and already normalised:
    p(y_s = j) = (α [j = y_t] + (1-α)/K) (ᾱ_s w_j + (1-ᾱ_s)/K Σ_k w_k). y_t is one-hot; s < t.
    """
    k = p_0.shape[1]
    a, a_s, a_t = schedule.step(s, t, p_0.dtype), schedule.at(s, p_0.dtype), schedule.at(t, p_0.dtype)
    w = p_0 / (a_t * y_t + (1 - a_t) / k)
    return (a * y_t + (1 - a) / k) * (a_s * w + (1 - a_s) / k * w.sum(1, keepdim=True))


def sample(probs: Tensor, uniform: Tensor) -> Tensor:
    """Ids [B, 1, H, W] drawn from probabilities by Gumbel-max; `uniform` in [0, 1) has their shape."""
    gumbel = -torch.log(-torch.log(uniform.clamp(TINY, 1 - 1e-7)))
    return (torch.log(probs.clamp(min=TINY)) + gumbel).argmax(1, keepdim=True)


def q_sample(schedule: Schedule, y_0: Tensor, t: Tensor, classes: int, uniform: Tensor) -> Tensor:
    """Ids y_t for ids y_0: y_0 stays with probability ᾱ_t, else any class comes; `uniform` is [B, 2, H, W]."""
    other = (uniform[:, 1:] * classes).long().clamp(max=classes - 1)
    return torch.where(uniform[:, :1] < schedule.at(t, uniform.dtype), y_0, other)
