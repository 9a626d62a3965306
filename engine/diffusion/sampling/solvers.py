"""Solvers: how the image goes from clock t to an earlier clock s, given the network's estimate at t.

Solvers work on maps of clocks: where s = t their value is not used, and where s = 0 it is x̂_0 or has no new noise.
λ is half the log-SNR, h = λ_s - λ_t > 0; x̂_0 and ε̂ are those of an `ImageEstimate`.
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
    """One step of the image from clock t to clock s, int64 maps that broadcast against x_t [B, 3, H, W].

    `evaluate` gives the estimate of another image at clock s; it is None if every image that moves arrives at 0.
    `draw_noise` gives standard normal noise like x_t.
    """

    schedule: NoiseSchedule
    x_t: Tensor
    t: Tensor
    s: Tensor
    estimate: ImageEstimate
    evaluate: Callable[[Tensor], ImageEstimate] | None
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
    """All steps of the image: the clocks t_0 ≥ … ≥ t_steps of each sample, int64 [steps + 1, B] on the CPU.

    Everything that follows from them is float64; `like` is an image with the type and device of those that step.
    `corrected` is whether x_t is changed between two steps, as by Langevin corrections.
    """

    schedule: NoiseSchedule
    clocks: Tensor
    like: Tensor
    corrected: bool = False

    @cached_property
    def lambda_steps(self) -> Tensor:
        """h of each step, [steps, B]."""
        return self.schedule.log_snr(self.clocks, torch.float64).diff(dim=0) / 2

    def sqrt_alpha_bar(self, t: Tensor) -> Tensor:
        """√ᾱ, never 0 or 1."""
        return self.schedule.clamped_alpha_bar(t, torch.float64).sqrt()

    def sigma(self, t: Tensor) -> Tensor:
        """√(1-ᾱ), never 0 or 1."""
        return (1 - self.schedule.clamped_alpha_bar(t, torch.float64)).sqrt()


class Solver(Protocol):
    """x_s of one step. A solver may remember its last steps, so each run has its own."""

    def __call__(self, step: SolverStep) -> Tensor: ...


class DDIM:
    """x_s = √ᾱ_s x̂_0 + √(1-ᾱ_s-σ²) ε̂ + σ z, σ = η √β̃  [Song et al. 2021a, eq. 12]; η = 1 is ancestral sampling."""

    def __init__(self, eta: float = 0.0) -> None:
        self.eta = eta

    def __call__(self, step: SolverStep) -> Tensor:
        x_0, epsilon = step.estimate.x_0, step.estimate.epsilon
        a_s = step.schedule.alpha_bar_at(step.s, x_0.dtype)
        if self.eta == 0:
            return a_s.sqrt() * x_0 + (1 - a_s).sqrt() * epsilon
        variance = self.eta**2 * gaussian.q_posterior(step.schedule, x_0, x_0, step.s, step.t).variance
        direction = (1 - a_s - variance).clamp(min=0).sqrt() * epsilon
        return a_s.sqrt() * x_0 + direction + variance.sqrt() * step.draw_noise()


class DDPM:
    """Ancestral sampling, x_s from q(x_s | x_t, x̂_0)  [Ho et al. 2020].

    σ² is β̃ or, with `large_variance`, β = 1-α.
    """

    def __init__(self, large_variance: bool = False) -> None:
        self.large_variance = large_variance

    def __call__(self, step: SolverStep) -> Tensor:
        posterior = gaussian.q_posterior(step.schedule, step.estimate.x_0, step.x_t, step.s, step.t)
        variance = (
            1 - step.schedule.alpha_between(step.s, step.t, step.x_t.dtype)
            if self.large_variance
            else posterior.variance
        )
        return posterior.mean + torch.where(step.s > 0, variance.sqrt() * step.draw_noise(), 0)


class DPMSolverPlusPlus2M:
    """DPM-Solver++(2M): x_s = σ_s/σ_t x_t - √ᾱ_s (e^-h - 1) D, D = x̂_0 + h/(2 h') (x̂_0 - x̂_0')  [Lu et al. 2022].

    The dashes are those of the last step. The first and the last step are of first order.
    """

    def __init__(self) -> None:
        self.previous: tuple[Tensor, Tensor] | None = None  # λ and x̂_0 of the last step

    def __call__(self, step: SolverStep) -> Tensor:
        x_0, l_t = step.estimate.x_0, step.half_log_snr(step.t)
        before, self.previous = self.previous, (l_t, x_0)
        h = step.half_log_snr(step.s) - l_t
        d = x_0
        if before is not None:
            h_before = l_t - before[0]
            d = torch.where(h_before > 0, x_0 + h / (2 * h_before) * (x_0 - before[1]), x_0)
        x_s = step.sigma(step.s) / step.sigma(step.t) * step.x_t - step.sqrt_alpha_bar(step.s) * torch.expm1(-h) * d
        return torch.where(step.s > 0, x_s, x_0)


class UniPC:
    """UniPC of order 2 on x̂_0, with B(h) = e^h - 1  [Zhao et al. 2023].

    Each prediction of the network first corrects the step that led to it, then makes the next one. Both are sums of
    known images weighted by the clocks alone, so the weights of the whole trajectory are computed once. Where x_t is
    corrected in another way, the last step is not.
    """

    def __init__(self, trajectory: Trajectory) -> None:
        corrector, predictor = corrector_weights(trajectory), predictor_weights(trajectory)
        self.corrector_tables, self.predictor_tables = (
            table.to(trajectory.like)[..., None, None, None] for table in (corrector, predictor)
        )
        self.corrected = trajectory.corrected
        self.history: list[Tensor] = []  # the corrected image and x̂_0 of the last step, then x̂_0 of the one before it
        self.index = 0

    def __call__(self, step: SolverStep) -> Tensor:
        known = [self.correct(step), step.estimate.x_0, *self.history[1:2]]
        self.history = known
        x_s = weighted_sum(self.predictor_tables[self.index], known)
        self.index += 1
        return x_s

    def correct(self, step: SolverStep) -> Tensor:
        """x_t again, now that x̂_0 is known there too."""
        if not self.history or self.corrected:
            return step.x_t
        image, *estimates = self.history
        return weighted_sum(self.corrector_tables[self.index], [image, step.estimate.x_0, *estimates])


def weighted_sum(weights: Tensor, values: Sequence[Tensor]) -> Tensor:
    """Σ w x over the first of the weights."""
    first, *rest = values
    total = weights[0] * first
    for weight, value in zip(weights[1:], rest, strict=False):
        total.addcmul_(weight, value)
    return total


def predictor_weights(trajectory: Trajectory) -> Tensor:
    """UniPC's weights of x_t, x̂_0 and the x̂_0 before it in each step, float64 [steps, 3, B]: as DPM-Solver++(2M)."""
    t, s = trajectory.clocks[:-1], trajectory.clocks[1:]
    h = trajectory.lambda_steps
    h_before = torch.cat([torch.zeros_like(h[:1]), h[:-1]])
    extrapolation = torch.where(h_before > 0, h / (2 * h_before.where(h_before > 0, 1)), 0)
    drift = -trajectory.sqrt_alpha_bar(s) * torch.expm1(-h)
    image = trajectory.sigma(s) / trajectory.sigma(t)
    weights = torch.stack([image, drift * (1 + extrapolation), -drift * extrapolation], 1)
    clean = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64)[:, None]
    return torch.where((s > 0)[:, None], weights, clean)


def corrector_weights(trajectory: Trajectory) -> Tensor:
    """UniPC's weights for the correction at each clock, float64 [steps + 1, 4, B].

    They weigh the last image, x̂_0 now, that of the last step and that of the one before; where the image waited they
    leave it unchanged.
    """
    nothing = torch.zeros_like(trajectory.lambda_steps[:1])
    h = torch.cat([nothing, trajectory.lambda_steps])
    h_before = torch.cat([nothing, nothing, trajectory.lambda_steps[:-1]])
    moved, known = h > 0, h_before > 0
    h = h.where(moved, 1)
    phi = torch.expm1(-h)
    # the weights of both differences, from the exact integrals of 1 and of the distance along the step
    first = phi / -h - 1
    second = first / -h - 0.5
    b_1, b_2 = first / phi, 2 * second / phi
    r = -h_before.where(known, 1) / h
    earlier = torch.where(known, (b_1 - b_2) / (1 - r), 0)
    now, earliest = b_1 - earlier, earlier / r
    t, start = trajectory.clocks, torch.cat([trajectory.clocks[:1], trajectory.clocks[:-1]])
    drift = -trajectory.sqrt_alpha_bar(t) * phi
    image = trajectory.sigma(t) / trajectory.sigma(start)
    weights = torch.stack([image, drift * now, drift * (1 - now - earliest), drift * earliest], 1)
    still = torch.tensor([1.0, 0.0, 0.0, 0.0], dtype=torch.float64)[:, None]
    return torch.where(moved[:, None], weights, still)


class Heun:
    """The probability-flow ODE by Heun's rule  [Song et al. 2021b; Karras et al. 2022].

    It runs over the angle φ = arccos √ᾱ, in which it is dx/dφ = v and smooth up to both ends. Two evaluations per
    step, one in the last.
    """

    def __call__(self, step: SolverStep) -> Tensor:
        euler_x_s = DDIM()(step)
        if step.evaluate is None:
            return euler_x_s
        angle_step = step.schedule.angle(step.s, euler_x_s.dtype) - step.schedule.angle(step.t, euler_x_s.dtype)
        next_estimate = step.evaluate(euler_x_s)
        x_s = step.x_t + angle_step / 2 * (self.v(step, step.estimate, step.t) + self.v(step, next_estimate, step.s))
        return torch.where(step.s > 0, x_s, euler_x_s)

    @staticmethod
    def v(step: SolverStep, estimate: ImageEstimate, t: Tensor) -> Tensor:
        """dx/dφ at clock t."""
        return gaussian.prediction_target(step.schedule, "v", estimate.x_0, estimate.epsilon, t)


class EulerMaruyama:
    """The reverse SDE, x_s = x_t + β (x_t/2 + score) + √β z with β = 1-α  [Song et al. 2021b]; many steps."""

    def __call__(self, step: SolverStep) -> Tensor:
        beta = 1 - step.schedule.alpha_between(step.s, step.t, step.x_t.dtype)
        score = gaussian.score_from_epsilon(step.schedule, step.estimate.epsilon, step.t)
        drift = step.x_t + beta * (step.x_t / 2 + score)
        return drift + torch.where(step.s > 0, beta.sqrt() * step.draw_noise(), 0)


def langevin_correction(
    schedule: NoiseSchedule, x_s: Tensor, estimate: ImageEstimate, s: Tensor, noise: Tensor, snr: float
) -> Tensor:
    """One annealed Langevin correction at clock s: x + δ score + √(2δ) z, δ = 2 (snr σ)²  [after Song et al. 2021b].

    Their ‖z‖/‖score‖ is replaced by its expectation σ = √(1-ᾱ_s), so that a sample does not depend on a norm. Their
    factor α_s, which makes late steps no smaller in few of them, is left out.
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
"""Makers of solvers for a trajectory, by their names in requests."""
