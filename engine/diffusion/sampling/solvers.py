"""Solvers: how the image goes from clock t to an earlier clock s, given what the network says at t.

Solvers work on maps of clocks: where s = t their value is not used, and where s = 0 it is x̂_0 or without new noise.
λ is half the log-SNR, h = λ_s - λ_t > 0; x̂_0 and ε̂ are `Said`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor

from engine.diffusion.process import gaussian
from engine.diffusion.process.joint_process import ImageEstimate
from engine.diffusion.process.schedule import NoiseSchedule


@dataclass(frozen=True)
class SolverStep:
    """From t to s, int64 maps.

    `ask` asks the network again, of an image and its clocks, unless this is the `last` move or one in which the image
    `waits` at T. `draw` is standard normal noise. `mended` tells that x_t is not what the last move made.
    """

    schedule: NoiseSchedule
    x_t: Tensor
    estimate: ImageEstimate
    t: Tensor
    s: Tensor
    is_last: bool
    image_waits: bool
    x_t_changed: bool
    evaluate: Callable[[Tensor, Tensor], ImageEstimate]
    draw_noise: Callable[[], Tensor]

    def half_log_snr(self, t: Tensor) -> Tensor:
        """λ, clamped at both ends."""
        return self.schedule.log_snr(t, self.x_t.dtype) / 2

    def sqrt_alpha_bar(self, t: Tensor) -> Tensor:
        """√ᾱ, never 0 or 1."""
        return self.schedule.clamped_alpha_bar(t, self.x_t.dtype).sqrt()

    def sigma(self, t: Tensor) -> Tensor:
        """√(1-ᾱ), never 0 or 1."""
        return (1 - self.schedule.clamped_alpha_bar(t, self.x_t.dtype)).sqrt()


@dataclass(frozen=True)
class Trajectory:
    """All moves to come: the clocks t_0 ≥ … ≥ t_moves of each sample, int64 [moves + 1, B] on the CPU, and an image
    `like` those that move. Everything that follows from them is float64.
    """

    schedule: NoiseSchedule
    clocks: Tensor
    like: Tensor

    @cached_property
    def lambda_steps(self) -> Tensor:
        """h of each move, [moves, B]."""
        return self.schedule.log_snr(self.clocks, torch.float64).diff(dim=0) / 2

    def sqrt_alpha_bar(self, t: Tensor) -> Tensor:
        """√ᾱ, never 0 or 1."""
        return self.schedule.clamped_alpha_bar(t, torch.float64).sqrt()

    def sigma(self, t: Tensor) -> Tensor:
        """√(1-ᾱ), never 0 or 1."""
        return (1 - self.schedule.clamped_alpha_bar(t, torch.float64)).sqrt()


class Solver(Protocol):
    """x_s of one move. A solver may remember its last moves: one is made for each batch."""

    def __call__(self, move: SolverStep) -> Tensor: ...


class DDIM:
    """x_s = √ᾱ_s x̂_0 + √(1-ᾱ_s-σ²) ε̂ + σ z, σ = η √β̃  [Song et al. 2021a, eq. 12]; η = 1 is ancestral sampling."""

    def __init__(self, eta: float = 0.0) -> None:
        self.eta = eta

    def __call__(self, move: SolverStep) -> Tensor:
        x_0, epsilon = move.estimate.x_0, move.estimate.epsilon
        a_s = move.schedule.alpha_bar_at(move.s, x_0.dtype)
        if self.eta == 0:
            return a_s.sqrt() * x_0 + (1 - a_s).sqrt() * epsilon
        variance = self.eta**2 * gaussian.q_posterior(move.schedule, x_0, x_0, move.s, move.t).variance
        direction = (1 - a_s - variance).clamp(min=0).sqrt() * epsilon
        return a_s.sqrt() * x_0 + direction + variance.sqrt() * move.draw_noise()


class DDPM:
    """Ancestral sampling, x_s from q(x_s | x_t, x̂_0), with σ² = β̃ or, if `wide`, β = 1-α  [Ho et al. 2020]."""

    def __init__(self, large_variance: bool = False) -> None:
        self.large_variance = large_variance

    def __call__(self, move: SolverStep) -> Tensor:
        posterior = gaussian.q_posterior(move.schedule, move.estimate.x_0, move.x_t, move.s, move.t)
        variance = (
            1 - move.schedule.alpha_between(move.s, move.t, move.x_t.dtype)
            if self.large_variance
            else posterior.variance
        )
        return posterior.mean + torch.where(move.s > 0, variance.sqrt() * move.draw_noise(), 0)


class DPMSolverPlusPlus2M:
    """DPM-Solver++(2M): x_s = σ_s/σ_t x_t - √ᾱ_s (e^-h - 1) D, D = x̂_0 + h/(2 h') (x̂_0 - x̂_0')  [Lu et al. 2022].

    The dashes are those of the last move. The first and the last move are of first order.
    """

    def __init__(self) -> None:
        self.previous: tuple[Tensor, Tensor] | None = None  # λ and x̂_0 of the last move

    def __call__(self, move: SolverStep) -> Tensor:
        x_0, l_t = move.estimate.x_0, move.half_log_snr(move.t)
        before, self.previous = self.previous, (l_t, x_0)
        h = move.half_log_snr(move.s) - l_t
        d = x_0
        if before is not None:
            h_before = l_t - before[0]
            d = torch.where(h_before > 0, x_0 + h / (2 * h_before) * (x_0 - before[1]), x_0)
        x_s = move.sigma(move.s) / move.sigma(move.t) * move.x_t - move.sqrt_alpha_bar(move.s) * torch.expm1(-h) * d
        return torch.where(move.s > 0, x_s, x_0)


class UniPC:
    """UniPC of order 2 on x̂_0, with B(h) = e^h - 1  [Zhao et al. 2023]: each prediction of the network first corrects
    the move that led to it, then makes the next one. Both are sums of what is known, weighted by the clocks alone, and
    so the weights of the whole course are worked out at its beginning.
    """

    def __init__(self, trajectory: Trajectory) -> None:
        corrections, moves = corrector_weights(trajectory), predictor_weights(trajectory)
        self.corrector_tables, self.predictor_tables = (
            table.to(trajectory.like)[..., None, None, None] for table in (corrections, moves)
        )
        self.history: list[Tensor] = []  # the corrected image and x̂_0 of the last move, then x̂_0 of the one before it
        self.index = 0

    def __call__(self, move: SolverStep) -> Tensor:
        image, x_0 = self.correct(move), move.estimate.x_0
        known = [image, x_0, *self.history[1:2]]
        self.history = known
        x_s = weighted_sum(self.predictor_tables[self.index], known)
        self.index += 1
        return x_s

    def correct(self, move: SolverStep) -> Tensor:
        """x_t again, now that x̂_0 is known there too."""
        if not self.history or move.x_t_changed:
            return move.x_t
        image, *others = self.history
        return weighted_sum(self.corrector_tables[self.index], [image, move.estimate.x_0, *others])


def weighted_sum(weights: Tensor, values: Sequence[Tensor]) -> Tensor:
    """Σ w x over the first of the weights."""
    first, *rest = values
    total = weights[0] * first
    for weight, value in zip(weights[1:], rest, strict=False):
        total.addcmul_(weight, value)
    return total


def predictor_weights(trajectory: Trajectory) -> Tensor:
    """UniPC's weights of x_t, x̂_0 and the x̂_0 before it in each move, float64 [moves, 3, B]: as DPM-Solver++(2M)."""
    t, s = trajectory.clocks[:-1], trajectory.clocks[1:]
    h, before = (
        trajectory.lambda_steps,
        torch.cat([torch.zeros_like(trajectory.lambda_steps[:1]), trajectory.lambda_steps[:-1]]),
    )
    extrapolation = torch.where(before > 0, h / (2 * before.where(before > 0, 1)), 0)
    drift = -trajectory.sqrt_alpha_bar(s) * torch.expm1(-h)
    weights = torch.stack(
        [trajectory.sigma(s) / trajectory.sigma(t), drift * (1 + extrapolation), -drift * extrapolation], 1
    )
    clean = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64)[:, None]
    return torch.where((s > 0)[:, None], weights, clean)


def corrector_weights(trajectory: Trajectory) -> Tensor:
    """UniPC's weights of the last image, x̂_0 now, that of the last move and that of the one before, for the correction
    at each clock, float64 [moves + 1, 4, B]; where the image waited they leave it as it is.
    """
    nothing = torch.zeros_like(trajectory.lambda_steps[:1])
    h, before = (
        torch.cat([nothing, trajectory.lambda_steps]),
        torch.cat([nothing, nothing, trajectory.lambda_steps[:-1]]),
    )
    moved, known = h > 0, before > 0
    h = h.where(moved, 1)
    phi = torch.expm1(-h)
    # the weights of both differences, from the exact integrals of 1 and of the distance along the move
    first = phi / -h - 1
    second = first / -h - 0.5
    b_1, b_2 = first / phi, 2 * second / phi
    r = -before.where(known, 1) / h
    back = torch.where(known, (b_1 - b_2) / (1 - r), 0)
    now, far = b_1 - back, back / r
    t, start = trajectory.clocks, torch.cat([trajectory.clocks[:1], trajectory.clocks[:-1]])
    drift = -trajectory.sqrt_alpha_bar(t) * phi
    image = trajectory.sigma(t) / trajectory.sigma(start)
    weights = torch.stack([image, drift * now, drift * (1 - now - far), drift * far], 1)
    still = torch.tensor([1.0, 0.0, 0.0, 0.0], dtype=torch.float64)[:, None]
    return torch.where(moved[:, None], weights, still)


class Heun:
    """The probability-flow ODE by Heun's rule  [Song et al. 2021b; Karras et al. 2022], over the angle φ = arccos √ᾱ,
    in which it is dx/dφ = v and smooth up to both ends. Two evaluations per move, one in the last.
    """

    def __call__(self, move: SolverStep) -> Tensor:
        euler_x_s = DDIM()(move)
        if move.is_last or move.image_waits:
            return euler_x_s
        step = move.schedule.angle(move.s, euler_x_s.dtype) - move.schedule.angle(move.t, euler_x_s.dtype)
        next_estimate = move.evaluate(euler_x_s, move.s)
        x_s = move.x_t + step / 2 * (self.v(move, move.estimate, move.t) + self.v(move, next_estimate, move.s))
        return torch.where(move.s > 0, x_s, euler_x_s)

    @staticmethod
    def v(move: SolverStep, estimate: ImageEstimate, t: Tensor) -> Tensor:
        """dx/dφ."""
        return gaussian.prediction_target(move.schedule, "v", estimate.x_0, estimate.epsilon, t)


class EulerMaruyama:
    """The reverse SDE, x_s = x_t + β (x_t/2 + score) + √β z with β = 1-α  [Song et al. 2021b]; many steps."""

    def __call__(self, move: SolverStep) -> Tensor:
        beta = 1 - move.schedule.alpha_between(move.s, move.t, move.x_t.dtype)
        score = gaussian.score_from_epsilon(move.schedule, move.estimate.epsilon, move.t)
        drift = move.x_t + beta * (move.x_t / 2 + score)
        return drift + torch.where(move.s > 0, beta.sqrt() * move.draw_noise(), 0)


def langevin_correction(
    schedule: NoiseSchedule, x_s: Tensor, estimate: ImageEstimate, s: Tensor, noise: Tensor, snr: float
) -> Tensor:
    """One annealed Langevin correction at clock s: x + δ score + √(2δ) z, δ = 2 (snr σ)²  [after Song et al. 2021b].

    Their ‖z‖/‖score‖ stands here as its expectation σ = √(1-ᾱ_s), so that a sample does not depend on a norm, and
    their factor α_s, which makes late steps no smaller in few of them, is left out.
    """
    sigma = (1 - schedule.alpha_bar_at(s, x_s.dtype)).sqrt()
    return x_s - 2 * snr**2 * sigma * estimate.epsilon + 2 * snr * sigma * noise


SOLVERS: dict[str, Callable[[Trajectory], Solver]] = {
    "ddim": lambda _: DDIM(),
    "ddim-ancestral": lambda _: DDIM(eta=1.0),
    "ddpm": lambda _: DDPM(),
    "ddpm-wide": lambda _: DDPM(large_variance=True),
    "dpm++2m": lambda _: DPMSolverPlusPlus2M(),
    "unipc": UniPC,
    "heun": lambda _: Heun(),
    "euler-maruyama": lambda _: EulerMaruyama(),
}
"""Every way to move the image on a course, by its name in requests."""
