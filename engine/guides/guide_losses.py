"""The guides: each a loss per picture, summed over pixels, of RGB in [0, 1] or of the layout's probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.process.denoiser import DiffusionState
from engine.interface.errors import BadRequest

EDGE_KERNELS = torch.tensor(
    [
        [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]],
        [[1.0, 2.0, 1.0], [0.0, 0.0, 0.0], [-1.0, -2.0, -1.0]],
        [[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]],
    ]
)
"""Edges across, edges down, spots."""
GRAM_SCALES = 3


@dataclass(frozen=True)
class PixelStandardisation:
    """From standardised x̂_0 to RGB in [0, 1] and back; mean and deviation are [3, 1, 1]."""

    mean: Tensor
    deviation: Tensor

    def to_rgb(self, x_0: Tensor) -> Tensor:
        """[B, 3, H, W]; not cut off at black and white, where a gradient would end."""
        return x_0 * self.deviation.to(x_0) + self.mean.to(x_0)

    def standardise(self, rgb: Tensor) -> Tensor:
        """x̂_0 of RGB."""
        return (rgb - self.mean.to(rgb)) / self.deviation.to(rgb)


@dataclass(frozen=True)
class PaletteLoss:
    """All colours near those of a palette, [N, 3] in [0, 1]."""

    standardisation: PixelStandardisation
    colours: Tensor
    scale: float

    def __call__(self, state: DiffusionState, x_0: Tensor, y_0: Tensor) -> Tensor:
        distance = self.standardisation.to_rgb(x_0)[:, None] - self.colours.to(x_0)[None, :, :, None, None]
        return self.scale * distance.square().sum(2).amin(1).sum((1, 2))


@dataclass(frozen=True)
class StyleLoss:
    """The Gram matrices of another picture's colours, edges and spots at three sizes  [after Gatys et al. 2016]."""

    standardisation: PixelStandardisation
    target_grams: list[Tensor]
    scale: float

    @classmethod
    def from_picture(cls, standardisation: PixelStandardisation, picture: Tensor, scale: float) -> StyleLoss:
        """The style of a picture, RGB [3, H, W] in [0, 1]."""
        return cls(standardisation, gram_matrices(picture[None]), scale)

    def __call__(self, state: DiffusionState, x_0: Tensor, y_0: Tensor) -> Tensor:
        pairs = zip(gram_matrices(self.standardisation.to_rgb(x_0)), self.target_grams, strict=True)
        distance = sum(((found - wanted.to(found)).square().sum((1, 2)) for found, wanted in pairs), x_0.new_zeros(()))
        return self.scale * x_0[0, 0].numel() * distance


def apply_per_sample(network: Callable[..., Tensor], *rows: Tensor) -> Tensor:
    """What a network says of each row alone: kernels sum in another order in another company."""
    return torch.cat([network(*(each[index : index + 1] for each in rows)) for index in range(len(rows[0]))])


def gram_matrices(rgb: Tensor) -> list[Tensor]:
    """Of each size the mean products of all pairs of features, [B, 12, 12]."""
    matrices = []
    for _ in range(GRAM_SCALES):
        kernels = EDGE_KERNELS.to(rgb)[:, None].repeat(3, 1, 1, 1)
        edges = F.conv2d(F.pad(rgb, (1, 1, 1, 1), mode="replicate"), kernels, groups=3)
        features = torch.cat([rgb, edges], 1).flatten(2)
        matrices.append(features @ features.transpose(1, 2) / features.shape[2])
        rgb = F.avg_pool2d(rgb, 2)  # the last one is not looked at
    return matrices


@dataclass(frozen=True)
class ClipLoss:
    """What an open_clip model sees in the picture is what it reads in a prompt, by their cosine."""

    standardisation: PixelStandardisation
    encode: Callable[..., Tensor]
    text_features: Tensor
    scale: float

    def __call__(self, state: DiffusionState, x_0: Tensor, y_0: Tensor) -> Tensor:
        image_features = F.normalize(apply_per_sample(self.encode, self.standardisation.to_rgb(x_0)), dim=1)
        return self.scale * x_0[0, 0].numel() * (1 - image_features @ self.text_features.to(image_features))


@dataclass(frozen=True)
class CustomLoss:
    """A user's own loss(rgb [B, 3, H, W] in [0, 1], probabilities [B, K, H, W]) -> [B]."""

    standardisation: PixelStandardisation
    loss: Callable[[Tensor, Tensor], Tensor]
    name: str
    scale: float

    def __call__(self, state: DiffusionState, x_0: Tensor, y_0: Tensor) -> Tensor:
        """Raises BadRequest for whatever the function does wrong."""
        try:
            loss = self.loss(self.standardisation.to_rgb(x_0), y_0)
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
class ClassifierLoss:
    """Which classes are there, by a classifier of noised pictures; `wanted` bool [N] for the class ids `ids`."""

    classifier: Callable[..., Tensor]
    ids: list[int]
    targets: Tensor
    scale: float

    def __call__(self, state: DiffusionState, x_0: Tensor, y_0: Tensor) -> Tensor:
        logits = apply_per_sample(self.classifier, state.image, state.clocks.image_running)[:, self.ids]
        targets = self.targets.to(logits).expand_as(logits)
        loss = F.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(1)
        return self.scale * x_0[0, 0].numel() * loss
