"""From the picture and the options to one request that says everything."""

from __future__ import annotations

import uuid

import msgspec
import numpy as np
from PySide6.QtCore import QCoreApplication

from engine.library import Given
from engine.protocol import UNKNOWN, AreaGuide, Generate, Raster, Sampler
from studio.domain.document import Document, ImageKind, Mode

MAX_SEED = 2**31 - 1

translate = QCoreApplication.translate


class Options(msgspec.Struct, frozen=True):
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


def lacking(document: Document, mode: Mode, options: Options) -> str:
    """What has to be there before this can be generated, for people; empty if nothing is lacking."""
    kept = document.given_image(mode)
    given = (document.given_layout(mode) != UNKNOWN).any() or (kept.any() and not kept.all())
    blank = not given and not document.marks.fill_whole
    if mode is Mode.LAYOUT_TO_IMAGE and blank and not options.prompt.strip():
        return translate(
            "Requests", "There is nothing to draw from yet. Paint on the layout, or describe the picture."
        )
    if mode is Mode.IMAGE_TO_LAYOUT and document.marks.image is ImageKind.NONE:
        return translate("Requests", "There is no image yet. Open or drop a photograph on the right half.")
    return ""


def given(document: Document, mode: Mode) -> Given:
    """What a request of this mode gives (`engine.library.given_of`)."""
    image = document.given_image(mode)
    if image.all() or (mode is Mode.IMAGE_TO_LAYOUT and document.marks.image is ImageKind.NONE):  # it is still to come
        return "image"
    some = image.any() or (document.given_layout(mode) != UNKNOWN).any()
    some |= mode is Mode.LAYOUT_TO_IMAGE and document.marks.fill_whole  # which is kept before it is drawn from
    return "some" if some else "nothing"


def complete(document: Document, mode: Mode) -> bool:
    """Whether both halves are given as a whole, so that nothing is left to make."""
    layout = document.layout() if mode is Mode.LAYOUT_TO_IMAGE and document.marks.fill_whole else None
    given = document.given_layout(mode) if layout is None else layout
    return bool((given != UNKNOWN).all() and document.given_image(mode).all())


def options_of(request: Generate, mode: Mode, options: Options) -> Options:
    """The options that lead to this request again; what no request can say, and what live mode or variations chose in
    a person's place, stays as it is.
    """
    said = {name: getattr(request, name) for name in Options.__struct_fields__ if hasattr(request, name)}
    said["areas"] = next((dict(guide.shares) for guide in request.guides if isinstance(guide, AreaGuide)), {})
    if request.sampler == "distilled":
        said |= {"sampler": None, "steps": None}
    if mode is Mode.IMAGE_TO_LAYOUT:
        said |= {"prompt": options.prompt, "negative": options.negative, "steps": options.steps}
    return msgspec.structs.replace(options, **said | {"prompt": said["prompt"] or ""})


def build(
    document: Document, mode: Mode, options: Options, pack: str, revision: int, *, extended: bool = False
) -> Generate:
    """The request for one result; the rasters are copies. An `extended` picture says its size by one of them."""
    ids, mask = document.given_layout(mode), document.given_image(mode)
    image = Raster.of(document.image) if mask.any() else None
    layout = Raster.of(ids) if (ids != UNKNOWN).any() or (extended and image is None) else None
    described = mode is not Mode.IMAGE_TO_LAYOUT  # the words left there describe another picture
    words = options.prompt.strip() if described else ""
    return Generate(
        id=uuid.uuid4().hex,
        pack=pack,
        revision=revision,
        layout=layout,
        image=image,
        keep_image=None if mask.all() or image is None else Raster.of(mask.view(np.uint8)),
        prompt=words if words or mode is Mode.TEXT_TO_BOTH else None,
        negative=options.negative.strip() if described else "",
        seed=options.seed,
        steps=options.steps,
        guides=(AreaGuide(shares=options.areas),) if options.areas and (ids == UNKNOWN).any() else (),
        sampler=options.sampler,
        guidance=options.guidance,
        cross_guidance=options.cross_guidance,
    )


def hurried(request: Generate, distilled: bool) -> Generate:
    """The same by the pack's distilled network, if there is one and a person left the choice to the pack."""
    chosen = request.steps, request.sampler, request.guidance, request.cross_guidance
    free = chosen == (None, None, None, None) and not request.guides
    return msgspec.structs.replace(request, sampler="distilled") if distilled and free else request


def new_seed() -> int:
    """A seed by chance, of a size that people can type."""
    return int(np.random.default_rng().integers(1, MAX_SEED))
