"""What distances between sets of pictures are measured in: image towers by name, each with classes of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import safetensors
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

from engine.errors import BadFile, BadPack
from engine.guides.build import changed, clip_pair
from engine.metrics.bootstrap import Array
from engine.protocol import ClassInfo, Pixels

BATCH = 32
TINY = 1e-12
SHARPNESS = 100.0
"""The largest scale of cosines in CLIP, for probabilities of class names."""
FID_CLASSES = 1008
"""The outputs of the Inception network that FID is defined by; torchvision's own has 1000."""


class ClipPair(Protocol):
    """An image and a text tower: float32 [N, D] on the CPU, of unit length."""

    def images(self, images: Sequence[Pixels]) -> Tensor: ...

    def texts(self, prompts: Sequence[str]) -> Tensor: ...


class Seen(NamedTuple):
    """Of pictures: vectors [N, D], and class probabilities [N, C] for the Inception score."""

    features: Array
    probabilities: Array


class Features(NamedTuple):
    """A named way to see pictures, RGB [H, W, 3]."""

    name: str
    see: Callable[[Sequence[Pixels]], Seen]


def of_pair(name: str, pair: ClipPair, classes: Sequence[ClassInfo]) -> Features:
    """The image tower of a CLIP pair; its classes are the pack's, by name.

    Vectors are √D long, so that a coordinate is of the order of 1, as the kernel distance takes for granted.
    """
    names = pair.texts([f"a street with a {info.name}" for info in classes]).double()

    def see(images: Sequence[Pixels]) -> Seen:
        unit = pair.images(images).double()
        likeness = torch.softmax(SHARPNESS * unit @ names.T, 1)
        return Seen((unit * unit.shape[1] ** 0.5).numpy(), likeness.numpy())

    return Features(name, see)


def of_unit_length(by: Features, images: Sequence[Pixels]) -> Array:
    """Features [N, D] of pictures, as vectors of length 1."""
    rows = by.see(images).features
    lengths: Array = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), TINY)
    return rows / lengths


class OpenClip:
    """A CLIP pair from an open_clip checkpoint."""

    def __init__(self, model: str, weights: str, device: torch.device) -> None:
        self.device = device
        self.encode_image, self.encode_text = clip_pair(model, weights, changed(weights), device)

    def images(self, images: Sequence[Pixels]) -> Tensor:
        """Unit vectors of RGB [H, W, 3]."""
        return torch.cat(
            [F.normalize(self.encode_image(rows).float(), dim=1) for rows in batches(images, self.device)]
        )

    def texts(self, prompts: Sequence[str]) -> Tensor:
        """Unit vectors of prompts."""
        return torch.stack([self.encode_text(prompt).float().cpu() for prompt in prompts])


def batches(images: Sequence[Pixels], device: torch.device) -> list[Tensor]:
    """RGB in [0, 1], [B, 3, H, W]."""
    stacked = [np.stack(images[start : start + BATCH]) for start in range(0, len(images), BATCH)]
    return [torch.from_numpy(some).movedim(-1, 1).to(device).float() / 255 for some in stacked]


def read_features(text: str, classes: Sequence[ClassInfo], device: torch.device) -> Features:
    """“MODEL=PATH” is a checkpoint of open_clip, “PATH” weights of Inception v3. Raises BadFile or BadPack."""
    model, is_pair, path = text.partition("=")
    weights = Path(path if is_pair else text)
    if not weights.is_file():
        raise BadFile(f"There is no file {weights}.", "Write MODEL=PATH for open_clip, PATH for Inception weights.")
    if is_pair:
        with torch.inference_mode():
            pair = OpenClip(model, path, device)
        return quiet(of_pair(f"open_clip {model} ({weights.name})", pair, classes))
    return quiet(inception(weights, device))


def quiet(features: Features) -> Features:
    """The same without gradients."""

    def see(images: Sequence[Pixels]) -> Seen:
        with torch.inference_mode():
            return features.see(images)

    return Features(features.name, see)


def inception(path: Path, device: torch.device) -> Features:
    """The pooled features of Inception v3, by FID's weights or torchvision's. Raises BadPack."""
    network, is_fid = inception_network(path)
    network = network.to(device)
    last, network.fc = network.fc, torch.nn.Identity()
    mean, deviation = (0.5, 0.5) if is_fid else (torch.tensor(v, device=device)[:, None, None] for v in IMAGENET)

    def see(images: Sequence[Pixels]) -> Seen:
        sized = (F.interpolate(x, (299, 299), mode="bilinear", align_corners=False) for x in batches(images, device))
        features = torch.cat([network((x - mean) / deviation) for x in sized])
        return Seen(features.double().cpu().numpy(), last(features).double().softmax(1).cpu().numpy())

    return Features(f"Inception v3 ({'FID' if is_fid else 'torchvision'}, {path.name})", see)


IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def inception_network(path: Path) -> tuple[Any, bool]:
    """The network in eval mode, and whether it is FID's. Raises BadPack."""
    from torchvision.models import inception_v3

    try:
        weights = load_file(path) if path.suffix == ".safetensors" else torch.load(path, "cpu", weights_only=True)
        weights = {name: value for name, value in weights.items() if not name.startswith("AuxLogits")}
        classes = len(weights["fc.bias"])
        network = inception_v3(weights=None, aux_logits=False, init_weights=False, num_classes=classes)
        network.load_state_dict(weights)
    except Exception as error:  # whatever a strange file makes of the loaders
        known = (OSError, KeyError, RuntimeError, safetensors.SafetensorError)
        why = error if isinstance(error, known) else type(error).__name__
        raise BadPack(
            f"{path} holds no weights of Inception v3: {why}", "Give FID's or torchvision's file of weights."
        ) from error
    if classes == FID_CLASSES:
        as_in_fid(network)
    return network.eval().requires_grad_(False), classes == FID_CLASSES


def as_in_fid(network: torch.nn.Module) -> None:
    """FID's network leaves the border out of its mean pools, and its last block pools by the maximum."""

    def inner_mean(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)

    def maximum(x: Tensor) -> Tensor:
        return F.max_pool2d(x, 3, 1, 1)

    for name in ("5b", "5c", "5d", "6b", "6c", "6d", "6e", "7b", "7c"):
        block: Any = getattr(network, f"Mixed_{name}")
        block._forward = repooled(block, maximum if name == "7c" else inner_mean)


def repooled(block: torch.nn.Module, pool: Callable[[Tensor], Tensor]) -> Callable[[Tensor], list[Tensor]]:
    """An Inception block's branches with another pool in the last one."""
    inside: Any = block
    branches = inside._forward
    return lambda x: [*branches(x)[:-1], inside.branch_pool(pool(x))]
