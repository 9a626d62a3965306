"""Markov chains that turn the classes of a layout into noise, with a clock per pixel; all their steps commute.

A chain moves probabilities over its S states from clock s to a later clock t by Q_{s→t}, S×S, rows from, columns to,
and Q_{r→s} Q_{s→t} = Q_{r→t}. Probabilities are [B, S, H, W], clocks int64 maps [B, 1, H, W]; α = ᾱ_t/ᾱ_s.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor

from engine.diffusion.process.schedule import ClockTables, NoiseSchedule


class TransitionChain(ABC):
    """A chain on K = `num_classes` classes and S = `num_states` states (with a mask, K + 1), ending at `prior` [S]."""

    def __init__(self, schedule: NoiseSchedule, num_classes: int, num_states: int, prior: Tensor) -> None:
        self.schedule, self.num_classes, self.num_states, self.prior = schedule, num_classes, num_states, prior

    @property
    def max_clock(self) -> int:
        """T."""
        return self.schedule.max_clock

    @abstractmethod
    def forward(self, p: Tensor, s: Tensor, t: Tensor) -> Tensor:
        """p Q_{s→t}: Σ_i p_i Q_{s→t}[i, j] for every state j at t. `p` need not be normalised."""

    @abstractmethod
    def backward(self, y_t: Tensor, s: Tensor, t: Tensor) -> Tensor:
        """Q_{s→t} y_t: the likelihood of the one-hot y_t for every state i at s; linear in y_t."""


class UniformTransitions(TransitionChain):
    """Q = α I + (1-α) 11ᵀ/K: a class stays, or is replaced by any class  [Hoogeboom et al. 2021].

    `tables` are of Q̄_t, whose entries are α + o on the diagonal and o = (1-α)/K elsewhere.
    """

    def __init__(self, schedule: NoiseSchedule, num_classes: int) -> None:
        super().__init__(
            schedule, num_classes, num_classes, torch.full((num_classes,), 1 / num_classes, dtype=torch.float64)
        )
        a = schedule.alpha_bar
        off = (1 - a) / num_classes
        self.tables = ClockTables({"o/(α+o)": off / (a + off), "o/α": off / a})

    def forward(self, p: Tensor, s: Tensor, t: Tensor) -> Tensor:
        a = self.schedule.alpha_between(s, t, p.dtype)
        return a * p + (1 - a) / self.num_classes * p.sum(1, keepdim=True)

    def backward(self, y_t: Tensor, s: Tensor, t: Tensor) -> Tensor:
        return self.forward(y_t, s, t)  # Q is symmetric


class AbsorbingTransitions(TransitionChain):
    """A class stays with probability α, else it becomes the mask, state K, for good  [Austin et al. 2021]."""

    def __init__(self, schedule: NoiseSchedule, num_classes: int) -> None:
        mask = torch.zeros(num_classes + 1, dtype=torch.float64)
        mask[-1] = 1
        super().__init__(schedule, num_classes, num_classes + 1, mask)

    def forward(self, p: Tensor, s: Tensor, t: Tensor) -> Tensor:
        a = self.schedule.alpha_between(s, t, p.dtype)
        return torch.cat([a * p[:, :-1], p[:, -1:] + (1 - a) * p[:, :-1].sum(1, keepdim=True)], 1)

    def backward(self, y_t: Tensor, s: Tensor, t: Tensor) -> Tensor:
        a = self.schedule.alpha_between(s, t, y_t.dtype)
        mask = y_t[:, -1:]
        return torch.cat([a * y_t[:, :-1] + (1 - a) * mask, mask], 1)


class SimilarityTransitions(TransitionChain):
    """Q = α^L: similar classes swap first. L is the Laplacian of the classes' similarity.

    The matrix power runs D3PM's embedding chain, exp(-aL) [Austin et al. 2021], at a = -log α. L is scaled so that its
    slowest mode decays as fast as in `UniformTransitions`, which is the case of equal similarities.
    """

    def __init__(self, schedule: NoiseSchedule, similarity: Tensor) -> None:
        """`similarity` [K, K] is symmetric and not negative. Raises ValueError if its graph is not connected."""
        similarity = similarity.double().clone().fill_diagonal_(0)
        if not torch.equal(similarity, similarity.T) or bool((similarity < 0).any()):
            raise ValueError("similarity must be symmetric and not negative")
        laplacian = torch.diag(similarity.sum(1)) - similarity
        values, vectors = torch.linalg.eigh(laplacian)
        if values[1] <= 1e-9 * values[-1]:
            raise ValueError("some classes are similar to none of the others, so noise would never confuse them")
        classes = len(similarity)
        super().__init__(schedule, classes, classes, torch.full((classes,), 1 / classes, dtype=torch.float64))
        self.rates, self.eigenvectors = (values / values[1]).clamp(min=0), vectors

    def forward(self, p: Tensor, s: Tensor, t: Tensor) -> Tensor:
        """p Q_{s→t} in float64, on the CPU where a device has none: rounding would swamp rare changes."""
        device = p.device if p.device.type != "mps" else torch.device("cpu")
        rates, modes = self.rates.to(device), self.eigenvectors.to(device)
        log_a = self.schedule.alpha_between(s.to(device), t.to(device), torch.float64).log().clamp(min=-700)
        change = torch.expm1(rates[:, None, None] * log_a)  # Q - I: small changes keep their digits
        exact = p.to(device).double()
        spread = torch.einsum("km,bmhw->bkhw", modes, change * torch.einsum("km,bkhw->bmhw", modes, exact))
        return (exact + spread).clamp(min=0).to(p)

    def backward(self, y_t: Tensor, s: Tensor, t: Tensor) -> Tensor:
        return self.forward(y_t, s, t)  # Q is symmetric


def ordinal_similarity(num_classes: int, width: float) -> Tensor:
    """Similarity of ordered classes, exp(-(i-j)²/(2 width²)), [K, K], for a discretised Gaussian chain.

    D3PM widens its Gaussian with the clock; here the width is constant and only time passes, so all steps commute.
    """
    i = torch.arange(num_classes, dtype=torch.float64)
    return torch.exp(-((i[:, None] - i) ** 2) / (2 * width**2))


def nearest_by_cosine(embeddings: Tensor, count: int) -> Tensor:
    """The `count` nearest other classes of each class by the cosine of their embeddings [K, D], int64 [K, count].

    Raises ValueError for a count that is not 1 … K-1.
    """
    classes = len(embeddings)
    if not 1 <= count < classes:
        raise ValueError(f"{classes} classes have 1 to {classes - 1} neighbours, not {count}")
    unit = torch.nn.functional.normalize(embeddings.double(), dim=1)
    return (unit @ unit.T).fill_diagonal_(-torch.inf).topk(count, 1).indices


def neighbour_similarity(neighbours: Sequence[Sequence[int]]) -> Tensor:
    """Similarity [K, K] from the neighbours of each class: 1 if both name each other, 0.5 if one does."""
    links = torch.zeros(len(neighbours), len(neighbours), dtype=torch.float64)
    for index, others in enumerate(neighbours):
        links[index, list(others)] = 1
    return (links + links.T) / 2
