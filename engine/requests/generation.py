"""From requests to pictures: what the process, the command line and the Python API share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.diffusion.process.denoiser import TextFeatures
from engine.diffusion.sampling import repaint
from engine.diffusion.sampling.guidance import GuidanceWeights
from engine.diffusion.sampling.guide_protocols import AnyGuide, ImageGuide, LayoutGuide
from engine.diffusion.sampling.repaint import RePaintSettings
from engine.diffusion.sampling.sampler import SamplingStep, sample
from engine.diffusion.sampling.trajectory import SamplerSettings, SamplingTask
from engine.diffusion.sampling.windowed_denoiser import WindowedDenoiser
from engine.guides.brightness_guide import BrightnessGuide
from engine.guides.constraint_guides import PlacementGuide, PresenceGuide
from engine.guides.guide_factory import build_guides, pixel_standardisation
from engine.interface.errors import BadRequest
from engine.interface.pack_catalogue import (
    BRIGHTNESS_WORDS,
    CONSTRAINT_WORDS,
    conditioning_kind,
    default_steps,
    find_pack_folder,
)
from engine.interface.protocol import UNKNOWN, Generate, PackInfo, Pixels, Raster, Sampler
from engine.packs import few_step
from engine.packs.pack import Pack, read_pack
from engine.prompts.brightness import Brightness, read_brightness
from engine.prompts.captions import SplitPrompt, split_prompt
from engine.prompts.constraints import ClassConstraint, read_constraints
from engine.requests.validation import Mask, kept_image_mask, kept_layout_mask, request_size, validate_request

GUIDED_LAYOUT_LEAD, CONSTRAINT_LAYOUT_LEADS = 0.8, {PresenceGuide: 0.0, PlacementGuide: 0.4}
"""How far the layout leads at least where a guide is of it alone, and where a prompt names classes and tells of their
places and numbers: the image has to follow, but a longer lead leaves each half fewer steps.
"""


class ImageLayoutPair(NamedTuple):
    """uint8 RGB [H, W, 3] and ids [H, W]."""

    image: Pixels
    layout: Pixels


@dataclass(frozen=True)
class KeptHalves:
    """What one request keeps: RGB [H, W, 3] and ids [H, W], each with its mask, bool [H, W]."""

    image: Pixels
    keep_image: Mask
    layout: Pixels
    keep_layout: Mask

    @classmethod
    def from_request(cls, request: Generate, info: PackInfo) -> KeptHalves:
        """What a request keeps; blank where it has no such half."""
        height, width = request_size(request, info)
        image = request.image.pixels() if request.image else np.zeros((height, width, 3), np.uint8)
        layout = request.layout.pixels() if request.layout else np.full((height, width), UNKNOWN, np.uint8)
        return cls(image, kept_image_mask(request, info), layout, kept_layout_mask(request, info))


@dataclass(frozen=True)
class BatchSnapshot:
    """What a batch looks like after step `index` of `total`; the last frame is the result."""

    index: int
    total: int
    step: SamplingStep
    pack: Pack
    kept: Sequence[KeptHalves]

    def image(self, sample: int) -> Pixels:
        """RGB [H, W, 3] of one sample; kept pixels are bit for bit what was given."""
        kept = self.kept[sample]
        return np.where(kept.keep_image[..., None], kept.image, self._to_rgb(self.step.estimate.image[sample]))

    def layout(self, sample: int) -> Pixels:
        """Ids [H, W] of one sample; kept pixels are what was given."""
        last = self.index == self.total
        ids = self.step.state.layout[sample, 0] if last else self.step.estimate.layout[sample].argmax(0)
        kept = self.kept[sample]
        return np.where(kept.keep_layout, kept.layout, ids.to("cpu", torch.uint8).numpy())

    def noisy_image(self, sample: int) -> Pixels:
        """x_t that this step began with, RGB [H, W, 3], cut off at black and white."""
        kept = self.kept[sample]
        return np.where(kept.keep_image[..., None], kept.image, self._to_rgb(self.step.previous_state.image[sample]))

    def noisy_layout(self, sample: int) -> Pixels:
        """y_t that this step began with, ids [H, W]; `UNKNOWN` where the chain hides a class."""
        kept, ids = self.kept[sample], self.step.previous_state.layout[sample, 0]
        shown = torch.where(ids < len(self.pack.info.classes), ids, UNKNOWN).to("cpu", torch.uint8).numpy()
        return np.where(kept.keep_layout, kept.layout, shown)

    def clocks(self, sample: int) -> tuple[int, int]:
        """The running clocks of the image and the layout that this step began with; 0 for a half that is given."""
        clocks = self.step.previous_state.clocks
        return int(clocks.image_running[sample]), int(clocks.layout_running[sample])

    def _to_rgb(self, image: Tensor) -> Pixels:
        pixels = self.pack.file.pixels
        mean, deviation = (torch.tensor(v)[:, None, None] for v in (pixels.mean, pixels.deviation))
        values = (image.float().cpu() * deviation + mean).clamp(0, 1)
        rgb: Pixels = (values * 255).round().to(torch.uint8).movedim(0, -1).numpy()
        return rgb


def generate_steps(pack: Pack, requests: Sequence[Generate]) -> Iterator[BatchSnapshot]:
    """Sample all requests together, one frame per step. They share one size, one number of steps,
    one sampler and their guides.

    A result depends on its own request alone, not on the others. Raises BadRequest.
    """
    for request in requests:
        validate_request(request, pack.info)
    keys = {batch_key(pack, request) for request in requests}
    if len(keys) != 1:
        raise BadRequest("The requests of one batch differ in size, steps, sampler or guides.", "Draw them alone.")
    kept = [KeptHalves.from_request(request, pack.info) for request in requests]
    key = keys.pop()
    guides = request_guides(pack, requests)
    drawing_pack = pack_for_request(pack, requests[0])
    settings = sampler_settings(drawing_pack, key.steps)
    leads = [
        CONSTRAINT_LAYOUT_LEADS.get(type(one), GUIDED_LAYOUT_LEAD) for one in guides if isinstance(one, LayoutGuide)
    ]
    settings = replace(
        settings,
        solver=settings.solver if key.sampler == "distilled" else key.sampler,
        lead=settings.lead if key.sampler == "distilled" else max(settings.lead, *leads, 0.0),
        corrections=key.corrections,
        threshold=key.threshold,
        guides=guides,
    )
    with torch.no_grad():
        task = sampling_task(pack, requests, kept)
    network = WindowedDenoiser(drawing_pack.network, pack.info.height, pack.info.width)
    if key.sampler.startswith("gcdp"):
        repaint_settings = RePaintSettings.from_settings(settings, key.resamplings, key.sampler == "gcdp-faulty")
        step_iterator = repaint.sample_repaint(pack.process, network, task, repaint_settings)
    else:
        step_iterator = sample(pack.process, network, task, settings)
    while True:
        # left before every frame: whoever takes it may load what another request takes gradients of, and so may guides
        with torch.inference_mode(all(isinstance(one, LayoutGuide | ImageGuide) for one in guides)), torch.no_grad():
            step = next(step_iterator, None)
        if step is None:
            return
        yield BatchSnapshot(step.index, step.total, step, pack, kept)


def request_guides(pack: Pack, requests: Sequence[Generate]) -> tuple[AnyGuide, ...]:
    """What bends requests of one kind; of a layout, guides that they ask for have the last word.

    Raises BadRequest, BadFile or BadPack.
    """
    constraints = [class_constraints(pack, request) for request in requests]
    named_ids = [[one.class_id for one in some] for some in constraints]
    placed = [[one for one in some if one.is_specific] for some in constraints]
    rule_guides: list[AnyGuide] = [
        *([PresenceGuide(named_ids)] if any(named_ids) else []),
        *([PlacementGuide(placed)] if any(placed) else []),
    ]
    brightness = [prompted_brightness(pack, request) for request in requests]
    if pack.file.pixels.light and any(brightness):
        rule_guides.append(BrightnessGuide(brightness, *pack.file.pixels.light, pixel_standardisation(pack)))
    return *rule_guides, *build_guides(requests[0].guides, pack)


def class_constraints(pack: Pack, request: Generate) -> tuple[ClassConstraint, ...]:
    """What a prompt tells of the classes of a layout that is to be drawn, and not found in an image."""
    constraints = read_constraints(request.prompt or "", pack.info.classes)
    applies = (
        constraints
        and not kept_layout_mask(request, pack.info).all()
        and not kept_image_mask(request, pack.info).all()
    )
    return constraints if applies else ()


def prompted_brightness(pack: Pack, request: Generate) -> Brightness:
    """What a prompt tells of the light, which an image has of which anything is given."""
    brightness = read_brightness(request.prompt or "", pack.info.classes, pack.info.openers)
    return "" if brightness and kept_image_mask(request, pack.info).any() else brightness


def sampler_settings(pack: Pack, steps: int) -> SamplerSettings:
    """How a pack is sampled; its image stays within black and white."""
    pixels, process = pack.file.pixels, pack.file.process
    low = min(-m / d for m, d in zip(pixels.mean, pixels.deviation, strict=True))
    high = max((1 - m) / d for m, d in zip(pixels.mean, pixels.deviation, strict=True))
    return SamplerSettings(
        steps,
        process.lead,
        process.image_pace.build(),
        process.layout_pace.build(),
        image_limits=(low, high),
        solver=pack.info.sampler,
        seams=(pack.info.height // 4, pack.info.height // 16),
    )


class BatchKey(NamedTuple):
    """What requests that are drawn together share."""

    size: tuple[int, int]
    steps: int
    sampler: Sampler
    resamplings: int
    corrections: int
    threshold: float
    guides: bytes
    has_constraints: bool


def batch_key(pack: Pack, request: Generate) -> BatchKey:
    """How a request is drawn. Raises BadPack."""
    sampler, steps = resolved_sampler(pack, request), resolved_steps(pack, request)
    guides = msgspec.msgpack.encode(request.guides)
    has_constraints = any(one.is_specific for one in class_constraints(pack, request))
    shared = request.resamplings, request.corrections, request.threshold, guides, has_constraints
    return BatchKey(request_size(request, pack.info), steps, sampler, *shared)


def group_batchable(pack: Pack, requests: Sequence[Generate]) -> list[list[int]]:
    """Which of the requests can be drawn together. Raises BadPack."""
    groups: dict[BatchKey, list[int]] = {}
    for index, request in enumerate(requests):
        groups.setdefault(batch_key(pack, request), []).append(index)
    return list(groups.values())


def with_sampler_fallback(request: Generate) -> Generate:
    """The distilled network was taught to follow texts and not to leave out: who asks for that gets the pack's own."""
    if request.sampler == "distilled" and request_prompts(request).unwanted:
        return msgspec.structs.replace(request, sampler=None, steps=None)
    return request


def pack_for_request(pack: Pack, request: Generate) -> Pack:
    """The pack with the network that draws a request. Raises BadPack if it has no such network."""
    return few_step.load_distilled(pack) if with_sampler_fallback(request).sampler == "distilled" else pack


def resolved_sampler(pack: Pack, request: Generate) -> Sampler:
    """What a request is drawn by."""
    return with_sampler_fallback(request).sampler or pack.info.sampler


def resolved_steps(pack: Pack, request: Generate) -> int:
    """In how many steps a request is drawn. Raises BadPack."""
    resolved = with_sampler_fallback(request)
    info = pack_for_request(pack, request).info
    return resolved.steps or default_steps(info, resolved.sampler, conditioning_kind(resolved))


def sampling_task(pack: Pack, requests: Sequence[Generate], kept: Sequence[KeptHalves]) -> SamplingTask:
    """The requests as tensors on the pack's device."""
    pixels, device = pack.file.pixels, pack.device
    mean, deviation = (torch.tensor(v)[:, None, None] for v in (pixels.mean, pixels.deviation))
    image = torch.from_numpy(np.stack([g.image for g in kept])).movedim(-1, 1).float() / 255
    layout = torch.from_numpy(np.stack([g.layout for g in kept])[:, None]).long()
    keep_image, keep_layout = (
        torch.from_numpy(np.stack(masks)[:, None])
        for masks in ([g.keep_image for g in kept], [g.keep_layout for g in kept])
    )
    prompts = [request_prompts(request) for request in requests]
    text, cross = zip(*(guidance_weights(pack, request) for request in requests), strict=True)
    return SamplingTask(
        image=((image - mean) / deviation).to(device),
        keep_image=keep_image.to(device),
        layout=torch.where(keep_layout, layout, 0).to(device),
        keep_layout=keep_layout.to(device),
        unknown=torch.zeros_like(keep_layout).to(device),
        text=TextFeatures.cat([pack.encode_prompt(wish.wanted) for wish in prompts]),
        negative=TextFeatures.cat([pack.encode_prompt(wish.unwanted) for wish in prompts]),
        seeds=[request.seed for request in requests],
        weights=GuidanceWeights(torch.tensor(text), torch.tensor(cross)),
    )


def request_prompts(request: Generate) -> SplitPrompt:
    """What a request's prompts ask for and ask to leave out."""
    prompts = split_prompt(request.prompt or "")
    return SplitPrompt(
        prompts.wanted, ", ".join(part for part in (prompts.unwanted, request.negative.strip()) if part)
    )


def guidance_weights(pack: Pack, request: Generate) -> tuple[float, float]:
    """Guidance towards the text and the other half. What was not asked for is chosen so that each step needs two
    evaluations: the text's if there is one, else the other half's if that is given. The distilled network has both in
    its weights.
    """
    if resolved_sampler(pack, request) == "distilled":
        return 1.0, 1.0
    has_text = bool((request.prompt or "").strip() or request.negative.strip())
    text = (pack.info.guidance if request.guidance is None else request.guidance) if has_text else 1.0
    if request.cross_guidance is not None:
        return text, request.cross_guidance
    other_half_given = bool(kept_layout_mask(request, pack.info).any()) or bool(
        kept_image_mask(request, pack.info).any()
    )
    return text, pack.info.cross_guidance if other_half_given and not has_text else 1.0


def unknown_words(pack: Pack, prompt: str) -> tuple[str, ...]:
    """The words of a prompt that the pack never heard, and that are not obeyed by rule."""
    unknown = pack.text_encoder.unknown_words(prompt) if prompt.strip() else ()
    if not unknown:
        return ()
    classes, pixels = pack.info.classes, pack.file.pixels
    constraint_words = (
        CONSTRAINT_WORDS if any(one.is_specific for one in read_constraints(prompt, classes)) else frozenset()
    )
    brightness_words = (
        BRIGHTNESS_WORDS if pixels.light and read_brightness(prompt, classes, pack.info.openers) else frozenset()
    )
    return tuple(word for word in unknown if word not in constraint_words | brightness_words)


@dataclass(frozen=True)
class LoadedPack:
    """A pack to sample from in Python."""

    pack: Pack

    def sample(
        self,
        *,
        layout: Pixels | None = None,
        image: Pixels | None = None,
        prompt: str = "",
        negative: str = "",
        seed: int = 0,
        steps: int | None = None,
        sampler: Sampler | None = None,
    ) -> ImageLayoutPair:
        """Draw what is not given. layout: ids uint8 [H, W], 255 is to be drawn; image: RGB uint8 [H, W, 3].

        Raises BadRequest.
        """
        request = Generate(
            id="python",
            pack=self.pack.info.name,
            layout=None if layout is None else Raster.from_pixels(layout),
            image=None if image is None else Raster.from_pixels(image),
            prompt=prompt,
            negative=negative,
            seed=seed,
            steps=steps,
            sampler=sampler,
        )
        *_, last = generate(self.pack, [request])
        return ImageLayoutPair(last.image(0), last.layout(0))


generate = generate_steps


def load_pack(name: str, device: str = "auto") -> LoadedPack:
    """A pack by its name or the path of its folder. Raises UnknownPack, BadPack or NoDevice."""
    return LoadedPack(read_pack(find_pack_folder(name), device))
