"""From a picture at a low size to the same at full size: diffusion of the detail that is missing, and of nothing else.

A picture x is what is coarse, u (the low picture enlarged), and what is missing, x = u + δ r, with δ so that r has
unit scale. The process is on r  [as SRDiff's: Li et al. 2022; ResShift's, Yue et al. 2023, ends at u too]. For few
evaluations this does what a start at a middle clock does  [Come-Closer-Diffuse-Faster: Chung et al. 2022], without a
clock to choose: pure noise in r is no more noise than δ in x, and all clocks at which noise drowns u too are left
out. At clock T the network is asked for E[r | u, y], which is plain regression, and the evaluations after it turn the
mean into one of its pictures; at none does it have to carry u through itself.

Each pixel has its clock, 0 where it is given at full size: what is drawn goes on from what is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from engine.diffusion import gaussian
from engine.diffusion.guidance import spread
from engine.diffusion.process import Said
from engine.diffusion.schedule import Schedule
from engine.diffusion.solvers import SOLVERS, Course, Move
from engine.diffusion.tiles import Cut, tiles


@dataclass(frozen=True)
class Coarse:
    """What detail is added to: u, standardised [B, 3, H, W], the deviation of the noise in it [B], and ids at full
    size, int64 [B, 1, H, W], K where nobody knows the class.
    """

    image: Tensor
    level: Tensor
    layout: Tensor

    def __getitem__(self, cut: Cut) -> Coarse:
        return Coarse(self.image[cut], self.level, self.layout[cut])


class Refiner(Protocol):
    """A network that says v of detail r_t [B, 3, H, W] at clocks t, int64 [B], which is clean where `given`, bool
    [B, 1, H, W]. It sees no further than `halo` pixels, and takes sides that `stride` divides.
    """

    schedule: Schedule
    halo: int
    stride: int

    def __call__(self, detail: Tensor, given: Tensor, t: Tensor, coarse: Coarse) -> Tensor: ...


@dataclass(frozen=True)
class Detail:
    """How one picture is refined: δ, the limits of x, how many evaluations it takes, and how large a tile may be."""

    scale: float
    limits: tuple[float, float] = (-torch.inf, torch.inf)
    steps: int = 4
    tile: int = 512
    solver: str = "unipc"


class Progress(NamedTuple):
    """After `done` of `total` tiles of all evaluations; the picture [1, 3, H, W] is there with the last."""

    done: int
    total: int
    image: Tensor | None


def missing(x: Tensor, u: Tensor, scale: float) -> Tensor:
    """r = (x - u)/δ."""
    return (x - u) / scale


def whole(r: Tensor, u: Tensor, scale: float) -> Tensor:
    """x = u + δ r."""
    return u + scale * r


def path(top: int, steps: int) -> list[int]:
    """The clocks of `steps` evaluations, and 0: evenly from T."""
    return [round(top * (steps - index) / steps) for index in range(steps + 1)]


def refine(
    network: Refiner, coarse: Coarse, x_0: Tensor, keep: Tensor, noise: Tensor, how: Detail
) -> Iterator[Progress]:
    """One picture from what is coarse (B = 1); it is x_0 [1, 3, H, W] where `keep`, bool [1, 1, H, W]. Yields after
    every tile, so that its caller can stop soon. `noise` is like x_0.
    """
    schedule, clocks = network.schedule, path(network.schedule.clocks, how.steps)
    kept = missing(x_0, coarse.image, how.scale)
    r_t = torch.where(keep, kept, noise)
    solver = SOLVERS[how.solver](Course(schedule, torch.tensor(clocks)[:, None], r_t))
    cuts = list(tiles(r_t.shape[2], r_t.shape[3], how.tile, network.halo))
    total = how.steps * len(cuts)
    for index in range(how.steps):
        t, s = (torch.full((1,), clock, device=r_t.device) for clock in clocks[index : index + 2])
        v = torch.empty_like(r_t)
        for number, cut in enumerate(cuts, 1):
            v[cut.inner] = network(r_t[cut.outer], keep[cut.outer], t, coarse[cut.outer])[cut.inside]
            if index * len(cuts) + number < total:
                yield Progress(index * len(cuts) + number, total, None)
        said = limited(schedule, r_t, v, t, coarse.image, how)
        last = index + 1 == how.steps
        move = Move(schedule, r_t, said, spread(t), spread(s), last, False, False, _never, _unasked)
        r_t = torch.where(keep, kept, solver(move))
    yield Progress(total, total, torch.where(keep, x_0, whole(r_t, coarse.image, how.scale)))


def limited(schedule: Schedule, r_t: Tensor, v: Tensor, t: Tensor, u: Tensor, how: Detail) -> Said:
    """r̂_0 with which the picture stays within its limits, and ε̂ that goes with it."""
    at = spread(t)
    x_0 = whole(gaussian.clean(schedule, "v", r_t, v, at), u, how.scale).clamp(*how.limits)
    r_0 = missing(x_0, u, how.scale)
    return Said(r_0, lambda: gaussian.noise(schedule, "x_0", r_t, r_0, at))


def _never(image: Tensor, t: Tensor) -> Said:
    raise AssertionError("solvers of the detail ask once in each move")


def _unasked() -> Tensor:
    raise AssertionError("solvers of the detail draw nothing")
