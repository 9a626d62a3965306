"""Guides that are losses: each gives one loss per picture, summed over pixels, of RGB or of class probabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.diffusion.process.denoiser import DiffusionState
from engine.interface.errors import BadRequest
from engine.packs.pixel_standardisation import PixelStandardisation

EDGE_KERNELS = torch.tensor(
    [
        [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]],
        [[1.0, 2.0, 1.0], [0.0, 0.0, 0.0], [-1.0, -2.0, -1.0]],
        [[0.0, 1.0, 0.0], [1.0, -4.0, 1.0], [0.0, 1.0, 0.0]],
    ]
)
"""Horizontal edges, vertical edges and spots."""
GRAM_SCALES = 3


@dataclass(frozen=True)
class PaletteLoss:
    """The squared distance of every pixel to the nearest colour of a palette, [N, 3] in [0, 1]."""

    standardisation: PixelStandardisation
    colours: Tensor
    scale: float

    def __call__(self, state: DiffusionState, x_0: Tensor, y_0: Tensor) -> Tensor:
        distance = self.standardisation.to_rgb(x_0)[:, None] - self.colours.to(x_0)[None, :, :, None, None]
        return self.scale * distance.square().sum(2).amin(1).sum((1, 2))


@dataclass(frozen=True)
class StyleLoss:
    """The distance to the Gram matrices of another picture's colours, edges and spots at three scales.

    After Gatys et al. 2016, with fixed filters in place of a network's features.
    """

    standardisation: PixelStandardisation
    target_grams: list[Tensor]
    scale: float

    @classmethod
    def from_picture(cls, standardisation: PixelStandardisation, picture: Tensor, scale: float) -> StyleLoss:
        """The loss for the style of a picture, RGB [3, H, W] in [0, 1]."""
        return cls(standardisation, gram_matrices(picture[None]), scale)

    def __call__(self, state: DiffusionState, x_0: Tensor, y_0: Tensor) -> Tensor:
        pairs = zip(gram_matrices(self.standardisation.to_rgb(x_0)), self.target_grams, strict=True)
        distance = sum(((gram - target.to(gram)).square().sum((1, 2)) for gram, target in pairs), x_0.new_zeros(()))
        return self.scale * x_0[0, 0].numel() * distance


def apply_per_sample(network: Callable[..., Tensor], *rows: Tensor) -> Tensor:
    """The network's output for each row in a batch of its own: kernels sum in another order in larger batches."""
    return torch.cat([network(*(tensor[index : index + 1] for tensor in rows)) for index in range(len(rows[0]))])


def gram_matrices(rgb: Tensor) -> list[Tensor]:
    """The mean products of all pairs of features of RGB [B, 3, H, W], [B, 12, 12] for each scale."""
    matrices = []
    for _ in range(GRAM_SCALES):
        kernels = EDGE_KERNELS.to(rgb)[:, None].repeat(3, 1, 1, 1)
        edges = F.conv2d(F.pad(rgb, (1, 1, 1, 1), mode="replicate"), kernels, groups=3)
        features = torch.cat([rgb, edges], 1).flatten(2)
        matrices.append(features @ features.transpose(1, 2) / features.shape[2])
        rgb = F.avg_pool2d(rgb, 2)  # unused after the last scale
    return matrices


@dataclass(frozen=True)
class ClipLoss:
    """One minus the cosine of a CLIP model's features of the picture and of a prompt, times the number of pixels."""

    standardisation: PixelStandardisation
    encode: Callable[..., Tensor]
    text_features: Tensor
    scale: float

    def __call__(self, state: DiffusionState, x_0: Tensor, y_0: Tensor) -> Tensor:
        image_features = F.normalize(apply_per_sample(self.encode, self.standardisation.to_rgb(x_0)), dim=1)
        return self.scale * x_0[0, 0].numel() * (1 - image_features @ self.text_features.to(image_features))


@dataclass(frozen=True)
class CustomLoss:
    """A user's function loss(rgb [B, 3, H, W] in [0, 1], probabilities [B, K, H, W]) -> [B]."""

    standardisation: PixelStandardisation
    loss: Callable[[Tensor, Tensor], Tensor]
    name: str
    scale: float

    def __call__(self, state: DiffusionState, x_0: Tensor, y_0: Tensor) -> Tensor:
        """The scaled loss. Raises BadRequest if the function fails or returns anything but one finite loss each."""
        try:
            loss = self.loss(self.standardisation.to_rgb(x_0), y_0)
        except (Exception, SystemExit) as error:
            raise BadRequest(
                f"{self.name} failed: {type(error).__name__}: {error}", "Correct the function."
            ) from error
        if not isinstance(loss, Tensor) or loss.shape != (len(x_0),) or loss.grad_fn is None:
            shape = tuple(loss.shape) if isinstance(loss, Tensor) else type(loss).__name__
            raise BadRequest(
                f"{self.name} gave {shape} for {len(x_0)} pictures.",
                "Return a tensor with one loss for each picture, computed from the picture or its probabilities.",
            )
        if not bool(loss.isfinite().all()):
            raise BadRequest(f"{self.name} gave a loss that is not finite.", "Correct the function.")
        return self.scale * loss


@dataclass(frozen=True)
class ClassifierLoss:
    """The cross-entropy of a classifier of noisy pictures with `targets` [N], 1 or 0 for each of the class `ids`."""

    classifier: Callable[..., Tensor]
    ids: list[int]
    targets: Tensor
    scale: float

    def __call__(self, state: DiffusionState, x_0: Tensor, y_0: Tensor) -> Tensor:
        logits = apply_per_sample(self.classifier, state.image, state.clocks.image_running)[:, self.ids]
        targets = self.targets.to(logits).expand_as(logits)
        loss = F.binary_cross_entropy_with_logits(logits, targets, reduction="none").sum(1)
        return self.scale * x_0[0, 0].numel() * loss
