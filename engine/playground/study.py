"""What the playground measures: conditioning by clocks against RePaint, both kernels, and solvers over their steps."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from engine.diffusion import bound, categorical, repaint
from engine.diffusion.categorical import TINY, Kernel
from engine.diffusion.path import Pace, Settings, Task
from engine.diffusion.process import JointProcess
from engine.diffusion.repaint import RePaint
from engine.diffusion.sampler import Step, sample
from engine.diffusion.schedule import Schedule
from engine.diffusion.transitions import Transitions, Uniform
from engine.playground.mixture import Mixture, empty_task, ring

CLASSES = 3
OURS = JointProcess(Schedule.named(), Uniform(Schedule.named(odds=1 / 64), CLASSES))
BASELINE = JointProcess(Schedule.named(), Uniform(Schedule.named(), CLASSES))
"""GCDP's clocks. The kernel is the one that is right for the exact head, so that only the conditioning differs."""


class Drawn(NamedTuple):
    """Points [N, 2] and labels int64 [N]."""

    points: Tensor
    labels: Tensor


def finish(steps: Iterator[Step]) -> Drawn:
    """The points and labels after the last step."""
    for step in steps:
        last = step
    return Drawn(last.state.image.flatten(1), last.state.layout.flatten())


def given_label(task: Task, label: int) -> Task:
    """The task with this label kept."""
    return replace(task, layout=torch.full_like(task.layout, label), keep_layout=torch.ones_like(task.keep_layout))


def by_clocks(task: Task, settings: Settings, process: JointProcess = OURS) -> Drawn:
    """Our sampler with the exact network."""
    return finish(sample(process, ring(process), task, settings))


def by_repaint(task: Task, steps: int, how: RePaint) -> Drawn:
    """GCDP's sampler with the exact network for its shared clock."""
    return finish(repaint.sample(BASELINE, ring(BASELINE), task, Settings(steps=steps), how))


def wrong_share(world: Mixture, drawn: Drawn, label: int) -> float:
    """The share of points whose nearest part has another label."""
    return float((world.labels[world.part_of(drawn.points)] != label).double().mean())


def part_shares(world: Mixture, drawn: Drawn) -> Tensor:
    """How often each part was drawn, [M]."""
    found = torch.bincount(world.part_of(drawn.points), minlength=len(world.means))
    return found.double() / len(drawn.points)


def interval(share: float, count: int, z: float = 2.576) -> tuple[float, float]:
    """The 99 % interval in which a share of `count` draws lies."""
    half = z * math.sqrt(share * (1 - share) / count)
    return share - half, share + half


def kolmogorov_smirnov(world: Mixture, drawn: Drawn, axis: int) -> float:
    """The largest distance of a coordinate's distribution from the truth's."""
    values = drawn.points[:, axis].double().sort().values
    truth, count = world.marginal(values, axis), len(values)
    steps = torch.arange(count + 1, dtype=torch.float64) / count
    return float(torch.maximum((truth - steps[:-1]).abs(), (truth - steps[1:]).abs()).max())


def p_value(distance: float, count: int) -> float:
    """Kolmogorov's: how often the truth itself is at least this far from `count` of its own draws."""
    x = distance * (math.sqrt(count) + 0.12 + 0.11 / math.sqrt(count))
    if x < 0.2:
        return 1.0
    terms = [(1 if k % 2 else -1) * math.exp(-2 * k * k * x * x) for k in range(1, 101)]
    return min(1.0, max(0.0, 2 * math.fsum(terms)))


def label_shares(kernel: Kernel, steps: int, process: JointProcess = OURS) -> list[float]:
    """How often each label comes out of nothing, by reverse kernel: no draws, probabilities carried from T to 0.

    The head is p(y_0 | y_t), which is what cross-entropy teaches.
    """
    chain, world = process.layout, ring(process)
    prior = world.weights.double() @ world.label_table()
    states = torch.eye(chain.states, dtype=torch.float64)[:, :, None, None]
    share = chain.prior
    for index in range(steps):
        t, s = (torch.full((chain.states, 1, 1, 1), chain.clocks * (steps - i) // steps) for i in (index, index + 1))
        likely = chain.backward(states, torch.zeros_like(t), t)[:, : chain.classes]
        head = categorical.normalised(likely * prior[:, None, None])
        share = share @ categorical.reverse(chain, head, states, s, t, kernel).flatten(1)
    return share.tolist()


def two_pixels(chain: Transitions, shares: Tensor, kernel: Kernel) -> tuple[float, float]:
    """Nats of the entropy of two pixels whose labels are paired as in `shares`, float64 [K, K], and of their bound
    with the exact head: summed over every pair and every noised pair, not drawn.
    """
    k, states = chain.classes, chain.states
    clean = torch.cartesian_prod(torch.arange(k), torch.arange(k)).repeat_interleave(states**2, 0)[:, None, None]
    seen = torch.cartesian_prod(torch.arange(states), torch.arange(states)).repeat(k * k, 1)[:, None, None]
    share = shares.flatten().repeat_interleave(states**2)
    nats = share @ bound.layout_end(chain, clean).flatten(1).sum(1) / states**2
    for tick in range(chain.clocks):
        s, t = (torch.full_like(clean, clock) for clock in (tick, tick + 1))
        arrives = categorical.q_probs(chain, categorical.one_hot(clean, k, torch.float64), t).gather(1, seen)
        joint = (share * arrives.flatten(1).prod(1)).reshape(k, k, -1)  # of both labels and the noised pair
        heads = (
            torch.stack([joint.sum(1), joint.sum(0)], 2).movedim(1, 0)
            / joint.sum((0, 1)).clamp(min=TINY)[:, None, None]
        )
        moves = bound.layout_move(chain, kernel, heads.repeat(k * k, 1, 1)[:, :, None], clean, seen, s, t)
        nats += joint.flatten() @ moves.flatten(1).sum(1)
    return float(torch.special.entr(shares).sum()), float(nats)


def two_pixels_nats() -> dict[str, float]:
    """Of three labels that agree in six of ten pairs, in eight ticks."""
    same = torch.eye(CLASSES, dtype=torch.float64)
    shares, chain = 0.6 * same / CLASSES + 0.4 * (1 - same) / 6, Uniform(Schedule.named(clocks=8), CLASSES)
    entropy, by_sum = two_pixels(chain, shares, "sum")
    return {"entropy": entropy, "bound, sum": by_sum, "bound, product": two_pixels(chain, shares, "product")[1]}


def study(count: int = 4000) -> dict[str, object]:
    """All figures, seeds 0 … count-1."""
    world, label = ring(OURS), 1
    nothing = empty_task(count)
    true = part_shares_of(world.given_label(label), world)
    clocks = by_clocks(given_label(nothing, label), Settings(steps=10))
    wrong = {"clocks, 10 steps": wrong_share(world, clocks, label)}
    for draws, steps in ((1, 50), (5, 50)):
        drawn = by_repaint(given_label(nothing, label), steps, RePaint(draws))
        wrong[f"RePaint n={draws}, {steps} steps"] = wrong_share(world, drawn, label)
    faulty = by_repaint(given_label(nothing, label), 50, RePaint(5, faulty=True))
    wrong["RePaint n=5, 50 steps, the reference code's noise"] = wrong_share(world, faulty, label)
    return {
        "count": count,
        "wrong_label_share": wrong,
        "part_shares": {"truth": true, "clocks": part_shares(world, clocks).tolist()},
        "kolmogorov_smirnov": {
            solver: {steps: distances(nothing, solver, steps) for steps in (5, 10, 20, 50, 100)}
            for solver in ("ddim", "dpm++2m", "unipc", "heun", "ddpm")
        },
        "two_pixels_nats": two_pixels_nats(),
        "label_shares": {
            "truth": [float(world.weights[world.labels == k].sum()) for k in range(CLASSES)],
            "sum": label_shares("sum", 10),
            "product": label_shares("product", 10),
        },
    }


def part_shares_of(some: Mixture, world: Mixture) -> list[float]:
    """The weights of a sub-world's parts at their places in the world."""
    places = torch.cdist(some.means.double(), world.means.double()).argmin(1)
    return torch.zeros(len(world.means), dtype=torch.float64).scatter_(0, places, some.weights.double()).tolist()


def distances(task: Task, solver: str, steps: int) -> dict[str, float]:
    """Kolmogorov and Smirnov's distance of both coordinates, the worse of both, and its p, twice that of one.

    Ancestral sampling of the image adds noise up to its end and so needs its steps at small clocks.
    """
    pace = Pace(bend=2.0) if solver == "ddpm" else Pace()
    drawn = by_clocks(task, Settings(steps=steps, solver=solver, image_pace=pace))
    worst = max(kolmogorov_smirnov(ring(OURS), drawn, axis) for axis in (0, 1))
    return {"distance": worst, "p": min(1.0, 2 * p_value(worst, len(drawn.points)))}
