"""A pack's distilled network: what the pack draws in many guided steps, in few evaluations."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import msgspec
import torch
from torch import Tensor

from engine.interface.errors import BadPack
from engine.interface.pack_catalogue import DISTILLED_FILE
from engine.packs import companion_files
from engine.packs.companion_files import SegmenterScores, WeightsMetadata
from engine.packs.pack import WEIGHTS_FILE, Pack, PackFile, TimestepSpacingConfig, build_network

DISTIL_COMMAND = "distil"


class DistilledSampling(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the network was taught to be sampled: its usual steps, and the way of the clocks, as `ProcessConfig` has it.

    The image starts just under T, so that the network sees the noise that the picture is made from.
    """

    steps: int = 4
    lead: float = 0.15
    image_pace: TimestepSpacingConfig = TimestepSpacingConfig(rise=1.5, start=0.999)
    layout_pace: TimestepSpacingConfig = TimestepSpacingConfig(rise=2.0, bend=1.5)

    def apply_to(self, file: PackFile) -> PackFile:
        """A pack's file with this way of the clocks, sampled by DDIM without guidance: that is in the weights."""
        process = msgspec.structs.replace(
            file.process, lead=self.lead, image_pace=self.image_pace, layout_pace=self.layout_pace
        )
        info = msgspec.structs.replace(
            file.info, steps=self.steps, distilled=self.steps, sampler="ddim", guidance=1.0, cross_guidance=1.0
        )
        return msgspec.structs.replace(file, info=info, process=process)


class DistilledMetadata(WeightsMetadata, frozen=True, kw_only=True):
    """On pictures held out, of layout → image: what the segmenter finds after 1, 2, … evaluations, in what the pack
    itself draws in `evaluations`, and in the real pictures.
    """

    plan: DistilledSampling
    teacher: str  # the digest of the weights
    curve: tuple[SegmenterScores, ...]
    own: SegmenterScores
    evaluations: int
    real: SegmenterScores


def load_distilled(pack: Pack) -> Pack:
    """The pack with its distilled network, on its device; read once. Raises BadPack."""
    if pack.distilled is None:
        path = pack.folder / DISTILLED_FILE
        metadata, tensors = companion_files.read(path, DistilledMetadata, DISTIL_COMMAND)
        companion_files.check_compatible(metadata, path, pack.file)
        if metadata.teacher != weights_digest(pack.folder):
            raise BadPack(
                f"{path} was distilled from other weights.", f"Make it anew with diptych-engine {DISTIL_COMMAND}."
            )
        pack.distilled = distilled_pack(pack, tensors, metadata.plan, path)
    return pack.distilled


def weights_digest(folder: Path) -> str:
    """A hash of a pack's weights: the text tower among them is the distilled network's too."""
    return hashlib.sha256((folder / WEIGHTS_FILE).read_bytes()).hexdigest()


def distilled_pack(pack: Pack, tensors: dict[str, Tensor], plan: DistilledSampling, path: Path) -> Pack:
    """The pack with other weights, sampled by a plan. Raises BadPack if they do not fit."""
    widths = pack.empty_text_features.pooled.shape[-1], pack.empty_text_features.tokens.shape[-1]
    network = build_network(pack.file, pack.process, widths)
    companion_files.load_weights(network, tensors, path)
    network = network.to(pack.device, torch.bfloat16).to(memory_format=torch.channels_last)
    return replace(pack, file=plan.apply_to(pack.file), network=network.eval().requires_grad_(False))


def write_distilled(path: Path, tensors: dict[str, Tensor], metadata: DistilledMetadata) -> None:
    """Write the weights in bf16. Raises BadFile."""
    companion_files.save(path, {name: value.to(torch.bfloat16) for name, value in tensors.items()}, metadata)
