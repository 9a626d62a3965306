"""From the picture and the options to one request that says everything."""

from __future__ import annotations

import uuid

import msgspec
import numpy as np

from engine.protocol import UNKNOWN, Generate, Raster
from studio.domain.document import Document, ImageKind, Mode


class Options(msgspec.Struct, frozen=True):
    """What a person sets beside the picture."""

    prompt: str = ""
    negative: str = ""
    seed: int = 1
    seed_locked: bool = False
    steps: int = 10


def lacking(document: Document, mode: Mode, options: Options) -> str:
    """What has to be there before this can be generated, for people; empty if nothing is lacking."""
    blank = not (document.painted != UNKNOWN).any() and not document.marks.fill_whole
    if mode is Mode.LAYOUT_TO_IMAGE and blank and not options.prompt.strip():
        return "There is nothing to draw from yet. Paint on the layout, or describe the picture."
    if mode is Mode.IMAGE_TO_LAYOUT and document.marks.image is ImageKind.NONE:
        return "There is no image yet. Open or drop a photograph on the right half."
    return ""


def build(document: Document, mode: Mode, options: Options, pack: str, revision: int) -> Generate:
    """The request for one result; the rasters are copies."""
    layout = image = None
    if mode is not Mode.TEXT_TO_BOTH and (document.painted != UNKNOWN).any():
        layout = Raster.of(document.painted)
    if mode is Mode.IMAGE_TO_LAYOUT:
        image = Raster.of(np.ascontiguousarray(document.image))
    described = mode is not Mode.IMAGE_TO_LAYOUT  # the words left there describe another picture
    words = options.prompt.strip() if described else ""
    return Generate(
        id=uuid.uuid4().hex,
        pack=pack,
        revision=revision,
        layout=layout,
        image=image,
        prompt=words if words or mode is Mode.TEXT_TO_BOTH else None,
        negative=options.negative.strip() if described else "",
        seed=options.seed,
        steps=options.steps,
    )
