"""What was exported is looked through in every format, and what a person drops stays out."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from engine.export.dataset_verification import verify_dataset
from engine.export.pair_generator import PairGenerator
from engine.export.purge import purge_dataset
from engine.interface.dataset.export_order import ExportOrder, ExportRunOptions, FormatName
from engine.interface.dataset_reader import DatasetReader
from engine.interface.errors import BadFile
from engine.interface.protocol import ClassInfo
from tests import tiny

SHARDED = [FormatName.parquet, FormatName.webdataset]
NAMES = ("road", "sky", "car", "vegetation")


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """Classes that every format can hold."""
    classes = tuple(ClassInfo(name, one.colour) for name, one in zip(NAMES, tiny.INFO.classes, strict=True))
    info = msgspec.structs.replace(tiny.INFO, name="town", classes=classes)
    return tiny.make(tmp_path_factory.mktemp("packs") / "town", info)


@pytest.fixture
def exported(make, pack):
    def exported(form, count=5, **more):
        return make("out", count, **{"pack": str(pack), "format": form, "per_shard": 2} | more)

    return exported


def drop(out, *places):
    reader = DatasetReader(out)
    reader.drop([reader.entries[place] for place in places])


@pytest.mark.parametrize("form", FormatName)
def test_both_halves_of_every_pair_come_back(exported, pack, form):
    reader = DatasetReader(exported(form))
    drawn = PairGenerator(ExportOrder(pack=str(pack), format=form, steps=2), "cpu").draw(range(5))
    lossy = form in (FormatName.voc, FormatName.ade20k)
    assert [entry.name for entry in reader.entries] == [pair.name for pair in drawn]
    for entry, pair in zip(reader.entries, drawn, strict=True):
        image, layout = reader.halves(entry)
        assert (layout == pair.layout).all()
        assert np.abs(image.astype(int) - pair.image).mean() < (8 if lossy else 0.001)
        assert list(entry.areas) == np.bincount(pair.layout.ravel(), minlength=4).tolist()


@pytest.mark.parametrize("form", FormatName)
def test_what_is_dropped_goes_and_is_not_made_again(exported, contents, form):
    out = exported(form)
    before = contents(out)
    lost = [name for name in before if "000000001" in name or "000_000001" in name]
    drop(out, 1)
    assert [entry.record.seed for entry in DatasetReader(out).entries] == [0, 2, 3, 4]
    assert purge_dataset(out).pairs == 4
    after = contents(out)
    assert not set(lost) & set(after)
    assert all(b"000000001.png" not in data for name, data in after.items() if name != "manifest.jsonl")
    assert verify_dataset(ExportRunOptions(out=out, device="cpu")).repaired == []
    assert json.loads(after["report.json"])["rejected"] == {"dropped": 1}
    kept = {entry.name: DatasetReader(out).halves(entry).layout.tobytes() for entry in DatasetReader(out).entries}
    exported(form)  # another one takes its place
    assert [entry.record.seed for entry in DatasetReader(out).entries] == [0, 2, 3, 4, 5]
    assert (
        kept.items()
        <= {e.name: DatasetReader(out).halves(e).layout.tobytes() for e in DatasetReader(out).entries}.items()
    )
    assert verify_dataset(ExportRunOptions(out=out, device="cpu")).repaired == []


@pytest.mark.parametrize("form", [FormatName.paired, *SHARDED])
def test_what_is_taken_back_is_as_if_nothing_had_been(exported, contents, form):
    out = exported(form)
    before = contents(out)
    reader = DatasetReader(out)
    reader.drop(reader.entries[1:3])
    reader.drop(reader.entries[1:3], dropped=False)
    assert purge_dataset(out).pairs == 5
    after = contents(out)
    assert {**before, "manifest.jsonl": b""} == {**after, "manifest.jsonl": b""}
    assert len(DatasetReader(out).entries) == 5


@pytest.mark.parametrize("form", [FormatName.paired, *SHARDED])
def test_a_thinned_set_is_mended_like_any(exported, contents, form):
    out = exported(form)
    drop(out, 0, 3)
    purge_dataset(out)
    before = contents(out)
    entry = DatasetReader(out).entries[0]
    damaged = next(name for name in before if name in entry.files or name.endswith(("00000.parquet", "000000.tar")))
    (out / damaged).write_bytes(b"")
    assert verify_dataset(ExportRunOptions(out=out, device="cpu")).repaired == [damaged]
    assert contents(out) == before


def test_pairs_dropped_before_the_end_are_never_collected(exported, tmp_path):
    from engine.export.progress_hooks import ProgressHooks

    def written(kept, rejected):
        if kept == 3:
            raise Enough

    with pytest.raises(Enough):
        exported(FormatName.webdataset, watch=ProgressHooks(on_written=written))
    out = tmp_path / "out"
    assert len(DatasetReader(out).entries) == 3
    drop(out, 0, 2)  # one in a shard, one in none
    assert purge_dataset(out).pairs == 1
    exported(FormatName.webdataset)
    assert [entry.record.seed for entry in DatasetReader(out).entries] == [1, 3, 4, 5, 6]
    assert verify_dataset(ExportRunOptions(out=out, device="cpu")).repaired == []


class Enough(Exception):
    pass


def test_a_damaged_pair_and_a_strange_folder_are_said(exported, tmp_path):
    out = exported(FormatName.paired)
    (out / "layouts" / "000000002.png").write_bytes(b"")
    reader = DatasetReader(out)
    with pytest.raises(BadFile, match=r"000000002\.png cannot be read"):
        reader.halves(reader.entries[2])
    (out / "layouts" / "000000002.png").unlink()
    with pytest.raises(BadFile, match=r"000000002\.png cannot be read"):
        reader.halves(reader.entries[2])
    with pytest.raises(BadFile, match="holds no export"):
        DatasetReader(tmp_path)
    with pytest.raises(BadFile, match="holds no export"):
        DatasetReader(tmp_path / "nowhere")
