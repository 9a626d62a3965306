"""From requests to pictures: what the process, the command line and the Python API share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine import distilled
from engine.data.captions import Wish, read_wish
from engine.data.light import Light, read_light
from engine.data.told import Told, read_told
from engine.diffusion import repaint
from engine.diffusion.denoiser import TextFeatures
from engine.diffusion.guidance import Weights
from engine.diffusion.guides import AnyGuide, ImageGuide, LayoutGuide
from engine.diffusion.path import Settings, Task
from engine.diffusion.repaint import RePaint
from engine.diffusion.sampler import Step, sample
from engine.diffusion.windows import Windows
from engine.errors import BadRequest
from engine.guides.build import build, pixels_of
from engine.guides.light import AsLit
from engine.guides.told import AsNamed, AsTold
from engine.library import LIGHTS, RULED, find_pack, given_of, usual_steps
from engine.packs import Pack, load
from engine.protocol import UNKNOWN, Generate, PackInfo, Pixels, Raster, Sampler
from engine.requests import Mask, check, kept_image, kept_layout, size

GUIDED_LEAD, LEADS = 0.8, {AsNamed: 0.0, AsTold: 0.4}
"""How far the layout leads at least where a guide is of it alone, and where a prompt names classes and tells of their
places and numbers: the image has to follow, but a longer lead leaves each half fewer steps.
"""


class Result(NamedTuple):
    """uint8 RGB [H, W, 3] and ids [H, W]."""

    image: Pixels
    layout: Pixels


@dataclass(frozen=True)
class Given:
    """What one request keeps: RGB [H, W, 3] and ids [H, W], each with its mask, bool [H, W]."""

    image: Pixels
    keep_image: Mask
    layout: Pixels
    keep_layout: Mask

    @classmethod
    def of(cls, request: Generate, info: PackInfo) -> Given:
        """What a request keeps; blank where it has no such half."""
        height, width = size(request, info)
        image = request.image.pixels() if request.image else np.zeros((height, width, 3), np.uint8)
        layout = request.layout.pixels() if request.layout else np.full((height, width), UNKNOWN, np.uint8)
        return cls(image, kept_image(request, info), layout, kept_layout(request, info))


@dataclass(frozen=True)
class Frame:
    """What a batch looks like after step `index` of `total`; the last frame is the result."""

    index: int
    total: int
    step: Step
    pack: Pack
    given: Sequence[Given]

    def image(self, sample: int) -> Pixels:
        """RGB [H, W, 3] of one sample; kept pixels are bit for bit what was given."""
        given = self.given[sample]
        return np.where(given.keep_image[..., None], given.image, self._rgb(self.step.estimate.image[sample]))

    def layout(self, sample: int) -> Pixels:
        """Ids [H, W] of one sample; kept pixels are what was given."""
        last = self.index == self.total
        ids = self.step.state.layout[sample, 0] if last else self.step.estimate.layout[sample].argmax(0)
        given = self.given[sample]
        return np.where(given.keep_layout, given.layout, ids.to("cpu", torch.uint8).numpy())

    def noisy_image(self, sample: int) -> Pixels:
        """x_t that this step began with, RGB [H, W, 3], cut off at black and white."""
        given = self.given[sample]
        return np.where(given.keep_image[..., None], given.image, self._rgb(self.step.seen.image[sample]))

    def noisy_layout(self, sample: int) -> Pixels:
        """y_t that this step began with, ids [H, W]; `UNKNOWN` where the chain hides a class."""
        given, ids = self.given[sample], self.step.seen.layout[sample, 0]
        shown = torch.where(ids < len(self.pack.info.classes), ids, UNKNOWN).to("cpu", torch.uint8).numpy()
        return np.where(given.keep_layout, given.layout, shown)

    def clocks(self, sample: int) -> tuple[int, int]:
        """The running clocks of the image and the layout that this step began with; 0 for a half that is given."""
        clocks = self.step.seen.clocks
        return int(clocks.image_running[sample]), int(clocks.layout_running[sample])

    def _rgb(self, image: Tensor) -> Pixels:
        pixels = self.pack.file.pixels
        mean, deviation = (torch.tensor(v)[:, None, None] for v in (pixels.mean, pixels.deviation))
        values = (image.float().cpu() * deviation + mean).clamp(0, 1)
        shown: Pixels = (values * 255).round().to(torch.uint8).movedim(0, -1).numpy()
        return shown


def steps(pack: Pack, requests: Sequence[Generate]) -> Iterator[Frame]:
    """Sample all requests together, one frame per step. They share one size, one number of steps,
    one sampler and their guides.

    A result depends on its own request alone, not on the others. Raises BadRequest.
    """
    for request in requests:
        check(request, pack.info)
    kinds = {kind_of(pack, request) for request in requests}
    if len(kinds) != 1:
        raise BadRequest("The requests of one batch differ in size, steps, sampler or guides.", "Draw them alone.")
    given = [Given.of(request, pack.info) for request in requests]
    kind = kinds.pop()
    guides = guides_of(pack, requests)
    artist = artist_of(pack, requests[0])
    settings = settings_of(artist, kind.steps)
    leads = [LEADS.get(type(one), GUIDED_LEAD) for one in guides if isinstance(one, LayoutGuide)]
    settings = replace(
        settings,
        solver=settings.solver if kind.sampler == "distilled" else kind.sampler,
        lead=settings.lead if kind.sampler == "distilled" else max(settings.lead, *leads, 0.0),
        corrections=kind.corrections,
        threshold=kind.threshold,
        guides=guides,
    )
    with torch.no_grad():
        task = task_of(pack, requests, given)
    network = Windows(artist.network, pack.info.height, pack.info.width)
    if kind.sampler.startswith("gcdp"):
        how = RePaint(kind.resamplings, kind.sampler == "gcdp-faulty")
        run = repaint.sample(pack.process, network, task, settings, how)
    else:
        run = sample(pack.process, network, task, settings)
    while True:
        # left before every frame: whoever takes it may load what another request takes gradients of, and so may guides
        with torch.inference_mode(all(isinstance(one, LayoutGuide | ImageGuide) for one in guides)), torch.no_grad():
            step = next(run, None)
        if step is None:
            return
        yield Frame(step.index, step.total, step, pack, given)


def guides_of(pack: Pack, requests: Sequence[Generate]) -> tuple[AnyGuide, ...]:
    """What bends requests of one kind; of a layout, guides that they ask for have the last word.

    Raises BadRequest, BadFile or BadPack.
    """
    told = [told_of(pack, request) for request in requests]
    named = [[one.class_id for one in some] for some in told]
    placed = [[one for one in some if one.special] for some in told]
    ruled: list[AnyGuide] = [*([AsNamed(named)] if any(named) else []), *([AsTold(placed)] if any(placed) else [])]
    lights = [light_of(pack, request) for request in requests]
    if pack.file.pixels.light and any(lights):
        ruled.append(AsLit(lights, *pack.file.pixels.light, pixels_of(pack)))
    return *ruled, *build(requests[0].guides, pack)


def told_of(pack: Pack, request: Generate) -> tuple[Told, ...]:
    """What a prompt tells of the classes of a layout that is to be drawn, and not found in an image."""
    told = read_told(request.prompt or "", pack.info.classes)
    free = told and not kept_layout(request, pack.info).all() and not kept_image(request, pack.info).all()
    return told if free else ()


def light_of(pack: Pack, request: Generate) -> Light:
    """What a prompt tells of the light, which an image has of which anything is given."""
    told = read_light(request.prompt or "", pack.info.classes, pack.info.openers)
    return "" if told and kept_image(request, pack.info).any() else told


def settings_of(pack: Pack, steps: int) -> Settings:
    """How a pack is sampled; its image stays within black and white."""
    pixels, process = pack.file.pixels, pack.file.process
    low = min(-m / d for m, d in zip(pixels.mean, pixels.deviation, strict=True))
    high = max((1 - m) / d for m, d in zip(pixels.mean, pixels.deviation, strict=True))
    return Settings(
        steps,
        process.lead,
        process.image_pace.build(),
        process.layout_pace.build(),
        image_limits=(low, high),
        solver=pack.info.sampler,
        seams=(pack.info.height // 4, pack.info.height // 16),
    )


class Kind(NamedTuple):
    """What requests that are drawn together share."""

    size: tuple[int, int]
    steps: int
    sampler: Sampler
    resamplings: int
    corrections: int
    threshold: float
    guides: bytes
    told: bool


def kind_of(pack: Pack, request: Generate) -> Kind:
    """How a request is drawn. Raises BadPack."""
    sampler, steps = sampler_of(pack, request), steps_of(pack, request)
    guides = msgspec.msgpack.encode(request.guides)
    told = any(one.special for one in told_of(pack, request))
    shared = request.resamplings, request.corrections, request.threshold, guides, told
    return Kind(size(request, pack.info), steps, sampler, *shared)


def alike(pack: Pack, requests: Sequence[Generate]) -> list[list[int]]:
    """Which of the requests can be drawn together. Raises BadPack."""
    groups: dict[Kind, list[int]] = {}
    for index, request in enumerate(requests):
        groups.setdefault(kind_of(pack, request), []).append(index)
    return list(groups.values())


def as_drawn(request: Generate) -> Generate:
    """The distilled network was taught to follow texts and not to leave out: who asks for that gets the pack's own."""
    if request.sampler == "distilled" and wish_of(request).unwanted:
        return msgspec.structs.replace(request, sampler=None, steps=None)
    return request


def artist_of(pack: Pack, request: Generate) -> Pack:
    """The pack with the network that draws a request. Raises BadPack if it has no such network."""
    return distilled.load(pack) if as_drawn(request).sampler == "distilled" else pack


def sampler_of(pack: Pack, request: Generate) -> Sampler:
    """What a request is drawn by."""
    return as_drawn(request).sampler or pack.info.sampler


def steps_of(pack: Pack, request: Generate) -> int:
    """In how many steps a request is drawn. Raises BadPack."""
    drawn = as_drawn(request)
    info = artist_of(pack, request).info
    return drawn.steps or usual_steps(info, drawn.sampler, given_of(drawn))


def task_of(pack: Pack, requests: Sequence[Generate], given: Sequence[Given]) -> Task:
    """The requests as tensors on the pack's device."""
    pixels, device = pack.file.pixels, pack.device
    mean, deviation = (torch.tensor(v)[:, None, None] for v in (pixels.mean, pixels.deviation))
    image = torch.from_numpy(np.stack([g.image for g in given])).movedim(-1, 1).float() / 255
    layout = torch.from_numpy(np.stack([g.layout for g in given])[:, None]).long()
    keep_image, keep_layout = (
        torch.from_numpy(np.stack(masks)[:, None])
        for masks in ([g.keep_image for g in given], [g.keep_layout for g in given])
    )
    wishes = [wish_of(request) for request in requests]
    text, cross = zip(*(weights_of(pack, request) for request in requests), strict=True)
    return Task(
        image=((image - mean) / deviation).to(device),
        keep_image=keep_image.to(device),
        layout=torch.where(keep_layout, layout, 0).to(device),
        keep_layout=keep_layout.to(device),
        unknown=torch.zeros_like(keep_layout).to(device),
        text=TextFeatures.cat([pack.encode(wish.wanted) for wish in wishes]),
        negative=TextFeatures.cat([pack.encode(wish.unwanted) for wish in wishes]),
        seeds=[request.seed for request in requests],
        weights=Weights(torch.tensor(text), torch.tensor(cross)),
    )


def wish_of(request: Generate) -> Wish:
    """What a request's prompts ask for and ask to leave out."""
    wish = read_wish(request.prompt or "")
    return Wish(wish.wanted, ", ".join(part for part in (wish.unwanted, request.negative.strip()) if part))


def weights_of(pack: Pack, request: Generate) -> tuple[float, float]:
    """Guidance towards the text and the other half. What was not asked for is chosen so that each step needs two
    evaluations: the text's if there is one, else the other half's if that is given. The distilled network has both in
    its weights.
    """
    if sampler_of(pack, request) == "distilled":
        return 1.0, 1.0
    told = bool((request.prompt or "").strip() or request.negative.strip())
    text = (pack.info.guidance if request.guidance is None else request.guidance) if told else 1.0
    if request.cross_guidance is not None:
        return text, request.cross_guidance
    other = bool(kept_layout(request, pack.info).any()) or bool(kept_image(request, pack.info).any())
    return text, pack.info.cross_guidance if other and not told else 1.0


def unknown_words(pack: Pack, prompt: str) -> tuple[str, ...]:
    """The words of a prompt that the pack never heard, and that are not obeyed by rule."""
    unheard = pack.tower.unknown_words(prompt) if prompt.strip() else ()
    if not unheard:
        return ()
    classes, pixels = pack.info.classes, pack.file.pixels
    ruled = RULED if any(one.special for one in read_told(prompt, classes)) else frozenset()
    lit = LIGHTS if pixels.light and read_light(prompt, classes, pack.info.openers) else frozenset()
    return tuple(word for word in unheard if word not in ruled | lit)


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
    ) -> Result:
        """Draw what is not given. layout: ids uint8 [H, W], 255 is to be drawn; image: RGB uint8 [H, W, 3].

        Raises BadRequest.
        """
        request = Generate(
            id="python",
            pack=self.pack.info.name,
            layout=None if layout is None else Raster.of(layout),
            image=None if image is None else Raster.of(image),
            prompt=prompt,
            negative=negative,
            seed=seed,
            steps=steps,
            sampler=sampler,
        )
        *_, last = generate(self.pack, [request])
        return Result(last.image(0), last.layout(0))


generate = steps


def load_pack(name: str, device: str = "auto") -> LoadedPack:
    """A pack by its name or the path of its folder. Raises UnknownPack, BadPack or NoDevice."""
    return LoadedPack(load(find_pack(name), device))
