"""Packs of strangers: whatever is in pack.json or the weights, it is a sentence, soon, and nothing is fetched."""

from __future__ import annotations

import json
import shutil
import socket

import msgspec
import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.interface import pack_catalogue
from engine.interface.errors import BadPack
from engine.network.local_weights import CONFIG_FILE, local_weights
from engine.packs import pack
from engine.requests.pack_verification import drawing_problems
from tests.engine.packs.hostile_descriptions import BAD_DESCRIPTIONS, BAD_HEADERS


@pytest.fixture
def theirs(tiny_pack, tmp_path):
    return shutil.copytree(tiny_pack, tmp_path / "theirs")


def rewritten(folder, place, value):
    """pack.json with one value changed, by its path in the file."""
    path = folder / "pack.json"
    head = json.loads(path.read_text("utf-8"))
    *parents, last = place
    inner = head
    for key in parents:
        inner = inner[key]
    inner[last] = value
    path.write_text(json.dumps(head), "utf-8")


@pytest.mark.parametrize(("place", "value"), BAD_HEADERS, ids=str)
def test_a_head_out_of_its_ranges_is_a_sentence_for_the_studio_too(theirs, place, value):
    rewritten(theirs, place, value)
    for read in (pack_catalogue.read_pack_info, pack.read_pack_file):
        with pytest.raises(BadPack) as caught:
            read(theirs)
        assert "pack.json" in str(caught.value)
    assert pack.pack_problems(theirs)


@pytest.mark.parametrize(("place", "value"), BAD_DESCRIPTIONS, ids=str)
def test_a_description_out_of_its_ranges_is_a_sentence(theirs, place, value):
    rewritten(theirs, place, value)
    problems = pack.pack_problems(theirs)
    assert len(problems) == 1
    assert "pack.json" in problems[0] or "pack format" in problems[0]


@pytest.mark.parametrize(
    "text", [b"[" * 10**5, b'{"info":' * 2000, b"\xff", b" " * 2**25, b'{"format":' + b"1" * 5000]
)
def test_a_head_that_is_no_document_is_a_sentence(theirs, text):
    (theirs / "pack.json").write_bytes(text)
    for read in (pack_catalogue.read_pack_info, pack.read_pack_file, pack.read_pack):
        with pytest.raises(BadPack, match=r"pack\.json cannot be read"):
            read(theirs)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w["text.transformer.token_embedding.weight"].fill_(float("nan")), "not finite"),
        (lambda w: w["unet.stem.weight"].fill_(float("inf")), "not finite"),
        (lambda w: w["no_text.pooled"].fill_(float("nan")), "not finite"),
        (lambda w: w.update({"unet.stem.weight": torch.zeros(3)}), "unet|stem.weight is"),
        (lambda w: w.pop("unet.stem.weight"), "lacks stem.weight"),
        (lambda w: w.update({"unet.more": torch.zeros(3)}), "has besides more"),
        (lambda w: w.update({"text.more": torch.zeros(3)}), "has besides more"),
        (lambda w: w.update({"no_text.mask": torch.zeros_like(w["no_text.mask"])}), "no word in the empty prompt"),
        (lambda w: w.update({"no_text.pooled": torch.zeros(32)}), "odd shapes"),
        (lambda w: w.update({"no_text.tokens": torch.zeros(1, 3, 32)}), "odd shapes"),
        (lambda w: w.update({"no_text.pooled": torch.zeros(1, 40)}), "does not fit"),
        (lambda w: w.pop("no_text.pooled"), "lacks no_text.pooled"),
    ],
)
def test_weights_that_are_not_finite_or_of_other_shapes_are_a_sentence(theirs, change, said):
    weights = load_file(theirs / pack.WEIGHTS_FILE)
    change(weights)
    save_file(weights, theirs / pack.WEIGHTS_FILE)
    (problem,) = pack.pack_problems(theirs)
    assert any(part in problem for part in said.split("|"))


def test_a_network_far_larger_than_its_weights_is_refused_before_it_takes_memory(theirs):
    rewritten(theirs, ("network", "widths"), [2048, 2048, 2048, 2048])
    rewritten(theirs, ("network", "blocks"), [16, 16, 16, 16])
    with pytest.raises(BadPack, match="does not fit"):
        pack.read_pack(theirs, "cpu")


def test_a_whole_pack_draws_and_one_whose_numbers_run_away_does_not(theirs):
    assert drawing_problems(theirs) == []
    weights = load_file(theirs / pack.WEIGHTS_FILE)
    for name, value in weights.items():
        if name.startswith("unet."):
            value.fill_(3e38)
    save_file(weights, theirs / pack.WEIGHTS_FILE)
    assert pack.pack_problems(theirs) == []
    assert drawing_problems(theirs)


@pytest.mark.parametrize(
    ("model", "pretrained"),
    [
        ("hf-hub:evil/model", ""),
        ("https://evil.example/model", ""),
        ("local-dir:/nowhere", ""),
        ("ViT-nothing", ""),
        ("ViT-B-32", "laion2b_s34b_b79k"),
        ("ViT-B-32", "openai"),
        ("ViT-B-32", "/nowhere.pt"),
        ("ViT-B-16-SigLIP", "webli"),
        ("roberta-ViT-B-32", "laion2b_s12b_b32k"),
    ],
)
def test_a_text_model_never_reaches_for_the_network(theirs, monkeypatch, tmp_path, model, pretrained):
    reached = []
    monkeypatch.setattr(socket.socket, "connect", lambda *where: reached.append(where))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *where, **more: reached.append(where) or [])
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    rewritten(theirs, ("text", "model"), model)
    rewritten(theirs, ("text", "pretrained"), pretrained)
    with pytest.raises(Exception, match=r"text model|no file|not here") as caught:
        _ = pack.read_pack(theirs, "cpu").text_encoder
    assert type(caught.value).__module__ == "engine.interface.errors"
    assert not reached


@pytest.mark.parametrize("part", [{"text_cfg": {"hf_model_name": "x"}}, {"vision_cfg": {"timm_model_name": "x"}}])
def test_a_local_model_with_parts_of_other_libraries_is_refused(tmp_path, part):
    (tmp_path / CONFIG_FILE).write_bytes(msgspec.json.encode({"model_cfg": part}))
    with pytest.raises(BadPack, match="would have to be fetched"):
        local_weights(f"local-dir:{tmp_path}", "")
    (tmp_path / CONFIG_FILE).write_bytes(msgspec.json.encode({"model_cfg": {"text_cfg": {}}}))
    assert local_weights(f"local-dir:{tmp_path}", "") == ""


def test_weights_that_were_fetched_before_are_found_by_their_tag(tmp_path, monkeypatch):
    kept = tmp_path / ".cache" / "clip" / "ViT-B-32.pt"
    kept.parent.mkdir(parents=True)
    kept.touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(
        "open_clip.pretrained.get_pretrained_cfg", lambda model, tag: {"url": "https://x.example/ViT-B-32.pt"}
    )
    assert local_weights("ViT-B-32", "openai") == str(kept)
    assert local_weights("ViT-B-32", str(kept)) == str(kept)
