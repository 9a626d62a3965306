"""Where packs are found, and what they say of themselves before torch is loaded."""

from __future__ import annotations

import os

import msgspec
import pytest

from engine.interface import pack_catalogue
from engine.interface.errors import BadPack, UnknownPack
from engine.interface.protocol import ClassInfo, PackInfo

CLASSES = (ClassInfo("sky", "#4682b4"), ClassInfo("road", "#804080"))
INFO = PackInfo(name="toy", title="Toy", height=32, width=64, classes=CLASSES)


def make(folder, info=INFO):
    folder.mkdir(parents=True)
    (folder / "pack.json").write_bytes(msgspec.json.encode({"info": info, "network": {"depth": 3}}))
    return folder


@pytest.fixture
def roots(tmp_path, monkeypatch):
    first, second = tmp_path / "first", tmp_path / "second"
    monkeypatch.setenv("DIPTYCH_PACKS", f"{first}{os.pathsep}{os.pathsep}{second}")
    return first, second


def test_packs_are_found_in_every_folder_and_the_first_wins(roots):
    first, second = roots
    make(second / "toy"), make(second / "other")
    assert pack_catalogue.find_pack_folder("toy") == second / "toy"
    make(first / "toy")
    found = pack_catalogue.pack_folders()
    assert found["toy"] == first / "toy"
    assert found["other"] == second / "other"


def test_a_folder_without_a_pack_is_not_one(roots):
    (roots[0] / "empty").mkdir(parents=True)
    assert "empty" not in pack_catalogue.pack_folders()


def test_a_pack_is_found_by_its_path(tmp_path):
    folder = make(tmp_path / "elsewhere")
    assert pack_catalogue.find_pack_folder(str(folder)) == folder


def test_an_unknown_pack_is_named_with_those_that_are_here(roots):
    make(roots[0] / "toy")
    with pytest.raises(UnknownPack, match="“moon”") as caught:
        pack_catalogue.find_pack_folder("moon")
    assert "toy" in caught.value.hint


def test_the_head_is_read_and_the_rest_left_alone(tmp_path):
    assert pack_catalogue.read_pack_info(make(tmp_path / "toy")) == INFO


@pytest.mark.parametrize("text", ["", "{", "[]", '{"info": {"name": "x"}}', '{"info": 3}'])
def test_a_broken_head_is_named(tmp_path, text):
    (tmp_path / "pack.json").write_text(text)
    with pytest.raises(BadPack, match=r"pack\.json cannot be read"):
        pack_catalogue.read_pack_info(tmp_path)


def test_a_missing_head_is_named(tmp_path):
    with pytest.raises(BadPack, match=r"pack\.json cannot be read"):
        pack_catalogue.read_pack_info(tmp_path)


def test_examples_come_in_order(tmp_path):
    (tmp_path / "examples").mkdir()
    for name in ("2.png", "1.png", "notes.txt"):
        (tmp_path / "examples" / name).touch()
    assert [path.name for path in pack_catalogue.example_layout_paths(tmp_path)] == ["1.png", "2.png"]
    assert pack_catalogue.example_layout_paths(tmp_path / "nowhere") == []


def test_the_assets_are_there():
    assert (pack_catalogue.assets_folder() / "packs").is_dir()


@pytest.mark.parametrize("name", ["x" * 400, "no\0name"])
def test_a_name_that_can_be_no_path_is_an_unknown_pack(name):
    with pytest.raises(UnknownPack):
        pack_catalogue.find_pack_folder(name)


def test_a_head_that_is_no_utf8_is_a_broken_pack(tmp_path):
    (make(tmp_path / "toy") / "pack.json").write_bytes(b'{"info": {"name": "t\xff"}}')
    with pytest.raises(BadPack):
        pack_catalogue.read_pack_info(tmp_path / "toy")
