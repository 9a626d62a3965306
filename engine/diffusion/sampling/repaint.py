"""The baseline: GCDP's own sampling by one shared clock, with the given pixels pasted in at every step.

The given part is noised to the clock of the rest, the network does not know which part is given, and resampling
(RePaint) has to bring both into harmony  [Park et al. 2023; Lugmayr et al. 2022]. It is here for comparison only: the
project claims that clocks for each pixel do better.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import KW_ONLY, dataclass, replace

import torch
from torch import Tensor

from engine.diffusion.process import categorical, gaussian
from engine.diffusion.process.denoiser import CleanEstimate, Clocks, Denoiser, DiffusionState
from engine.diffusion.process.joint_process import JointProcess
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.sampling.guidance import GuidanceTerms
from engine.diffusion.sampling.guided_denoiser import GuidedDenoiser, GuidedPrediction
from engine.diffusion.sampling.randomness import SeededNoise
from engine.diffusion.sampling.reverse_step import draw_layout
from engine.diffusion.sampling.sampler import SamplingStep
from engine.diffusion.sampling.trajectory import DenoisingSettings, SamplingTask


@dataclass(frozen=True)
class RePaintSettings(DenoisingSettings):
    """How to sample by a shared clock: each step is drawn `resamplings` times.

    With `reference_noise` the noise on the way back has the standard deviation of the reference code.
    """

    _: KW_ONLY
    resamplings: int = 1
    reference_noise: bool = False

    @classmethod
    def from_settings(
        cls, settings: DenoisingSettings, resamplings: int = 1, reference_noise: bool = False
    ) -> RePaintSettings:
        """The settings of another sampler as far as they apply."""
        return cls(
            settings.steps,
            guidance_interval=settings.guidance_interval,
            image_limits=settings.image_limits,
            guides=settings.guides,
            threshold=settings.threshold,
            resamplings=resamplings,
            reference_noise=reference_noise,
        )


def renoise_std(schedule: NoiseSchedule, s: Tensor, t: Tensor, reference_noise: bool = False) -> Tensor:
    """The standard deviation of the noise that takes x_s back to clock t: √(1-α), α = ᾱ_t/ᾱ_s.

    The reference code takes √(1-ᾱ_t) - √α √(1-ᾱ_s), as if deviations and not variances added up.
    """
    a = schedule.alpha_between(s, t)
    if reference_noise:
        return (1 - schedule.alpha_bar_at(t)).sqrt() - a.sqrt() * (1 - schedule.alpha_bar_at(s)).sqrt()
    return (1 - a).sqrt()


def sample_repaint(
    process: JointProcess, denoiser: Denoiser, task: SamplingTask, settings: RePaintSettings
) -> Iterator[SamplingStep]:
    """Ancestral steps of a shared clock from T to 0; yields after every step."""
    noise = SeededNoise(task.seeds, task.image.device)
    max_clock, size = process.image_schedule.max_clock, task.image.shape[1:]
    clocks = [max_clock * (settings.steps - index) // settings.steps for index in range(settings.steps + 1)]
    guidance = guidance_at(process, task, settings, clocks[:-1])
    nothing_given = replace(task, keep_image=torch.zeros_like(task.keep_image))
    guided_denoiser = GuidedDenoiser(process, denoiser, nothing_given, settings)
    layout = process.sample_layout_prior(noise.uniform(1, *size[1:]))
    state = DiffusionState(noise.normal(*size), layout, shared_clocks(process, task, max_clock))
    estimate: CleanEstimate | None = None
    for index, (t, s, terms) in enumerate(zip(clocks, clocks[1:], guidance, strict=False), 1):
        for resampling in range(settings.resamplings):
            if resampling > 0:
                noisier_clocks = shared_clocks(process, task, t)
                state = renoise(process, state, noisier_clocks, noise, settings.reference_noise)
            prediction = guided_denoiser(state, estimate, terms)
            estimate = CleanEstimate(prediction.image.x_0, prediction.layout.conditional_probs)
            state = ancestral_step(process, prediction, shared_clocks(process, task, s), noise, reaches_zero=s == 0)
            state = paste_given(process, task, state, noise)
        assert estimate is not None, "each step is drawn at least once"
        shown = estimate_with_given(process, task, estimate)
        yield SamplingStep(index, settings.steps, state, shown, prediction.state)


def guidance_at(
    process: JointProcess, task: SamplingTask, settings: RePaintSettings, clocks: list[int]
) -> list[GuidanceTerms]:
    """The guidance towards the text at each of the shared clocks: of the image within its interval, of the layout
    always.
    """
    low, high = (share * process.image_schedule.max_clock for share in settings.guidance_interval)
    trajectory = torch.tensor(clocks)[:, None].expand(-1, len(task.seeds))
    never, inside = torch.zeros_like(trajectory, dtype=torch.bool), (trajectory >= low) & (trajectory <= high)
    return GuidanceTerms.per_step(
        task.weights.where(inside, never), task.weights.where(~never, never), task.image.device
    )


def shared_clocks(process: JointProcess, task: SamplingTask, t: int) -> Clocks:
    """The clock t for every pixel of both halves, the given ones too; T where the layout stays unknown."""
    image = torch.full_like(task.layout, t)
    layout = torch.where(task.unknown, process.transitions.max_clock, image)
    running = image[:, 0, 0, 0]
    return Clocks(image, layout, running, running)


def ancestral_step(
    process: JointProcess, prediction: GuidedPrediction, next_clocks: Clocks, noise: SeededNoise, reaches_zero: bool
) -> DiffusionState:
    """Both halves drawn from their posteriors at the earlier clock."""
    state = prediction.state
    posterior = gaussian.q_posterior(
        process.image_schedule, prediction.image.x_0, state.image, next_clocks.image, state.clocks.image
    )
    image = posterior.mean + posterior.variance.sqrt() * noise.normal(*state.image.shape[1:])
    drawn = draw_layout(prediction, next_clocks, noise.uniform(*state.layout.shape[1:]), reaches_zero)
    layout = torch.where(next_clocks.layout < state.clocks.layout, drawn, state.layout)
    return DiffusionState(image, layout, next_clocks)


def paste_given(
    process: JointProcess, task: SamplingTask, state: DiffusionState, noise: SeededNoise
) -> DiffusionState:
    """The state with the given pixels in their place, noised to its clocks."""
    size = task.image.shape[1:]
    uniform = noise.uniform(1, *size[1:])
    given = process.q_sample(task.image, task.layout, state.clocks, noise.normal(*size), uniform)
    return replace(
        state,
        image=torch.where(task.keep_image, given.image, state.image),
        layout=torch.where(task.keep_layout, given.layout, state.layout),
    )


def renoise(
    process: JointProcess, state: DiffusionState, noisier_clocks: Clocks, noise: SeededNoise, reference_noise: bool
) -> DiffusionState:
    """The state taken back to noisier clocks: x_t = √α x_s + √(1-α) ε, y_t from y_s Q_{s→t}."""
    s, t = state.clocks.image, noisier_clocks.image
    epsilon = noise.normal(*state.image.shape[1:])
    signal = process.image_schedule.alpha_between(s, t).sqrt()
    image = signal * state.image + renoise_std(process.image_schedule, s, t, reference_noise) * epsilon
    y_s = categorical.one_hot(state.layout, process.transitions.num_states)
    probs = process.transitions.forward(y_s, state.clocks.layout, noisier_clocks.layout)
    drawn = categorical.sample_ids_(probs, noise.uniform(1, *probs.shape[2:]))
    layout = torch.where(state.clocks.layout < noisier_clocks.layout, drawn, state.layout)
    return DiffusionState(image, layout, noisier_clocks)


def estimate_with_given(process: JointProcess, task: SamplingTask, estimate: CleanEstimate) -> CleanEstimate:
    """The estimate with the given pixels in their place, for previews."""
    layout = categorical.one_hot(task.layout, process.num_classes)
    return CleanEstimate(
        torch.where(task.keep_image, task.image, estimate.image),
        torch.where(task.keep_layout, layout, estimate.layout),
    )
