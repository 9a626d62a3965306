"""A small classifier of which classes are in a noised picture, whatever its clock."""

from __future__ import annotations

from pathlib import Path

import msgspec
import safetensors
import safetensors.torch
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.errors import BadFile, BadRequest
from engine.files import write_whole
from engine.network.unet import LOG_SNR_SCALE
from engine.packs import Pack, ScheduleConfig

WIDTHS = (48, 96, 160, 224)


class Facts(msgspec.Struct, frozen=True):
    """What a classifier was trained for; it serves packs of which the same holds."""

    classes: tuple[str, ...]
    schedule: ScheduleConfig
    clocks: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]

    @classmethod
    def of(cls, pack: Pack) -> Facts:
        """Those of a pack."""
        pixels, process = pack.file.pixels, pack.file.process
        names = tuple(info.name for info in pack.info.classes)
        return cls(names, process.image, process.clocks, pixels.mean, pixels.deviation)


class Classifier(nn.Module):
    """Noised pictures [B, 3, H, W] and their clocks [B] to one logit per class, [B, K]."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.facts, self.schedule = facts, facts.schedule.build(facts.clocks)
        layers: list[nn.Module] = []
        before = 4
        for width in WIDTHS:
            layers += [
                nn.Conv2d(before, width, 3, stride=2, padding=1),
                nn.GroupNorm(8, width),
                nn.SiLU(),
                nn.Conv2d(width, width, 3, padding=1),
                nn.GroupNorm(8, width),
                nn.SiLU(),
            ]
            before = width
        self.features = nn.Sequential(*layers)
        self.head = nn.Linear(2 * before, len(facts.classes))

    def forward(self, image: Tensor, t: Tensor) -> Tensor:
        level = (self.schedule.log_snr(t) / LOG_SNR_SCALE)[:, None, None, None]
        x = self.features(torch.cat([image, level.expand_as(image[:, :1])], 1))
        logits: Tensor = self.head(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1))
        return logits


def save(path: Path, network: Classifier, facts: Facts) -> None:
    """Write a classifier with what it was trained for. Raises BadFile."""
    weights = {name: value.cpu().contiguous() for name, value in network.state_dict().items()}
    write_whole(path, safetensors.torch.save(weights, {"facts": msgspec.json.encode(facts).decode()}))


def load(path: Path, device: torch.device) -> Classifier:
    """A classifier from its file. Raises BadFile."""
    try:
        with safetensors.safe_open(path, "pt") as file:
            facts = msgspec.json.decode(file.metadata()["facts"], type=Facts)
        network = Classifier(facts)
        network.load_state_dict(load_file(path))
    except (OSError, KeyError, TypeError, RuntimeError, safetensors.SafetensorError, msgspec.MsgspecError) as error:
        raise BadFile(f"{path} is no classifier: {error}", "Make one with diptych-engine train-classifier.") from error
    return network.to(device).eval().requires_grad_(False)


def check(network: Classifier, path: Path, pack: Pack) -> None:
    """Raise BadRequest if a classifier was trained for another kind of pack."""
    if network.facts != Facts.of(pack):
        raise BadRequest(f"{path} was trained for another kind of pack.", "Train one for this pack.")
