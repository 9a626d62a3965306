"""The joint process: both halves noised by their clocks, and what a network's prediction means for them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from torch import Tensor
from torch.nn import functional as F

from engine.diffusion import bound, categorical, gaussian
from engine.diffusion.denoiser import Clocks, Estimate, Prediction, State
from engine.diffusion.schedule import Schedule
from engine.diffusion.transitions import Transitions


class Losses(NamedTuple):
    """Per sample [B]: the squared error of the image and the layout's loss in units of ln K."""

    image: Tensor
    layout: Tensor


@dataclass(frozen=True)
class Said:
    """What a prediction says of the image: x̂_0 and, worked out by `noise` only if someone asks, ε̂, [B, 3, H, W]."""

    x_0: Tensor
    noise: Callable[[], Tensor]

    @cached_property
    def epsilon(self) -> Tensor:
        return self.noise()


@dataclass(frozen=True)
class Training:
    """What is minimised.

    min_snr: γ of the weights of the image's error by clock; 0 weighs all clocks alike.
    layout: "cross_entropy" of ŷ_0, for the sum kernel; or the variational "bound", for the product kernel, plus
    `entropy` times the cross-entropy per tick  [D3PM's hybrid loss: Austin et al. 2021].
    """

    min_snr: float = 0.0
    layout: Literal["cross_entropy", "bound"] = "cross_entropy"
    entropy: float = 0.001


@dataclass(frozen=True)
class JointProcess:
    """The Gaussian-categorical process on z = (x, y) [Park et al. 2023], with a clock for every pixel.

    `output` is what the network says of the image, `kernel` the reverse kernel that its layout head was trained for.
    """

    image: Schedule
    layout: Transitions
    output: gaussian.Output = "v"
    kernel: categorical.Kernel = "sum"

    @property
    def classes(self) -> int:
        """K."""
        return self.layout.classes

    def q_sample(self, x_0: Tensor, y_0: Tensor, clocks: Clocks, noise: Tensor, uniform: Tensor) -> State:
        """z_t of clean x_0 [B, 3, H, W] and ids y_0 [B, 1, H, W]; noise like x_0, uniform [B, 1, H, W]."""
        x_t = gaussian.q_sample(self.image, x_0, clocks.image, noise)
        y_t = categorical.q_sample(self.layout, y_0, clocks.layout, uniform)
        return State(x_t, y_t, clocks)

    def noise_layout(self, uniform: Tensor) -> Tensor:
        """Ids y_T drawn from the chain's prior with `uniform` [B, 1, H, W]."""
        prior = self.layout.prior.to(uniform)[None, :, None, None]
        return categorical.sample_(prior.repeat(len(uniform), 1, *uniform.shape[2:]), uniform)

    def said(self, x_t: Tensor, output: Tensor, t: Tensor) -> Said:
        """x̂_0 and ε̂ of the network's output on x_t."""
        return Said(
            gaussian.clean(self.image, self.output, x_t, output, t),
            lambda: gaussian.noise(self.image, self.output, x_t, output, t),
        )

    def estimate(self, state: State, prediction: Prediction) -> Estimate:
        """x̂_0 and ŷ_0; where a pixel is given they are what is given."""
        x_0 = gaussian.clean(self.image, self.output, state.image, prediction.image, state.clocks.image)
        return Estimate(x_0, self.layout_estimate(state, categorical.softmax(prediction.logits)))

    def layout_estimate(self, state: State, y_0: Tensor) -> Tensor:
        """ŷ_0, [B, K, H, W], of the head's probabilities; where a pixel is given it is what is given."""
        given = (state.clocks.layout == 0).to(y_0.dtype)
        ids = state.layout.clamp(max=self.classes - 1)  # a mask is never given
        return (y_0 * (1 - given)).scatter_add_(1, ids, given)

    def reverse(self, layout: Tensor, p_0: Tensor, s: Tensor, t: Tensor) -> Tensor:
        """∝ p(y_s | z_t), [B, S, H, W], of ids y_t and the head's probabilities; clocks broadcast against the ids."""
        return categorical.reverse_of_ids(self.layout, p_0, layout, s, t, self.kernel)

    def losses(
        self,
        prediction: Prediction,
        x_0: Tensor,
        y_0: Tensor,
        noise: Tensor,
        state: State,
        known: Tensor,
        training: Training = Training(),
    ) -> Losses:
        """Means over H·W in which given pixels (clock 0), and layout pixels that are not `known`, count as 0.

        x_0 [B, 3, H, W], ids y_0 [B, 1, H, W], noise like x_0, known bool [B, 1, H, W].
        """
        clocks = state.clocks
        wanted = gaussian.target(self.image, self.output, x_0, noise, clocks.image)
        error = (prediction.image - wanted).square().mean(1, keepdim=True)
        if training.min_snr:
            error = error * gaussian.min_snr(self.image, self.output, clocks.image, training.min_snr)
        image = (error * (clocks.image > 0)).mean((1, 2, 3))
        entropy = F.cross_entropy(prediction.logits, y_0.squeeze(1), reduction="none")[:, None]
        if training.layout == "bound":
            tick = bound.layout_tick(self.layout, self.kernel, prediction.logits.softmax(1), y_0, state)
            entropy = self.layout.clocks * (tick + training.entropy * entropy)
        layout = (entropy * (known & (clocks.layout > 0))).mean((1, 2, 3))
        return Losses(image, layout / math.log(self.classes))
