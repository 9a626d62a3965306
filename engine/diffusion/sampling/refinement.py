"""From a picture at a low size to the same at full size: diffusion of the detail that is missing, and of nothing else.

A picture x is what is coarse, u (the low picture enlarged), and what is missing, x = u + δ r, with δ so that r has
unit scale. The process is on r  [as SRDiff's: Li et al. 2022; ResShift's, Yue et al. 2023, ends at u too]. For few
evaluations this does what a start at a middle clock does  [Come-Closer-Diffuse-Faster: Chung et al. 2022], without a
clock to choose: pure noise in r is no more noise than δ in x, and all clocks at which noise drowns u too are left
out. At clock T the network is asked for E[r | u, y], which is plain regression, and the evaluations after it turn the
mean into one of its pictures; at none does it have to carry u through itself.

δ is a map: detail is missing where u has contrast, and next to none on an even road. What is left after dividing by
that is near to Gaussian  [Wainwright & Simoncelli 2000, of wavelets], as the process likes it, and an even road gets
hardly any noise that a few evaluations would have to take away again.

Each pixel has its clock, 0 where it is given at full size: what is drawn goes on from what is given.
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


@dataclass(frozen=True)
class CoarseInput:
    """What detail is added to: u, standardised [B, 3, H, W], δ [B, 1, H, W], the deviation of the noise in u [B], and
    ids at full size, int64 [B, 1, H, W], K where nobody knows the class.
    """

    image: Tensor
    detail_scale: Tensor
    noise_std: Tensor
    layout: Tensor

    def __getitem__(self, cut: MapSlice) -> CoarseInput:
        return CoarseInput(self.image[cut], self.detail_scale[cut], self.noise_std, self.layout[cut])


class DetailVariance(NamedTuple):
    """The variance of what is missing: a floor, and what contrast and noise of u add to it, times these."""

    floor: float
    contrast: float
    noise: float

    def detail_scale(self, u: Tensor, noise_std: Tensor, factor: int) -> Tensor:
        """δ [B, 1, H, W] of u [B, 3, H, W] and the deviation of its noise [B]."""
        variance = (
            self.floor + self.contrast * local_variance(u, factor) + self.noise * append_map_dims(noise_std).square()
        )
        return variance.sqrt()


class Refiner(Protocol):
    """A network that says v of detail r_t [B, 3, H, W] at clocks t, int64 [B], which is clean where `given`, bool
    [B, 1, H, W]. It sees no further than `halo` pixels, and takes sides that `stride` divides.
    """

    schedule: NoiseSchedule
    halo: int
    stride: int

    def __call__(self, detail: Tensor, given: Tensor, t: Tensor, coarse: CoarseInput) -> Tensor: ...


@dataclass(frozen=True)
class RefinementSettings:
    """How one picture is refined: the limits of x, how many evaluations it takes, and how large a tile may be."""

    limits: tuple[float, float] = (-torch.inf, torch.inf)
    steps: int = 4
    tile_size: int = 512


class RefinementProgress(NamedTuple):
    """After `done` of `total` tiles of all evaluations; the picture [1, 3, H, W] is there with the last."""

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
    """The variance of u [B, 3, H, W] around each pixel, within `factor` pixels of it, [B, 1, H, W]."""

    def mean(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 2 * factor + 1, 1, factor, count_include_pad=False)

    return mean((u - mean(u)).square().mean(1, keepdim=True))


def fit_detail_variance(squares: Tensor, local_variances: Tensor, noise_stds: Tensor) -> DetailVariance:
    """What makes squares of Gaussian errors likeliest, given the contrast and the deviation of the noise at each, all
    [N]: least squares, again and again, weighted by the last round's variance.
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
    """The clocks of `steps` evaluations, and 0: evenly from T."""
    return [round(max_clock * (steps - index) / steps) for index in range(steps + 1)]


def refine(
    network: Refiner, coarse: CoarseInput, x_0: Tensor, keep: Tensor, noise: Tensor, settings: RefinementSettings
) -> Iterator[RefinementProgress]:
    """One picture from what is coarse (B = 1); it is x_0 [1, 3, H, W] where `keep`, bool [1, 1, H, W]. Yields after
    every tile, so that its caller can stop soon. `noise` is like x_0.
    """
    schedule, clocks = network.schedule, evaluation_clocks(network.schedule.max_clock, settings.steps)
    kept_detail = detail_of(x_0, coarse)
    r_t = torch.where(keep, kept_detail, noise)
    cuts = list(iterate_tiles(r_t.shape[2], r_t.shape[3], settings.tile_size, network.halo))
    total = settings.steps * len(cuts)
    for index in range(settings.steps):
        t, s = (torch.full((1,), clock, device=r_t.device) for clock in clocks[index : index + 2])
        v = torch.empty_like(r_t)
        for number, cut in enumerate(cuts, 1):
            v[cut.core] = network(r_t[cut.context], keep[cut.context], t, coarse[cut.context])[cut.core_in_context]
            if index * len(cuts) + number < total:
                yield RefinementProgress(index * len(cuts) + number, total, None)
        r_0, epsilon = limited_estimate(schedule, r_t, v, append_map_dims(t), coarse, settings)
        # DDIM [Song et al. 2021a, eq. 12 with σ = 0]
        r_t = torch.where(keep, kept_detail, gaussian.q_sample(schedule, r_0, append_map_dims(s), epsilon))
    yield RefinementProgress(total, total, torch.where(keep, x_0, add_detail(r_t, coarse)))


def limited_estimate(
    schedule: NoiseSchedule, r_t: Tensor, v: Tensor, t: Tensor, coarse: CoarseInput, settings: RefinementSettings
) -> tuple[Tensor, Tensor]:
    """r̂_0 with which the picture stays within its limits, and ε̂ that goes with it."""
    x_0 = add_detail(gaussian.x_0_from_output(schedule, "v", r_t, v, t), coarse).clamp(*settings.limits)
    r_0 = detail_of(x_0, coarse)
    return r_0, gaussian.epsilon_from_output(schedule, "x_0", r_t, r_0, t)
