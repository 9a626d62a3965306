"""What a batch of requests looks like between two steps of the sampler."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from engine.diffusion.sampling.sampler import SamplingStep
from engine.interface.protocol import UNKNOWN, Pixels
from engine.packs.pack import Pack
from engine.requests.resolved_request import KeptHalves


class ImageLayoutPair(NamedTuple):
    """uint8 RGB [H, W, 3] and ids [H, W]."""

    image: Pixels
    layout: Pixels


@dataclass(frozen=True)
class BatchSnapshot:
    """A batch after step `index` of `total`, counted from 1; the last snapshot holds the results.

    Pixels are converted on request, for one sample each; `kept` belongs to the samples in order.
    """

    index: int
    total: int
    step: SamplingStep
    pack: Pack
    kept: Sequence[KeptHalves]

    @property
    def is_last(self) -> bool:
        """Whether this is the result."""
        return self.index == self.total

    def pair(self, sample: int) -> ImageLayoutPair:
        """Both halves of one sample."""
        return ImageLayoutPair(self.image(sample), self.layout(sample))

    def image(self, sample: int) -> Pixels:
        """The estimated image of one sample, RGB [H, W, 3]; kept pixels are those that were given, bit for bit."""
        return self._with_kept_image(sample, self.pack.standardisation.to_pixels(self.step.estimate.image[sample]))

    def layout(self, sample: int) -> Pixels:
        """The estimated layout of one sample, ids [H, W], its state in the last snapshot; kept pixels as given."""
        state, estimate = self.step.state.layout[sample, 0], self.step.estimate.layout[sample]
        return self._with_kept_layout(sample, state if self.is_last else estimate.argmax(0))

    def noisy_image(self, sample: int) -> Pixels:
        """x_t before this step, RGB [H, W, 3], clipped to black and white."""
        noisy = self.step.previous_state.image[sample]
        return self._with_kept_image(sample, self.pack.standardisation.to_pixels(noisy))

    def noisy_layout(self, sample: int) -> Pixels:
        """y_t before this step, ids [H, W]; `UNKNOWN` where the chain is in its absorbing state."""
        ids = self.step.previous_state.layout[sample, 0]
        return self._with_kept_layout(sample, torch.where(ids < len(self.pack.info.classes), ids, UNKNOWN))

    def clocks(self, sample: int) -> tuple[int, int]:
        """The running clocks of image and layout before this step; 0 for a half that is given."""
        clocks = self.step.previous_state.clocks
        return int(clocks.image_running[sample]), int(clocks.layout_running[sample])

    def _with_kept_image(self, sample: int, image: Pixels) -> Pixels:
        kept = self.kept[sample]
        return np.where(kept.keep_image[..., None], kept.image, image)

    def _with_kept_layout(self, sample: int, ids: torch.Tensor) -> Pixels:
        kept = self.kept[sample]
        return np.where(kept.keep_layout, kept.layout, ids.to("cpu", torch.uint8).numpy())
