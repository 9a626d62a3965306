"""Formats by name."""

from __future__ import annotations

from collections.abc import Callable

from engine.interface.dataset.export_order import FormatName
from engine.interface.dataset.formats.ade20k_format import Ade20kFormat
from engine.interface.dataset.formats.cityscapes_format import CityscapesFormat
from engine.interface.dataset.formats.coco_panoptic_format import CocoPanopticFormat
from engine.interface.dataset.formats.format_base import DatasetFormat
from engine.interface.dataset.formats.huggingface_format import ImageFolderFormat, ParquetFormat
from engine.interface.dataset.formats.paired_folders_format import PairedFoldersFormat
from engine.interface.dataset.formats.voc_format import VocFormat
from engine.interface.dataset.formats.webdataset_format import WebDatasetFormat
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
    """Creates a format for a pack. Raises BadRequest if it cannot hold the classes, or lacks a package."""
    return FORMATS[name](info)
