"""The interface between process and network: the state of both halves, their clocks, and the prediction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import torch
from torch import Tensor


def concatenate_batches(parts: Sequence[Tensor]) -> Tensor:
    """One batch of several; a single row that is repeated is expanded and not copied."""
    first = parts[0]
    if first.shape[0] == 1 and all(part is first for part in parts):
        return first.expand(len(parts), *[-1] * (first.ndim - 1))
    return torch.cat(list(parts))


@dataclass(frozen=True)
class Clocks:
    """Integer clocks of every pixel, 0 (given) to T (unknown), and the running clock of each half.

    image, layout: int64 [B, 1, H, W]. image_running, layout_running: int64 [B], the one value shared by the
    half's pixels that are neither given nor unknown; 0 if there are none.
    """

    image: Tensor
    layout: Tensor
    image_running: Tensor
    layout_running: Tensor

    def __getitem__(self, rows: slice | list[int]) -> Clocks:
        return Clocks(self.image[rows], self.layout[rows], self.image_running[rows], self.layout_running[rows])

    @staticmethod
    def cat(parts: Sequence[Clocks]) -> Clocks:
        """Several batches as one."""
        return Clocks(
            concatenate_batches([p.image for p in parts]),
            concatenate_batches([p.layout for p in parts]),
            concatenate_batches([p.image_running for p in parts]),
            concatenate_batches([p.layout_running for p in parts]),
        )


@dataclass(frozen=True)
class DiffusionState:
    """z_t: the image [B, 3, H, W], the layout ids [B, 1, H, W] (int64 in 0..K-1, a mask is K) and their clocks.

    Where a clock is T the values carry no information, and the network is not fed them.
    """

    image: Tensor
    layout: Tensor
    clocks: Clocks

    def __getitem__(self, rows: slice | list[int]) -> DiffusionState:
        return DiffusionState(self.image[rows], self.layout[rows], self.clocks[rows])

    @staticmethod
    def cat(parts: Sequence[DiffusionState]) -> DiffusionState:
        """Several batches as one."""
        images, layouts = concatenate_batches([p.image for p in parts]), concatenate_batches([p.layout for p in parts])
        return DiffusionState(images, layouts, Clocks.cat([p.clocks for p in parts]))


class CleanEstimate(NamedTuple):
    """An estimate of the clean pair: x̂_0 [B, 3, H, W] and ŷ_0 probabilities [B, K, H, W]."""

    image: Tensor
    layout: Tensor

    @staticmethod
    def cat(parts: Sequence[CleanEstimate]) -> CleanEstimate:
        """Several batches as one."""
        return CleanEstimate(
            concatenate_batches([p.image for p in parts]), concatenate_batches([p.layout for p in parts])
        )


def uninformative_estimate(state: DiffusionState, num_classes: int) -> CleanEstimate:
    """The estimate that a network is fed when nothing is known yet: zeros and 1/K."""
    shape = (state.image.shape[0], num_classes, *state.image.shape[2:])
    return CleanEstimate(torch.zeros_like(state.image), state.image.new_full(shape, 1 / num_classes))


class Prediction(NamedTuple):
    """A network's output: v (or ε, or x_0) of the image, [B, 3, H, W], and logits of y_0 [B, K, H, W], float32."""

    image_output: Tensor
    logits: Tensor


@dataclass(frozen=True)
class TextFeatures:
    """An encoded prompt: pooled [B, D], one row per token [B, L, D], and the mask of valid tokens, bool [B, L]."""

    pooled: Tensor
    tokens: Tensor
    mask: Tensor

    def __getitem__(self, rows: slice | list[int]) -> TextFeatures:
        return TextFeatures(self.pooled[rows], self.tokens[rows], self.mask[rows])

    def repeat_batch(self, times: int) -> TextFeatures:
        """The batch repeated `times` times."""
        return TextFeatures.cat([self] * times)

    @staticmethod
    def cat(parts: Sequence[TextFeatures]) -> TextFeatures:
        """Several batches as one."""
        return TextFeatures(
            concatenate_batches([p.pooled for p in parts]),
            concatenate_batches([p.tokens for p in parts]),
            concatenate_batches([p.mask for p in parts]),
        )


class Denoiser(Protocol):
    """A network that predicts the clean pair from any state.

    `previous` is its estimate in the step before, if any, for self-conditioning.
    """

    def __call__(self, state: DiffusionState, text: TextFeatures, previous: CleanEstimate | None) -> Prediction: ...
