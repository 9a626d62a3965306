"""Sampling by clocks: one generator of steps that serves every task.

What is given has clock 0 and never changes; what runs goes from T to 0 in a few steps. The image moves by a solver,
the layout by the exact skip transition, and where both run the layout leads: it decides what the image is of.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from engine.diffusion import categorical, gaussian
from engine.diffusion.denoiser import Clocks, Denoiser, Estimate, State, TextFeatures
from engine.diffusion.guidance import Asked, Branch, Weights, branches, guide_image, guide_layout, predict, spread
from engine.diffusion.guides import Guide, LayoutGuide, shifted
from engine.diffusion.process import JointProcess, Said
from engine.diffusion.randomness import Randomness
from engine.diffusion.seams import without_seams
from engine.diffusion.solvers import SOLVERS, Course, Move, Solver, langevin


@dataclass(frozen=True)
class Task:
    """What is given, for a batch: values where `keep` is true (bool [B, 1, H, W]) are kept bit for bit.

    image: [B, 3, H, W]. layout: ids [B, 1, H, W]. The layout is never drawn where `unknown` is true.
    `negative` takes the place of the empty text in guidance. One seed per sample.
    """

    image: Tensor
    keep_image: Tensor
    layout: Tensor
    keep_layout: Tensor
    unknown: Tensor
    text: TextFeatures
    negative: TextFeatures
    seeds: Sequence[int]
    weights: Weights

    def clocks(self, process: JointProcess, moment: Moment) -> Clocks:
        """The clock of every pixel: 0 where it is kept, T where it stays unknown."""
        image_runs, layout_runs, unknown = self._masks
        layout = layout_runs * spread(moment.layout) + unknown * process.layout.clocks
        return Clocks(image_runs * spread(moment.image), layout, moment.image, moment.layout)

    @cached_property
    def _masks(self) -> tuple[Tensor, Tensor, Tensor]:
        """Where the image runs, where the layout runs and where it stays unknown, 0 or 1 in int64."""
        return (~self.keep_image).long(), (~(self.keep_layout | self.unknown)).long(), self.unknown.long()


@dataclass(frozen=True)
class Pace:
    """How a half's clock falls from T while the path's share u falls evenly from 1: t = T (1 - (1-u)^rise)^bend.

    `rise` over 1 gives large clocks more of the steps, where what is large in a picture is decided (its light, its
    sky), `bend` over 1 small ones, where what is thin is.
    """

    rise: float = 1.0
    bend: float = 1.0

    def clocks(self, top: int, share: Tensor) -> Tensor:
        """int64 clocks of T = `top` at the falling shares u of a path, [steps + 1, B]; no two of them that lie between
        0 and T are one, if there are enough.
        """
        clocks = (top * (1 - (1 - share) ** self.rise) ** self.bend).round().long()
        begun, left = (share < 1).cumsum(0), (share > 0).flip(0).cumsum(0).flip(0)
        return torch.minimum(torch.maximum(clocks, left), (top - begun).clamp(min=0)) * (share > 0)


@dataclass(frozen=True)
class Settings:
    """How to sample; `lead` (Δ) and `interval` (where the image is guided) are shares of T.

    `seams` are how far, in pixels, an image that is drawn on takes on the tone of what is given; none for the plain
    process. `solver` is a name of `SOLVERS`. After each step come `corrections` of the image by Langevin dynamics at
    the ratio `snr`. `threshold` is the quantile of dynamic thresholding, 0 for none.
    """

    steps: int = 10
    lead: float = 0.3
    image_pace: Pace = Pace()
    layout_pace: Pace = Pace()
    interval: tuple[float, float] = (0.2, 0.8)
    image_limits: tuple[float, float] = (-torch.inf, torch.inf)
    solver: str = "ddim"
    corrections: int = 0
    snr: float = 0.16
    guides: tuple[Guide | LayoutGuide, ...] = ()
    threshold: float = 0.0
    seams: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.threshold and not all(map(math.isfinite, self.image_limits)):
            raise ValueError("dynamic thresholding needs limits of the image")


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


@dataclass(frozen=True)
class Moment:
    """The running clock of each half, int64 [B], or [steps + 1, B] of a path; 0 for a half of which nothing runs."""

    image: Tensor
    layout: Tensor


def moments(process: JointProcess, task: Task, settings: Settings) -> Moment:
    """The path of the clocks from the start to the end, on the CPU.

    u_image = min(T, τ)/T, u_layout = clip(τ - Δ, 0, T)/T, τ evenly from T + Δ to 0; without a lead where one half runs
    alone.
    """
    top, steps = process.image.clocks, settings.steps
    image_runs = ~task.keep_image.flatten(1).all(1).cpu()
    layout_runs = ~(task.keep_layout | task.unknown).flatten(1).all(1).cpu()
    lead = torch.where(image_runs & layout_runs, round(settings.lead * top), 0)
    tau = (top + lead) * torch.arange(steps, -1, -1)[:, None] // steps
    image = settings.image_pace.clocks(top, tau.clamp(max=top) / top)
    layout = settings.layout_pace.clocks(top, (tau - lead).clamp(0, top) / top)
    return Moment(image * image_runs, layout * layout_runs)


@dataclass(frozen=True)
class Leg:
    """One step of a path, ready on the device: the running clocks and the guidance before and after it.

    The image `waits` in every sample, some layout `draws`, some layout `arrives` at clock 0. By now some pixel of a
    layout is given, and all of every layout are known.
    """

    now: Moment
    then: Moment
    asked: Asked
    asked_then: Asked
    waits: bool
    draws: bool
    arrives: bool
    layout_given: bool
    layout_known: bool


def legs(process: JointProcess, task: Task, settings: Settings, path: Moment) -> list[Leg]:
    """The steps of a path.

    The image is guided within its interval, the layout as long as it runs; neither towards another half of which
    nothing is known yet, for then both branches see the same.
    """
    device, top = task.image.device, process.image.clocks
    low, high = (share * top for share in settings.interval)
    image, layout = path.image, path.layout
    inside, runs = (image > 0) & (image >= low) & (image <= high), layout > 0
    layout_known = task.keep_layout.flatten(1).any(1).cpu() | (runs[0] & (layout < top))
    image_known = task.keep_image.flatten(1).any(1).cpu() | ((image[0] > 0) & (image < top))
    weights = task.weights
    asked = Asked.each(weights.where(inside, inside & layout_known), weights.where(runs, runs & image_known), device)
    at = [Moment(*clocks) for clocks in zip(image.to(device), layout.to(device), strict=True)]
    moved = layout.diff(dim=0) < 0
    waits = (image.diff(dim=0) == 0).all(1).tolist()
    draws, arrives = moved.any(1).tolist(), (moved & (layout[1:] == 0)).any(1).tolist()
    given = (task.keep_layout.flatten(1).any(1).cpu() | ~runs).any(1).tolist()
    known = (~task.unknown.flatten(1).any(1).cpu() & ~runs).all(1).tolist()
    return [
        Leg(*parts) for parts in zip(at, at[1:], asked, asked[1:], waits, draws, arrives, given, known, strict=False)
    ]


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
    """Asks the network about states, on all branches and under all guides; remembers the last clean estimate."""

    process: JointProcess
    denoiser: Denoiser
    task: Task
    settings: Settings
    estimate: Estimate | None = None

    def __call__(self, state: State, asked: Asked) -> Look:
        def branched(at: State) -> list[Branch]:
            return branches(self.process, at, (self.task.text, self.task.negative), self.estimate, asked)

        some, guides = branched(state), self.settings.guides
        if guides:
            told = shifted(self.process, state, guides, lambda at: predict(self.denoiser, branched(at)))
        else:
            told = predict(self.denoiser, some)
        said = guided_image(self.process, self.settings, state, some, told.image)
        look = Look(self.process, state, some, told.logits, said)
        if self.settings.seams and self.partly_given:
            look.said = self.matched(look)
        return look

    @cached_property
    def partly_given(self) -> bool:
        """Some image is given in part."""
        kept = self.task.keep_image.flatten(1)
        return bool((kept.any(1) & ~kept.all(1)).any())

    def matched(self, look: Look) -> Said:
        """The image without an edge along what is given of it."""
        given, seams = look.state.clocks.image == 0, self.settings.seams
        x_0 = without_seams(look.said.x_0, given, look.y_0, seams)
        return limited_to(self.process, self.settings, look.state, x_0)


def sample(process: JointProcess, denoiser: Denoiser, task: Task, settings: Settings) -> Iterator[Step]:
    """Yield after every step; the last one holds the result. Its caller owns cancel, previews and progress."""
    size = task.image.shape[1:]
    random = Randomness(task.seeds, task.image.device)
    path = moments(process, task, settings)
    plan = legs(process, task, settings, path)
    image_runs, layout_runs = bool((path.image[0] > 0).any()), bool((path.layout[0] > 0).any())
    look = Looks(process, denoiser, task, settings)
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
                drawn = move_layout(process, seen, then, uniform, leg.arrives)
        look.estimate = Estimate(seen.said.x_0, layout_estimate(process, leg, seen))
        state = State(moved, drawn, then)
        for _ in range(settings.corrections if image_runs and not last else 0):
            state = corrected(process, settings, look(state, leg.asked_then), random)
        yield Step(index, settings.steps, state, look.estimate, seen.state)


def guided_image(
    process: JointProcess, settings: Settings, state: State, asked: list[Branch], outputs: Tensor
) -> Said:
    """x̂_0 and ε̂ by the guided output; what is kept is x̂_0 itself. If x̂_0 is limited, ε̂ is what is left of x_t.

    All that runs of a sample shares one clock, here and in the moves: a schedule is asked once and not per pixel.
    """
    output, *rest = outputs.chunk(len(asked))
    others = [
        (o, w) for o, w in zip(rest, [branch.image_weight for branch in asked[1:]], strict=True) if w is not None
    ]
    x_t, t, output = state.image, spread(state.clocks.image_running), guide_image(output, others)
    given = state.clocks.image == 0
    said = process.said(x_t, output, t)
    if any(map(math.isfinite, settings.image_limits)):
        x_0 = torch.where(given, x_t, said.x_0) if settings.threshold else said.x_0
        return limited_to(process, settings, state, x_0)
    return replace(said, x_0=torch.where(given, x_t, said.x_0))


def limited_to(process: JointProcess, settings: Settings, state: State, x_0: Tensor) -> Said:
    """x̂_0 within its limits, but for what is given, and ε̂ that goes with it."""
    x_t, t, within = state.image, spread(state.clocks.image_running), limited(x_0, settings)
    return Said(
        torch.where(state.clocks.image == 0, x_t, within),
        lambda: gaussian.noise(process.image, "x_0", x_t, within, t),
    )


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
    runs = then.image < now.image

    def ask(image: Tensor, t: Tensor) -> Said:
        clocks = replace(then, layout=now.layout, layout_running=now.layout_running)
        return look(State(torch.where(runs, image, state.image), state.layout, clocks), way.leg.asked_then).said

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
    return torch.where(runs, solver(move), state.image)


def move_layout(process: JointProcess, seen: Look, then: Clocks, uniform: Tensor, arrives: bool) -> Tensor:
    """The layout at its next clocks, drawn from the guided transition; a move that `arrives` at 0 takes the likeliest
    class.
    """
    state, s = seen.state, then.layout
    weights = [branch.layout_weight for branch in seen.asked if branch.layout_weight is not None]
    maps = state.layout, spread(then.layout_running), spread(state.clocks.layout_running)
    if weights:
        y_t, after, before = (each.repeat(1 + len(weights), 1, 1, 1) for each in maps)
        moves = process.reverse(y_t, seen.heads[: len(y_t)], after, before).chunk(1 + len(weights))
        probs = guide_layout(moves[0], list(zip(moves[1:], weights, strict=True)))
    else:
        probs = process.reverse(state.layout, seen.head, *maps[1:])
    drawn = categorical.sample(probs, uniform)
    if arrives:
        drawn = torch.where(s == 0, categorical.likeliest(probs), drawn)
    return torch.where(s < state.clocks.layout, drawn, state.layout)


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
