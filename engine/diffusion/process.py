"""The joint process: both halves noised by their clocks, and what a network's prediction means for them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion import categorical, gaussian
from engine.diffusion.denoiser import Clocks, Estimate, Prediction, State
from engine.diffusion.schedule import Schedule


class Losses(NamedTuple):
    """Per sample [B]: the v loss of the image and the cross-entropy of the layout in units of ln K."""

    image: Tensor
    layout: Tensor


@dataclass(frozen=True)
class JointProcess:
    """The Gaussian-categorical process on z = (x, y) [Park et al. 2023], with a clock for every pixel."""

    image: Schedule
    layout: Schedule
    classes: int

    def q_sample(self, x_0: Tensor, y_0: Tensor, clocks: Clocks, noise: Tensor, uniform: Tensor) -> State:
        """z_t of clean x_0 [B, 3, H, W] and ids y_0 [B, 1, H, W]; noise like x_0, uniform [B, 2, H, W]."""
        x_t = gaussian.q_sample(self.image, x_0, clocks.image, noise)
        y_t = categorical.q_sample(self.layout, y_0, clocks.layout, self.classes, uniform)
        return State(x_t, y_t, clocks)

    def estimate(self, state: State, prediction: Prediction) -> Estimate:
        """x̂_0 and ŷ_0; where a pixel is given they are what is given."""
        x_0 = gaussian.x_0_of_v(self.image, state.image, prediction.v, state.clocks.image)
        y_0 = prediction.logits.softmax(1)
        given = categorical.one_hot(state.layout, self.classes, y_0.dtype)
        return Estimate(x_0, torch.where(state.clocks.layout == 0, given, y_0))

    def losses(
        self, prediction: Prediction, x_0: Tensor, y_0: Tensor, noise: Tensor, counted: tuple[Clocks, Tensor]
    ) -> Losses:
        """Means over H·W in which given pixels (clock 0) count as 0.

        `counted` holds the clocks and the layout pixels with known truth, bool [B, 1, H, W].
        """
        clocks, known = counted
        v = gaussian.v_of(self.image, x_0, noise, clocks.image)
        image = ((prediction.v - v).square().mean(1, keepdim=True) * (clocks.image > 0)).mean((1, 2, 3))
        entropy = F.cross_entropy(prediction.logits, y_0.squeeze(1), reduction="none")
        layout = (entropy * (known & (clocks.layout > 0)).squeeze(1)).mean((1, 2))
        return Losses(image, layout / math.log(self.classes))
