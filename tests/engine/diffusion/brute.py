"""The slow and plainly right forms that the diffusion core is compared with, in float64."""

from __future__ import annotations

from itertools import product

import torch
from torch import Tensor

from engine.diffusion.schedule import Schedule

EXACT = {"rtol": 0.0, "atol": 1e-10}


def schedule_of(*alpha_bar: float) -> Schedule:
    """A schedule with these ᾱ_0 … ᾱ_T."""
    return Schedule(torch.tensor(alpha_bar, dtype=torch.float64))


def clock(value: int) -> Tensor:
    """A clock map of one pixel."""
    return torch.full((1, 1, 1, 1), value)


def pixel(values: Tensor) -> Tensor:
    """Probabilities [K] as those of one pixel, [1, K, 1, 1]."""
    return values.reshape(1, -1, 1, 1)


def transition(schedule: Schedule, t: int, classes: int) -> Tensor:
    """Q_t = (1-β_t) I + β_t 11ᵀ/K of one clock tick, rows from, columns to."""
    keep = float(schedule.alpha_bar[t] / schedule.alpha_bar[t - 1])
    eye = torch.eye(classes, dtype=torch.float64)
    return keep * eye + (1 - keep) / classes


def chain(schedule: Schedule, s: int, t: int, classes: int) -> Tensor:
    """Q_{s+1} ⋯ Q_t, multiplied out."""
    result = torch.eye(classes, dtype=torch.float64)
    for index in range(s + 1, t + 1):
        result = result @ transition(schedule, index, classes)
    return result


def joint(schedule: Schedule, prior: Tensor) -> Tensor:
    """p(y_0, …, y_T) over every path, one axis per clock."""
    classes = len(prior)
    steps = [transition(schedule, t, classes) for t in range(1, schedule.clocks + 1)]
    table = torch.zeros([classes] * (schedule.clocks + 1), dtype=torch.float64)
    for path in product(range(classes), repeat=schedule.clocks + 1):
        p = prior[path[0]]
        for step, a, b in zip(steps, path, path[1:], strict=False):
            p = p * step[a, b]
        table[path] = p
    return table


def marginal(table: Tensor, *clocks: int) -> Tensor:
    """The joint distribution of these clocks, in ascending order."""
    return table.sum([axis for axis in range(table.ndim) if axis not in clocks])
