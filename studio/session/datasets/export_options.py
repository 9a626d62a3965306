"""The choices in the export dialog, which are remembered, and the export request built from them."""

from __future__ import annotations

import enum
import uuid
from pathlib import Path

import msgspec

from engine.interface.protocol import AreaGuide, Export, ExportFormat, Generate
from studio.session.generation.request_builder import GenerationOptions

DEFAULT_COUNT = 100
DEFAULT_AGREEMENT, DEFAULT_MAX_SIMILARITY = 0.8, 0.95
BYTES_PER_PIXEL: dict[ExportFormat, float] = {
    "paired": 2.1,
    "voc": 1.0,
    "cityscapes": 2.2,
    "ade20k": 0.9,
    "coco": 3.0,
    "imagefolder": 2.1,
    "parquet": 2.3,
    "webdataset": 3.1,
}
"""Bytes on disk per pixel for both halves together, measured on pairs of the street pack."""


class ExportSourceKind(enum.StrEnum):
    """What the pairs are generated from."""

    FREE = "free"
    GRAMMAR = "grammar"
    PROMPTS = "prompts"
    CANVAS = "canvas"
    LAYOUTS = "layouts"
    IMAGES = "images"


FILE_SOURCES = (ExportSourceKind.PROMPTS, ExportSourceKind.LAYOUTS, ExportSourceKind.IMAGES)
"""The sources that are a file or a folder."""


class ExportChoices(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of the dialog. `places` are the files and folders of the sources; `parent` holds the data sets."""

    source: ExportSourceKind = ExportSourceKind.GRAMMAR
    places: dict[ExportSourceKind, str] = {}
    count: int = DEFAULT_COUNT
    first_seed: int = 0
    form: ExportFormat = "paired"
    parent: str = ""
    full: bool = False
    areas: bool = False
    agrees: bool = False
    agreement: float = DEFAULT_AGREEMENT
    named: bool = False
    differs: bool = False
    apart: float = DEFAULT_MAX_SIMILARITY
    reference: str = ""


def build_export_request(
    choices: ExportChoices,
    out: Path,
    pack: str,
    options: GenerationOptions,
    canvas: Generate | None,
    *,
    pack_upscales: bool = False,
) -> Export:
    """The request of an export into the folder `out`.

    Steps, sampler and guidance are those of the `options`. `canvas` is the request of the picture if that is the
    source. `pack_upscales` says whether the pack can draw at full size.
    """
    source, source_path = choices.source, choices.places.get(choices.source)
    shares = options.areas if choices.areas and source in SOURCES_WITH_AREA_TARGETS else {}
    return Export(
        id=uuid.uuid4().hex,
        pack=pack,
        out=str(out),
        form=choices.form,
        count=choices.count,
        first_seed=choices.first_seed,
        prompts=source_path if source is ExportSourceKind.PROMPTS else None,
        caption_grammar=source is ExportSourceKind.GRAMMAR,
        layouts=source_path if source is ExportSourceKind.LAYOUTS else None,
        images=source_path if source is ExportSourceKind.IMAGES else None,
        areas=AreaGuide(shares=shares) if shares else None,
        canvas=canvas,
        steps=options.steps,
        sampler=options.sampler,
        guidance=options.guidance,
        full=choices.full and pack_upscales,
        agreement=choices.agreement if choices.agrees else None,
        named=choices.named,
        apart=choices.apart if choices.differs else None,
        reference=choices.reference or None if choices.differs else None,
    )


SOURCES_WITH_AREA_TARGETS = (
    ExportSourceKind.FREE,
    ExportSourceKind.GRAMMAR,
    ExportSourceKind.PROMPTS,
    ExportSourceKind.IMAGES,
)
"""The sources that leave the layout open. The request of the canvas has its own area targets."""


def next_free_folder(parent: Path, pack: str) -> Path:
    """The first numbered folder of a pack that does not exist yet."""
    number = 1
    while (parent / f"{pack}-{number}").exists():
        number += 1
    return parent / f"{pack}-{number}"
