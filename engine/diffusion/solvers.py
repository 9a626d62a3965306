"""Solvers: how the image goes from clock t to an earlier clock s, given what the network says at t.

Solvers work on maps of clocks: where s = t their value is not used, and where s = 0 it is x̂_0 or without new noise.
λ is half the log-SNR, h = λ_s - λ_t > 0; x̂_0 and ε̂ are `Said`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from engine.diffusion import gaussian
from engine.diffusion.process import Said
from engine.diffusion.schedule import Schedule


@dataclass(frozen=True)
class Move:
    """From t to s, int64 maps.

    `ask` asks the network again, of an image and its clocks, unless this is the `last` move or one in which the image
    `waits` at T. `draw` is standard normal noise. `mended` tells that x_t is not what the last move made.
    """

    schedule: Schedule
    x_t: Tensor
    said: Said
    t: Tensor
    s: Tensor
    last: bool
    waits: bool
    mended: bool
    ask: Callable[[Tensor, Tensor], Said]
    draw: Callable[[], Tensor]

    def half_log_snr(self, t: Tensor) -> Tensor:
        """λ, clamped at both ends."""
        return self.schedule.log_snr(t, self.x_t.dtype) / 2

    def signal(self, t: Tensor) -> Tensor:
        """√ᾱ, never 0 or 1."""
        return self.schedule.inner(t, self.x_t.dtype).sqrt()

    def noise(self, t: Tensor) -> Tensor:
        """√(1-ᾱ), never 0 or 1."""
        return (1 - self.schedule.inner(t, self.x_t.dtype)).sqrt()


class Solver(Protocol):
    """x_s of one move. A solver may remember its last moves: one is made for each batch."""

    def __call__(self, move: Move) -> Tensor: ...


class DDIM:
    """x_s = √ᾱ_s x̂_0 + √(1-ᾱ_s-σ²) ε̂ + σ z, σ = η √β̃  [Song et al. 2021a, eq. 12]; η = 1 is ancestral sampling."""

    def __init__(self, eta: float = 0.0) -> None:
        self.eta = eta

    def __call__(self, move: Move) -> Tensor:
        x_0, epsilon = move.said
        a_s = move.schedule.at(move.s, x_0.dtype)
        if self.eta == 0:
            return a_s.sqrt() * x_0 + (1 - a_s).sqrt() * epsilon
        variance = self.eta**2 * gaussian.q_posterior(move.schedule, x_0, x_0, move.s, move.t).variance
        direction = (1 - a_s - variance).clamp(min=0).sqrt() * epsilon
        return a_s.sqrt() * x_0 + direction + variance.sqrt() * move.draw()


class DDPM:
    """Ancestral sampling, x_s from q(x_s | x_t, x̂_0), with σ² = β̃ or, if `wide`, β = 1-α  [Ho et al. 2020]."""

    def __init__(self, wide: bool = False) -> None:
        self.wide = wide

    def __call__(self, move: Move) -> Tensor:
        posterior = gaussian.q_posterior(move.schedule, move.said.x_0, move.x_t, move.s, move.t)
        variance = 1 - move.schedule.step(move.s, move.t, move.x_t.dtype) if self.wide else posterior.variance
        return posterior.mean + torch.where(move.s > 0, variance.sqrt() * move.draw(), 0)


class DPMSolver2M:
    """DPM-Solver++(2M): x_s = σ_s/σ_t x_t - √ᾱ_s (e^-h - 1) D, D = x̂_0 + h/(2 h') (x̂_0 - x̂_0')  [Lu et al. 2022].

    The dashes are those of the last move. The first and the last move are of first order.
    """

    def __init__(self) -> None:
        self.before: tuple[Tensor, Tensor] | None = None  # λ and x̂_0 of the last move

    def __call__(self, move: Move) -> Tensor:
        x_0, l_t = move.said.x_0, move.half_log_snr(move.t)
        before, self.before = self.before, (l_t, x_0)
        h = move.half_log_snr(move.s) - l_t
        d = x_0
        if before is not None:
            h_before = l_t - before[0]
            d = torch.where(h_before > 0, x_0 + h / (2 * h_before) * (x_0 - before[1]), x_0)
        x_s = move.noise(move.s) / move.noise(move.t) * move.x_t - move.signal(move.s) * torch.expm1(-h) * d
        return torch.where(move.s > 0, x_s, x_0)


@dataclass(frozen=True)
class Point:
    """Where a multistep solver was: the image, x̂_0 and λ there."""

    image: Tensor
    x_0: Tensor
    half_log_snr: Tensor
    noise: Tensor


class UniPC:
    """UniPC of order 2 on x̂_0, with B(h) = e^h - 1  [Zhao et al. 2023]: each prediction of the network first corrects
    the move that led to it, then makes the next one.
    """

    def __init__(self) -> None:
        self.last: Point | None = None
        self.before: Point | None = None

    def __call__(self, move: Move) -> Tensor:
        x_0 = move.said.x_0
        image = self.corrected(move)
        now = Point(image, x_0, move.half_log_snr(move.t), move.noise(move.t))
        before, self.before, self.last = self.last, self.last, now
        h = move.half_log_snr(move.s) - now.half_log_snr
        change = x_0
        if before is not None:
            h_before = now.half_log_snr - before.half_log_snr
            change = torch.where(h_before > 0, x_0 + h / (2 * h_before) * (x_0 - before.x_0), x_0)
        x_s = move.noise(move.s) / now.noise * image - move.signal(move.s) * torch.expm1(-h) * change
        return torch.where(move.s > 0, x_s, x_0)

    def corrected(self, move: Move) -> Tensor:
        """x_t again, now that x̂_0 is known there too."""
        start, x_0 = self.last, move.said.x_0
        if start is None or move.mended:
            return move.x_t
        h = move.half_log_snr(move.t) - start.half_log_snr
        phi = torch.expm1(-h)
        # the weights of both differences, from the exact integrals of 1 and of the distance along the move
        first = phi / -h - 1
        second = first / -h - 0.5
        b_1, b_2 = first / phi, 2 * second / phi
        change = start.x_0 + b_1 * (x_0 - start.x_0)
        if self.before is not None:
            h_before = start.half_log_snr - self.before.half_log_snr
            r = -h_before / h
            back = (b_1 - b_2) / (1 - r)
            twice = start.x_0 + back * (self.before.x_0 - start.x_0) / r + (b_1 - back) * (x_0 - start.x_0)
            change = torch.where(h_before > 0, twice, change)
        image = move.noise(move.t) / start.noise * start.image - move.signal(move.t) * phi * change
        return torch.where(h > 0, image, move.x_t)


class Heun:
    """The probability-flow ODE by Heun's rule  [Song et al. 2021b; Karras et al. 2022], over the angle φ = arccos √ᾱ,
    in which it is dx/dφ = v and smooth up to both ends. Two evaluations per move, one in the last.
    """

    def __call__(self, move: Move) -> Tensor:
        first = DDIM()(move)
        if move.last or move.waits:
            return first
        step = move.schedule.angle(move.s, first.dtype) - move.schedule.angle(move.t, first.dtype)
        then = move.ask(first, move.s)
        x_s = move.x_t + step / 2 * (self.v(move, move.said, move.t) + self.v(move, then, move.s))
        return torch.where(move.s > 0, x_s, first)

    @staticmethod
    def v(move: Move, said: Said, t: Tensor) -> Tensor:
        """dx/dφ."""
        return gaussian.target(move.schedule, "v", said.x_0, said.epsilon, t)


class EulerMaruyama:
    """The reverse SDE, x_s = x_t + β (x_t/2 + score) + √β z with β = 1-α  [Song et al. 2021b]; many steps."""

    def __call__(self, move: Move) -> Tensor:
        beta = 1 - move.schedule.step(move.s, move.t, move.x_t.dtype)
        score = gaussian.score(move.schedule, move.said.epsilon, move.t)
        drift = move.x_t + beta * (move.x_t / 2 + score)
        return drift + torch.where(move.s > 0, beta.sqrt() * move.draw(), 0)


def langevin(schedule: Schedule, x_s: Tensor, said: Said, s: Tensor, noise: Tensor, snr: float) -> Tensor:
    """One annealed Langevin correction at clock s: x + δ score + √(2δ) z, δ = 2 (snr σ)²  [after Song et al. 2021b].

    Their ‖z‖/‖score‖ stands here as its expectation σ = √(1-ᾱ_s), so that a sample does not depend on a norm, and
    their factor α_s, which makes late steps no smaller in few of them, is left out.
    """
    sigma = (1 - schedule.at(s, x_s.dtype)).sqrt()
    return x_s - 2 * snr**2 * sigma * said.epsilon + 2 * snr * sigma * noise


SOLVERS: dict[str, Callable[[], Solver]] = {
    "ddim": DDIM,
    "ddim-ancestral": lambda: DDIM(eta=1.0),
    "ddpm": DDPM,
    "ddpm-wide": lambda: DDPM(wide=True),
    "dpm++2m": DPMSolver2M,
    "unipc": UniPC,
    "heun": Heun,
    "euler-maruyama": EulerMaruyama,
}
"""Every way to move the image, by its name in requests."""
