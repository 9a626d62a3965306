"""The upscaler in use: its network, its file, what a request gets at full size, the engine's answers, the command."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from engine.cli import app
from engine.diffusion.sampling.refinement import CoarseInput
from engine.interface import pack_catalogue, raster
from engine.interface.errors import BadPack
from engine.interface.protocol import (
    UNKNOWN,
    Cancelled,
    Done,
    Failed,
    FullSizeDone,
    FullSizeInputs,
    Generate,
    Preview,
    Raster,
)
from engine.interface.raster import enlarge_layout
from engine.packs import pack as packs
from engine.requests import full_size, generation
from engine.requests.batch_snapshot import ImageLayoutPair
from engine.requests.pack_verification import evaluator_problems
from engine.requests.resolved_request import resolve_request
from engine.requests.validation import validate_full_size
from engine.serve.jobs import RequestScheduler
from engine.serve.worker import ComputeWorker
from tests import tiny
from tests.engine.engine_subprocess import EngineSubprocess

FACTOR = 2
HEIGHT, WIDTH = tiny.INFO.height, tiny.INFO.width
RANDOM = np.random.default_rng(0)
LAYOUT = RANDOM.integers(0, 4, (HEIGHT, WIDTH)).astype(np.uint8)
IMAGE = RANDOM.integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
FULL_LAYOUT = RANDOM.integers(0, 4, (FACTOR * HEIGHT, FACTOR * WIDTH)).astype(np.uint8)
FULL_IMAGE = RANDOM.integers(0, 256, (FACTOR * HEIGHT, FACTOR * WIDTH, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def folder(tiny_pack, tmp_path_factory):
    """A pack with an upscaler of random weights."""
    folder = tmp_path_factory.mktemp("upscaling") / "tiny"
    shutil.copytree(tiny_pack, folder)
    return tiny.add_upscaler(folder, FACTOR)


@pytest.fixture(scope="module")
def pack(folder):
    return packs.read_pack(folder, "cpu")


@pytest.fixture(scope="module")
def ready(pack):
    return full_size.load_upscaler(pack)


def last(stages):
    *_, stage = stages
    return stage


def draw(ready, low, layout, seed):
    return last(ready.upscale_image(low, layout, seed))[2]


def request(**asked):
    rasters = {k: Raster.from_pixels(v) if isinstance(v, np.ndarray) else v for k, v in asked.items()}
    return Generate(**{"id": "one", "pack": "tiny", "steps": 2, "live": False, "full": FullSizeInputs(), **rasters})


def test_the_network_sees_no_further_than_it_says():
    network = full_size.build_upscaler_network(4).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(1)) * 0.05)
    side, halo = 2 * network.halo + 3 * network.stride, network.halo
    detail = torch.randn(1, 3, side, side, dtype=torch.float64, requires_grad=True)
    blank = torch.zeros(1, 1, side, side, dtype=torch.bool)
    u = torch.zeros(1, 3, side, side, dtype=torch.float64)
    coarse = CoarseInput(u, u[:, :1] + 0.3, torch.zeros(1), blank.long())
    out = network(detail, blank, torch.tensor([500]), coarse)
    for place in range(halo + network.stride, halo + 2 * network.stride):
        (gradient,) = torch.autograd.grad(out[0, :, place, place].sum(), detail, retain_graph=True)
        rows, columns = gradient.abs().sum((0, 1)).nonzero().T
        assert max((rows - place).abs().max(), (columns - place).abs().max()) <= halo
        assert (rows - place).abs().max() > halo // 2


def test_a_picture_depends_on_neither_threads_nor_company(ready, pack):
    asked = [request(layout=LAYOUT, seed=seed) for seed in (3, 4, 5)]
    before, drawn = torch.get_num_threads(), []
    for threads, batch in ((1, 1), (1, 3), (2, 1), (2, 3)):
        torch.set_num_threads(threads)
        results = []
        for start in range(0, 3, batch):
            some = asked[start : start + batch]
            frame = last(generation.generate_steps(pack, some))
            for index, one in enumerate(some):
                low = ImageLayoutPair(frame.image(index), frame.layout(index))
                resolved = generation.resolve_for_pack(pack, one)
                results.append(last(full_size.upscaling_steps(ready, resolved, low)).pair.image.tobytes())
        drawn.append(results)
    torch.set_num_threads(before)
    assert all(other == drawn[0] for other in drawn)
    assert len(set(drawn[0])) == 3


def test_the_seed_and_both_halves_count(ready):
    first = draw(ready, IMAGE, FULL_LAYOUT, 1)
    assert first.shape == FULL_IMAGE.shape
    assert np.array_equal(first, draw(ready, IMAGE, FULL_LAYOUT, 1))
    unknown = np.full_like(FULL_LAYOUT, UNKNOWN)
    for other in (draw(ready, IMAGE, FULL_LAYOUT, 2), draw(ready, IMAGE[::-1], FULL_LAYOUT, 1)):
        assert not np.array_equal(first, other)
    assert not np.array_equal(first, draw(ready, IMAGE, unknown, 1))


def test_tiles_leave_no_seams(ready):
    """In bf16 kernels round by the shape they are given; an edge of tiles differs no more than that from the whole."""
    wide = np.tile(IMAGE, (1, 6, 1))
    layout = enlarge_layout(np.tile(LAYOUT, (1, 6)), FACTOR)
    tile = 2 * ready.network.halo + 64
    small = dataclasses.replace(ready, refine_options=dataclasses.replace(ready.refine_options, tile_size=tile))
    one, other = draw(ready, wide, layout, 0), draw(small, wide, layout, 0)
    difference = np.abs(one.astype(int) - other)
    assert difference.mean() < 0.5
    assert difference.max() <= 12
    assert len(list(small.upscale_image(wide, layout, 0))) > len(list(ready.upscale_image(wide, layout, 0)))


def test_what_is_given_at_full_size_stays_bit_for_bit(ready, pack):
    keep = np.zeros((HEIGHT, WIDTH), np.uint8)
    keep[:, :20] = 255
    layout = FULL_LAYOUT.copy()
    layout[:8] = UNKNOWN
    asked = request(
        layout=LAYOUT,
        image=IMAGE,
        keep_layout=255 - keep,
        keep_image=keep,
        full=FullSizeInputs(layout=Raster.from_pixels(layout), image=Raster.from_pixels(FULL_IMAGE)),
    )
    validate_full_size(asked, msgspec.structs.replace(tiny.INFO, upscale=FACTOR))
    resolved = generation.resolve_for_pack(pack, asked)
    drawn = last(full_size.upscaling_steps(ready, resolved, ImageLayoutPair(IMAGE, LAYOUT))).pair
    kept = keep.repeat(FACTOR, 0).repeat(FACTOR, 1) > 0
    assert np.array_equal(drawn.image[kept], FULL_IMAGE[kept])
    assert not np.array_equal(drawn.image[~kept], FULL_IMAGE[~kept])
    known = ~kept & (layout != UNKNOWN)
    assert np.array_equal(drawn.layout[known], layout[known])
    assert np.array_equal(drawn.layout[~known], enlarge_layout(LAYOUT, FACTOR)[~known])


class Told:
    """A worker's events, in a list; `then` is called with the first `Done`."""

    def __init__(self, then=lambda: None):
        self.events, self.then = [], then

    def __call__(self, event):
        if isinstance(event, Preview):
            return
        self.events.append(event)
        if isinstance(event, Done):
            then, self.then = self.then, lambda: None
            then()


def resolve_from_disk(asked):
    folder = Path(asked.pack)
    return resolve_request(asked, pack_catalogue.read_pack_info(folder), folder)


def answered(asked, then=lambda jobs: None):
    jobs = RequestScheduler()
    told = Told(lambda: then(jobs))
    jobs.add(resolve_from_disk(asked))
    ComputeWorker(jobs, told, "cpu").answer(jobs.take())
    return told.events


def test_the_engine_posts_the_result_and_then_the_sharp_one(folder, tmp_path):
    engine = EngineSubprocess.start_serving(folder, tmp_path / "log")
    try:
        assert engine.next_event().packs[0].upscale == FACTOR
        engine.send(request(pack=str(folder), layout=LAYOUT))
        _, done = engine.wait_for_answer("one")
        assert isinstance(done, Done)
        sharp = engine.next_event()
        assert isinstance(sharp, FullSizeDone)
        assert np.array_equal(done.layout.pixels(), LAYOUT)
        assert np.array_equal(sharp.layout.pixels(), enlarge_layout(LAYOUT, FACTOR))
        assert (sharp.image.height, sharp.image.width, sharp.image.channels) == (*FULL_LAYOUT.shape, 3)
        assert sharp.seconds >= done.seconds > 0
        engine.send(request(pack=str(folder), id="two", layout=LAYOUT, full=None))
        assert isinstance(engine.wait_for_answer("two")[1], Done)
        engine.send(
            request(
                pack=str(folder), id="three", layout=LAYOUT, full=FullSizeInputs(layout=Raster.from_pixels(LAYOUT))
            )
        )
        failed = engine.wait_for_answer("three")[1]
        assert isinstance(failed, Failed)
        assert "must have 64×128" in failed.hint
    finally:
        engine.close()


def test_a_cancel_between_the_result_and_the_sharp_one_is_heard(folder):
    asked = request(pack=str(folder), layout=LAYOUT)
    done, cancelled = answered(asked, lambda jobs: jobs.cancel("one"))
    assert isinstance(done, Done)
    assert isinstance(cancelled, Cancelled)


def test_a_newer_live_request_takes_the_place_of_the_sharp_one(folder):
    asked = request(pack=str(folder), layout=LAYOUT, live=True)
    newer = request(pack=str(folder), id="two", layout=LAYOUT, live=True)
    done, cancelled = answered(asked, lambda jobs: jobs.add(resolve_from_disk(newer)))
    assert (type(done), type(cancelled), cancelled.id) == (Done, Cancelled, "one")


def test_a_live_request_passes_a_sharp_one_of_the_queue(folder):
    newer = request(pack=str(folder), id="two", layout=LAYOUT, live=True, full=None)
    first, second, third = answered(
        request(pack=str(folder), layout=LAYOUT), lambda jobs: jobs.add(resolve_from_disk(newer))
    )
    assert [(type(event), event.id) for event in (first, second, third)] == [
        (Done, "one"),
        (Done, "two"),
        (FullSizeDone, "one"),
    ]


def command(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=True)


def sample(folder, out, *more):
    return command("sample", "--pack", folder, "--device", "cpu", "--steps", 2, "--out", out, "--full", *more)


def test_the_command_writes_the_pair_at_full_size(folder, tmp_path):
    raster.write_layout(tmp_path / "drawn.png", FULL_LAYOUT, tiny.INFO.classes)
    result = sample(folder, tmp_path / "out", "--layout", tmp_path / "drawn.png")
    assert result.exit_code == 0, result.output
    found = raster.read_layout(tmp_path / "out" / "drawn_layout.png", tiny.INFO.classes)
    assert np.array_equal(found, FULL_LAYOUT)
    assert raster.read_image(tmp_path / "out" / "drawn_image.png").shape == FULL_IMAGE.shape
    assert json.loads((tmp_path / "out" / "drawn.json").read_text())["full"] is True


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_a_large_photograph_stays_itself_and_a_small_one_is_brought_to_full_size(folder, tmp_path, fit):
    large = np.random.default_rng(1).integers(0, 256, (200, 150, 3)).astype(np.uint8)
    raster.write_image(tmp_path / "in" / "large.png", large)
    raster.write_image(tmp_path / "in" / "small.png", IMAGE)
    result = sample(folder, tmp_path / "out", "--image", tmp_path / "in", "--fit", fit)
    assert result.exit_code == 0, result.output
    found = raster.read_image(tmp_path / "out" / "large_image.png")
    inside = raster.fit_image(large, HEIGHT, WIDTH, fit).inside.repeat(FACTOR, 0).repeat(FACTOR, 1)
    columns = int(inside.any(0).sum())
    if fit == "crop":
        wanted = raster.fit_image(large, *FULL_LAYOUT.shape, fit).pixels
    else:
        wanted = raster.fit_image(large, FULL_LAYOUT.shape[0], columns, "stretch").pixels
    assert np.array_equal(found[inside], wanted.reshape(-1, 3))
    small = raster.read_image(tmp_path / "out" / "small_image.png")
    assert small.shape == FULL_IMAGE.shape


def test_margins_are_drawn_at_full_size_too(folder, tmp_path):
    raster.write_image(tmp_path / "photo.png", FULL_IMAGE)
    result = sample(folder, tmp_path / "out", "--image", tmp_path / "photo.png", "--extend", "right=16")
    assert result.exit_code == 0, result.output
    found = raster.read_image(tmp_path / "out" / "photo_image.png")
    assert found.shape == (FACTOR * HEIGHT, FACTOR * (WIDTH + 16), 3)
    assert np.array_equal(found[:, : FACTOR * WIDTH], FULL_IMAGE)


def test_a_pack_without_an_upscaler_says_what_makes_one(tiny_pack, tmp_path):
    result = sample(tiny_pack, tmp_path / "out", "--prompt", "")
    assert isinstance(result.exception, BadPack)
    assert str(result.exception) == "“tiny” has no upscaler. Make one with diptych-engine train-upscaler."
    assert not (tmp_path / "out").exists()


def test_a_broken_upscaler_is_named(folder, tmp_path):
    broken = tmp_path / "tiny"
    shutil.copytree(folder, broken)
    assert not evaluator_problems(broken)
    whole = (broken / pack_catalogue.UPSCALER_FILE).read_bytes()
    for content in (b"", b"\xff" * 64, whole[:2000]):
        (broken / pack_catalogue.UPSCALER_FILE).write_bytes(content)
        assert "train-upscaler" in " ".join(evaluator_problems(broken))
    for content in (b"", (broken / "pack.json").read_bytes()):
        (broken / pack_catalogue.UPSCALER_FILE).write_bytes(content)
        assert pack_catalogue.read_pack_info(broken).upscale == 0
    (broken / pack_catalogue.UPSCALER_FILE).unlink()
    assert pack_catalogue.read_pack_info(broken).upscale == 0
    (broken / pack_catalogue.UPSCALER_FILE).write_bytes(whole)
    assert pack_catalogue.read_pack_info(broken).upscale == FACTOR
    other = packs.read_pack_file(broken)
    other = msgspec.structs.replace(other, pixels=msgspec.structs.replace(other.pixels, gamma=0.5))
    with pytest.raises(BadPack, match="another kind of pack"):
        full_size.read_upscaler(broken / pack_catalogue.UPSCALER_FILE, other, torch.device("cpu"))
