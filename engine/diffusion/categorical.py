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

from engine.diffusion.transitions import Transitions, Uniform

Kernel = Literal["sum", "product"]
TINY = 1e-30
"""The smallest probability that a logarithm sees."""


def one_hot(ids: Tensor, classes: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Ids [B, 1, H, W] as [B, K, H, W]."""
    zeros = torch.zeros((len(ids), classes, *ids.shape[2:]), dtype=dtype, device=ids.device)
    return zeros.scatter_(1, ids, 1)


def padded(chain: Transitions, p: Tensor) -> Tensor:
    """Probabilities of the K classes as probabilities of the chain's states; a mask has none."""
    more = chain.states - p.shape[1]
    return F.pad(p, (0, 0, 0, 0, 0, more)) if more else p


def q_probs(chain: Transitions, y_0: Tensor, t: Tensor) -> Tensor:
    """q(y_t | y_0) = y_0 Q̄_t."""
    return chain.forward(padded(chain, y_0), torch.zeros_like(t), t)


def q_posterior(chain: Transitions, y_0: Tensor, y_t: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """q(y_s | y_t, y_0) ∝ (Q_{s→t} y_t) ⊙ (y_0 Q̄_s) for a skip s < t; y_0 and y_t as one-hot.

    With probabilities ŷ_0 in the place of y_0 this is the product kernel of GCDP, right for a head that was
    trained with the variational bound.
    """
    return normalised(chain.backward(y_t, s, t) * q_probs(chain, y_0, s))


def reverse(chain: Transitions, p_0: Tensor, y_t: Tensor, s: Tensor, t: Tensor, kernel: Kernel = "sum") -> Tensor:
    """p(y_s | y_t) for a head that says p̂ = p(y_0 | y_t); y_t is one-hot; s < t.

    sum: Σ_k p̂_k q(y_s | y_t, y_0 = k), exact for a head trained by cross-entropy. It is the product kernel with p̂_k
    divided by Z_k = q(y_t | y_0 = k), which is taken through s, so that rounding leaves each posterior normalised.
    """
    p_0 = p_0.clamp(min=TINY)
    if kernel == "product":
        return q_posterior(chain, p_0, y_t, s, t)
    start = torch.zeros_like(s)
    back = chain.backward(y_t, s, t)
    z = chain.backward(back, start, s)
    w = torch.where(z > 0, padded(chain, p_0) / torch.where(z > 0, z, 1), 0)  # no 0/0, not even in a gradient
    return normalised(back * chain.forward(w, start, s))


def reverse_of_ids(
    chain: Transitions, p_0: Tensor, y_t: Tensor, s: Tensor, t: Tensor, kernel: Kernel = "sum"
) -> Tensor:
    """`reverse` for ids y_t, up to a factor per pixel, and nowhere under `TINY`; in closed form for the usual chain
    and kernel.
    """
    if kernel == "sum" and isinstance(chain, Uniform):
        return uniform_reverse(chain, p_0, y_t, s, t)
    return reverse(chain, p_0, one_hot(y_t, chain.states, p_0.dtype), s, t, kernel).clamp(min=TINY)


def uniform_reverse(chain: Uniform, p_0: Tensor, y_t: Tensor, s: Tensor, t: Tensor) -> Tensor:
    """The sum kernel of the uniform chain: off their diagonals Q_{s→t}, Q̄_s and Q̄_t are one number each, o = (1-α)/K,
    so that only the class j seen at t has to be told from the others. p̂ must add up to 1.

    Over a factor of o α_s/o_t it is p̂_k + u for k ≠ j, and (g p̂_j + u)(α + o)/o for j, where g = o_t/(α_t + o_t) and
    u = (o_s/α_s)(1 - p̂_j + g p̂_j).
    """
    seen, dtype, tables = p_0.gather(1, y_t), p_0.dtype, chain.tables
    g = tables.at("o/(α+o)", t, dtype)
    u = torch.addcmul(1 - seen, seen, g).mul_(tables.at("o/α", s, dtype)).clamp_(min=TINY)
    leaving = chain.schedule.log_step(t, s, dtype).expm1().clamp_(min=TINY)  # (1-α)/α
    return (p_0 + u).scatter_(1, y_t, torch.addcmul(u, seen, g).mul_(1 + chain.classes / leaving))


def normalised(p: Tensor) -> Tensor:
    """Divided by the sum over the states."""
    return p / p.sum(1, keepdim=True).clamp(min=torch.finfo(p.dtype).tiny)


def softmax(logits: Tensor) -> Tensor:
    """Over the classes, dim 1. torch's own rounds a pixel by its place among those of its thread."""
    e = (logits - logits.amax(1, keepdim=True)).exp_()
    total = e.sum(1, keepdim=True)
    return e / total if e.requires_grad else e.div_(total)


def sample_(probs: Tensor, uniform: Tensor) -> Tensor:
    """Ids [B, 1, H, W] drawn from probabilities, which need not add up to 1, with `uniform` [B, 1, H, W] in [0, 1).

    The first state whose cumulative probability is over u times the whole, with a u so far below 1 that no state of
    probability 0 is drawn. Works in the place of the probabilities, which are gone then; torch's own cumsum is slow
    across channels.
    """
    for before, state in pairwise(probs.unbind(1)):
        state += before
    edge = uniform.clamp(max=1 - 2**-20) * probs[:, -1:]
    return probs.le_(edge).sum(1, keepdim=True).clamp_(max=probs.shape[1] - 1).long()


def likeliest(p: Tensor) -> Tensor:
    """argmax over the states, the first of equals, int64 [B, 1, H, W]; torch's own walks slowly across channels."""
    states = p.shape[1]
    place = torch.arange(states, 0, -1, dtype=p.dtype, device=p.device)[:, None, None]
    highest = torch.eq(p, p.amax(1, keepdim=True), out=torch.empty_like(p)).mul_(place)  # booleans are slow to write
    return states - highest.amax(1, keepdim=True).long()


def q_sample(chain: Transitions, y_0: Tensor, t: Tensor, uniform: Tensor) -> Tensor:
    """Ids y_t for ids y_0, drawn with `uniform` [B, 1, H, W]; at clock 0 they are y_0."""
    drawn = sample_(q_probs(chain, one_hot(y_0, chain.classes, uniform.dtype), t), uniform)
    return torch.where(t == 0, y_0, drawn)
