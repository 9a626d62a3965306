"""Exports in the real engine process: progress, pictures meanwhile, pause, cancel, resuming, and every failure."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.export.dataset_verification import verify_dataset
from engine.export.run import export_dataset
from engine.interface import pack_catalogue
from engine.interface.dataset.export_order import ExportRunOptions, FormatName
from engine.interface.protocol import (
    AreaGuide,
    Cancel,
    Cancelled,
    Done,
    Export,
    Exported,
    ExportFormat,
    Exporting,
    Failed,
    Generate,
    Pause,
    Preview,
    Purge,
    Raster,
    Ready,
    Resume,
)
from engine.serve.export_worker import order_from_request
from tests.engine.engine_subprocess import EngineSubprocess

MANY = 100_000


@pytest.fixture(scope="module")
def engine(tiny_pack, tmp_path_factory):
    engine = EngineSubprocess.start_serving(tiny_pack, tmp_path_factory.mktemp("engine") / "log")
    assert isinstance(engine.next_event(), Ready)
    yield engine
    engine.close()


@pytest.fixture
def ask(engine, tiny_pack, tmp_path):
    def ask(id, **given):
        request = Export(**{"id": id, "pack": str(tiny_pack), "out": str(tmp_path / "out"), "steps": 2} | given)
        engine.send(request)
        return request

    return ask


def until(engine, wanted):
    """Everything up to the first event that is wanted."""
    seen = [engine.next_event()]
    while not wanted(seen[-1]):
        assert seen[-1] is not None, engine.log.read_text()
        assert not isinstance(seen[-1], Failed), seen[-1]
        seen.append(engine.next_event())
    return seen


def answered(event):
    return isinstance(event, Exported | Cancelled | Failed | Done)


def under_way(event):
    return isinstance(event, Exporting) and event.pairs > 0


def kept(folder):
    lines = [json.loads(line) for line in (folder / "manifest.jsonl").read_bytes().splitlines()]
    return [line["name"] for line in lines if line["type"] == "pair"]


def test_it_is_what_the_command_makes(engine, ask, tiny_pack, tmp_path):
    request = ask("made", count=30, areas=AreaGuide(shares={"road": 0.5}), first_seed=3)
    *told, done = until(engine, answered)
    assert done == Exported(id="made", pairs=30, new=30, rejected=0)
    assert {type(event) for event in told} == {Exporting}
    assert [event.pairs for event in told] == sorted(event.pairs for event in told)
    assert told[0].pairs == 0
    how = ExportRunOptions(out=tmp_path / "by hand", count=30, batch=7, device="cpu")
    export_dataset(order_from_request(request), how)
    for path in (tmp_path / "by hand").rglob("*.*"):
        if path.is_file() and path.name != ".lock":
            assert (tmp_path / "out" / path.relative_to(how.out)).read_bytes() == path.read_bytes()


def test_a_picture_comes_at_once_and_the_export_goes_on_behind_it(engine, ask, tiny_pack):
    ask("behind", count=MANY)
    until(engine, under_way)
    engine.send(Generate(id="stroke", pack=str(tiny_pack), prompt="", steps=300))
    *seen, done = until(engine, answered)
    assert isinstance(done, Done)
    shown = [event for event in seen if isinstance(event, Preview)]
    assert shown[0].index == 1
    after = seen[seen.index(shown[0]) :]
    assert len({event.pairs for event in after if isinstance(event, Exporting)}) <= 1, "no step comes meanwhile"
    before = [event.pairs for event in seen if isinstance(event, Exporting)]
    later = until(engine, lambda event: under_way(event) and event.pairs > max(before, default=0))[-1]
    assert later.per_second > 0
    assert later.eta > 0
    engine.send(Cancel(id="behind"))
    assert until(engine, answered)[-1] == Cancelled(id="behind", revision=0)


def test_it_rests_and_goes_on_with_what_it_was_drawing(engine, ask, tiny_pack, tmp_path):
    ask("resting", count=MANY)
    until(engine, under_way)
    engine.send(Pause(id="resting"))
    counts = []
    for index in range(4):  # each gives way to the export when it is done
        engine.send(Generate(id=f"picture {index}", pack=str(tiny_pack), prompt="", steps=20))
        until(engine, answered)
        counts.append(len(kept(tmp_path / "out")))
    assert counts[1] == counts[-1]
    engine.send(Export(id="next", pack="no such pack", out=str(tmp_path / "other")))
    count = len(kept(tmp_path / "out"))
    engine.send(Resume(id="resting"))
    assert until(engine, lambda event: under_way(event) and event.pairs > count)
    engine.send(Pause(id="resting"), Cancel(id="resting"))
    assert until(engine, answered)[-1] == Cancelled(id="resting", revision=0)
    last = engine.next_event()
    assert (last.id, last.code) == ("next", "unknown_pack")
    assert verify_dataset(ExportRunOptions(out=tmp_path / "out", device="cpu")).repaired == []


def test_cancel_means_now_and_the_same_again_goes_on(engine, ask, tmp_path):
    ask("first", count=MANY, steps=1000)
    until(engine, lambda event: isinstance(event, Exporting))
    engine.send(Cancel(id="first"))
    assert until(engine, answered)[-1] == Cancelled(id="first", revision=0)
    ask("stopped", count=MANY, out=str(tmp_path / "two"))
    until(engine, under_way)
    engine.send(Cancel(id="stopped"))
    until(engine, answered)
    names = kept(tmp_path / "two")
    count = len(names) + 3
    ask("again", count=count, out=str(tmp_path / "two"))
    *told, done = until(engine, answered)
    assert done == Exported(id="again", pairs=count, new=3, rejected=0)
    assert told[0].pairs == count - 3


def test_a_killed_engine_loses_the_running_batch_only(tiny_pack, tmp_path):
    engine = EngineSubprocess.start_serving(tiny_pack, tmp_path / "log")
    request = Export(id="killed", pack=str(tiny_pack), out=str(tmp_path / "out"), count=MANY, steps=2)
    engine.send(request)
    until(engine, lambda event: under_way(event) and event.pairs > 10)
    engine.close()
    names = kept(tmp_path / "out")
    again = EngineSubprocess.start_serving(tiny_pack, tmp_path / "log")
    again.send(Export(id="again", pack=request.pack, out=request.out, count=len(names) + 2, steps=2))
    done = until(again, answered)[-1]
    again.close()
    assert done == Exported(id="again", pairs=len(names) + 2, new=2, rejected=0)
    assert kept(tmp_path / "out")[: len(names)] == names
    assert verify_dataset(ExportRunOptions(out=tmp_path / "out", device="cpu")).repaired == []


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        ({"pack": "no such pack"}, "unknown_pack", "no such pack"),
        ({"layouts": "/no/such/folder"}, "bad_file", "/no/such/folder"),
        ({"areas": AreaGuide(shares={"zebra": 0.5})}, "bad_class", "zebra"),
        ({"form": "cityscapes"}, "bad_request", "tree"),
        ({"agreement": 0.9}, "bad_pack", "segmenter"),
        ({"out": "/proc/no such place"}, "bad_file", "cannot be written"),
        ({"first_seed": 2**63 - 2}, "bad_request", "seeds"),
    ],
)
def test_what_cannot_be_made_is_said(engine, ask, given, code, said):
    ask("bad", **given)
    answer = engine.next_event()
    while isinstance(answer, Exporting):
        answer = engine.next_event()
    assert (type(answer), answer.id, answer.code) == (Failed, "bad", code)
    assert said in answer.message
    assert answer.hint


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_full_disk_is_said(engine, ask, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".temporary").symlink_to("/dev/full")
    ask("full", count=2)
    answer = until_failed(engine)
    assert (answer.code, answer.message.split()[0]) == ("bad_file", str(tmp_path / "out" / ".temporary"))


def until_failed(engine):
    while not isinstance(answer := engine.next_event(), Failed):
        assert isinstance(answer, Exporting)
    return answer


def test_a_folder_in_use_is_said(engine, ask, tmp_path):
    from engine.interface.dataset.dataset_store import open_store

    with open_store(tmp_path / "out"):
        ask("second", count=1)
        answer = engine.next_event()
    assert "Another export is writing to" in answer.message
    assert answer.code == "bad_file"


def test_a_canvas_is_drawn_with_each_seed_and_settled(engine, ask, tiny_pack, tmp_path):
    from engine.interface.dataset_reader import DatasetReader

    info = pack_catalogue.read_pack_info(tiny_pack)
    layout = np.zeros((info.height, info.width), np.uint8)
    canvas = Generate(id="canvas", pack=str(tiny_pack), layout=Raster.from_pixels(layout), steps=2)
    ask("canvas", canvas=canvas, count=3)
    assert until(engine, answered)[-1].pairs == 3
    reader = DatasetReader(tmp_path / "out")
    assert all((reader.halves(entry).layout == 0).all() for entry in reader.entries)
    reader.drop(reader.entries[:1])
    engine.send(Purge(id="settled", out=str(tmp_path / "out")))
    assert engine.next_event() == Exported(id="settled", pairs=2, new=0, rejected=0)
    assert not (tmp_path / "out" / "images" / "000000000.png").exists()


def test_the_wire_knows_all_formats():
    assert list(ExportFormat.__args__) == [str(form) for form in FormatName]
