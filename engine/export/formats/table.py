"""The formats by their names."""

from __future__ import annotations

from collections.abc import Callable

from engine.export.formats.ade20k import Ade20kFormat
from engine.export.formats.base import DatasetFormat
from engine.export.formats.cityscapes import CityscapesFormat
from engine.export.formats.coco import CocoPanopticFormat
from engine.export.formats.huggingface import ImageFolderFormat, ParquetFormat
from engine.export.formats.paired import PairedFoldersFormat
from engine.export.formats.voc import VocFormat
from engine.export.formats.webdataset import WebDatasetFormat
from engine.export.order import FormatName
from engine.protocol import PackInfo

FORMATS: dict[FormatName, Callable[[PackInfo], DatasetFormat]] = {
    FormatName.paired: PairedFoldersFormat,
    FormatName.voc: VocFormat,
    FormatName.cityscapes: CityscapesFormat,
    FormatName.ade20k: Ade20kFormat,
    FormatName.coco: CocoPanopticFormat,
    FormatName.imagefolder: ImageFolderFormat,
    FormatName.parquet: ParquetFormat,
    FormatName.webdataset: WebDatasetFormat,
}


def create_format(name: FormatName, info: PackInfo) -> DatasetFormat:
    """A format for a pack. Raises BadRequest if it cannot hold the pack's classes, or needs a package."""
    return FORMATS[name](info)
