"""The guides: each a loss per picture, summed over pixels, of RGB in [0, 1] or of the layout's probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.denoiser import State
from engine.errors import BadRequest

EDGES = torch.tensor(
    [
        [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]],
        [[1.0, 2.0, 1.0], [0.0, 0.0, 0.0], [-1.0, -2.0, -1.0]],
        [[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]],
    ]
)
"""Edges across, edges down, spots."""
SCALES = 3


@dataclass(frozen=True)
class Pixels:
    """From standardised x̂_0 to RGB in [0, 1] and back; mean and deviation are [3, 1, 1]."""

    mean: Tensor
    deviation: Tensor

    def rgb(self, x_0: Tensor) -> Tensor:
        """[B, 3, H, W]; not cut off at black and white, where a gradient would end."""
        return x_0 * self.deviation.to(x_0) + self.mean.to(x_0)

    def standardised(self, rgb: Tensor) -> Tensor:
        """x̂_0 of RGB."""
        return (rgb - self.mean.to(rgb)) / self.deviation.to(rgb)


@dataclass(frozen=True)
class Palette:
    """All colours near those of a palette, [N, 3] in [0, 1]."""

    pixels: Pixels
    colours: Tensor
    scale: float

    def __call__(self, state: State, x_0: Tensor, y_0: Tensor) -> Tensor:
        distance = self.pixels.rgb(x_0)[:, None] - self.colours.to(x_0)[None, :, :, None, None]
        return self.scale * distance.square().sum(2).amin(1).sum((1, 2))


@dataclass(frozen=True)
class Style:
    """The Gram matrices of another picture's colours, edges and spots at three sizes  [after Gatys et al. 2016]."""

    pixels: Pixels
    grams: list[Tensor]
    scale: float

    @classmethod
    def of(cls, pixels: Pixels, picture: Tensor, scale: float) -> Style:
        """The style of a picture, RGB [3, H, W] in [0, 1]."""
        return cls(pixels, grams(picture[None]), scale)

    def __call__(self, state: State, x_0: Tensor, y_0: Tensor) -> Tensor:
        pairs = zip(grams(self.pixels.rgb(x_0)), self.grams, strict=True)
        distance = sum(((found - wanted.to(found)).square().sum((1, 2)) for found, wanted in pairs), x_0.new_zeros(()))
        return self.scale * x_0[0, 0].numel() * distance


def one_by_one(network: Callable[..., Tensor], *rows: Tensor) -> Tensor:
    """What a network says of each row alone: kernels sum in another order in another company."""
    return torch.cat([network(*(each[index : index + 1] for each in rows)) for index in range(len(rows[0]))])


def grams(rgb: Tensor) -> list[Tensor]:
    """Of each size the mean products of all pairs of features, [B, 12, 12]."""
    found = []
    for _ in range(SCALES):
        kernels = EDGES.to(rgb)[:, None].repeat(3, 1, 1, 1)
        edges = F.conv2d(F.pad(rgb, (1, 1, 1, 1), mode="replicate"), kernels, groups=3)
        features = torch.cat([rgb, edges], 1).flatten(2)
        found.append(features @ features.transpose(1, 2) / features.shape[2])
        rgb = F.avg_pool2d(rgb, 2)  # the last one is not looked at
    return found


@dataclass(frozen=True)
class Clip:
    """What an open_clip model sees in the picture is what it reads in a prompt, by their cosine."""

    pixels: Pixels
    encode: Callable[..., Tensor]
    wanted: Tensor
    scale: float

    def __call__(self, state: State, x_0: Tensor, y_0: Tensor) -> Tensor:
        seen = F.normalize(one_by_one(self.encode, self.pixels.rgb(x_0)), dim=1)
        return self.scale * x_0[0, 0].numel() * (1 - seen @ self.wanted.to(seen))


@dataclass(frozen=True)
class Own:
    """A user's own loss(rgb [B, 3, H, W] in [0, 1], probabilities [B, K, H, W]) -> [B]."""

    pixels: Pixels
    loss: Callable[[Tensor, Tensor], Tensor]
    name: str
    scale: float

    def __call__(self, state: State, x_0: Tensor, y_0: Tensor) -> Tensor:
        """Raises BadRequest for whatever the function does wrong."""
        try:
            loss = self.loss(self.pixels.rgb(x_0), y_0)
        except (Exception, SystemExit) as error:
            raise BadRequest(f"{self.name} failed: {type(error).__name__}: {error}", "Mend it.") from error
        if not isinstance(loss, Tensor) or loss.shape != (len(x_0),) or loss.grad_fn is None:
            shape = tuple(loss.shape) if isinstance(loss, Tensor) else type(loss).__name__
            raise BadRequest(
                f"{self.name} gave {shape} for {len(x_0)} pictures.",
                "Return one loss for each, a tensor that follows from the picture or its classes.",
            )
        if not bool(loss.isfinite().all()):
            raise BadRequest(f"{self.name} gave a loss that is not finite.", "Mend it.")
        return self.scale * loss


@dataclass(frozen=True)
class Present:
    """Which classes are there, by a classifier of noised pictures; `wanted` bool [N] for the class ids `ids`."""

    classify: Callable[..., Tensor]
    ids: list[int]
    wanted: Tensor
    scale: float

    def __call__(self, state: State, x_0: Tensor, y_0: Tensor) -> Tensor:
        logits = one_by_one(self.classify, state.image, state.clocks.image_running)[:, self.ids]
        wanted = self.wanted.to(logits).expand_as(logits)
        loss = F.binary_cross_entropy_with_logits(logits, wanted, reduction="none").sum(1)
        return self.scale * x_0[0, 0].numel() * loss
