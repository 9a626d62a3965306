"""The order of an export, which with a seed determines every byte of a pair, and options that do not affect bytes."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from engine.interface.protocol import MAX_SEED, AreaGuide, Generate, Sampler, SideLength

DEFAULT_BATCH = 8
DEFAULT_PAIRS_PER_SHARD = 1000
Caption = Annotated[str, msgspec.Meta(max_length=20_000)]


class FormatName(StrEnum):
    paired = "paired"
    voc = "voc"
    cityscapes = "cityscapes"
    ade20k = "ade20k"
    coco = "coco"
    imagefolder = "imagefolder"
    parquet = "parquet"
    webdataset = "webdataset"


ShareThreshold = Annotated[float, msgspec.Meta(ge=0, le=1)]


class PairFilters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Filters that decide which pairs are kept; None switches a filter off.

    `agreement`: the segmenter predicts the layout's class from the image at least at this share of the known pixels.
    `named`: every class that the caption names is in the layout.
    `apart`: the cosine of two images' embeddings, by the CLIP pair or without one by the segmenter, is below this, to
    each pair kept before and to the pictures of `reference`.
    """

    agreement: ShareThreshold | None = None
    named: bool = False
    apart: ShareThreshold | None = None
    reference: Path | None = None

    @property
    def is_active(self) -> bool:
        """Whether any filter is switched on."""
        return self.agreement is not None or self.named or self.apart is not None


class ExportOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What to draw, and in which format. Folders and files are inputs; `canvas` is a request to draw with every seed,
    `areas` are targets for every pair. With `full`, the pack's upscaler brings pairs to full size.
    """

    pack: str
    format: FormatName
    first_seed: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEED)] = 0
    prompts: Path | None = None
    caption_grammar: bool = False
    layouts: Path | None = None
    images: Path | None = None
    targets: Path | None = None
    areas: AreaGuide | None = None
    canvas: Generate | None = None
    negative: str = ""
    steps: int | None = None
    sampler: Sampler | None = None
    guidance: float | None = None
    full: bool = False
    per_shard: Annotated[int, msgspec.Meta(ge=1)] = DEFAULT_PAIRS_PER_SHARD
    filters: PairFilters = PairFilters()


class ExportRunOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Where and with which workers to draw. `ray` is a cluster's address; "local" starts one on this machine."""

    out: Path
    count: int = 0
    batch: int = DEFAULT_BATCH
    workers: int = 1
    ray: str = ""
    device: str = "auto"


class PairRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Provenance of a pair, stored with it. `height` and `width` are the pair's, `upscaled` times those drawn."""

    version: str
    torch: str
    pack: str
    pack_sha256: str
    device: str
    seed: Annotated[int, msgspec.Meta(ge=0, le=MAX_SEED)]
    prompt: Caption
    negative: Caption = ""
    layout: str | None = None
    layout_sha256: str = ""
    image: str | None = None
    image_sha256: str = ""
    areas: AreaGuide | None = None
    canvas: bool = False
    steps: int
    sampler: Sampler
    guidance: float
    cross_guidance: float
    height: SideLength
    width: SideLength
    upscaled: int = 1


class PairQuality(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Scores of a pair; `rejected` is the name of the first filter that it did not pass.

    `nearest` is the largest cosine to an earlier or a reference picture, `like`, by the embeddings of `by`.
    """

    agreement: float | None = None
    missing: tuple[str, ...] = ()
    nearest: float | None = None
    like: str = ""
    embedding: bytes = b""
    by: Literal["clip", "segmenter"] = "clip"
    rejected: str = ""
