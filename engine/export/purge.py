"""Removal of dropped pairs from an export: their files, and their entries in the files of the whole set."""

from __future__ import annotations

from pathlib import Path

from engine.export.run import ExportCounts, open_dataset
from engine.interface import pack_catalogue
from engine.interface.dataset.dataset_store import open_store
from engine.interface.dataset.export_header import read_header


def purge_dataset(folder: Path) -> ExportCounts:
    """Removes dropped pairs from an export folder without drawing any. Raises BadFile, BadPack or BadRequest."""
    order = read_header(folder).order
    info = pack_catalogue.read_pack_info(pack_catalogue.find_pack_folder(order.pack))
    with open_store(folder) as store:
        dataset = open_dataset(store, order, info)
        dataset.purge_dropped()
        return ExportCounts(dataset.manifest.kept, 0, dataset.manifest.rejected)
