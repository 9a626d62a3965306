"""Sampling by clocks: one generator of steps that serves every task.

What is given has clock 0 and never changes; what runs goes from T to 0 in a few steps. The image moves by a solver,
the layout by the exact skip transition, and where both run the layout leads: it decides what the image is of.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from engine.diffusion import categorical, gaussian
from engine.diffusion.denoiser import Clocks, Denoiser, Estimate, State, batched
from engine.diffusion.guidance import Asked, Branch, branches, guide_image, guide_layout, predict, spread
from engine.diffusion.guides import ImageGuide, shifted
from engine.diffusion.path import Leg, Settings, Task, legs, moments
from engine.diffusion.process import JointProcess, Said
from engine.diffusion.randomness import Randomness
from engine.diffusion.seams import without_seams
from engine.diffusion.solvers import SOLVERS, Course, Move, Solver, langevin


@dataclass(frozen=True)
class Step:
    """After step `index` of `total`: the state, what the clean picture looks like by now, and the state before, which
    is what that was told from.
    """

    index: int
    total: int
    state: State
    estimate: Estimate
    seen: State


@dataclass
class Look:
    """What the network says of one state: the logits of y_0 on every branch, [branches · B, K, H, W], and the guided
    image.
    """

    process: JointProcess
    state: State
    asked: list[Branch]
    logits: Tensor
    said: Said

    @cached_property
    def heads(self) -> Tensor:
        """The probabilities of y_0 on every branch, [branches · B, K, H, W]."""
        return categorical.softmax(self.logits)

    @property
    def head(self) -> Tensor:
        """Of the branch with every condition, [B, K, H, W]."""
        return self.heads[: len(self.state.image)]

    @cached_property
    def y_0(self) -> Tensor:
        """The same, but what is given where a pixel is."""
        return self.process.layout_estimate(self.state, self.head)


@dataclass
class Looks:
    """Asks the network about states, on all branches and under all guides; remembers the last clean estimate. The
    image has clock 0 where it is `kept`, if anywhere.
    """

    process: JointProcess
    denoiser: Denoiser
    task: Task
    settings: Settings
    kept: Tensor | None
    estimate: Estimate | None = None

    def __post_init__(self) -> None:
        kept = None if self.kept is None else self.kept.flatten(1)
        partly_given = kept is not None and bool((kept.any(1) & ~kept.all(1)).any())
        self.seams = self.settings.seams if partly_given else ()

    def __call__(self, state: State, asked: Asked) -> Look:
        def branched(at: State) -> list[Branch]:
            return branches(self.process, at, (self.task.text, self.task.negative), self.estimate, asked)

        some, guides = branched(state), self.settings.guides
        if guides:
            told = shifted(self.process, state, guides, lambda at: predict(self.denoiser, branched(at)))
        else:
            told = predict(self.denoiser, some)
        said = guided_image(self.process, self.settings, state, some, told.image, self.kept)
        look = Look(self.process, state, some, told.logits, said)
        if self.seams:
            look.said = self.matched(look)
        for guide in guides:
            if isinstance(guide, ImageGuide):
                x_0 = guide.bent(state, look.said.x_0)
                look.said = limited_to(self.process, self.settings, state, x_0, self.kept)
        return look

    def matched(self, look: Look) -> Said:
        """The image without an edge along what is given of it."""
        assert self.kept is not None, "it is given in part"
        x_0 = without_seams(look.said.x_0, self.kept, look.y_0, self.seams)
        return limited_to(self.process, self.settings, look.state, x_0, self.kept)


def sample(process: JointProcess, denoiser: Denoiser, task: Task, settings: Settings) -> Iterator[Step]:
    """Yield after every step; the last one holds the result. Its caller owns cancel, previews and progress."""
    size = task.image.shape[1:]
    random = Randomness(task.seeds, task.image.device)
    path = moments(process, task, settings)
    plan = legs(process, task, settings, path)
    image_runs, layout_runs = bool((path.image[0] > 0).any()), bool((path.layout[0] > 0).any())
    look = Looks(process, denoiser, task, settings, task.kept)
    solver = SOLVERS[settings.solver](Course(process.image, path.image, task.image))
    image = torch.where(task.keep_image, task.image, random.normal(*size))
    layout = process.noise_layout(random.uniform(1, *size[1:]))
    state = State(image, torch.where(task.keep_layout, task.layout, layout), task.clocks(process, plan[0].now))
    for index, leg in enumerate(plan, 1):
        last = index == settings.steps
        then = task.clocks(process, leg.then)
        seen = look(state, leg.asked)
        moved, drawn = state.image, state.layout
        if image_runs:
            moved = move_image(
                process, solver, Way(leg, then, last, settings.corrections > 0 and index > 1), seen, look, random
            )
        if layout_runs:
            uniform = random.uniform(1, *size[1:])  # even if nothing moves in this leg: in a larger batch it might
            if leg.draws:
                drawn = move_layout(process, seen, then, uniform, leg.arrives, leg.all_draws)
        look.estimate = Estimate(seen.said.x_0, layout_estimate(process, leg, seen))
        state = State(moved, drawn, then)
        for _ in range(settings.corrections if image_runs and not last else 0):
            state = corrected(process, settings, look(state, leg.asked_then), random)
        yield Step(index, settings.steps, state, look.estimate, seen.state)


def guided_image(
    process: JointProcess, settings: Settings, state: State, asked: list[Branch], outputs: Tensor, kept: Tensor | None
) -> Said:
    """x̂_0 and ε̂ by the guided output; what is kept is x̂_0 itself. If x̂_0 is limited, ε̂ is what is left of x_t.

    All that runs of a sample shares one clock, here and in the moves: a schedule is asked once and not per pixel.
    """
    output, *rest = outputs.chunk(len(asked))
    others = [
        (o, w) for o, w in zip(rest, [branch.image_weight for branch in asked[1:]], strict=True) if w is not None
    ]
    x_t, t, output = state.image, spread(state.clocks.image_running), guide_image(output, others)
    said = process.said(x_t, output, t)
    if any(map(math.isfinite, settings.image_limits)):
        x_0 = chosen(kept, x_t, said.x_0) if settings.threshold else said.x_0
        return limited_to(process, settings, state, x_0, kept)
    return replace(said, x_0=chosen(kept, x_t, said.x_0))


def chosen(where: Tensor | None, one: Tensor, other: Tensor) -> Tensor:
    """`one` where a mask is true, else the `other`, as it is if there is no mask."""
    return other if where is None else torch.where(where, one, other)


def limited_to(process: JointProcess, settings: Settings, state: State, x_0: Tensor, kept: Tensor | None) -> Said:
    """x̂_0 within its limits, but for what is kept, and ε̂ that goes with it."""
    x_t, t, within = state.image, spread(state.clocks.image_running), limited(x_0, settings)
    return Said(chosen(kept, x_t, within), lambda: gaussian.noise(process.image, "x_0", x_t, within, t))


def limited(x_0: Tensor, settings: Settings) -> Tensor:
    """x̂_0 within its limits, or by dynamic thresholding: shrunk so far that the quantile `threshold` of each sample's
    distances from their middle is within them  [Saharia et al. 2022].
    """
    low, high = settings.image_limits
    if settings.threshold:
        middle, half = (low + high) / 2, (high - low) / 2
        far = ((x_0 - middle) / half).abs().flatten(1).quantile(settings.threshold, 1).clamp(min=1)
        return middle + ((x_0 - middle) / far[:, None, None, None]).clamp(-half, half)
    return x_0.clamp(low, high)


@dataclass(frozen=True)
class Way:
    """A step with its clocks after it, and what solvers must know of it."""

    leg: Leg
    then: Clocks
    last: bool
    mended: bool


def move_image(process: JointProcess, solver: Solver, way: Way, seen: Look, look: Looks, random: Randomness) -> Tensor:
    """The image at its next clocks."""
    state, now, then = seen.state, seen.state.clocks, way.then
    stays = None if way.leg.all_flows else then.image >= now.image

    def ask(image: Tensor, t: Tensor) -> Said:
        clocks = replace(then, layout=now.layout, layout_running=now.layout_running)
        return look(State(chosen(stays, state.image, image), state.layout, clocks), way.leg.asked_then).said

    move = Move(
        process.image,
        state.image,
        seen.said,
        spread(now.image_running),
        spread(then.image_running),
        way.last,
        way.leg.waits,
        way.mended,
        ask,
        lambda: random.normal(*state.image.shape[1:]),
    )
    return chosen(stays, state.image, solver(move))


def move_layout(
    process: JointProcess, seen: Look, then: Clocks, uniform: Tensor, arrives: bool, everywhere: bool = False
) -> Tensor:
    """The layout at its next clocks, drawn from the guided transition; a move that `arrives` at 0 takes the likeliest
    class. What does not move stays as it is; `everywhere` says that every pixel moves.
    """
    state, s, probs = seen.state, then.layout, transition(process, seen, then)
    likeliest = categorical.likeliest(probs) if arrives else None
    drawn = categorical.sample_(probs, uniform)
    if likeliest is not None:
        drawn = torch.where(s == 0, likeliest, drawn)
    return drawn if everywhere else torch.where(s < state.clocks.layout, drawn, state.layout)


def transition(process: JointProcess, seen: Look, then: Clocks) -> Tensor:
    """∝ the guided p(y_s | z_t) of the layout's next clocks, [B, S, H, W]."""
    state = seen.state
    weights = [branch.layout_weight for branch in seen.asked if branch.layout_weight is not None]
    maps = state.layout, spread(then.layout_running), spread(state.clocks.layout_running)
    if weights:
        y_t, after, before = (batched([each] * (1 + len(weights))) for each in maps)
        moves = process.reverse(y_t, seen.heads[: len(y_t)], after, before).chunk(1 + len(weights))
        return guide_layout(moves[0], list(zip(moves[1:], weights, strict=True)))
    return process.reverse(state.layout, seen.head, *maps[1:])


def layout_estimate(process: JointProcess, leg: Leg, seen: Look) -> Tensor:
    """ŷ_0 of a step, [B, K, H, W]; where the layout is given, or decided by now, it is that."""
    if leg.layout_known:
        return categorical.one_hot(seen.state.layout, process.classes, seen.logits.dtype)
    return seen.y_0 if leg.layout_given else seen.head


def corrected(process: JointProcess, settings: Settings, seen: Look, random: Randomness) -> State:
    """The same state after one Langevin correction of the image."""
    state, t = seen.state, seen.state.clocks.image
    noise = random.normal(*state.image.shape[1:])
    image = langevin(process.image, state.image, seen.said, t, noise, settings.snr)
    runs = (t > 0) & (t < process.image.clocks)
    return replace(state, image=torch.where(runs, image, state.image))
