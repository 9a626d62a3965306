"""A guide towards the brightness that a prompt names (`engine.prompts.brightness`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.diffusion.process.denoiser import DiffusionState
from engine.diffusion.sampling.guide_protocols import ImageGuide
from engine.packs.pixel_standardisation import PixelStandardisation
from engine.prompts.brightness import Brightness


@dataclass(frozen=True)
class BrightnessGuide(ImageGuide):
    """Bounds the mean RGB of x̂_0: at most `dark` for samples whose prompt names darkness, at least `bright` for light.

    The bounds are the means of the median training pictures of the darkest and the brightest quarter. A picture beyond
    its bound is exposed just as far as needed, by one factor on its RGB or on its distance to white. This replaces the
    lowest frequency of x̂_0, as ILVR [Choi et al. 2021] replaces all low ones. Samples of whose image anything is given
    stay unchanged. `prompted` holds the brightness for each sample.
    """

    prompted: Sequence[Brightness]
    dark: float
    bright: float
    standardisation: PixelStandardisation

    def guided_x_0(self, state: DiffusionState, x_0: Tensor) -> Tensor:
        """x̂_0, [B, 3, H, W], within its bounds.

        Means are in float64 where the device has it, so that they do not depend on the number of threads.
        """
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
        """The samples whose prompt names this brightness, bool [B, 1, 1, 1] on the device of `like`."""
        return torch.tensor([named == light for named in self.prompted], device=like.device)[:, None, None, None]
