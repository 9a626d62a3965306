"""The categorical half: a layout y of K classes under a chain of transitions, with a clock for every pixel.

q(y_t | y_0) = y_0 Q̄_t, where y is a row of probabilities over the chain's S states  [Austin et al. 2021].
Ids are int64 [B, 1, H, W]; probabilities are [B, S, H, W]; clocks are int64 maps [B, 1, H, W].
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.process.transitions import TransitionChain, UniformTransitions

ReverseKernel = Literal["sum", "product"]
MIN_PROBABILITY = 1e-30
"""Probabilities are clamped to at least this before a logarithm."""


def one_hot(ids: Tensor, num_classes: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Ids [B, 1, H, W] as one-hot probabilities [B, K, H, W]."""
    zeros = torch.zeros((len(ids), num_classes, *ids.shape[2:]), dtype=dtype, device=ids.device)
    return zeros.scatter_(1, ids, 1)


def pad_to_states(chain: TransitionChain, p: Tensor) -> Tensor:
    """Probabilities of the K classes as probabilities of the chain's states, with 0 for a mask."""
    extra = chain.num_states - p.shape[1]
    return F.pad(p, (0, 0, 0, 0, 0, extra)) if extra else p


def q_probs(chain: TransitionChain, y_0: Tensor, t: Tensor) -> Tensor:
    """q(y_t | y_0) = y_0 Q̄_t."""
    return chain.forward(pad_to_states(chain, y_0), torch.zeros_like(t), t)


def q_posterior(chain: TransitionChain, y_0: Tensor, y_t: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """q(y_s | y_t, y_0) ∝ (Q_{s→t} y_t) ⊙ (y_0 Q̄_s) for a skip s < t; y_0 and y_t as one-hot.

    With probabilities ŷ_0 in the place of y_0 this is GCDP's product kernel, which is right for a head trained with
    the variational bound.
    """
    return normalise(chain.backward(y_t, s, t) * q_probs(chain, y_0, s))


def reverse_probs(
    chain: TransitionChain, p_0: Tensor, y_t: Tensor, s: Tensor, t: Tensor, kernel: ReverseKernel = "sum"
) -> Tensor:
    """p(y_s | y_t) for a head with p̂ = p(y_0 | y_t); y_t is one-hot; s < t.

    sum: Σ_k p̂_k q(y_s | y_t, y_0 = k), exact for a head trained by cross-entropy. It is the product kernel with p̂_k
    divided by Z_k = q(y_t | y_0 = k), computed through s so that rounding leaves each posterior normalised.
    """
    p_0 = p_0.clamp(min=MIN_PROBABILITY)
    if kernel == "product":
        return q_posterior(chain, p_0, y_t, s, t)
    clean = torch.zeros_like(s)
    back = chain.backward(y_t, s, t)
    z = chain.backward(back, clean, s)
    w = torch.where(z > 0, pad_to_states(chain, p_0) / torch.where(z > 0, z, 1), 0)  # no 0/0, not even in a gradient
    return normalise(back * chain.forward(w, clean, s))


def unnormalised_reverse_probs(
    chain: TransitionChain, p_0: Tensor, y_t: Tensor, s: Tensor, t: Tensor, kernel: ReverseKernel = "sum"
) -> Tensor:
    """`reverse_probs` for ids y_t, up to a factor per pixel, and nowhere below `MIN_PROBABILITY`.

    The uniform chain's sum kernel is computed in closed form.
    """
    if kernel == "sum" and isinstance(chain, UniformTransitions):
        return uniform_reverse_probs(chain, p_0, y_t, s, t)
    return reverse_probs(chain, p_0, one_hot(y_t, chain.num_states, p_0.dtype), s, t, kernel).clamp(
        min=MIN_PROBABILITY
    )


def uniform_reverse_probs(chain: UniformTransitions, p_0: Tensor, y_t: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """The sum kernel of the uniform chain, up to a factor per pixel, in O(K); p̂ must add up to 1.

    Off their diagonals Q_{s→t}, Q̄_s and Q̄_t each hold a single number, o = (1-α)/K, so that only the class j = y_t
    differs from the others. Divided by o α_s/o_t the kernel is p̂_k + u for k ≠ j, and (g p̂_j + u)(α + o)/o for j,
    where g = o_t/(α_t + o_t) and u = (o_s/α_s)(1 - p̂_j + g p̂_j).
    """
    p_of_y_t, dtype, tables = p_0.gather(1, y_t), p_0.dtype, chain.tables
    g = tables.lookup("o/(α+o)", t, dtype)
    u = torch.addcmul(1 - p_of_y_t, p_of_y_t, g).mul_(tables.lookup("o/α", s, dtype)).clamp_(min=MIN_PROBABILITY)
    leaving = chain.schedule.log_alpha_between(t, s, dtype).expm1().clamp_(min=MIN_PROBABILITY)  # (1-α)/α
    return (p_0 + u).scatter_(1, y_t, torch.addcmul(u, p_of_y_t, g).mul_(1 + chain.num_classes / leaving))


def normalise(p: Tensor) -> Tensor:
    """Probabilities [B, S, H, W] divided by their sum over the states."""
    return p / p.sum(1, keepdim=True).clamp(min=torch.finfo(p.dtype).tiny)


def class_softmax(logits: Tensor) -> Tensor:
    """Softmax over the classes, dim 1. torch's own rounds a pixel by its place among the pixels of its thread."""
    e = (logits - logits.amax(1, keepdim=True)).exp_()
    total = e.sum(1, keepdim=True)
    return e / total if e.requires_grad else e.div_(total)


def sample_ids_(probs: Tensor, uniform: Tensor) -> Tensor:
    """Ids [B, 1, H, W] drawn from unnormalised probabilities [B, S, H, W] with `uniform` [B, 1, H, W] in [0, 1).

    They are the first states whose cumulative probability exceeds u times the total, with u clamped so far below 1
    that no state of probability 0 is drawn. `probs` is overwritten; torch's own cumsum is slow across channels.
    """
    for before, state in pairwise(probs.unbind(1)):
        state += before
    edge = uniform.clamp(max=1 - 2**-20) * probs[:, -1:]
    return probs.le_(edge).sum(1, keepdim=True).clamp_(max=probs.shape[1] - 1).long()


def argmax_ids(p: Tensor) -> Tensor:
    """argmax over the states, the first of equals, int64 [B, 1, H, W]; torch's own is slow across channels."""
    states = p.shape[1]
    place = torch.arange(states, 0, -1, dtype=p.dtype, device=p.device)[:, None, None]
    highest = torch.eq(p, p.amax(1, keepdim=True), out=torch.empty_like(p)).mul_(place)  # booleans are slow to write
    return states - highest.amax(1, keepdim=True).long()


def q_sample(chain: TransitionChain, y_0: Tensor, t: Tensor, uniform: Tensor) -> Tensor:
    """Ids y_t for ids y_0, drawn with `uniform` [B, 1, H, W]; at clock 0 they are y_0."""
    drawn = sample_ids_(q_probs(chain, one_hot(y_0, chain.num_classes, uniform.dtype), t), uniform)
    return torch.where(t == 0, y_0, drawn)
