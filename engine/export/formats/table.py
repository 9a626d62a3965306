"""The formats by their names."""

from __future__ import annotations

from collections.abc import Callable

from engine.export.formats.ade20k import Ade20k
from engine.export.formats.base import Format
from engine.export.formats.cityscapes import Cityscapes
from engine.export.formats.coco import Coco
from engine.export.formats.huggingface import ImageFolder, Parquet
from engine.export.formats.paired import Paired
from engine.export.formats.voc import Voc
from engine.export.formats.webdataset import WebDataset
from engine.export.order import FormatName
from engine.protocol import PackInfo

FORMATS: dict[FormatName, Callable[[PackInfo], Format]] = {
    FormatName.paired: Paired,
    FormatName.voc: Voc,
    FormatName.cityscapes: Cityscapes,
    FormatName.ade20k: Ade20k,
    FormatName.coco: Coco,
    FormatName.imagefolder: ImageFolder,
    FormatName.parquet: Parquet,
    FormatName.webdataset: WebDataset,
}


def format_of(name: FormatName, info: PackInfo) -> Format:
    """A format for a pack. Raises BadRequest if it cannot hold the pack's classes, or needs a package."""
    return FORMATS[name](info)
