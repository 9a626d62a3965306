"""A pack's distilled network: what the pack draws in many guided steps, in few evaluations."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import msgspec
import torch
from torch import Tensor

from engine.errors import BadPack
from engine.judges import files
from engine.judges.fidelity import Seen
from engine.judges.files import Facts
from engine.library import DISTILLED
from engine.packs import WEIGHTS, PaceConfig, Pack, PackFile, build_network

COMMAND = "distil"


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the network was taught to be sampled: its usual steps, and the way of the clocks, as `ProcessConfig` has it.

    The image starts just under T, so that the network sees the noise that the picture is made from.
    """

    steps: int = 4
    lead: float = 0.15
    image_pace: PaceConfig = PaceConfig(rise=1.5, start=0.999)
    layout_pace: PaceConfig = PaceConfig(rise=2.0, bend=1.5)

    def of(self, file: PackFile) -> PackFile:
        """A pack's file with this way of the clocks, sampled by DDIM without guidance: that is in the weights."""
        process = msgspec.structs.replace(
            file.process, lead=self.lead, image_pace=self.image_pace, layout_pace=self.layout_pace
        )
        info = msgspec.structs.replace(
            file.info, steps=self.steps, distilled=self.steps, sampler="ddim", guidance=1.0, cross_guidance=1.0
        )
        return msgspec.structs.replace(file, info=info, process=process)


class DistilledFacts(Facts, frozen=True, kw_only=True):
    """On pictures held out, of layout → image: what the segmenter finds after 1, 2, … evaluations, in what the pack
    itself draws in `evaluations`, and in the real pictures.
    """

    plan: Plan
    teacher: str  # the digest of the weights
    curve: tuple[Seen, ...]
    own: Seen
    evaluations: int
    real: Seen


def load(pack: Pack) -> Pack:
    """The pack with its distilled network, on its device; read once. Raises BadPack."""
    if pack.distilled is None:
        path = pack.folder / DISTILLED
        facts, tensors = files.read(path, DistilledFacts, COMMAND)
        files.check(facts, path, pack.file)
        if facts.teacher != digest(pack.folder):
            raise BadPack(f"{path} was distilled from other weights.", f"Make it anew with diptych-engine {COMMAND}.")
        pack.distilled = of(pack, tensors, facts.plan, path)
    return pack.distilled


def digest(folder: Path) -> str:
    """A hash of a pack's weights: the text tower among them is the distilled network's too."""
    return hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()


def of(pack: Pack, tensors: dict[str, Tensor], plan: Plan, path: Path) -> Pack:
    """The pack with other weights, sampled by a plan. Raises BadPack if they do not fit."""
    widths = pack.no_text.pooled.shape[-1], pack.no_text.tokens.shape[-1]
    network = build_network(pack.file, pack.process, widths)
    files.fill(network, tensors, path)
    network = network.to(pack.device, torch.bfloat16).to(memory_format=torch.channels_last)
    return replace(pack, file=plan.of(pack.file), network=network.eval().requires_grad_(False))


def write(path: Path, tensors: dict[str, Tensor], facts: DistilledFacts) -> None:
    """Write the weights in bf16. Raises BadFile."""
    files.save(path, {name: value.to(torch.bfloat16) for name, value in tensors.items()}, facts)
