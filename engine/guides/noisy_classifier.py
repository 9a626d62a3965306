"""A small classifier of the classes in a noisy picture, at any clock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import safetensors
import safetensors.torch
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.interface.atomic_files import write_atomically
from engine.interface.bounded_decoding import SMALL_DOCUMENT, decode_json
from engine.interface.errors import BadFile, BadRequest, MalformedData
from engine.interface.protocol import UNKNOWN
from engine.network.joint_unet import LOG_SNR_SCALE
from engine.packs.pack import Pack
from engine.packs.pack_config import ScheduleConfig

FILE = "classifier.safetensors"
"""Of a pack's own classifier, in its folder."""
WIDTHS = (48, 96, 160, 224)


class ClassifierMetadata(msgspec.Struct, frozen=True):
    """What a classifier was trained for. It fits packs for which all of this is the same."""

    classes: Annotated[tuple[str, ...], msgspec.Meta(max_length=UNKNOWN)]
    schedule: ScheduleConfig
    clocks: Annotated[int, msgspec.Meta(ge=2, le=100_000)]
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]

    @classmethod
    def from_pack(cls, pack: Pack) -> ClassifierMetadata:
        """The metadata of classifiers that fit a pack."""
        pixels, process = pack.file.pixels, pack.file.process
        names = tuple(info.name for info in pack.info.classes)
        return cls(names, process.image, process.clocks, pixels.mean, pixels.deviation)


class NoisyClassifier(nn.Module):
    """One logit per class, [B, K], of noisy pictures [B, 3, H, W] at clocks [B]."""

    def __init__(self, metadata: ClassifierMetadata) -> None:
        super().__init__()
        self.metadata, self.schedule = metadata, metadata.schedule.build(metadata.clocks)
        layers: list[nn.Module] = []
        in_channels = 4
        for width in WIDTHS:
            layers += [
                nn.Conv2d(in_channels, width, 3, stride=2, padding=1),
                nn.GroupNorm(8, width),
                nn.SiLU(),
                nn.Conv2d(width, width, 3, padding=1),
                nn.GroupNorm(8, width),
                nn.SiLU(),
            ]
            in_channels = width
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(2 * in_channels, len(metadata.classes))

    def forward(self, image: Tensor, t: Tensor) -> Tensor:
        level = (self.schedule.log_snr(t) / LOG_SNR_SCALE)[:, None, None, None]
        x = self.features(torch.cat([image, level.expand_as(image[:, :1])], 1))
        logits: Tensor = self.head(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1))
        return logits


def save(path: Path, network: NoisyClassifier, metadata: ClassifierMetadata) -> None:
    """Write a classifier with its metadata. Raises BadFile."""
    weights = {name: value.cpu().contiguous() for name, value in network.state_dict().items()}
    write_atomically(path, safetensors.torch.save(weights, {"facts": msgspec.json.encode(metadata).decode()}))


def load(path: Path, device: torch.device) -> NoisyClassifier:
    """The classifier in a file, on a device. Raises BadFile."""
    try:
        with safetensors.safe_open(path, "pt") as file:
            metadata = decode_json(file.metadata()["facts"], ClassifierMetadata, SMALL_DOCUMENT)
        network = NoisyClassifier(metadata)
        network.load_state_dict(load_file(path))
    except (OSError, KeyError, TypeError, RuntimeError, safetensors.SafetensorError, MalformedData) as error:
        raise BadFile(
            f"{path} is not a classifier: {error}", "Make one with diptych-engine train-classifier."
        ) from error
    return network.to(device).eval().requires_grad_(False)


def check_compatible(network: NoisyClassifier, path: Path, pack: Pack) -> None:
    """Raises BadRequest if a classifier does not fit a pack."""
    if network.metadata != ClassifierMetadata.from_pack(pack):
        raise BadRequest(f"{path} was trained for another kind of pack.", "Train one for this pack.")
