"""Feature extractors for distances between sets of images: CLIP image towers and Inception v3."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import safetensors
import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

from engine.evaluators.evaluator_protocols import ImageTextEncoder
from engine.evaluators.open_clip_encoders import cached_open_clip_encoders, modified_time
from engine.interface.errors import BadFile, BadPack
from engine.interface.protocol import ClassInfo, Pixels
from engine.metrics.bootstrap import FloatArray

BATCH_SIZE = 32
MIN_LENGTH = 1e-12
CLIP_LOGIT_SCALE = 100.0
"""Largest logit scale of CLIP, for the probabilities of class names  [Radford et al. 2021]."""
FID_CLASS_COUNT = 1008
"""Number of outputs of the Inception network that defines FID; torchvision's has 1000."""


class ImageFeatures(NamedTuple):
    """Features of N images: vectors [N, D], and class probabilities [N, C] for the Inception score."""

    features: FloatArray
    probabilities: FloatArray


class FeatureExtractor(NamedTuple):
    """A named function from images, RGB uint8 [H, W, 3], to features."""

    name: str
    extract: Callable[[Sequence[Pixels]], ImageFeatures]


def clip_feature_extractor(name: str, pair: ImageTextEncoder, classes: Sequence[ClassInfo]) -> FeatureExtractor:
    """Wraps the image tower of a CLIP pair; class probabilities are those of the pack's class names.

    Vectors have length √D, so that coordinates are of the order of 1, as the kernel distance assumes.
    """
    names = pair.embed_texts([f"a street with a {info.name}" for info in classes]).double()

    def extract(images: Sequence[Pixels]) -> ImageFeatures:
        unit = pair.embed_images(images).double()
        probabilities = torch.softmax(CLIP_LOGIT_SCALE * unit @ names.T, 1)
        return ImageFeatures((unit * unit.shape[1] ** 0.5).numpy(), probabilities.numpy())

    return FeatureExtractor(name, extract)


def unit_features(extractor: FeatureExtractor, images: Sequence[Pixels]) -> FloatArray:
    """Extracts features of images, normalised to unit length, [N, D]."""
    rows = extractor.extract(images).features
    lengths: FloatArray = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), MIN_LENGTH)
    return rows / lengths


class OpenClip:
    """Image and text encoders of an open_clip checkpoint."""

    def __init__(self, model: str, weights: str, device: torch.device) -> None:
        self.device = device
        self.encode_image, self.encode_text = cached_open_clip_encoders(model, weights, modified_time(weights), device)

    def embed_images(self, images: Sequence[Pixels]) -> Tensor:
        """Embeds RGB uint8 [H, W, 3] as unit vectors [N, D]."""
        return torch.cat(
            [F.normalize(self.encode_image(rows).float(), dim=1) for rows in image_batches(images, self.device)]
        )

    def embed_texts(self, prompts: Sequence[str]) -> Tensor:
        """Embeds prompts as unit vectors [N, D] on the CPU."""
        return torch.stack([self.encode_text(prompt).float().cpu() for prompt in prompts])


def image_batches(images: Sequence[Pixels], device: torch.device) -> list[Tensor]:
    """Stacks images in batches, RGB float32 [B, 3, H, W] in [0, 1] on a device."""
    stacked = [np.stack(images[start : start + BATCH_SIZE]) for start in range(0, len(images), BATCH_SIZE)]
    return [torch.from_numpy(batch).movedim(-1, 1).to(device).float() / 255 for batch in stacked]


def parse_feature_extractor(text: str, classes: Sequence[ClassInfo], device: torch.device) -> FeatureExtractor:
    """Loads the extractor that a text names: “MODEL=PATH” an open_clip checkpoint, “PATH” weights of Inception v3.

    Raises BadFile or BadPack.
    """
    model, is_pair, path = text.partition("=")
    weights = Path(path if is_pair else text)
    if not weights.is_file():
        raise BadFile(f"There is no file {weights}.", "Write MODEL=PATH for open_clip, PATH for Inception weights.")
    if is_pair:
        with torch.inference_mode():
            pair = OpenClip(model, path, device)
        return without_gradients(clip_feature_extractor(f"open_clip {model} ({weights.name})", pair, classes))
    return without_gradients(inception_feature_extractor(weights, device))


def without_gradients(extractor: FeatureExtractor) -> FeatureExtractor:
    """Wraps an extractor to run in inference mode."""

    def extract(images: Sequence[Pixels]) -> ImageFeatures:
        with torch.inference_mode():
            return extractor.extract(images)

    return FeatureExtractor(extractor.name, extract)


def inception_feature_extractor(path: Path, device: torch.device) -> FeatureExtractor:
    """Loads Inception v3, with FID's or torchvision's weights, for its pooled features. Raises BadPack."""
    network, is_fid = load_inception_network(path)
    network = network.to(device)
    last, network.fc = network.fc, torch.nn.Identity()
    mean, deviation = (
        (0.5, 0.5) if is_fid else (torch.tensor(v, device=device)[:, None, None] for v in IMAGENET_MEAN_AND_DEVIATION)
    )

    def extract(images: Sequence[Pixels]) -> ImageFeatures:
        sized = (
            F.interpolate(x, (299, 299), mode="bilinear", align_corners=False) for x in image_batches(images, device)
        )
        features = torch.cat([network((x - mean) / deviation) for x in sized])
        return ImageFeatures(features.double().cpu().numpy(), last(features).double().softmax(1).cpu().numpy())

    return FeatureExtractor(f"Inception v3 ({'FID' if is_fid else 'torchvision'}, {path.name})", extract)


IMAGENET_MEAN_AND_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def load_inception_network(path: Path) -> tuple[Any, bool]:
    """Loads Inception v3 in eval mode; the second value says whether the weights are FID's. Raises BadPack."""
    from torchvision.models import inception_v3

    try:
        weights = load_file(path) if path.suffix == ".safetensors" else torch.load(path, "cpu", weights_only=True)
        weights = {name: value for name, value in weights.items() if not name.startswith("AuxLogits")}
        classes = len(weights["fc.bias"])
        network = inception_v3(weights=None, aux_logits=False, init_weights=False, num_classes=classes)
        network.load_state_dict(weights)
    except Exception as error:  # the loaders raise anything on a file that is no checkpoint
        known = (OSError, KeyError, RuntimeError, safetensors.SafetensorError)
        reason = error if isinstance(error, known) else type(error).__name__
        raise BadPack(
            f"{path} holds no weights of Inception v3: {reason}", "Give FID's or torchvision's file of weights."
        ) from error
    if classes == FID_CLASS_COUNT:
        use_fid_pooling(network)
    return network.eval().requires_grad_(False), classes == FID_CLASS_COUNT


def use_fid_pooling(network: torch.nn.Module) -> None:
    """Changes the pooling branches to those of FID's network: means without padding, a maximum in the last block."""

    def mean_pool(x: Tensor) -> Tensor:
        return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)

    def max_pool(x: Tensor) -> Tensor:
        return F.max_pool2d(x, 3, 1, 1)

    for name in ("5b", "5c", "5d", "6b", "6c", "6d", "6e", "7b", "7c"):
        block: Any = getattr(network, f"Mixed_{name}")
        block._forward = with_last_pool(block, max_pool if name == "7c" else mean_pool)


def with_last_pool(block: torch.nn.Module, pool: Callable[[Tensor], Tensor]) -> Callable[[Tensor], list[Tensor]]:
    """Returns an Inception block's forward function with another pooling in its last branch."""
    inside: Any = block
    branches = inside._forward
    return lambda x: [*branches(x)[:-1], inside.branch_pool(pool(x))]
