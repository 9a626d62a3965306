"""The honest baseline, GCDP's own sampling: one clock shared by everything, what is given pasted in again and again.

What is kept is noised to the clock of the rest, the network never knows which part is true, and resampling (RePaint)
has to bring both into harmony  [Park et al. 2023; Lugmayr et al. 2022]. No claim of this project rests on it but one:
that clocks for each pixel do better.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.diffusion.process import categorical, gaussian
from engine.diffusion.process.denoiser import CleanEstimate, Clocks, Denoiser, DiffusionState
from engine.diffusion.process.joint_process import JointProcess
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.sampling.guidance import GuidanceTerms
from engine.diffusion.sampling.randomness import SeededNoise
from engine.diffusion.sampling.sampler import GuidedDenoiser, GuidedPrediction, SamplingStep, step_layout
from engine.diffusion.sampling.trajectory import SamplerSettings, SamplingTask


@dataclass(frozen=True)
class RePaint:
    """How often each step is drawn. `faulty` adds noise on the way back as the reference code does."""

    resamplings: int = 1
    reference_noise: bool = False


def renoise_std(schedule: NoiseSchedule, s: Tensor, t: Tensor, reference_noise: bool = False) -> Tensor:
    """The deviation of the noise that takes x_s back to clock t: √(1-α), α = ᾱ_t/ᾱ_s.

    The reference code takes √(1-ᾱ_t) - √α √(1-ᾱ_s), as if deviations and not variances added up.
    """
    a = schedule.alpha_between(s, t)
    if reference_noise:
        return (1 - schedule.alpha_bar_at(t)).sqrt() - a.sqrt() * (1 - schedule.alpha_bar_at(s)).sqrt()
    return (1 - a).sqrt()


def sample_repaint(
    process: JointProcess, denoiser: Denoiser, task: SamplingTask, settings: SamplerSettings, repaint: RePaint
) -> Iterator[SamplingStep]:
    """Ancestral steps of a shared clock from T to 0; of the settings the path and the solver do not count."""
    noise_source = SeededNoise(task.seeds, task.image.device)
    max_clock, size = process.image_schedule.max_clock, task.image.shape[1:]
    low, high = (share * max_clock for share in settings.guidance_interval)
    layout = process.sample_layout_prior(noise_source.uniform(1, *size[1:]))
    state = DiffusionState(noise_source.normal(*size), layout, shared_clocks(process, task, max_clock))
    guided_denoiser = GuidedDenoiser(process, denoiser, task, settings, keep_image=None)
    clocks = [max_clock * (settings.steps - index) // settings.steps for index in range(settings.steps + 1)]
    trajectory = torch.tensor(clocks[:-1])[:, None].expand(-1, len(task.seeds))
    none, inside = torch.zeros_like(trajectory, dtype=torch.bool), (trajectory >= low) & (trajectory <= high)
    guidance_terms = GuidanceTerms.per_step(
        task.weights.where(inside, none), task.weights.where(~none, none), task.image.device
    )
    for index, (t, s, terms) in enumerate(zip(clocks, clocks[1:], guidance_terms, strict=False), 1):
        next_clocks = shared_clocks(process, task, s)
        for resampling in range(repaint.resamplings):
            if resampling > 0:
                state = renoise(process, state, shared_clocks(process, task, t), noise_source, repaint.reference_noise)
            prediction = guided_denoiser(state, terms)
            guided_denoiser.previous_estimate = CleanEstimate(prediction.image_estimate.x_0, prediction.layout_probs)
            state = paste_given(
                process, task, ancestral_step(process, prediction, next_clocks, noise_source, s == 0), noise_source
            )
        assert guided_denoiser.previous_estimate is not None, "each step is drawn at least once"
        yield SamplingStep(
            index,
            settings.steps,
            state,
            estimate_with_given(process, task, guided_denoiser.previous_estimate),
            prediction.state,
        )


def shared_clocks(process: JointProcess, task: SamplingTask, t: int) -> Clocks:
    """The clock t for every pixel of both halves, also of what is given; T where the layout stays unknown."""
    image = torch.full_like(task.layout, t)
    layout = torch.where(task.unknown, process.transitions.max_clock, image)
    running = image[:, 0, 0, 0]
    return Clocks(image, layout, running, running)


def ancestral_step(
    process: JointProcess, guided: GuidedPrediction, next_clocks: Clocks, noise_source: SeededNoise, reaches_zero: bool
) -> DiffusionState:
    """Both halves drawn from their posteriors at the earlier clock."""
    state = guided.state
    posterior = gaussian.q_posterior(
        process.image_schedule, guided.image_estimate.x_0, state.image, next_clocks.image, state.clocks.image
    )
    image = posterior.mean + posterior.variance.sqrt() * noise_source.normal(*state.image.shape[1:])
    return DiffusionState(
        image,
        step_layout(process, guided, next_clocks, noise_source.uniform(1, *state.layout.shape[2:]), reaches_zero),
        next_clocks,
    )


def paste_given(
    process: JointProcess, task: SamplingTask, state: DiffusionState, noise_source: SeededNoise
) -> DiffusionState:
    """What is given, noised to the clock of the rest, in its place."""
    size = task.image.shape[1:]
    uniform = noise_source.uniform(1, *size[1:])
    known = process.q_sample(task.image, task.layout, state.clocks, noise_source.normal(*size), uniform)
    return replace(
        state,
        image=torch.where(task.keep_image, known.image, state.image),
        layout=torch.where(task.keep_layout, known.layout, state.layout),
    )


def renoise(
    process: JointProcess,
    state: DiffusionState,
    noisier_clocks: Clocks,
    noise_source: SeededNoise,
    reference_noise: bool,
) -> DiffusionState:
    """One step back into noise, for another draw: Q_{s→t} for the layout."""
    s, t = state.clocks.image, noisier_clocks.image
    noise = noise_source.normal(*state.image.shape[1:])
    keep = process.image_schedule.alpha_between(s, t).sqrt()
    image = keep * state.image + renoise_std(process.image_schedule, s, t, reference_noise) * noise
    before = categorical.one_hot(state.layout, process.transitions.num_states)
    probs = process.transitions.forward(before, state.clocks.layout, noisier_clocks.layout)
    drawn = categorical.sample_ids_(probs, noise_source.uniform(1, *probs.shape[2:]))
    return DiffusionState(
        image, torch.where(state.clocks.layout < noisier_clocks.layout, drawn, state.layout), noisier_clocks
    )


def estimate_with_given(process: JointProcess, task: SamplingTask, estimate: CleanEstimate) -> CleanEstimate:
    """The estimate with what is given in its place, for previews."""
    layout = categorical.one_hot(task.layout, process.num_classes)
    return CleanEstimate(
        torch.where(task.keep_image, task.image, estimate.image),
        torch.where(task.keep_layout, layout, estimate.layout),
    )
