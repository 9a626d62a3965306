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

from engine.diffusion import categorical, gaussian
from engine.diffusion.denoiser import Clocks, Denoiser, Estimate, State
from engine.diffusion.guidance import Asked
from engine.diffusion.path import Settings, Task
from engine.diffusion.process import JointProcess
from engine.diffusion.randomness import Randomness
from engine.diffusion.sampler import Look, Looks, Step, move_layout
from engine.diffusion.schedule import Schedule


@dataclass(frozen=True)
class RePaint:
    """How often each step is drawn. `faulty` adds noise on the way back as the reference code does."""

    draws: int = 1
    faulty: bool = False


def renoise_deviation(schedule: Schedule, s: Tensor, t: Tensor, faulty: bool = False) -> Tensor:
    """The deviation of the noise that takes x_s back to clock t: √(1-α), α = ᾱ_t/ᾱ_s.

    The reference code takes √(1-ᾱ_t) - √α √(1-ᾱ_s), as if deviations and not variances added up.
    """
    a = schedule.step(s, t)
    if faulty:
        return (1 - schedule.at(t)).sqrt() - a.sqrt() * (1 - schedule.at(s)).sqrt()
    return (1 - a).sqrt()


def sample(
    process: JointProcess, denoiser: Denoiser, task: Task, settings: Settings, repaint: RePaint
) -> Iterator[Step]:
    """Ancestral steps of a shared clock from T to 0; of the settings the path and the solver do not count."""
    random = Randomness(task.seeds, task.image.device)
    top, size = process.image.clocks, task.image.shape[1:]
    low, high = (share * top for share in settings.interval)
    layout = process.noise_layout(random.uniform(1, *size[1:]))
    state = State(random.normal(*size), layout, shared(process, task, top))
    look = Looks(process, denoiser, task, settings, kept=None)
    clocks = [top * (settings.steps - index) // settings.steps for index in range(settings.steps + 1)]
    path = torch.tensor(clocks[:-1])[:, None].expand(-1, len(task.seeds))
    none, inside = torch.zeros_like(path, dtype=torch.bool), (path >= low) & (path <= high)
    guided = Asked.each(task.weights.where(inside, none), task.weights.where(~none, none), task.image.device)
    for index, (t, s, asked) in enumerate(zip(clocks, clocks[1:], guided, strict=False), 1):
        then = shared(process, task, s)
        for turn in range(repaint.draws):
            if turn > 0:
                state = back(process, state, shared(process, task, t), random, repaint.faulty)
            seen = look(state, asked)
            look.estimate = Estimate(seen.said.x_0, seen.head)
            state = pasted(process, task, ancestral(process, seen, then, random, s == 0), random)
        assert look.estimate is not None, "each step is drawn at least once"
        yield Step(index, settings.steps, state, given(process, task, look.estimate), seen.state)


def shared(process: JointProcess, task: Task, t: int) -> Clocks:
    """The clock t for every pixel of both halves, also of what is given; T where the layout stays unknown."""
    image = torch.full_like(task.layout, t)
    layout = torch.where(task.unknown, process.layout.clocks, image)
    running = image[:, 0, 0, 0]
    return Clocks(image, layout, running, running)


def ancestral(process: JointProcess, seen: Look, then: Clocks, random: Randomness, arrives: bool) -> State:
    """Both halves drawn from their posteriors at the earlier clock."""
    state = seen.state
    posterior = gaussian.q_posterior(process.image, seen.said.x_0, state.image, then.image, state.clocks.image)
    image = posterior.mean + posterior.variance.sqrt() * random.normal(*state.image.shape[1:])
    return State(image, move_layout(process, seen, then, random.uniform(1, *state.layout.shape[2:]), arrives), then)


def pasted(process: JointProcess, task: Task, state: State, random: Randomness) -> State:
    """What is given, noised to the clock of the rest, in its place."""
    size = task.image.shape[1:]
    uniform = random.uniform(1, *size[1:])
    known = process.q_sample(task.image, task.layout, state.clocks, random.normal(*size), uniform)
    return replace(
        state,
        image=torch.where(task.keep_image, known.image, state.image),
        layout=torch.where(task.keep_layout, known.layout, state.layout),
    )


def back(process: JointProcess, state: State, then: Clocks, random: Randomness, faulty: bool) -> State:
    """One step back into noise, for another draw: Q_{s→t} for the layout."""
    s, t = state.clocks.image, then.image
    noise = random.normal(*state.image.shape[1:])
    keep = process.image.step(s, t).sqrt()
    image = keep * state.image + renoise_deviation(process.image, s, t, faulty) * noise
    before = categorical.one_hot(state.layout, process.layout.states)
    probs = process.layout.forward(before, state.clocks.layout, then.layout)
    drawn = categorical.sample_(probs, random.uniform(1, *probs.shape[2:]))
    return State(image, torch.where(state.clocks.layout < then.layout, drawn, state.layout), then)


def given(process: JointProcess, task: Task, estimate: Estimate) -> Estimate:
    """The estimate with what is given in its place, for previews."""
    layout = categorical.one_hot(task.layout, process.classes)
    return Estimate(
        torch.where(task.keep_image, task.image, estimate.image),
        torch.where(task.keep_layout, layout, estimate.layout),
    )
