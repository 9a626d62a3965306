"""What the playground measures: conditioning by clocks against RePaint, both kernels, and solvers over their steps."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor

from engine.diffusion.process import bound, categorical
from engine.diffusion.process.categorical import MIN_PROBABILITY, ReverseKernel
from engine.diffusion.process.joint_process import JointProcess
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.process.transitions import TransitionChain, UniformTransitions
from engine.diffusion.sampling import repaint
from engine.diffusion.sampling.repaint import RePaintSettings
from engine.diffusion.sampling.sampler import SamplingStep, sample
from engine.diffusion.sampling.trajectory import SamplerSettings, SamplingTask, TimestepSpacing
from engine.playground.mixture import LabelledMixture, ring_mixture, unconditional_task

NUM_CLASSES = 3
OUR_PROCESS = JointProcess(
    NoiseSchedule.from_name(), UniformTransitions(NoiseSchedule.from_name(odds=1 / 64), NUM_CLASSES)
)
BASELINE_PROCESS = JointProcess(NoiseSchedule.from_name(), UniformTransitions(NoiseSchedule.from_name(), NUM_CLASSES))
"""GCDP's clocks. The kernel is the one that is right for the exact head, so that only the conditioning differs."""


class SampledPoints(NamedTuple):
    """Points [N, 2] and labels int64 [N]."""

    points: Tensor
    labels: Tensor


def final_points(steps: Iterator[SamplingStep]) -> SampledPoints:
    """The points and labels after the last step."""
    for step in steps:
        last = step
    return SampledPoints(last.state.image.flatten(1), last.state.layout.flatten())


def with_given_label(task: SamplingTask, label: int) -> SamplingTask:
    """The task with this label kept."""
    return replace(task, layout=torch.full_like(task.layout, label), keep_layout=torch.ones_like(task.keep_layout))


def sample_by_clocks(
    task: SamplingTask, settings: SamplerSettings, process: JointProcess = OUR_PROCESS
) -> SampledPoints:
    """Our sampler with the exact network."""
    return final_points(sample(process, ring_mixture(process), task, settings))


def sample_by_repaint(task: SamplingTask, settings: RePaintSettings) -> SampledPoints:
    """GCDP's sampler with the exact network for its shared clock."""
    return final_points(repaint.sample_repaint(BASELINE_PROCESS, ring_mixture(BASELINE_PROCESS), task, settings))


def wrong_label_share(world: LabelledMixture, sampled: SampledPoints, label: int) -> float:
    """The share of points whose nearest part has another label."""
    return float((world.labels[world.nearest_component(sampled.points)] != label).double().mean())


def component_shares(world: LabelledMixture, sampled: SampledPoints) -> Tensor:
    """How often each part was drawn, [M]."""
    found = torch.bincount(world.nearest_component(sampled.points), minlength=len(world.means))
    return found.double() / len(sampled.points)


def share_interval(share: float, count: int, z: float = 2.576) -> tuple[float, float]:
    """The 99 % interval in which a share of `count` draws lies."""
    half = z * math.sqrt(share * (1 - share) / count)
    return share - half, share + half


def ks_distance(world: LabelledMixture, sampled: SampledPoints, axis: int) -> float:
    """The largest distance of a coordinate's distribution from the truth's."""
    values = sampled.points[:, axis].double().sort().values
    truth, count = world.marginal_cdf(values, axis), len(values)
    steps = torch.arange(count + 1, dtype=torch.float64) / count
    return float(torch.maximum((truth - steps[:-1]).abs(), (truth - steps[1:]).abs()).max())


def ks_p_value(distance: float, count: int) -> float:
    """Kolmogorov's: how often the truth itself is at least this far from `count` of its own draws."""
    x = distance * (math.sqrt(count) + 0.12 + 0.11 / math.sqrt(count))
    if x < 0.2:
        return 1.0
    terms = [(1 if k % 2 else -1) * math.exp(-2 * k * k * x * x) for k in range(1, 101)]
    return min(1.0, max(0.0, 2 * math.fsum(terms)))


def reverse_label_shares(kernel: ReverseKernel, steps: int, process: JointProcess = OUR_PROCESS) -> list[float]:
    """How often each label comes out of nothing, by reverse kernel: no draws, probabilities carried from T to 0.

    The head is p(y_0 | y_t), which is what cross-entropy teaches.
    """
    chain, world = process.transitions, ring_mixture(process)
    prior = world.weights.double() @ world.label_one_hot()
    states = torch.eye(chain.num_states, dtype=torch.float64)[:, :, None, None]
    share = chain.prior
    for index in range(steps):
        t, s = (
            torch.full((chain.num_states, 1, 1, 1), chain.max_clock * (steps - i) // steps) for i in (index, index + 1)
        )
        likely = chain.backward(states, torch.zeros_like(t), t)[:, : chain.num_classes]
        head = categorical.normalise(likely * prior[:, None, None])
        share = share @ categorical.reverse_probs(chain, head, states, s, t, kernel).flatten(1)
    return share.tolist()


def two_pixel_nats(chain: TransitionChain, shares: Tensor, kernel: ReverseKernel) -> tuple[float, float]:
    """Nats of the entropy of two pixels whose labels are paired as in `shares`, float64 [K, K], and of their bound
    with the exact head: summed over every pair and every noised pair, not drawn.
    """
    k, states = chain.num_classes, chain.num_states
    clean = torch.cartesian_prod(torch.arange(k), torch.arange(k)).repeat_interleave(states**2, 0)[:, None, None]
    noised = torch.cartesian_prod(torch.arange(states), torch.arange(states)).repeat(k * k, 1)[:, None, None]
    share = shares.flatten().repeat_interleave(states**2)
    nats = share @ bound.layout_prior_kl(chain, clean).flatten(1).sum(1) / states**2
    for tick in range(chain.max_clock):
        s, t = (torch.full_like(clean, clock) for clock in (tick, tick + 1))
        arrives = categorical.q_probs(chain, categorical.one_hot(clean, k, torch.float64), t).gather(1, noised)
        joint = (share * arrives.flatten(1).prod(1)).reshape(k, k, -1)  # of both labels and the noised pair
        heads = (
            torch.stack([joint.sum(1), joint.sum(0)], 2).movedim(1, 0)
            / joint.sum((0, 1)).clamp(min=MIN_PROBABILITY)[:, None, None]
        )
        moves = bound.layout_step_kl(chain, kernel, heads.repeat(k * k, 1, 1)[:, :, None], clean, noised, s, t)
        nats += joint.flatten() @ moves.flatten(1).sum(1)
    return float(torch.special.entr(shares).sum()), float(nats)


def two_pixel_figures() -> dict[str, float]:
    """Of three labels that agree in six of ten pairs, in eight ticks."""
    same = torch.eye(NUM_CLASSES, dtype=torch.float64)
    shares, chain = (
        0.6 * same / NUM_CLASSES + 0.4 * (1 - same) / 6,
        UniformTransitions(NoiseSchedule.from_name(max_clock=8), NUM_CLASSES),
    )
    entropy, by_sum = two_pixel_nats(chain, shares, "sum")
    return {"entropy": entropy, "bound, sum": by_sum, "bound, product": two_pixel_nats(chain, shares, "product")[1]}


def playground_figures(count: int = 4000) -> dict[str, object]:
    """All figures, seeds 0 … count-1."""
    world, label = ring_mixture(OUR_PROCESS), 1
    nothing = unconditional_task(count)
    true = sub_mixture_shares(world.conditioned_on_label(label), world)
    clocks = sample_by_clocks(with_given_label(nothing, label), SamplerSettings(steps=10))
    wrong = {"clocks, 10 steps": wrong_label_share(world, clocks, label)}
    for draws, steps in ((1, 50), (5, 50)):
        drawn = sample_by_repaint(with_given_label(nothing, label), RePaintSettings(steps, resamplings=draws))
        wrong[f"RePaint n={draws}, {steps} steps"] = wrong_label_share(world, drawn, label)
    faulty = sample_by_repaint(
        with_given_label(nothing, label), RePaintSettings(50, resamplings=5, reference_noise=True)
    )
    wrong["RePaint n=5, 50 steps, the reference code's noise"] = wrong_label_share(world, faulty, label)
    return {
        "count": count,
        "wrong_label_share": wrong,
        "part_shares": {"truth": true, "clocks": component_shares(world, clocks).tolist()},
        "kolmogorov_smirnov": {
            solver: {steps: worst_ks_distance(nothing, solver, steps) for steps in (5, 10, 20, 50, 100)}
            for solver in ("ddim", "dpm++2m", "unipc", "heun", "ddpm")
        },
        "two_pixels_nats": two_pixel_figures(),
        "label_shares": {
            "truth": [float(world.weights[world.labels == k].sum()) for k in range(NUM_CLASSES)],
            "sum": reverse_label_shares("sum", 10),
            "product": reverse_label_shares("product", 10),
        },
    }


def sub_mixture_shares(sub_mixture: LabelledMixture, world: LabelledMixture) -> list[float]:
    """The weights of a sub-world's parts at their places in the world."""
    places = torch.cdist(sub_mixture.means.double(), world.means.double()).argmin(1)
    return (
        torch.zeros(len(world.means), dtype=torch.float64).scatter_(0, places, sub_mixture.weights.double()).tolist()
    )


def worst_ks_distance(task: SamplingTask, solver: str, steps: int) -> dict[str, float]:
    """Kolmogorov and Smirnov's distance of both coordinates, the worse of both, and its p, twice that of one.

    Ancestral sampling of the image adds noise up to its end and so needs its steps at small clocks.
    """
    spacing = TimestepSpacing(bend=2.0) if solver == "ddpm" else TimestepSpacing()
    sampled = sample_by_clocks(task, SamplerSettings(steps=steps, solver=solver, image_spacing=spacing))
    worst = max(ks_distance(ring_mixture(OUR_PROCESS), sampled, axis) for axis in (0, 1))
    return {"distance": worst, "p": min(1.0, 2 * ks_p_value(worst, len(sampled.points)))}
