"""A batch of resolved requests as the sampler takes it: tensors, guides and settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from engine.diffusion.process.denoiser import TextFeatures
from engine.diffusion.sampling.guidance import GuidanceWeights
from engine.diffusion.sampling.guide_protocols import AnyGuide, LayoutGuide
from engine.diffusion.sampling.trajectory import SamplerSettings, SamplingTask
from engine.guides.brightness_guide import BrightnessGuide
from engine.guides.constraint_guides import PlacementGuide, PresenceGuide
from engine.guides.guide_factory import build_guides
from engine.packs import few_step
from engine.packs.pack import Pack
from engine.requests.resolved_request import ResolvedRequest


def network_pack(pack: Pack, request: ResolvedRequest) -> Pack:
    """The pack with the network that draws a request: its own, or the few-step one. Raises BadPack."""
    return few_step.load_distilled(pack) if request.sampler == "distilled" else pack


def sampling_task(pack: Pack, batch: Sequence[ResolvedRequest]) -> SamplingTask:
    """The inputs of a batch as tensors on the pack's device."""
    device, kept = pack.device, [request.kept for request in batch]
    layout, keep_image, keep_layout = (
        torch.from_numpy(np.stack(arrays)[:, None])
        for arrays in (
            [halves.layout for halves in kept],
            [halves.keep_image for halves in kept],
            [halves.keep_layout for halves in kept],
        )
    )
    return SamplingTask(
        image=pack.standardisation.standardise_pixels(np.stack([halves.image for halves in kept])),
        keep_image=keep_image.to(device),
        layout=torch.where(keep_layout, layout.long(), 0).to(device),
        keep_layout=keep_layout.to(device),
        unknown=torch.zeros_like(keep_layout).to(device),
        text=TextFeatures.cat([pack.encode_prompt(request.prompts.wanted) for request in batch]),
        negative=TextFeatures.cat([pack.encode_prompt(request.prompts.unwanted) for request in batch]),
        seeds=[request.request.seed for request in batch],
        weights=GuidanceWeights(
            torch.tensor([request.guidance.text for request in batch]),
            torch.tensor([request.guidance.cross for request in batch]),
        ),
    )


def batch_guides(pack: Pack, batch: Sequence[ResolvedRequest]) -> tuple[AnyGuide, ...]:
    """The guides of a batch: those of the prompts' rules, then those of the requests, which have the last word.

    Raises BadRequest, BadFile or BadPack.
    """
    named_ids = [[constraint.class_id for constraint in request.constraints] for request in batch]
    placements = [request.placements for request in batch]
    brightness = [request.brightness for request in batch]
    guides: list[AnyGuide] = []
    if any(named_ids):
        guides.append(PresenceGuide(named_ids))
    if any(placements):
        guides.append(PlacementGuide(placements))
    if pack.file.pixels.light and any(brightness):
        guides.append(BrightnessGuide(brightness, *pack.file.pixels.light, pack.standardisation))
    return *guides, *build_guides(batch[0].request.guides, pack)


def sampler_settings(pack: Pack, steps: int) -> SamplerSettings:
    """The settings with which a pack samples unguided requests; the image stays between black and white."""
    process = pack.file.process
    return SamplerSettings(
        steps,
        process.lead,
        process.image_pace.build(),
        process.layout_pace.build(),
        image_limits=pack.file.pixels.limits,
        solver=pack.info.sampler,
        seams=(pack.info.height // 4, pack.info.height // 16),
    )


def batch_settings(pack: Pack, batch: Sequence[ResolvedRequest], guides: tuple[AnyGuide, ...]) -> SamplerSettings:
    """The settings of a batch, which keep the solver and the lead that the few-step network was trained with.

    Raises BadPack.
    """
    first = batch[0]
    settings = sampler_settings(network_pack(pack, first), first.steps)
    solver, lead = settings.solver, settings.lead
    if first.sampler != "distilled":
        solver = first.sampler
        lead = max(lead, *(guide.min_lead for guide in guides if isinstance(guide, LayoutGuide)), 0.0)
    return replace(
        settings,
        solver=solver,
        lead=lead,
        corrections=first.request.corrections,
        threshold=first.request.threshold,
        guides=guides,
    )
