"""A data set of a stranger's: neither looking through it nor settling or verifying it touches a file outside."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from engine.export.dataset_verification import verify_dataset
from engine.export.purge import purge_dataset
from engine.interface.bounded_files import DatasetPath, unlinked, within
from engine.interface.dataset import manifest as lines
from engine.interface.dataset.export_header import HEADER_FILE
from engine.interface.dataset.export_order import ExportRunOptions, FormatName
from engine.interface.dataset.manifest import ClosedLine, DropLine, PairLine, ShardLine
from engine.interface.dataset_reader import DatasetReader
from engine.interface.errors import BadFile, MalformedData
from engine.interface.protocol import CustomGuide, Generate

NAMES = (
    "../victim",
    "..",
    ".",
    "",
    "a/../../victim",
    "/etc/passwd",
    "a//b",
    "a/",
    "./a",
    "C:/x",
    "a\\b",
    "a\0b",
    "a\n",
)


@pytest.fixture
def theirs(make, tiny_pack, tmp_path):
    """An export of two pairs beside a file of the user's; both come back."""
    out = make("out", 2, pack=str(tiny_pack), format=FormatName.paired, steps=2)
    victim = tmp_path / "victim"
    victim.write_text("mine")
    return out, victim


def rewritten(out, change):
    """The manifest with every pair's line changed."""
    path = out / lines.MANIFEST_FILE
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for record in records:
        if record["type"] == "pair":
            change(record)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_elsewhere_is_no_name(name, tmp_path):
    with pytest.raises(BadFile):
        within(tmp_path, name)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(name, DatasetPath)


@pytest.mark.parametrize("name", [*NAMES, "/absolute/victim"])
def test_a_manifest_with_such_a_name_is_not_read(theirs, name):
    out, victim = theirs
    rewritten(out, lambda record: record.update(files={name: "0" * 64}))
    for act in (
        lambda: DatasetReader(out),
        lambda: purge_dataset(out),
        lambda: verify_dataset(ExportRunOptions(out=out, device="cpu")),
    ):
        with pytest.raises(BadFile, match="is none of ours"):
            act()
    assert victim.read_text() == "mine"


def test_every_line_is_held_to_its_names():
    record = {"name": "a", "seed": 0, "type": "drop"}
    for change in ({"name": "../a"}, {"name": "a/b"}, {"name": ".a"}):
        with pytest.raises(MalformedData):
            lines._decoder.decode(json.dumps(record | change))
    for line in (
        {"type": "shard", "file": "../a", "sha256": "", "first": 0, "last": 1},
        {"type": "closed", "files": {"../a": ""}, "pairs": 1},
        {"type": "closed", "files": {"a": "0" * 65}, "pairs": 1},
    ):
        with pytest.raises(MalformedData):
            lines._decoder.decode(json.dumps(line))
    assert {type(one) for one in (DropLine, ShardLine, ClosedLine, PairLine)} == {msgspec.StructMeta}


def test_what_is_dropped_through_a_link_is_not_deleted(theirs, tmp_path):
    out, victim = theirs
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    entry = DatasetReader(out).entries[0]
    held = {name: (elsewhere / Path(name).name) for name in entry.files}
    for kept in held.values():
        kept.write_text("mine")
    folder = out / Path(entry.files[0]).parent
    folder.rename(tmp_path / "moved")
    folder.symlink_to(elsewhere)
    DatasetReader(out).drop([entry])
    with pytest.raises(BadFile, match="is a link"):
        purge_dataset(out)
    assert all(kept.read_text() == "mine" for kept in held.values())
    with pytest.raises(BadFile, match="is a link"):
        DatasetReader(out).halves(entry)
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("name", [lines.MANIFEST_FILE, HEADER_FILE, ".temporary", ".lock", "report.json"])
def test_none_of_its_own_files_is_written_through_a_link(theirs, name):
    out, victim = theirs
    path = out / name
    if path.is_dir():
        path.rmdir()
    path.unlink(missing_ok=True)
    path.symlink_to(victim)
    with pytest.raises(BadFile):
        drop_and_settle(out)
    assert victim.read_text() == "mine"


def drop_and_settle(out):
    reader = DatasetReader(out)
    reader.drop(reader.entries[:1])
    purge_dataset(out)


def test_verifying_runs_no_code_that_the_set_names(theirs, tmp_path):
    out, _ = theirs
    header = json.loads((out / HEADER_FILE).read_text("utf-8"))
    guide = CustomGuide(function=f"{tmp_path / 'evil.py'}:f")
    canvas = Generate(id="x", pack=header["order"]["pack"], prompt="", guides=(guide,))
    header["order"]["canvas"] = json.loads(msgspec.json.encode(canvas))
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'it-ran')!r}, 'w')\n")
    (out / HEADER_FILE).write_text(json.dumps(header), "utf-8")
    next(path for path in (out / "images").iterdir()).unlink()
    with pytest.raises(BadFile, match="names a file, a model or code"):
        verify_dataset(ExportRunOptions(out=out, device="cpu"))
    assert not (tmp_path / "it-ran").exists()


def test_areas_of_other_classes_and_lines_without_an_end_are_sentences(theirs):
    out, _ = theirs
    before = (out / lines.MANIFEST_FILE).read_bytes()
    rewritten(out, lambda record: record.update(areas=[1, 2, 3, 4, 5]))
    with pytest.raises(BadFile, match="other classes"):
        DatasetReader(out)
    for end in (b"[" * 5000 + b"\n", b'{"type":"pair","seed":' + b"9" * 5000 + b"}\n", b"x" * 2**21 + b"\n"):
        (out / lines.MANIFEST_FILE).write_bytes(before + end)
        with pytest.raises(BadFile, match="is none of ours"):
            DatasetReader(out)


def test_a_link_is_named_and_a_plain_file_is_found(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "link").symlink_to("/etc")
    with pytest.raises(BadFile, match="is a link"):
        unlinked(tmp_path, "there/link/passwd")
    assert unlinked(tmp_path, "there/none/at all.png") == tmp_path / "there" / "none" / "at all.png"
