"""Files of networks beside a pack's weights (evaluators, upscaler, few-step network): tensors with metadata."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
import safetensors
import safetensors.torch
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.interface.atomic_files import write_atomically
from engine.interface.bounded_decoding import DOCUMENT, decode_json
from engine.interface.errors import BadPack, MalformedData
from engine.packs.pack_config import PackFile


class PackCompatibility(msgspec.Struct, frozen=True):
    """Properties of the pack that a companion network was trained for; it fits any pack with the same ones."""

    classes: tuple[str, ...]
    height: int
    width: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]
    gamma: float

    @classmethod
    def from_pack_file(cls, file: PackFile) -> PackCompatibility:
        """Returns the properties of a pack."""
        info, pixels = file.info, file.pixels
        names = tuple(class_info.name for class_info in info.classes)
        return cls(names, info.height, info.width, pixels.mean, pixels.deviation, pixels.gamma)


class WeightsMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Metadata of a companion file; each kind adds its figures on held-out pictures."""

    purpose: PackCompatibility
    images_seen: int
    held_out: int  # pictures that the figures were measured on


class SegmenterScores(msgspec.Struct, frozen=True):
    """Pixel accuracy and mean IoU of the segmenter's predictions on images, against their true layouts."""

    accuracy: float
    mean_iou: float


F = TypeVar("F", bound=WeightsMetadata)


def save(path: Path, tensors: Mapping[str, Tensor], metadata: WeightsMetadata) -> None:
    """Writes a companion file atomically. Raises BadFile."""
    plain = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    write_atomically(path, safetensors.torch.save(plain, {"facts": msgspec.json.encode(metadata).decode()}))


def read(path: Path, kind: type[F], command: str) -> tuple[F, dict[str, Tensor]]:
    """Reads a file's metadata and tensors. Raises BadPack, which names the command that makes such a file."""
    hint = f"Make it with diptych-engine {command}."
    if not path.is_file():
        raise BadPack(f"“{path.parent.name}” has no {path.name}.", hint)
    try:
        with safetensors.safe_open(path, "pt") as file:
            metadata = decode_json((file.metadata() or {})["facts"], kind, DOCUMENT)
        tensors = load_file(path)
    except (OSError, KeyError, safetensors.SafetensorError, MalformedData) as error:
        raise BadPack(f"{path} cannot be read: {error}.", hint) from error
    if not all(bool(value.isfinite().all()) for value in tensors.values()):
        raise BadPack(f"{path} holds numbers that are not finite.", hint)
    return metadata, tensors


def load_weights(network: nn.Module, tensors: Mapping[str, Tensor], path: Path) -> None:
    """Loads weights into a network. Raises BadPack if they do not fit."""
    try:
        network.load_state_dict({name: value.to(torch.float32) for name, value in tensors.items()})
    except RuntimeError as error:
        raise BadPack(f"{path} does not fit this engine: {error}", "Train it again.") from error


def check_compatible(metadata: WeightsMetadata, path: Path, file: PackFile) -> None:
    """Raises BadPack if a companion network was trained for a pack with other properties."""
    if metadata.purpose != PackCompatibility.from_pack_file(file):
        raise BadPack(f"{path} was trained for another kind of pack.", "Train one for this pack.")
