"""What a person chooses in the export dialog, kept for the next time, and the one request that it becomes."""

from __future__ import annotations

import enum
import uuid
from pathlib import Path

import msgspec

from engine.protocol import AreaGuide, Export, Form, Generate
from studio.session.requests import Options

COUNT = 100
AGREEMENT, APART = 0.8, 0.95
BYTES_PER_PIXEL: dict[Form, float] = {
    "paired": 2.1,
    "voc": 1.0,
    "cityscapes": 2.2,
    "ade20k": 0.9,
    "coco": 3.0,
    "imagefolder": 2.1,
    "parquet": 2.3,
    "webdataset": 3.1,
}
"""On disk, for both halves together; measured on pairs of the street pack."""


class Source(enum.StrEnum):
    """What the pairs are drawn from."""

    FREE = "free"
    GRAMMAR = "grammar"
    PROMPTS = "prompts"
    CANVAS = "canvas"
    LAYOUTS = "layouts"
    IMAGES = "images"


FILES = (Source.PROMPTS, Source.LAYOUTS, Source.IMAGES)
"""Sources that are a file or a folder."""


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of the dialog. `places` are the files and folders of the sources; `parent` holds the data sets."""

    source: Source = Source.GRAMMAR
    places: dict[Source, str] = {}
    count: int = COUNT
    first_seed: int = 0
    form: Form = "paired"
    parent: str = ""
    full: bool = False
    areas: bool = False
    agrees: bool = False
    agreement: float = AGREEMENT
    named: bool = False
    differs: bool = False
    apart: float = APART
    reference: str = ""


def request_of(
    choices: Choices, out: Path, pack: str, options: Options, canvas: Generate | None, *, upscales: bool = False
) -> Export:
    """Everything that an export depends on. `canvas` is there if that is the source. Steps, sampler and guidance are
    those beside the picture. Full size is for packs that can.
    """
    source, place = choices.source, choices.places.get(choices.source)
    shares = options.areas if choices.areas and source in TARGETED else {}
    return Export(
        id=uuid.uuid4().hex,
        pack=pack,
        out=str(out),
        form=choices.form,
        count=choices.count,
        first_seed=choices.first_seed,
        prompts=place if source is Source.PROMPTS else None,
        caption_grammar=source is Source.GRAMMAR,
        layouts=place if source is Source.LAYOUTS else None,
        images=place if source is Source.IMAGES else None,
        areas=AreaGuide(shares=shares) if shares else None,
        canvas=canvas,
        steps=options.steps,
        sampler=options.sampler,
        guidance=options.guidance,
        full=choices.full and upscales,
        agreement=choices.agreement if choices.agrees else None,
        named=choices.named,
        apart=choices.apart if choices.differs else None,
        reference=choices.reference or None if choices.differs else None,
    )


TARGETED = (Source.FREE, Source.GRAMMAR, Source.PROMPTS, Source.IMAGES)
"""Sources that leave the layout open; the canvas brings its targets along."""


def fresh(parent: Path, pack: str) -> Path:
    """A folder for the next data set of a pack: the first of its numbered ones that is not there."""
    number = 1
    while (parent / f"{pack}-{number}").exists():
        number += 1
    return parent / f"{pack}-{number}"
