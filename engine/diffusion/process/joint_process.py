"""The joint process: both halves noised by their clocks, and estimates and losses of a network's prediction."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.process import bound, categorical, gaussian
from engine.diffusion.process.denoiser import CleanEstimate, Clocks, DiffusionState, Prediction
from engine.diffusion.process.schedule import NoiseSchedule
from engine.diffusion.process.transitions import TransitionChain


class DenoisingLosses(NamedTuple):
    """Per sample [B]: the squared error of the image and the layout's loss in units of ln K."""

    image: Tensor
    layout: Tensor


@dataclass(frozen=True)
class ImageEstimate:
    """An estimate of the image: x̂_0 [B, 3, H, W], and ε̂, which `compute_epsilon` gives only if it is needed."""

    x_0: Tensor
    compute_epsilon: Callable[[], Tensor]

    @cached_property
    def epsilon(self) -> Tensor:
        """ε̂ [B, 3, H, W]."""
        return self.compute_epsilon()


@dataclass(frozen=True)
class LossWeighting:
    """The weighting of the losses.

    min_snr: γ of the weights of the image's error by clock; 0 weighs all clocks alike.
    layout: "cross_entropy" of ŷ_0, for the sum kernel; or the variational "bound", for the product kernel, plus
    `entropy` times the cross-entropy at each clock  [D3PM's hybrid loss: Austin et al. 2021].
    """

    min_snr: float = 0.0
    layout: Literal["cross_entropy", "bound"] = "cross_entropy"
    entropy: float = 0.001


@dataclass(frozen=True)
class JointProcess:
    """The Gaussian-categorical process on z = (x, y) [Park et al. 2023], with a clock for every pixel.

    `prediction_type` is the network's image output, `kernel` the reverse kernel that its layout head was trained for.
    """

    image_schedule: NoiseSchedule
    transitions: TransitionChain
    prediction_type: gaussian.PredictionType = "v"
    kernel: categorical.ReverseKernel = "sum"

    @property
    def num_classes(self) -> int:
        """K."""
        return self.transitions.num_classes

    def q_sample(self, x_0: Tensor, y_0: Tensor, clocks: Clocks, noise: Tensor, uniform: Tensor) -> DiffusionState:
        """z_t of clean x_0 [B, 3, H, W] and ids y_0 [B, 1, H, W]; noise like x_0, uniform [B, 1, H, W]."""
        x_t = gaussian.q_sample(self.image_schedule, x_0, clocks.image, noise)
        y_t = categorical.q_sample(self.transitions, y_0, clocks.layout, uniform)
        return DiffusionState(x_t, y_t, clocks)

    def sample_layout_prior(self, uniform: Tensor) -> Tensor:
        """Ids y_T drawn from the chain's prior with `uniform` [B, 1, H, W]."""
        prior = self.transitions.prior.to(uniform)[None, :, None, None]
        return categorical.sample_ids_(prior.repeat(len(uniform), 1, *uniform.shape[2:]), uniform)

    def image_estimate(self, x_t: Tensor, output: Tensor, t: Tensor) -> ImageEstimate:
        """x̂_0 and ε̂ of the network's output on x_t."""
        return ImageEstimate(
            gaussian.x_0_from_output(self.image_schedule, self.prediction_type, x_t, output, t),
            lambda: gaussian.epsilon_from_output(self.image_schedule, self.prediction_type, x_t, output, t),
        )

    def clean_estimate(self, state: DiffusionState, prediction: Prediction) -> CleanEstimate:
        """x̂_0 and ŷ_0, equal to the given values at given pixels."""
        x_0 = gaussian.x_0_from_output(
            self.image_schedule, self.prediction_type, state.image, prediction.image_output, state.clocks.image
        )
        return CleanEstimate(x_0, self.layout_estimate(state, categorical.class_softmax(prediction.logits)))

    def layout_estimate(self, state: DiffusionState, y_0: Tensor) -> Tensor:
        """ŷ_0 [B, K, H, W]: the head's probabilities `y_0`, and the given class with probability 1 at clock 0."""
        given = (state.clocks.layout == 0).to(y_0.dtype)
        ids = state.layout.clamp(max=self.num_classes - 1)  # a mask is never given
        return (y_0 * (1 - given)).scatter_add_(1, ids, given)

    def unnormalised_reverse_probs(self, y_t: Tensor, p_0: Tensor, s: Tensor, t: Tensor) -> Tensor:
        """∝ p(y_s | z_t), [B, S, H, W], of ids y_t and the head's probabilities; clocks broadcast against the ids."""
        return categorical.unnormalised_reverse_probs(self.transitions, p_0, y_t, s, t, self.kernel)

    def losses(
        self,
        prediction: Prediction,
        x_0: Tensor,
        y_0: Tensor,
        noise: Tensor,
        state: DiffusionState,
        labelled: Tensor,
        weighting: LossWeighting = LossWeighting(),
    ) -> DenoisingLosses:
        """Means over H·W in which given pixels (clock 0), and layout pixels that are not `labelled`, count as 0.

        x_0 [B, 3, H, W], ids y_0 [B, 1, H, W], noise like x_0, labelled bool [B, 1, H, W].
        """
        clocks = state.clocks
        target = gaussian.prediction_target(self.image_schedule, self.prediction_type, x_0, noise, clocks.image)
        error = (prediction.image_output - target).square().mean(1, keepdim=True)
        if weighting.min_snr:
            error = error * gaussian.min_snr_weight(
                self.image_schedule, self.prediction_type, clocks.image, weighting.min_snr
            )
        image = (error * (clocks.image > 0)).mean((1, 2, 3))
        entropy = F.cross_entropy(prediction.logits, y_0.squeeze(1), reduction="none")[:, None]
        if weighting.layout == "bound":
            kl = bound.layout_one_clock_kl(self.transitions, self.kernel, prediction.logits.softmax(1), y_0, state)
            entropy = self.transitions.max_clock * (kl + weighting.entropy * entropy)
        layout = (entropy * (labelled & (clocks.layout > 0))).mean((1, 2, 3))
        return DenoisingLosses(image, layout / math.log(self.num_classes))
