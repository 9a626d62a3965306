"""The formats by their names."""

from __future__ import annotations

from collections.abc import Callable

from engine.export.export_order import FormatName
from engine.export.formats.ade20k_format import Ade20kFormat
from engine.export.formats.cityscapes_format import CityscapesFormat
from engine.export.formats.coco_panoptic_format import CocoPanopticFormat
from engine.export.formats.format_base import DatasetFormat
from engine.export.formats.huggingface_format import ImageFolderFormat, ParquetFormat
from engine.export.formats.paired_folders_format import PairedFoldersFormat
from engine.export.formats.voc_format import VocFormat
from engine.export.formats.webdataset_format import WebDatasetFormat
from engine.interface.protocol import PackInfo

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
