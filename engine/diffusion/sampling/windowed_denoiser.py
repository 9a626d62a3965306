"""Pictures larger than a network was trained for: predictions for overlapping windows, blended.

All windows share one state, so that every step moves one picture and there is nothing to stitch
[MultiDiffusion: Bar-Tal et al. 2023].
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
"""Windows per call of the network, over all samples; at least one of each sample."""


@dataclass(frozen=True)
class WindowedDenoiser:
    """A `Denoiser` that evaluates another on windows of height × width, half a window apart at most."""

    denoiser: Denoiser
    height: int
    width: int

    def __call__(self, state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None) -> Prediction:
        """The weighted mean of the windows' outputs, and of their class probabilities."""
        size = state.image.shape[2:]
        height, width = min(size[0], self.height), min(size[1], self.width)
        windows: list[MapSlice] = [
            (..., slice(top, top + height), slice(left, left + width))
            for top, left in product(window_starts(size[0], height), window_starts(size[1], width))
        ]
        if len(windows) == 1:
            return self.denoiser(state, text, previous)
        weight = triangular_weights(height, state.image)[:, None] * triangular_weights(width, state.image)
        rows, total = len(state.image), torch.zeros_like(state.image[:1, :1])
        image = torch.zeros_like(state.image)
        probs: Tensor | None = None
        windows_per_call = max(1, WINDOW_BATCH // rows)
        for start in range(0, len(windows), windows_per_call):
            batch = windows[start : start + windows_per_call]
            prediction = self.denoiser(*window_inputs(state, text, previous, batch))
            outputs = prediction.image_output.chunk(len(batch))
            window_probs = class_softmax(prediction.logits).chunk(len(batch))
            if probs is None:
                probs = prediction.logits.new_zeros((rows, prediction.logits.shape[1], *size))
            for window, output, p in zip(batch, outputs, window_probs, strict=True):
                image[window] += output * weight
                probs[window] += p * weight
                total[window] += weight
        assert probs is not None, "there is a window"
        return Prediction(image / total, (probs / total).clamp(min=MIN_PROBABILITY).log())


def window_inputs(
    state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None, windows: Sequence[MapSlice]
) -> tuple[DiffusionState, TextFeatures, CleanEstimate | None]:
    """The windows of all samples as one batch; a half with no running pixel in a window has running clock 0 there."""

    def cut(whole: Tensor) -> Tensor:
        return torch.cat([whole[window] for window in windows])

    clocks = state.clocks
    image, layout = cut(clocks.image), cut(clocks.layout)
    running = [
        torch.where((part == at[:, None, None, None]).flatten(1).any(1), at, 0)
        for part, at in (
            (image, clocks.image_running.repeat(len(windows))),
            (layout, clocks.layout_running.repeat(len(windows))),
        )
    ]
    cut_previous = None if previous is None else CleanEstimate(cut(previous.image), cut(previous.layout))
    return (
        DiffusionState(cut(state.image), cut(state.layout), Clocks(image, layout, *running)),
        text.repeat_batch(len(windows)),
        cut_previous,
    )


def window_starts(whole: int, window: int) -> list[int]:
    """The starts of windows: evenly from one end to the other, half a window apart at most."""
    if whole <= window:
        return [0]
    count = -(-2 * (whole - window) // window)
    return [round(index * (whole - window) / count) for index in range(count + 1)]


def triangular_weights(length: int, like: Tensor) -> Tensor:
    """Weights that fall towards both ends of a window, above 0 everywhere, [length]."""
    place = torch.arange(1, length + 1, device=like.device, dtype=like.dtype)
    return torch.minimum(place, place.flip(0)) / length
