"""A toy world of one pixel: a mixture of Gaussians in the plane, each component with a label.

Every density is exact. As a `Denoiser` it is the optimal network, so any error of a sample is the sampler's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.diffusion.process.categorical import MIN_PROBABILITY, one_hot
from engine.diffusion.process.denoiser import CleanEstimate, Clocks, DiffusionState, Prediction, TextFeatures
from engine.diffusion.process.gaussian import prediction_target
from engine.diffusion.process.joint_process import JointProcess
from engine.diffusion.sampling.guidance import GuidanceWeights
from engine.diffusion.sampling.trajectory import SamplingTask


@dataclass(frozen=True)
class LabelledMixture:
    """Components with `means` [M, 2], one `deviation`, `labels` int64 [M] and `weights` [M], under a process."""

    process: JointProcess
    means: Tensor
    deviation: float
    labels: Tensor
    weights: Tensor

    def __call__(self, state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None) -> Prediction:
        """The exact prediction: E[x_0 | z_t] as the process's image output, and log p(y_0 | z_t)."""
        clocks = state.clocks
        posterior = self.responsibilities(state.image, state.layout, clocks)
        a = self.process.image_schedule.clamped_alpha_bar(clocks.image, torch.float64)
        gain = a.sqrt() * self.deviation**2 / self.component_variance(a)
        means, x_t = self.means.double()[None, :, :, None, None], state.image.double()[:, None]
        component_x_0 = means + gain[:, None] * (x_t - a[:, None].sqrt() * means)
        x_0 = (posterior[:, :, None] * component_x_0).sum(1)
        epsilon = (x_t.squeeze(1) - a.sqrt() * x_0) / (1 - a).sqrt()
        head = torch.einsum("bmhw,mk->bkhw", posterior, self.label_one_hot())
        output = prediction_target(
            self.process.image_schedule, self.process.prediction_type, x_0, epsilon, clocks.image
        )
        return Prediction(output.float(), head.clamp(min=MIN_PROBABILITY).log().float())

    def component_variance(self, a: Tensor) -> Tensor:
        """The variance of a component at a noise level: ᾱ deviation² + 1 - ᾱ."""
        return a * self.deviation**2 + 1 - a

    def label_one_hot(self) -> Tensor:
        """The components' labels, one-hot [M, K]."""
        return one_hot(self.labels[:, None, None, None], self.process.num_classes, torch.float64).flatten(1)

    def responsibilities(self, x_t: Tensor, y_t: Tensor, clocks: Clocks) -> Tensor:
        """p(component | x_t, y_t), [B, M, 1, 1]; a half at T has no influence, a half at 0 is exact."""
        log = self.weights.double().log()[None, :, None, None] + self.log_image(x_t, clocks.image)
        return (log + self.log_label(y_t, clocks.layout)).softmax(1)

    def log_image(self, x_t: Tensor, t: Tensor) -> Tensor:
        """log q(x_t | component), [B, M, 1, 1]."""
        a = self.process.image_schedule.alpha_bar_at(t, torch.float64)
        means = self.means.double()[None, :, :, None, None]
        square = (x_t.double()[:, None] - a[:, None].sqrt() * means).square().sum(2)
        v = self.component_variance(a)
        return -square / (2 * v) - (2 * math.pi * v).log()

    def log_label(self, y_t: Tensor, t: Tensor) -> Tensor:
        """log q(y_t | the component's label), [B, M, 1, 1]."""
        chain = self.process.transitions
        y_t_one_hot = one_hot(y_t, chain.num_states, torch.float64)
        likely = chain.backward(y_t_one_hot, torch.zeros_like(t), t)[:, : chain.num_classes]
        return torch.einsum("bkhw,mk->bmhw", likely, self.label_one_hot()).log()

    def density(self, x: Tensor, t: int = 0) -> Tensor:
        """p(x_t, label) at points [N, 2], float64 [N, K]."""
        points = x.reshape(-1, 2, 1, 1)
        densities = self.log_image(points, torch.full((len(points), 1, 1, 1), t)).flatten(1).exp()
        return (densities * self.weights.double()) @ self.label_one_hot()

    def marginal_cdf(self, x: Tensor, axis: int) -> Tensor:
        """P(coordinate ≤ x) for x [N], float64 [N]."""
        z = (x.double()[:, None] - self.means.double()[None, :, axis]) / self.deviation
        shares: Tensor = torch.special.ndtr(z) @ (self.weights.double() / self.weights.double().sum())
        return shares

    def conditioned_on_label(self, label: int) -> LabelledMixture:
        """The mixture of the components with this label."""
        chosen = self.labels == label
        weights = self.weights[chosen] / self.weights[chosen].sum()
        return LabelledMixture(self.process, self.means[chosen], self.deviation, self.labels[chosen], weights)

    def nearest_component(self, x: Tensor) -> Tensor:
        """The index of the component nearest to each point [N, 2], int64 [N]."""
        return torch.cdist(x.double(), self.means.double()).argmin(1)


def ring_mixture(process: JointProcess) -> LabelledMixture:
    """Six components on a ring, two of each of three labels, of different weights and well apart."""
    angles = torch.arange(6) * math.pi / 3
    means = 1.6 * torch.stack([angles.cos(), angles.sin()], 1)
    weights = torch.tensor([0.25, 0.10, 0.15, 0.15, 0.05, 0.30])
    return LabelledMixture(process, means, 0.12, torch.tensor([0, 1, 2, 0, 1, 2]), weights)


def unconditional_task(count: int, first_seed: int = 0) -> SamplingTask:
    """A task of `count` one-pixel samples of which nothing is given."""
    shape = (count, 1, 1, 1)
    none = torch.zeros(shape, dtype=torch.bool)
    no_text = TextFeatures(torch.zeros(count, 1), torch.zeros(count, 1, 1), torch.ones(count, 1, dtype=torch.bool))
    return SamplingTask(
        image=torch.zeros(count, 2, 1, 1),
        keep_image=none,
        layout=torch.zeros(shape, dtype=torch.int64),
        keep_layout=none,
        unknown=none,
        text=no_text,
        negative=no_text,
        seeds=range(first_seed, first_seed + count),
        weights=GuidanceWeights(torch.ones(count), torch.ones(count)),
    )
