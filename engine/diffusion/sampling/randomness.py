"""Noise by seeds, the same for a sample in whatever batch it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class SeededNoise:
    """Two generators per sample from its seed, one for each half.

    So a sample does not depend on its batch: noise that is drawn only because another sample's half runs leaves the
    other half's generator untouched.
    """

    def __init__(self, seeds: Sequence[int], device: torch.device) -> None:
        self.image_generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self.layout_generators = [
            torch.Generator().manual_seed((seed * 0x5851F42D4C957F2D + 1) % 2**63) for seed in seeds
        ]
        self.device = device

    def normal(self, *shape: int) -> Tensor:
        """Standard normal [B, *shape], for the image."""
        return self._on_device([torch.randn(shape, generator=g) for g in self.image_generators])

    def uniform(self, *shape: int) -> Tensor:
        """Uniform in [0, 1), [B, *shape], for the layout."""
        return self._on_device([torch.rand(shape, generator=g) for g in self.layout_generators])

    def _on_device(self, draws: list[Tensor]) -> Tensor:
        stacked = torch.stack(draws) if len(draws) > 1 else draws[0][None]
        if self.device.type == "cuda":  # a copy from pinned memory does not wait for running kernels
            return stacked.pin_memory().to(self.device, non_blocking=True)
        return stacked.to(self.device)
