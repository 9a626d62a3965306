"""Requests to the engine, built from the document and the options that a person set beside it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import msgspec
import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.interface.kept_masks import ConditioningKind
from engine.interface.pack_catalogue import default_steps
from engine.interface.protocol import UNKNOWN, AreaGuide, Generate, PackInfo, Pixels, Raster, Sampler
from studio.domain.document import Document, GenerationMode, ImageKind
from studio.domain.layout import Mask

MAX_SEED = 2**31 - 1

translate = QCoreApplication.translate


class GenerationOptions(msgspec.Struct, frozen=True):
    """What a person sets beside the picture. `areas` are target shares of the picture by class, at most 1 in all."""

    prompt: str = ""
    negative: str = ""
    seed: int = 1
    seed_locked: bool = False
    steps: int | None = None  # None: the pack's
    areas: dict[str, float] = {}
    sampler: Sampler | None = None  # None: the pack's
    guidance: float | None = None
    cross_guidance: float | None = None


@dataclass(frozen=True)
class RequestDraft:
    """What a document gives to a request of one mode, worked out once. Valid until the document changes."""

    mode: GenerationMode
    layout: Pixels
    """Ids [H, W] that the engine may not change."""
    image: Pixels
    """RGB [H, W, 3]; the document's own array."""
    image_mask: Mask
    """Where [H, W] the engine may not change the image."""
    has_image: bool
    adopts_fill: bool
    """Whether the generated layout that is shown becomes painted before an image is drawn from it."""
    is_complete: bool
    """Whether both halves are given as a whole, so that there is nothing to generate."""

    @classmethod
    def of(cls, document: Document, mode: GenerationMode) -> RequestDraft:
        """The draft of a document as it is now."""
        layout, image_mask = document.given_layout(mode), document.given_image_mask(mode)
        adopts_fill = mode is GenerationMode.LAYOUT_TO_IMAGE and document.status.fill_whole
        final_layout = document.visible_layout() if adopts_fill else layout
        return cls(
            mode=mode,
            layout=layout,
            image=document.image,
            image_mask=image_mask,
            has_image=document.status.image is not ImageKind.NONE,
            adopts_fill=adopts_fill,
            is_complete=bool(image_mask.all() and (final_layout != UNKNOWN).all()),
        )

    @property
    def conditioning(self) -> ConditioningKind:
        """What the request gives, as `engine.interface.kept_masks` names it."""
        awaits_image = self.mode is GenerationMode.IMAGE_TO_LAYOUT and not self.has_image
        if awaits_image or self.image_mask.all():
            return "image"
        return "some" if self.adopts_fill or self.image_mask.any() or self._has_layout else "nothing"

    def default_steps(self, info: PackInfo, sampler: Sampler | None) -> int:
        """The number of steps that the pack chooses for the request, with a sampler or its own (None)."""
        return default_steps(info, sampler, self.conditioning)

    def missing_input(self, options: GenerationOptions) -> str:
        """What has to be there before a request can be sent, as a sentence for people; empty if nothing is missing."""
        if self.mode is GenerationMode.IMAGE_TO_LAYOUT and not self.has_image:
            return translate("Requests", "There is no image yet. Open or drop a photograph on the right half.")
        blank = not (self.adopts_fill or self._has_layout or (self.image_mask.any() and not self.image_mask.all()))
        if self.mode is GenerationMode.LAYOUT_TO_IMAGE and blank and not options.prompt.strip():
            return translate(
                "Requests", "There is nothing to draw from yet. Paint on the layout, or describe the picture."
            )
        return ""

    def can_generate(self, options: GenerationOptions) -> bool:
        """Whether a request can be sent and has something to generate."""
        return not self.is_complete and not self.missing_input(options)

    def build(self, options: GenerationOptions, pack: str, revision: int, *, extended: bool = False) -> Generate:
        """The request for one result, with copies of the pixels.

        A request for a picture that is `extended`, so not of the pack's size, tells its size by a raster even if no
        pixel is given. Image → Layout sends no prompt, which would describe another picture.
        """
        image = Raster.from_pixels(self.image) if self.image_mask.any() else None
        sends_layout = self._has_layout or (extended and image is None)
        described = self.mode is not GenerationMode.IMAGE_TO_LAYOUT
        prompt = options.prompt.strip() if described else ""
        keep_image = image is not None and not self.image_mask.all()
        return Generate(
            id=uuid.uuid4().hex,
            pack=pack,
            revision=revision,
            layout=Raster.from_pixels(self.layout) if sends_layout else None,
            image=image,
            keep_image=Raster.from_pixels(self.image_mask.view(np.uint8)) if keep_image else None,
            prompt=prompt if prompt or self.mode is GenerationMode.TEXT_TO_BOTH else None,
            negative=options.negative.strip() if described else "",
            seed=options.seed,
            steps=options.steps,
            guides=(AreaGuide(shares=options.areas),) if options.areas and (self.layout == UNKNOWN).any() else (),
            sampler=options.sampler,
            guidance=options.guidance,
            cross_guidance=options.cross_guidance,
        )

    @property
    def _has_layout(self) -> bool:
        return bool((self.layout != UNKNOWN).any())


def options_of_request(request: Generate, mode: GenerationMode, options: GenerationOptions) -> GenerationOptions:
    """The options that build this request again.

    What a request cannot express, and what live mode or variations chose, is taken from `options`.
    """
    values = {name: getattr(request, name) for name in GenerationOptions.__struct_fields__ if hasattr(request, name)}
    values["areas"] = next((dict(guide.shares) for guide in request.guides if isinstance(guide, AreaGuide)), {})
    if request.sampler == "distilled":
        values |= {"sampler": None, "steps": None}
    if mode is GenerationMode.IMAGE_TO_LAYOUT:
        values |= {"prompt": options.prompt, "negative": options.negative, "steps": options.steps}
    return msgspec.structs.replace(options, **values | {"prompt": values["prompt"] or ""})


def with_few_steps(request: Generate) -> Generate:
    """The request drawn by the pack's distilled network, unless a person chose how to draw it."""
    chosen = request.steps, request.sampler, request.guidance, request.cross_guidance
    left_to_pack = chosen == (None, None, None, None) and not request.guides
    return msgspec.structs.replace(request, sampler="distilled") if left_to_pack else request


def random_seed() -> int:
    """A random seed that is short enough to type."""
    return int(np.random.default_rng().integers(1, MAX_SEED))
