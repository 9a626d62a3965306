"""Pairs at full size: the upscaler's, the same in any company, and what is given at that size stays as it is."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from engine.cli import main
from engine.export.dataset_verification import verify_dataset
from engine.export.quality_gate import image_at_drawn_size
from engine.interface import pack_catalogue, raster
from engine.interface.dataset.export_order import ExportRunOptions, PairRecord
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.errors import BadPack, BadRequest
from tests import tiny

HEIGHT, WIDTH, FACTOR = tiny.INFO.height, tiny.INFO.width, 2


@pytest.fixture
def folder(tiny_pack, tmp_path):
    """A pack with an upscaler of random weights."""
    shutil.copytree(tiny_pack, tmp_path / "full" / "tiny")
    return tiny.add_upscaler(tmp_path / "full" / "tiny", FACTOR)


def read(out, name, info):
    image = raster.read_image(out / "images" / f"{name}.png")
    return image, raster.read_layout(out / "layouts" / f"{name}.png", info.classes)


def test_pairs_are_those_of_sample_in_any_batch_and_mended(make, contents, folder, tmp_path):
    order = {"pack": str(folder), "full": True}
    out = make("one", 3, batch=1, **order)
    assert contents(out) == contents(make("three", 3, batch=3, **order))
    arguments = ["sample", "--pack", folder, "--prompt", "", "--seed", 1, "--steps", 2, "--full", "--device", "cpu"]
    with pytest.raises(SystemExit) as left:
        main([*map(str, arguments), "--out", str(tmp_path / "sampled")])
    assert not left.value.code
    image, layout = read(out, "000000001", pack_catalogue.read_pack_info(folder))
    assert image.shape == (FACTOR * HEIGHT, FACTOR * WIDTH, 3)
    sampled = {path.read_bytes(): path for path in (tmp_path / "sampled").rglob("*.png")}
    assert any(np.array_equal(raster.decode_image(data, "it"), image) for data in sampled)
    before = contents(out)
    (out / "images" / "000000002.png").unlink()
    assert len(verify_dataset(ExportRunOptions(out=out, device="cpu")).repaired) == 1
    assert contents(out) == before
    record = json.loads((out / "manifest.jsonl").read_text("utf-8").splitlines()[0])["request"]
    assert (record["height"], record["width"], record["upscaled"]) == (*layout.shape, FACTOR)


def test_large_pictures_stay_themselves(make, folder, tmp_path):
    info, random = pack_catalogue.read_pack_info(folder), np.random.default_rng(0)
    size = FACTOR * HEIGHT, FACTOR * WIDTH
    given = random.integers(0, len(info.classes), size).astype(np.uint8)
    picture = random.integers(0, 256, (*size, 3)).astype(np.uint8)
    raster.write_layout(tmp_path / "layouts" / "a.png", given, info.classes)
    (tmp_path / "images").mkdir()
    raster.write_image(tmp_path / "images" / "a.png", picture)
    drawn = make("drawn", 2, pack=str(folder), full=True, layouts=tmp_path / "layouts")
    found = make("found", 1, pack=str(folder), full=True, images=tmp_path / "images")
    for name in ("000000000", "000000001"):
        assert np.array_equal(read(drawn, name, info)[1], given)
    assert np.array_equal(read(found, "000000000", info)[0], picture)


def test_judges_see_what_was_drawn(tiny_pack):
    info = pack_catalogue.read_pack_info(tiny_pack)
    small = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    large = small.repeat(FACTOR, 0).repeat(FACTOR, 1)
    layout = np.zeros(large.shape[:2], np.uint8)
    said = dict.fromkeys(("version", "torch", "pack", "pack_sha256", "device", "prompt"), "")
    settings = {"seed": 0, "steps": 1, "sampler": info.sampler, "guidance": 1.0, "cross_guidance": 1.0}
    record = PairRecord(**said, **settings, height=len(layout), width=layout.shape[1], upscaled=FACTOR)
    assert np.array_equal(image_at_drawn_size(GeneratedPair("a", large, layout, record)), small)


def test_what_cannot_be_is_said(make, tiny_pack, folder):
    with pytest.raises(BadPack, match="no upscaler"):
        make(pack=str(tiny_pack), full=True)
    make("half", 1, pack=str(folder), full=True)
    tiny.add_upscaler(folder, 4)
    with pytest.raises(BadRequest, match="not the one"):
        make("half", 2, pack=str(folder), full=True)
