"""Pictures larger than a network was trained for: it looks through overlapping windows, and what it says is blended.

All windows share one state, so every step is one move of one picture and there is nothing to stitch
[Bar-Tal et al. 2023, MultiDiffusion].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor

from engine.diffusion.process.categorical import MIN_PROBABILITY, class_softmax
from engine.diffusion.process.denoiser import CleanEstimate, Clocks, Denoiser, DiffusionState, Prediction, TextFeatures
from engine.diffusion.sampling.tiles import MapSlice

WINDOW_BATCH = 16
"""About how many windows the network sees at once."""


@dataclass(frozen=True)
class WindowedDenoiser:
    """A `Denoiser` that asks `inner` about windows of height × width, half a window apart at most."""

    denoiser: Denoiser
    height: int
    width: int

    def __call__(self, state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None) -> Prediction:
        size = state.image.shape[2:]
        height, width = min(size[0], self.height), min(size[1], self.width)
        cuts: list[MapSlice] = [
            (..., slice(top, top + height), slice(left, left + width))
            for top, left in product(window_starts(size[0], height), window_starts(size[1], width))
        ]
        if len(cuts) == 1:
            return self.denoiser(state, text, previous)
        weight = triangular_weights(height, state.image)[:, None] * triangular_weights(width, state.image)
        rows, total = len(state.image), torch.zeros_like(state.image[:1, :1])
        image = torch.zeros_like(state.image)
        classes: Tensor | None = None
        windows_per_call = max(1, WINDOW_BATCH // rows)
        for start in range(0, len(cuts), windows_per_call):
            batch = cuts[start : start + windows_per_call]
            prediction = self.denoiser(*window_inputs(state, text, previous, batch))
            heads = class_softmax(prediction.logits)
            if classes is None:
                classes = heads.new_zeros((rows, heads.shape[1], *size))
            for cut, v, head in zip(
                batch, prediction.image_output.chunk(len(batch)), heads.chunk(len(batch)), strict=True
            ):
                image[cut] += v * weight
                classes[cut] += head * weight
                total[cut] += weight
        assert classes is not None, "there is a window"
        return Prediction(image / total, (classes / total).clamp(min=MIN_PROBABILITY).log())


def window_inputs(
    state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None, cuts: Sequence[MapSlice]
) -> tuple[DiffusionState, TextFeatures, CleanEstimate | None]:
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
    before = None if previous is None else CleanEstimate(cut(previous.image), cut(previous.layout))
    return (
        DiffusionState(cut(state.image), cut(state.layout), Clocks(image, layout, *running)),
        text.repeat_batch(len(cuts)),
        before,
    )


def window_starts(whole: int, window: int) -> list[int]:
    """Where windows begin: evenly from one end to the other, half a window apart at most."""
    if whole <= window:
        return [0]
    count = -(-2 * (whole - window) // window)
    return [round(index * (whole - window) / count) for index in range(count + 1)]


def triangular_weights(length: int, like: Tensor) -> Tensor:
    """Weights that fall towards both ends of a window, and nowhere to 0, [length]."""
    place = torch.arange(1, length + 1, device=like.device, dtype=like.dtype)
    return torch.minimum(place, place.flip(0)) / length
