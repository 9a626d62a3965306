"""The slow and plainly right forms that the diffusion core is compared with, in float64."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor

from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.process.transitions import (
    AbsorbingTransitions,
    SimilarityTransitions,
    TransitionChain,
    UniformTransitions,
    ordinal_similarity,
)

EXACT_TOLERANCE = {"rtol": 0.0, "atol": 1e-10}
PATH_NEARNESS = torch.tensor([[0, 1, 0, 0], [1, 0, 2, 0], [0, 2, 0, 0.5], [0, 0, 0.5, 0]], dtype=torch.float64)
"""Four classes in a row, some nearer than others."""


def schedule_of(*alpha_bar: float) -> NoiseSchedule:
    """A schedule with these ᾱ_0 … ᾱ_T."""
    return NoiseSchedule(torch.tensor(alpha_bar, dtype=torch.float64))


def clock_map(value: int) -> Tensor:
    """A clock map of one pixel."""
    return torch.full((1, 1, 1, 1), value)


def pixel_probabilities(values: Tensor) -> Tensor:
    """Probabilities [K] as those of one pixel, [1, K, 1, 1]."""
    return values.reshape(1, -1, 1, 1)


def one_hot(index: int, states: int) -> Tensor:
    """A state of one pixel."""
    return pixel_probabilities(torch.eye(states, dtype=torch.float64)[index])


def uniform_step_matrix(keep: float) -> Tensor:
    """(1-β) I + β 11ᵀ/K for four classes."""
    return keep * torch.eye(4, dtype=torch.float64) + (1 - keep) / 4


def absorbing_step_matrix(keep: float) -> Tensor:
    """Four classes and the mask."""
    q = keep * torch.eye(5, dtype=torch.float64)
    q[:, 4] = 1 - keep
    q[4, 4] = 1
    return q


def neighbours_step_matrix(nearness: Tensor) -> Callable[[float], Tensor]:
    """exp(L log α) by its power series, L scaled so that its least eigenvalue over 0 is 1."""
    laplacian = torch.diag(nearness.sum(1)) - nearness
    laplacian = laplacian / torch.linalg.eigvals(laplacian).real.sort().values[1]

    def tick(keep: float) -> Tensor:
        exponent = laplacian * torch.tensor(keep, dtype=torch.float64).log() / 1024
        result = term = torch.eye(4, dtype=torch.float64)
        for n in range(1, 12):
            term = term @ exponent / n
            result = result + term
        for _ in range(10):
            result = result @ result
        return result

    return tick


@dataclass(frozen=True)
class TransitionKind:
    """Transitions of four classes, and the matrix of one tick that keeps a class with a given probability."""

    name: str
    build: Callable[[NoiseSchedule], TransitionChain]
    step_matrix: Callable[[float], Tensor]

    def __str__(self) -> str:
        return self.name


TRANSITION_KINDS = (
    TransitionKind("uniform", lambda schedule: UniformTransitions(schedule, 4), uniform_step_matrix),
    TransitionKind("absorbing", lambda schedule: AbsorbingTransitions(schedule, 4), absorbing_step_matrix),
    TransitionKind(
        "gaussian",
        lambda schedule: SimilarityTransitions(schedule, ordinal_similarity(4, 0.8)),
        neighbours_step_matrix(ordinal_similarity(4, 0.8).fill_diagonal_(0)),
    ),
    TransitionKind(
        "neighbours",
        lambda schedule: SimilarityTransitions(schedule, PATH_NEARNESS),
        neighbours_step_matrix(PATH_NEARNESS),
    ),
)


def chain_matrix(kind: TransitionKind, schedule: NoiseSchedule, s: int, t: int) -> Tensor:
    """Q_{s+1} ⋯ Q_t, multiplied out, [S, S]."""
    result = torch.eye(len(kind.step_matrix(0.5)), dtype=torch.float64)
    for index in range(s + 1, t + 1):
        result = result @ kind.step_matrix(float(schedule.alpha_bar[index] / schedule.alpha_bar[index - 1]))
    return result


def joint_table(kind: TransitionKind, schedule: NoiseSchedule, prior: Tensor) -> Tensor:
    """p(y_0, …, y_T) over every path, one axis per clock; `prior` [K] is of the classes."""
    steps = [chain_matrix(kind, schedule, t - 1, t) for t in range(1, schedule.max_clock + 1)]
    states = len(steps[0])
    table = torch.zeros([states] * (schedule.max_clock + 1), dtype=torch.float64)
    for path in product(range(states), repeat=schedule.max_clock + 1):
        p = prior[path[0]] if path[0] < len(prior) else torch.zeros(())
        for step, a, b in zip(steps, path, path[1:], strict=False):
            p = p * step[a, b]
        table[path] = p
    return table


def marginal_table(table: Tensor, *clocks: int) -> Tensor:
    """The sum over all other clocks."""
    return table.sum([axis for axis in range(table.ndim) if axis not in clocks])
