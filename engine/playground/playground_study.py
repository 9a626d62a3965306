"""The measurements of the playground: conditioning by clocks and by RePaint, both kernels, and solvers."""

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
"""GCDP's schedules, with the kernel that is right for the exact head, so that only the conditioning differs."""


class SampledPoints(NamedTuple):
    """Samples: points [N, 2] and labels int64 [N]."""

    points: Tensor
    labels: Tensor


def final_points(steps: Iterator[SamplingStep]) -> SampledPoints:
    """The points and labels after the last step."""
    for step in steps:
        last = step
    return SampledPoints(last.state.image.flatten(1), last.state.layout.flatten())


def with_given_label(task: SamplingTask, label: int) -> SamplingTask:
    """The task with this label given."""
    return replace(task, layout=torch.full_like(task.layout, label), keep_layout=torch.ones_like(task.keep_layout))


def sample_by_clocks(
    task: SamplingTask, settings: SamplerSettings, process: JointProcess = OUR_PROCESS
) -> SampledPoints:
    """Samples by clocks, with the exact network."""
    return final_points(sample(process, ring_mixture(process), task, settings))


def sample_by_repaint(task: SamplingTask, settings: RePaintSettings) -> SampledPoints:
    """Samples by RePaint, with the exact network for its shared clock."""
    return final_points(repaint.sample_repaint(BASELINE_PROCESS, ring_mixture(BASELINE_PROCESS), task, settings))


def wrong_label_share(world: LabelledMixture, sampled: SampledPoints, label: int) -> float:
    """The share of points whose nearest component has another label."""
    return float((world.labels[world.nearest_component(sampled.points)] != label).double().mean())


def component_shares(world: LabelledMixture, sampled: SampledPoints) -> Tensor:
    """The share of samples of each component, [M]."""
    counts = torch.bincount(world.nearest_component(sampled.points), minlength=len(world.means))
    return counts.double() / len(sampled.points)


def share_interval(share: float, count: int, z: float = 2.576) -> tuple[float, float]:
    """The interval in which the share among `count` draws lies, by default with a probability of 99 %."""
    half = z * math.sqrt(share * (1 - share) / count)
    return share - half, share + half


def ks_distance(world: LabelledMixture, sampled: SampledPoints, axis: int) -> float:
    """The Kolmogorov–Smirnov distance of a coordinate's distribution from the true one."""
    values = sampled.points[:, axis].double().sort().values
    truth, count = world.marginal_cdf(values, axis), len(values)
    steps = torch.arange(count + 1, dtype=torch.float64) / count
    return float(torch.maximum((truth - steps[:-1]).abs(), (truth - steps[1:]).abs()).max())


def ks_p_value(distance: float, count: int) -> float:
    """The p value of a Kolmogorov–Smirnov distance of `count` draws, by Kolmogorov's limit distribution."""
    x = distance * (math.sqrt(count) + 0.12 + 0.11 / math.sqrt(count))
    if x < 0.2:
        return 1.0
    terms = [(1 if k % 2 else -1) * math.exp(-2 * k * k * x * x) for k in range(1, 101)]
    return min(1.0, max(0.0, 2 * math.fsum(terms)))


def reverse_label_shares(kernel: ReverseKernel, steps: int, process: JointProcess = OUR_PROCESS) -> list[float]:
    """The exact distribution of labels under a reverse kernel: probabilities, not draws, carried from T to 0.

    The head is p(y_0 | y_t), the optimum of cross-entropy.
    """
    chain, world = process.transitions, ring_mixture(process)
    prior = world.weights.double() @ world.label_one_hot()
    states = torch.eye(chain.num_states, dtype=torch.float64)[:, :, None, None]
    share = chain.prior
    for index in range(steps):
        t, s = (
            torch.full((chain.num_states, 1, 1, 1), chain.max_clock * (steps - i) // steps) for i in (index, index + 1)
        )
        likelihood = chain.backward(states, torch.zeros_like(t), t)[:, : chain.num_classes]
        head = categorical.normalise(likelihood * prior[:, None, None])
        share = share @ categorical.reverse_probs(chain, head, states, s, t, kernel).flatten(1)
    return share.tolist()


def two_pixel_nats(chain: TransitionChain, shares: Tensor, kernel: ReverseKernel) -> tuple[float, float]:
    """The entropy of two pixels with joint distribution `shares`, float64 [K, K], and their bound, both in nats.

    The bound is with the exact head, summed over every pair and every noised pair and not drawn.
    """
    k, states = chain.num_classes, chain.num_states
    clean = torch.cartesian_prod(torch.arange(k), torch.arange(k)).repeat_interleave(states**2, 0)[:, None, None]
    noised = torch.cartesian_prod(torch.arange(states), torch.arange(states)).repeat(k * k, 1)[:, None, None]
    share = shares.flatten().repeat_interleave(states**2)
    nats = share @ bound.layout_prior_kl(chain, clean).flatten(1).sum(1) / states**2
    for earlier in range(chain.max_clock):
        s, t = (torch.full_like(clean, clock) for clock in (earlier, earlier + 1))
        probs = categorical.q_probs(chain, categorical.one_hot(clean, k, torch.float64), t).gather(1, noised)
        joint = (share * probs.flatten(1).prod(1)).reshape(k, k, -1)  # of both labels and the noised pair
        heads = (
            torch.stack([joint.sum(1), joint.sum(0)], 2).movedim(1, 0)
            / joint.sum((0, 1)).clamp(min=MIN_PROBABILITY)[:, None, None]
        )
        kl = bound.layout_step_kl(chain, kernel, heads.repeat(k * k, 1, 1)[:, :, None], clean, noised, s, t)
        nats += joint.flatten() @ kl.flatten(1).sum(1)
    return float(torch.special.entr(shares).sum()), float(nats)


def two_pixel_figures() -> dict[str, float]:
    """Entropy and bounds of two pixels whose three labels agree in six of ten cases, with T = 8."""
    same = torch.eye(NUM_CLASSES, dtype=torch.float64)
    shares = 0.6 * same / NUM_CLASSES + 0.4 * (1 - same) / 6
    chain = UniformTransitions(NoiseSchedule.from_name(max_clock=8), NUM_CLASSES)
    entropy, by_sum = two_pixel_nats(chain, shares, "sum")
    return {"entropy": entropy, "bound, sum": by_sum, "bound, product": two_pixel_nats(chain, shares, "product")[1]}


def playground_figures(count: int = 4000) -> dict[str, object]:
    """All measurements, with the seeds 0 … count-1."""
    world, label = ring_mixture(OUR_PROCESS), 1
    nothing = unconditional_task(count)
    true = sub_mixture_shares(world.conditioned_on_label(label), world)
    clocks = sample_by_clocks(with_given_label(nothing, label), SamplerSettings(steps=10))
    wrong = {"clocks, 10 steps": wrong_label_share(world, clocks, label)}
    for draws, steps in ((1, 50), (5, 50)):
        drawn = sample_by_repaint(with_given_label(nothing, label), RePaintSettings(steps, resamplings=draws))
        wrong[f"RePaint n={draws}, {steps} steps"] = wrong_label_share(world, drawn, label)
    reference = sample_by_repaint(
        with_given_label(nothing, label), RePaintSettings(50, resamplings=5, reference_noise=True)
    )
    wrong["RePaint n=5, 50 steps, the reference code's noise"] = wrong_label_share(world, reference, label)
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
    """The weights of a sub-mixture's components at their places in the whole mixture."""
    places = torch.cdist(sub_mixture.means.double(), world.means.double()).argmin(1)
    return (
        torch.zeros(len(world.means), dtype=torch.float64).scatter_(0, places, sub_mixture.weights.double()).tolist()
    )


def worst_ks_distance(task: SamplingTask, solver: str, steps: int) -> dict[str, float]:
    """The larger Kolmogorov–Smirnov distance of the two coordinates, and twice its p value.

    Ancestral sampling of the image adds noise up to its end and so needs more of its steps at small clocks.
    """
    spacing = TimestepSpacing(bend=2.0) if solver == "ddpm" else TimestepSpacing()
    sampled = sample_by_clocks(task, SamplerSettings(steps=steps, solver=solver, image_spacing=spacing))
    worst = max(ks_distance(ring_mixture(OUR_PROCESS), sampled, axis) for axis in (0, 1))
    return {"distance": worst, "p": min(1.0, 2 * ks_p_value(worst, len(sampled.points)))}
