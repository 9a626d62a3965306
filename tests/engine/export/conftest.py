"""For the export's tests: the tiny pack, two steps, the CPU."""

from __future__ import annotations

import pytest

from engine.export.run import export_dataset
from engine.interface.dataset.export_order import ExportOrder, ExportRunOptions, FormatName


@pytest.fixture
def make(tiny_pack, tmp_path):
    """Export into a folder of this name; gives the folder."""

    def make(name="out", count=5, *, batch=2, workers=1, watch=None, **order):
        order = {"pack": str(tiny_pack), "format": FormatName.paired, "steps": 2} | order
        out = tmp_path / name
        how = ExportRunOptions(out=out, count=count, batch=batch, workers=workers, device="cpu")
        export_dataset(ExportOrder(**order), how, watch)
        return out

    return make


@pytest.fixture
def contents():
    """Every file of an export by its path, but for the lock."""

    def contents(folder):
        paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock")
        return {str(path.relative_to(folder)): path.read_bytes() for path in paths}

    return contents
