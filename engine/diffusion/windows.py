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

from engine.diffusion.categorical import TINY
from engine.diffusion.denoiser import Clocks, Denoiser, Estimate, Prediction, State, TextFeatures

Cut = tuple[EllipsisType, slice, slice]
BATCH = 16
"""How many windows the network sees at once; fixed, so that bytes do not depend on what else is drawn."""


@dataclass(frozen=True)
class Windows:
    """A `Denoiser` that asks `inner` about windows of height × width, half a window apart at most."""

    inner: Denoiser
    height: int
    width: int

    def __call__(self, state: State, text: TextFeatures, previous: Estimate | None) -> Prediction:
        tall, wide = state.image.shape[2:]
        cuts: list[Cut] = [
            (..., slice(top, top + min(tall, self.height)), slice(left, left + min(wide, self.width)))
            for top, left in product(starts(tall, self.height), starts(wide, self.width))
        ]
        if len(cuts) == 1:
            return self.inner(state, text, previous)
        weight = bump(min(tall, self.height), state.image)[:, None] * bump(min(wide, self.width), state.image)
        total = torch.zeros_like(state.image[:1, :1])
        for cut in cuts:
            total[cut] += weight
        image, classes = torch.zeros_like(state.image), None
        asked = [(row, cut) for row in range(len(state.image)) for cut in cuts]
        for start in range(0, len(asked), BATCH):
            some = asked[start : start + BATCH]
            told = self.inner(*looks(state, text, previous, some))
            heads = told.logits.softmax(1)
            if classes is None:
                classes = heads.new_zeros((len(image), heads.shape[1], tall, wide))
            for (row, cut), v, head in zip(some, told.image, heads, strict=True):
                image[row][cut] += v * weight
                classes[row][cut] += head * weight
        assert classes is not None, "there is a window"
        return Prediction(image / total, (classes / total).clamp(min=TINY).log())


def looks(
    state: State, text: TextFeatures, previous: Estimate | None, some: Sequence[tuple[int, Cut]]
) -> tuple[State, TextFeatures, Estimate | None]:
    """Windows of rows as one batch."""
    rows = [row for row, _ in some]

    def cut(whole: Tensor) -> Tensor:
        return torch.stack([whole[row][window] for row, window in some])

    clocks = state.clocks
    seen = Clocks(cut(clocks.image), cut(clocks.layout), clocks.image_running[rows], clocks.layout_running[rows])
    before = None if previous is None else Estimate(cut(previous.image), cut(previous.layout))
    return State(cut(state.image), cut(state.layout), seen), text[rows], before


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
