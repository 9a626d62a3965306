"""Pictures larger than a network was trained for: it looks through overlapping windows, and what it says is blended.

All windows share one state, so every step is one move of one picture and there is nothing to stitch
[Bar-Tal et al. 2023, MultiDiffusion].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from types import EllipsisType

import torch
from torch import Tensor

from engine.diffusion.categorical import TINY, softmax
from engine.diffusion.denoiser import Clocks, Denoiser, Estimate, Prediction, State, TextFeatures

Cut = tuple[EllipsisType, slice, slice]
BATCH = 16
"""About how many windows the network sees at once."""


@dataclass(frozen=True)
class Windows:
    """A `Denoiser` that asks `inner` about windows of height × width, half a window apart at most."""

    inner: Denoiser
    height: int
    width: int

    def __call__(self, state: State, text: TextFeatures, previous: Estimate | None) -> Prediction:
        size = state.image.shape[2:]
        height, width = min(size[0], self.height), min(size[1], self.width)
        cuts: list[Cut] = [
            (..., slice(top, top + height), slice(left, left + width))
            for top, left in product(starts(size[0], height), starts(size[1], width))
        ]
        if len(cuts) == 1:
            return self.inner(state, text, previous)
        weight = bump(height, state.image)[:, None] * bump(width, state.image)
        rows, total = len(state.image), torch.zeros_like(state.image[:1, :1])
        image = torch.zeros_like(state.image)
        classes: Tensor | None = None
        each = max(1, BATCH // rows)
        for start in range(0, len(cuts), each):
            some = cuts[start : start + each]
            told = self.inner(*looks(state, text, previous, some))
            heads = softmax(told.logits)
            if classes is None:
                classes = heads.new_zeros((rows, heads.shape[1], *size))
            for cut, v, head in zip(some, told.image.chunk(len(some)), heads.chunk(len(some)), strict=True):
                image[cut] += v * weight
                classes[cut] += head * weight
                total[cut] += weight
        assert classes is not None, "there is a window"
        return Prediction(image / total, (classes / total).clamp(min=TINY).log())


def looks(
    state: State, text: TextFeatures, previous: Estimate | None, cuts: Sequence[Cut]
) -> tuple[State, TextFeatures, Estimate | None]:
    """Windows of all rows as one batch; a half of which nothing runs in a window has no running clock there."""

    def cut(whole: Tensor) -> Tensor:
        return torch.cat([whole[window] for window in cuts])

    clocks = state.clocks
    image, layout = cut(clocks.image), cut(clocks.layout)
    running = [
        torch.where((part == at[:, None, None, None]).flatten(1).any(1), at, 0)
        for part, at in (
            (image, clocks.image_running.repeat(len(cuts))),
            (layout, clocks.layout_running.repeat(len(cuts))),
        )
    ]
    before = None if previous is None else Estimate(cut(previous.image), cut(previous.layout))
    return (
        State(cut(state.image), cut(state.layout), Clocks(image, layout, *running)),
        text.repeated(len(cuts)),
        before,
    )


def starts(whole: int, window: int) -> list[int]:
    """Where windows begin: evenly from one end to the other, half a window apart at most."""
    if whole <= window:
        return [0]
    count = -(-2 * (whole - window) // window)
    return [round(index * (whole - window) / count) for index in range(count + 1)]


def bump(length: int, like: Tensor) -> Tensor:
    """Weights that fall towards both ends of a window, and nowhere to 0, [length]."""
    place = torch.arange(1, length + 1, device=like.device, dtype=like.dtype)
    return torch.minimum(place, place.flip(0)) / length
