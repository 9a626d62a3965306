"""Refinement of a picture from a low size to full size: diffusion of the missing detail alone.

A picture x is its coarse part u (the low picture enlarged) and its detail r, x = u + δ r, with δ such that r has unit
scale. The process is on r  [as SRDiff: Li et al. 2022; ResShift, Yue et al. 2023, ends at u too]. With few evaluations
this has the effect of starting at a middle clock  [Come-Closer-Diffuse-Faster: Chung et al. 2022] without a clock to
choose: pure noise in r is noise of deviation δ in x, and all clocks at which noise would drown u are left out. At
clock T the network predicts E[r | u, y], which is plain regression, and the later evaluations turn the mean into a
sample; u itself never has to pass through the network.

δ is a map: detail is missing where u has contrast, and hardly any on an even road. Divided by δ, detail is close to
Gaussian  [Wainwright & Simoncelli 2000, of wavelets], as the process assumes, and an even road gets hardly any noise
that a few evaluations would have to remove again.

Each pixel has its own clock, 0 where it is given at full size, so that drawn detail continues the given detail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.process import gaussian
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.sampling.guidance import append_map_dims
from engine.diffusion.sampling.tiles import MapSlice, iterate_tiles

FIT_ITERATIONS = 20
"""Rounds of reweighted least squares in `fit_detail_variance`."""


@dataclass(frozen=True)
class CoarseInput:
    """The condition of refinement: the coarse picture and the full layout.

    image: u, standardised [B, 3, H, W]. detail_scale: δ [B, 1, H, W]. noise_std: the standard deviation of the noise
    in u [B]. layout: ids at full size, int64 [B, 1, H, W], K where the class is unknown.
    """

    image: Tensor
    detail_scale: Tensor
    noise_std: Tensor
    layout: Tensor

    def __getitem__(self, part: MapSlice) -> CoarseInput:
        return CoarseInput(self.image[part], self.detail_scale[part], self.noise_std, self.layout[part])


class DetailVariance(NamedTuple):
    """A linear model of the detail's variance: a floor, and factors of the contrast and of the noise of u."""

    floor: float
    contrast: float
    noise: float

    def detail_scale(self, u: Tensor, noise_std: Tensor, factor: int) -> Tensor:
        """δ [B, 1, H, W] of u [B, 3, H, W] and the standard deviation of its noise [B]."""
        variance = (
            self.floor + self.contrast * local_variance(u, factor) + self.noise * append_map_dims(noise_std).square()
        )
        return variance.sqrt()


class Refiner(Protocol):
    """A network that predicts v of detail r_t [B, 3, H, W] at clocks t, int64 [B].

    The detail is clean where `given` (bool [B, 1, H, W]) is true. The receptive field reaches `halo` pixels, and sides
    must be divisible by `stride`.
    """

    schedule: NoiseSchedule
    halo: int
    stride: int

    def __call__(self, detail: Tensor, given: Tensor, t: Tensor, coarse: CoarseInput) -> Tensor: ...


@dataclass(frozen=True)
class RefinementSettings:
    """How a picture is refined: the limits of x, the number of evaluations, and the largest side of a tile."""

    limits: tuple[float, float] = (-torch.inf, torch.inf)
    steps: int = 4
    tile_size: int = 512


class RefinementProgress(NamedTuple):
    """Progress after `done` of `total` tiles of all evaluations; only the last has the picture [1, 3, H, W]."""

    done: int
    total: int
    image: Tensor | None


def detail_of(x: Tensor, coarse: CoarseInput) -> Tensor:
    """r = (x - u)/δ."""
    return (x - coarse.image) / coarse.detail_scale


def add_detail(r: Tensor, coarse: CoarseInput) -> Tensor:
    """x = u + δ r."""
    return coarse.image + coarse.detail_scale * r


def local_variance(u: Tensor, factor: int) -> Tensor:
    """The variance of u [B, 3, H, W] within `factor` pixels of each pixel, [B, 1, H, W]."""

    def mean(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 2 * factor + 1, 1, factor, count_include_pad=False)

    return mean((u - mean(u)).square().mean(1, keepdim=True))


def fit_detail_variance(squares: Tensor, local_variances: Tensor, noise_stds: Tensor) -> DetailVariance:
    """The maximum-likelihood model of squared Gaussian errors by local variance and noise deviation, all [N].

    Iteratively reweighted least squares: each round is weighted by the variance of the last.
    """
    columns = torch.stack([torch.ones_like(local_variances), local_variances, noise_stds.square()], 1).double()
    variance, coefficients = squares.double().mean().expand(len(squares)), torch.zeros(3)
    for _ in range(FIT_ITERATIONS):
        weighted = columns / variance[:, None]
        coefficients = torch.linalg.solve(
            weighted.T @ weighted + 1e-9 * torch.eye(3), weighted.T @ (squares / variance)
        )
        coefficients = coefficients.clamp(min=1e-4)
        variance = columns @ coefficients
    return DetailVariance(*coefficients.tolist())


def evaluation_clocks(max_clock: int, steps: int) -> list[int]:
    """The clocks of `steps` evaluations, evenly from T, and 0 at the end."""
    return [round(max_clock * (steps - index) / steps) for index in range(steps + 1)]


def refine(
    network: Refiner, coarse: CoarseInput, x_0: Tensor, keep: Tensor, noise: Tensor, settings: RefinementSettings
) -> Iterator[RefinementProgress]:
    """One picture (B = 1) from a coarse one, equal to x_0 [1, 3, H, W] where `keep` (bool [1, 1, H, W]) is true.

    `noise` is standard normal, like x_0. Yields after every tile, so that the caller can stop soon.
    """
    schedule, clocks = network.schedule, evaluation_clocks(network.schedule.max_clock, settings.steps)
    kept_detail = detail_of(x_0, coarse)
    r_t = torch.where(keep, kept_detail, noise)
    tiles = list(iterate_tiles(r_t.shape[2], r_t.shape[3], settings.tile_size, network.halo))
    total = settings.steps * len(tiles)
    for index in range(settings.steps):
        t, s = (torch.full((1,), clock, device=r_t.device) for clock in clocks[index : index + 2])
        v = torch.empty_like(r_t)
        for done, tile in enumerate(tiles, index * len(tiles) + 1):
            whole = network(r_t[tile.context], keep[tile.context], t, coarse[tile.context])
            v[tile.core] = whole[tile.core_in_context]
            if done < total:
                yield RefinementProgress(done, total, None)
        r_0, epsilon = limited_estimate(schedule, r_t, v, append_map_dims(t), coarse, settings)
        # DDIM [Song et al. 2021a, eq. 12 with σ = 0]
        r_t = torch.where(keep, kept_detail, gaussian.q_sample(schedule, r_0, append_map_dims(s), epsilon))
    yield RefinementProgress(total, total, torch.where(keep, x_0, add_detail(r_t, coarse)))


def limited_estimate(
    schedule: NoiseSchedule, r_t: Tensor, v: Tensor, t: Tensor, coarse: CoarseInput, settings: RefinementSettings
) -> tuple[Tensor, Tensor]:
    """r̂_0 for which the picture stays within its limits, and the ε̂ that goes with it."""
    x_0 = add_detail(gaussian.x_0_from_output(schedule, "v", r_t, v, t), coarse).clamp(*settings.limits)
    r_0 = detail_of(x_0, coarse)
    return r_0, gaussian.epsilon_from_output(schedule, "x_0", r_t, r_0, t)
