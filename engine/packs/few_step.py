"""A pack's few-step network, distilled from the pack's own: it needs a few evaluations and no guidance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import torch
from torch import Tensor

from engine.interface.digests import file_sha256
from engine.interface.errors import BadPack
from engine.interface.pack_catalogue import DISTILLED_FILE
from engine.interface.pack_fields import StepCount
from engine.interface.protocol import Fraction
from engine.packs import companion_files
from engine.packs.companion_files import SegmenterScores, WeightsMetadata
from engine.packs.pack import WEIGHTS_FILE, Pack, build_network
from engine.packs.pack_config import PackFile, TimestepSpacingConfig

DISTIL_COMMAND = "distil"


class DistilledSampling(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The steps and the course of the clocks that the network was trained with, in the terms of `ProcessConfig`.

    The image starts just below T: at T the network would not see the noise, and every seed would give one picture.
    """

    steps: StepCount = 4
    lead: Fraction = 0.15
    image_pace: TimestepSpacingConfig = TimestepSpacingConfig(rise=1.5, start=0.999)
    layout_pace: TimestepSpacingConfig = TimestepSpacingConfig(rise=2.0, bend=1.5)

    def apply_to(self, file: PackFile) -> PackFile:
        """A pack.json with these clocks, DDIM and guidance 1, since guidance is distilled into the weights."""
        process = msgspec.structs.replace(
            file.process, lead=self.lead, image_pace=self.image_pace, layout_pace=self.layout_pace
        )
        info = msgspec.structs.replace(
            file.info, steps=self.steps, distilled=self.steps, sampler="ddim", guidance=1.0, cross_guidance=1.0
        )
        return msgspec.structs.replace(file, info=info, process=process)


class DistilledMetadata(WeightsMetadata, frozen=True, kw_only=True):
    """The segmenter's scores for layout → image on held-out pictures.

    `curve` has those of the few-step network after 1, 2, … evaluations, `own` those of the pack's own network after
    `evaluations`, `real` those of the real pictures.
    """

    plan: DistilledSampling
    teacher: str  # the digest of the weights
    curve: tuple[SegmenterScores, ...]
    own: SegmenterScores
    evaluations: int
    real: SegmenterScores


def load_distilled(pack: Pack) -> Pack:
    """The pack with its few-step network, on the same device; read once. Raises BadPack."""
    return pack.variant(DISTILLED_FILE, lambda: _read_distilled(pack))


def _read_distilled(pack: Pack) -> Pack:
    path = pack.folder / DISTILLED_FILE
    metadata, tensors = companion_files.read(path, DistilledMetadata, DISTIL_COMMAND)
    companion_files.check_compatible(metadata, path, pack.file)
    if metadata.teacher != weights_digest(pack.folder):
        raise BadPack(
            f"{path} was distilled from other weights.", f"Make it anew with diptych-engine {DISTIL_COMMAND}."
        )
    return distilled_pack(pack, tensors, metadata.plan, path)


def weights_digest(folder: Path) -> str:
    """The SHA-256 of a pack's weights file, text tower included: the few-step network shares the tower."""
    return file_sha256(folder / WEIGHTS_FILE)


def distilled_pack(pack: Pack, tensors: dict[str, Tensor], plan: DistilledSampling, path: Path) -> Pack:
    """The pack with the weights `tensors`, sampled as `plan` says; `path` is named in errors. Raises BadPack."""
    widths = pack.empty_text_features.pooled.shape[-1], pack.empty_text_features.tokens.shape[-1]
    network = build_network(pack.file, pack.process, widths)
    companion_files.load_weights(network, tensors, path)
    network = network.to(pack.device, torch.bfloat16).to(memory_format=torch.channels_last)
    return replace(pack, file=plan.apply_to(pack.file), network=network.eval().requires_grad_(False))


def write_distilled(path: Path, tensors: dict[str, Tensor], metadata: DistilledMetadata) -> None:
    """Write a few-step network's weights in bf16, with its metadata. Raises BadFile."""
    companion_files.save(path, {name: value.to(torch.bfloat16) for name, value in tensors.items()}, metadata)
