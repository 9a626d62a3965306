"""A guide towards the brightness that a prompt names (`engine.prompts.brightness`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.diffusion.process.denoiser import DiffusionState
from engine.diffusion.sampling.guide_protocols import ImageGuide
from engine.guides.guide_losses import PixelStandardisation
from engine.prompts.brightness import Brightness


@dataclass(frozen=True)
class BrightnessGuide(ImageGuide):
    """Pictures that are told to be bright are so at least as the middle one of the brightest quarter of what the
    network learnt from, dark ones at most as that of the darkest quarter.

    x̂_0 is exposed, no more than it takes: its RGB to black by one factor, or its distance to white. As with a given
    low-pass of x̂_0 [ILVR: Choi et al. 2021], of which this is the mean alone, the network goes on from there.

    `told` bends each sample alone, and only if nothing of its image is given. `dark` and `bright` are of mean RGB.
    """

    prompted: Sequence[Brightness]
    dark: float
    bright: float
    standardisation: PixelStandardisation

    def guided_x_0(self, state: DiffusionState, x_0: Tensor) -> Tensor:
        """Its means are in float64 where there is one: they do not depend on how they are split among threads."""
        exact = torch.float32 if x_0.device.type == "mps" else torch.float64
        rgb = self.standardisation.to_rgb(x_0)
        mean = rgb.mean((1, 2, 3), keepdim=True, dtype=exact)
        free = (state.clocks.image > 0).all((1, 2, 3))[:, None, None, None]
        darker = free & self.samples_with("dark", free) & (mean > self.dark)
        brighter = free & self.samples_with("bright", free) & (mean < self.bright)
        dark, bright = rgb * (self.dark / mean).to(rgb), 1 - (1 - rgb) * ((1 - self.bright) / (1 - mean)).to(rgb)
        exposed = self.standardisation.standardise(torch.where(darker, dark, bright))
        return torch.where(darker | brighter, exposed, x_0)

    def samples_with(self, light: Brightness, like: Tensor) -> Tensor:
        """Which samples are told so, bool [B, 1, 1, 1]."""
        return torch.tensor([one == light for one in self.prompted], device=like.device)[:, None, None, None]
