"""One request with everything that follows from it and its pack, derived once. No torch.

Generate ──validate, resolve──▶ ResolvedRequest ──batch──▶ tensors ──sampler──▶ snapshots, result
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypedDict

import msgspec
import numpy as np

from engine.interface.errors import BadPack
from engine.interface.kept_masks import KeptMasks, Mask
from engine.interface.pack_catalogue import DISTILLED_FILE, default_steps
from engine.interface.protocol import UNKNOWN, Generate, PackInfo, Pixels, Sampler
from engine.prompts.brightness import Brightness, read_brightness
from engine.prompts.captions import SplitPrompt, split_prompt
from engine.prompts.constraints import ClassConstraint, read_constraints
from engine.requests.validation import validate_request


@dataclass(frozen=True, eq=False)
class KeptHalves:
    """What one request keeps: RGB [H, W, 3] and ids [H, W], each with its mask, bool [H, W]."""

    image: Pixels
    keep_image: Mask
    layout: Pixels
    keep_layout: Mask

    @classmethod
    def from_request(cls, request: Generate, masks: KeptMasks) -> KeptHalves:
        """The halves of a request with the masks of what is kept; a half that is not given is blank."""
        height, width = masks.image.shape
        image = request.image.pixels() if request.image else np.zeros((height, width, 3), np.uint8)
        layout = request.layout.pixels() if request.layout else np.full((height, width), UNKNOWN, np.uint8)
        return cls(image, masks.image, layout, masks.layout)


class GuidanceScales(NamedTuple):
    """Guidance towards the prompt and towards the other half; 1 is none."""

    text: float
    cross: float


class BatchKey(NamedTuple):
    """What all requests of one batch have in common."""

    size: tuple[int, int]
    steps: int
    sampler: Sampler
    resamplings: int
    corrections: int
    threshold: float
    guides: bytes
    has_placement: bool


class RecordFields(TypedDict):
    """The fields of a result's record that follow from its request."""

    negative: str
    seed: int
    steps: int
    sampler: Sampler
    guidance: float
    cross_guidance: float
    height: int
    width: int


@dataclass(frozen=True, eq=False)
class ResolvedRequest:
    """A valid request for the pack in `folder`, and how it is drawn.

    `prompts` holds what to draw and what to leave out; `constraints` and `brightness` are those of the prompt that
    rules enforce, empty where what is given decides. `sampler` "distilled" means the pack's few-step network.
    """

    request: Generate
    info: PackInfo
    folder: Path
    kept: KeptHalves
    prompts: SplitPrompt
    constraints: tuple[ClassConstraint, ...]
    brightness: Brightness
    sampler: Sampler
    steps: int
    guidance: GuidanceScales

    @property
    def id(self) -> str:
        """The id that all events about this request carry."""
        return self.request.id

    @property
    def revision(self) -> int:
        """The revision that all events about this request carry."""
        return self.request.revision

    @property
    def live(self) -> bool:
        """Whether a newer live request replaces this one."""
        return self.request.live

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.kept.layout.shape
        return height, width

    @property
    def size_text(self) -> str:
        """The size as errors name it."""
        return "{}×{} pixels".format(*self.size)

    @property
    def placements(self) -> tuple[ClassConstraint, ...]:
        """The constraints that name a side or a number, and not only a class."""
        return tuple(constraint for constraint in self.constraints if constraint.is_specific)

    @property
    def batch_key(self) -> BatchKey:
        """Equal keys can be drawn in one batch."""
        return BatchKey(
            self.size,
            self.steps,
            self.sampler,
            self.request.resamplings,
            self.request.corrections,
            self.request.threshold,
            msgspec.msgpack.encode(self.request.guides),
            bool(self.placements),
        )

    @property
    def record_fields(self) -> RecordFields:
        """What a result's record says of how it was drawn."""
        return RecordFields(
            negative=self.request.negative,
            seed=self.request.seed,
            steps=self.steps,
            sampler=self.sampler,
            guidance=self.guidance.text,
            cross_guidance=self.guidance.cross,
            height=self.size[0],
            width=self.size[1],
        )


def resolve_request(request: Generate, info: PackInfo, folder: Path) -> ResolvedRequest:
    """Validate a request for the pack in `folder` and derive how it is drawn; `info` is the catalogue's.

    Raises BadRequest, or BadPack if the pack lacks the few-step network that the request asks for.
    """
    masks = validate_request(request, info)
    prompts = read_prompts(request)
    if request.sampler == "distilled" and prompts.unwanted:
        # The few-step network learnt to follow texts but not to leave things out: the pack's own network draws this.
        request = msgspec.structs.replace(request, sampler=None, steps=None)
    sampler = request.sampler or info.sampler
    if sampler == "distilled" and not info.distilled:
        raise BadPack(f"“{folder.name}” has no {DISTILLED_FILE}.", "Make it with diptych-engine distil.")
    return ResolvedRequest(
        request=request,
        info=info,
        folder=folder,
        kept=KeptHalves.from_request(request, masks),
        prompts=prompts,
        constraints=_applicable_constraints(request, info, masks),
        brightness=_applicable_brightness(request, info, masks),
        sampler=sampler,
        steps=request.steps or default_steps(info, sampler, masks.conditioning),
        guidance=_guidance_scales(request, info, masks, sampler),
    )


def group_batchable(requests: Sequence[ResolvedRequest]) -> list[list[int]]:
    """The indices of the requests, in groups that can each be drawn in one batch."""
    groups: dict[BatchKey, list[int]] = {}
    for index, request in enumerate(requests):
        groups.setdefault(request.batch_key, []).append(index)
    return list(groups.values())


def read_prompts(request: Generate) -> SplitPrompt:
    """What both prompts of a request ask for, and what they ask to leave out."""
    prompts = split_prompt(request.prompt or "")
    unwanted = ", ".join(part for part in (prompts.unwanted, request.negative.strip()) if part)
    return SplitPrompt(prompts.wanted, unwanted)


def _applicable_constraints(request: Generate, info: PackInfo, kept: KeptMasks) -> tuple[ClassConstraint, ...]:
    """The constraints of a prompt; none if the layout is given, or is to be found in an image."""
    if kept.layout.all() or kept.image.all():
        return ()
    return read_constraints(request.prompt or "", info.classes)


def _applicable_brightness(request: Generate, info: PackInfo, kept: KeptMasks) -> Brightness:
    """The brightness that a prompt names; none if part of the image is given, which has its own."""
    return "" if kept.image.any() else read_brightness(request.prompt or "", info.classes, info.openers)


def _guidance_scales(request: Generate, info: PackInfo, kept: KeptMasks, sampler: Sampler) -> GuidanceScales:
    """Guidance as asked for. Defaults are chosen so that each step takes two evaluations of the network: guidance goes
    towards the prompt if there is one, else towards the other half if any of it is given.
    """
    if sampler == "distilled":  # guidance is distilled into the weights
        return GuidanceScales(1.0, 1.0)
    has_text = bool((request.prompt or "").strip() or request.negative.strip())
    text = (info.guidance if request.guidance is None else request.guidance) if has_text else 1.0
    if request.cross_guidance is not None:
        return GuidanceScales(text, request.cross_guidance)
    towards_half = kept.conditioning != "nothing" and not has_text
    return GuidanceScales(text, info.cross_guidance if towards_half else 1.0)
