"""After a person dropped pairs: what was theirs goes, and the files of the whole set no longer name them."""

from __future__ import annotations

from pathlib import Path

from engine import library
from engine.export.run import Exported, begun_in, dataset_in
from engine.export.store import opened


def settle(folder: Path) -> Exported:
    """Settle an export folder; nothing is drawn. Raises BadFile, BadPack or BadRequest."""
    order = begun_in(folder).order
    info = library.read_info(library.find_pack(order.pack))
    with opened(folder) as store:
        dataset = dataset_in(store, order, info)
        dataset.settle()
        return Exported(dataset.manifest.kept, 0, dataset.manifest.rejected)
