"""Which network brings a pair to full size, through the engine's own answers."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.interface import pack_catalogue
from engine.interface.protocol import FullSizeInputs, Generate, Pixels, Raster
from engine.packs import pack as packs
from engine.requests import full_size_stage, generation
from engine.requests.batch_snapshot import ImageLayoutPair
from engine.requests.full_size import Upscaler
from engine.requests.pack_verification import evaluator_problems
from engine.requests.rendering import Renderer
from tests import tiny

HEIGHT, WIDTH = tiny.INFO.height, tiny.INFO.width
RANDOM = np.random.default_rng(0)
LAYOUT = RANDOM.integers(0, 4, (HEIGHT, WIDTH)).astype(np.uint8)
IMAGE = RANDOM.integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)


@pytest.fixture
def folder(tiny_pack: Path, tmp_path: Path) -> Path:
    """A pack with a renderer and an upscaler of random weights."""
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_pack, folder)
    tiny.add_upscaler(folder)
    return tiny.add_renderer(folder)


def at_full_size(folder: Path, request: Generate, result: ImageLayoutPair) -> Pixels:
    pack = packs.read_pack(folder, "cpu")
    resolved = generation.resolve_for_pack(pack, request)
    *_, last = full_size_stage.load_full_size_stage(pack).steps(resolved, result)
    assert last.pair is not None
    return last.pair.image


def request(**asked: object) -> Generate:
    rasters = {name: Raster.from_pixels(one) if isinstance(one, np.ndarray) else one for name, one in asked.items()}
    return Generate(**{"id": "one", "pack": "tiny", "steps": 2, "full": FullSizeInputs(), **rasters})


def test_what_is_drawn_is_rendered_and_what_is_given_whole_is_upscaled(folder: Path) -> None:
    stage = full_size_stage.load_full_size_stage(packs.read_pack(folder, "cpu"))
    assert isinstance(stage.drawn, Renderer)
    assert isinstance(stage.given, Upscaler)
    layout, image, drawn = request(layout=LAYOUT), request(image=IMAGE), ImageLayoutPair(IMAGE, LAYOUT)
    both = {name: at_full_size(folder, one, drawn) for name, one in (("layout", layout), ("image", image))}
    (folder / pack_catalogue.RENDERER_FILE).unlink()
    upscaled = {name: at_full_size(folder, one, drawn) for name, one in (("layout", layout), ("image", image))}
    assert np.array_equal(both["image"], upscaled["image"])
    assert not np.array_equal(both["layout"], upscaled["layout"])


def test_a_renderer_alone_makes_both_large(folder: Path) -> None:
    (folder / pack_catalogue.UPSCALER_FILE).unlink()
    assert pack_catalogue.read_pack_info(folder).upscale == 2
    assert at_full_size(folder, request(image=IMAGE), ImageLayoutPair(IMAGE, LAYOUT)).shape == (
        2 * HEIGHT,
        2 * WIDTH,
        3,
    )


def test_it_is_there_in_one_evaluation(folder: Path) -> None:
    pack = packs.read_pack(folder, "cpu")
    resolved = generation.resolve_for_pack(pack, request(layout=LAYOUT))
    *_, last = generation.sample_batch(pack, [resolved])
    stages = list(full_size_stage.load_full_size_stage(pack).steps(resolved, last.pair(0)))
    assert [(one.done, one.total) for one in stages] == [(1, 1)]


def test_what_is_kept_at_full_size_stays_bit_for_bit(folder: Path) -> None:
    keep = np.zeros((HEIGHT, WIDTH), np.uint8)
    keep[:, :20] = 255
    photograph = RANDOM.integers(0, 256, (2 * HEIGHT, 2 * WIDTH, 3)).astype(np.uint8)
    asked = request(
        layout=LAYOUT, image=IMAGE, keep_image=keep, full=FullSizeInputs(image=Raster.from_pixels(photograph))
    )
    found = at_full_size(folder, asked, ImageLayoutPair(IMAGE, LAYOUT))
    kept = keep.repeat(2, 0).repeat(2, 1) > 0
    assert np.array_equal(found[kept], photograph[kept])
    assert not np.array_equal(found[~kept], photograph[~kept])


def test_a_broken_renderer_is_named(folder: Path) -> None:
    assert not evaluator_problems(folder)
    (folder / pack_catalogue.RENDERER_FILE).write_bytes(b"\xff" * 64)
    assert "train-renderer" in " ".join(evaluator_problems(folder))
