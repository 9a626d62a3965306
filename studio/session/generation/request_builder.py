"""From the picture and the options to one request that says everything."""

from __future__ import annotations

import uuid

import msgspec
import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.interface.kept_masks import ConditioningKind
from engine.interface.protocol import UNKNOWN, AreaGuide, Generate, Raster, Sampler
from studio.domain.document import Document, GenerationMode, ImageKind

MAX_SEED = 2**31 - 1

translate = QCoreApplication.translate


class GenerationOptions(msgspec.Struct, frozen=True):
    """What a person sets beside the picture; `areas` are shares of it by class, 1 in all at most."""

    prompt: str = ""
    negative: str = ""
    seed: int = 1
    seed_locked: bool = False
    steps: int | None = None  # None: the pack's
    areas: dict[str, float] = {}
    sampler: Sampler | None = None  # None: the pack's
    guidance: float | None = None
    cross_guidance: float | None = None


def missing_input(document: Document, mode: GenerationMode, options: GenerationOptions) -> str:
    """What has to be there before this can be generated, for people; empty if nothing is lacking."""
    given_image = document.given_image_mask(mode)
    has_input = (document.given_layout(mode) != UNKNOWN).any() or (given_image.any() and not given_image.all())
    blank = not has_input and not document.status.fill_whole
    if mode is GenerationMode.LAYOUT_TO_IMAGE and blank and not options.prompt.strip():
        return translate(
            "Requests", "There is nothing to draw from yet. Paint on the layout, or describe the picture."
        )
    if mode is GenerationMode.IMAGE_TO_LAYOUT and document.status.image is ImageKind.NONE:
        return translate("Requests", "There is no image yet. Open or drop a photograph on the right half.")
    return ""


def given_inputs(document: Document, mode: GenerationMode) -> ConditioningKind:
    """What a request of this mode gives (`engine.interface.pack_catalogue.given_of`)."""
    image = document.given_image_mask(mode)
    if image.all() or (
        mode is GenerationMode.IMAGE_TO_LAYOUT and document.status.image is ImageKind.NONE
    ):  # it is still to come
        return "image"
    anything = image.any() or (document.given_layout(mode) != UNKNOWN).any()
    anything |= (
        mode is GenerationMode.LAYOUT_TO_IMAGE and document.status.fill_whole
    )  # which is kept before it is drawn from
    return "some" if anything else "nothing"


def is_complete(document: Document, mode: GenerationMode) -> bool:
    """Whether both halves are given as a whole, so that nothing is left to make."""
    layout = (
        document.visible_layout() if mode is GenerationMode.LAYOUT_TO_IMAGE and document.status.fill_whole else None
    )
    layout_given = document.given_layout(mode) if layout is None else layout
    return bool((layout_given != UNKNOWN).all() and document.given_image_mask(mode).all())


def options_of_request(request: Generate, mode: GenerationMode, options: GenerationOptions) -> GenerationOptions:
    """The options that lead to this request again; what no request can say, and what live mode or variations chose in
    a person's place, stays as it is.
    """
    values = {name: getattr(request, name) for name in GenerationOptions.__struct_fields__ if hasattr(request, name)}
    values["areas"] = next((dict(guide.shares) for guide in request.guides if isinstance(guide, AreaGuide)), {})
    if request.sampler == "distilled":
        values |= {"sampler": None, "steps": None}
    if mode is GenerationMode.IMAGE_TO_LAYOUT:
        values |= {"prompt": options.prompt, "negative": options.negative, "steps": options.steps}
    return msgspec.structs.replace(options, **values | {"prompt": values["prompt"] or ""})


def build_request(
    document: Document,
    mode: GenerationMode,
    options: GenerationOptions,
    pack: str,
    revision: int,
    *,
    extended: bool = False,
) -> Generate:
    """The request for one result; the rasters are copies. An `extended` picture says its size by one of them."""
    ids, mask = document.given_layout(mode), document.given_image_mask(mode)
    image = Raster.from_pixels(document.image) if mask.any() else None
    layout = Raster.from_pixels(ids) if (ids != UNKNOWN).any() or (extended and image is None) else None
    described = mode is not GenerationMode.IMAGE_TO_LAYOUT  # the words left there describe another picture
    prompt = options.prompt.strip() if described else ""
    return Generate(
        id=uuid.uuid4().hex,
        pack=pack,
        revision=revision,
        layout=layout,
        image=image,
        keep_image=None if mask.all() or image is None else Raster.from_pixels(mask.view(np.uint8)),
        prompt=prompt if prompt or mode is GenerationMode.TEXT_TO_BOTH else None,
        negative=options.negative.strip() if described else "",
        seed=options.seed,
        steps=options.steps,
        guides=(AreaGuide(shares=options.areas),) if options.areas and (ids == UNKNOWN).any() else (),
        sampler=options.sampler,
        guidance=options.guidance,
        cross_guidance=options.cross_guidance,
    )


def with_few_steps(request: Generate, few_steps_available: bool) -> Generate:
    """The same by the pack's distilled network, if there is one and a person left the choice to the pack."""
    chosen = request.steps, request.sampler, request.guidance, request.cross_guidance
    left_to_pack = chosen == (None, None, None, None) and not request.guides
    return msgspec.structs.replace(request, sampler="distilled") if few_steps_available and left_to_pack else request


def random_seed() -> int:
    """A seed by chance, of a size that people can type."""
    return int(np.random.default_rng().integers(1, MAX_SEED))
