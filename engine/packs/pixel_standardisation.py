"""Pixels as a pack's networks take them: RGB with zero mean and unit deviation in each channel."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.interface.protocol import Pixels
from engine.packs.pack_config import PixelConfig


@dataclass(frozen=True)
class PixelStandardisation:
    """Converts between RGB in [0, 1] and standardised RGB; mean and deviation are [3, 1, 1] on one device."""

    mean: Tensor
    deviation: Tensor

    @classmethod
    def from_config(cls, config: PixelConfig, device: torch.device | str = "cpu") -> PixelStandardisation:
        """The standardisation of a pack's pixels, on a device."""
        mean, deviation = (
            torch.tensor(values, device=device)[:, None, None] for values in (config.mean, config.deviation)
        )
        return cls(mean, deviation)

    @property
    def device(self) -> torch.device:
        """Where mean and deviation lie."""
        return self.mean.device

    def standardise(self, rgb: Tensor) -> Tensor:
        """Standardised pixels from RGB [B, 3, H, W] in [0, 1]."""
        return (rgb - self.mean.to(rgb)) / self.deviation.to(rgb)

    def standardise_pixels(self, pixels: Pixels) -> Tensor:
        """Standardised float32 [B, 3, H, W] on the device from uint8 RGB [B, H, W, 3]."""
        return self.standardise(pixels_to_rgb(pixels, self.device))

    def to_rgb(self, x_0: Tensor) -> Tensor:
        """RGB [B, 3, H, W] from standardised pixels; not clipped to [0, 1], where a gradient would vanish."""
        return x_0 * self.deviation.to(x_0) + self.mean.to(x_0)

    def to_pixels(self, x_0: Tensor) -> Pixels:
        """uint8 RGB [H, W, 3] from standardised pixels [3, H, W], clipped to black and white."""
        rgb = self.to_rgb(x_0.float()).clamp(0, 1)
        pixels: Pixels = (rgb * 255).round().to("cpu", torch.uint8).movedim(0, -1).numpy()
        return pixels


def pixels_to_rgb(pixels: Pixels, device: torch.device) -> Tensor:
    """float32 RGB [B, 3, H, W] in [0, 1] on a device from uint8 [B, H, W, 3]."""
    return torch.from_numpy(pixels).to(device).movedim(-1, 1).float() / 255
