"""The same seed gives the same bytes, whatever the batch and the number of threads."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
import torch

from engine.interface.protocol import UNKNOWN, Generate, Raster
from engine.network.joint_unet import UNetConfig
from engine.packs import pack as packs
from engine.requests import generation
from tests import tiny


@pytest.fixture(scope="module")
def pack(tiny_pack):
    return packs.read_pack(tiny_pack, "cpu")


@pytest.fixture(scope="module")
def requests(pack):
    """Five different tasks of one size and one number of steps."""
    height, width, count = pack.info.height, pack.info.width, len(pack.info.classes)
    random = np.random.default_rng(0)
    layout = random.integers(0, count, (height, width)).astype(np.uint8)
    image = random.integers(0, 256, (height, width, 3)).astype(np.uint8)
    half = layout.copy()
    half[:, width // 2 :] = UNKNOWN
    tasks = [
        {"layout": Raster.from_pixels(layout)},
        {"image": Raster.from_pixels(image)},
        {"prompt": "a car, no tree", "negative": "sky"},
        {"prompt": "road", "layout": Raster.from_pixels(half)},
        {"layout": Raster.from_pixels(half), "image": Raster.from_pixels(image)},
    ]
    tasks[-1]["keep_image"] = Raster.from_pixels(np.where(half == UNKNOWN, 255, 0).astype(np.uint8))
    return [Generate(id=str(i), pack="tiny", seed=i, steps=4, **task) for i, task in enumerate(tasks)]


def draw(pack, requests, batch):
    """All frames of all requests as bytes, drawn in batches of this size."""
    drawn = [[] for _ in requests]
    for start in range(0, len(requests), batch):
        together = requests[start : start + batch]
        for frame in generation.generate_steps(pack, together):
            for i in range(len(together)):
                drawn[start + i].append((frame.image(i).tobytes(), frame.layout(i).tobytes()))
    return drawn


@pytest.fixture(scope="module")
def alone(pack, requests):
    return draw(pack, requests, 1)


@pytest.fixture(params=[1, 2, 3])
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


@pytest.mark.parametrize("batch", [1, 2, 5])
def test_bytes_do_not_depend_on_batch_or_threads(pack, requests, alone, threads, batch):
    assert draw(pack, requests, batch) == alone


def test_bytes_do_not_depend_on_the_order_in_a_batch(pack, requests, alone):
    assert draw(pack, requests[::-1], 5)[::-1] == alone


def test_many_steps_in_company_are_those_alone(pack, requests):
    """Near T the clocks of one request may stand still while those of another one move."""
    some = [msgspec.structs.replace(request, steps=58) for request in requests[1:3]]
    assert draw(pack, some, 2) == draw(pack, some, 1)


def test_another_seed_gives_another_picture(pack, requests, alone):
    other = [Generate(id="x", pack="tiny", prompt="a car, no tree", negative="sky", seed=99, steps=4)]
    assert draw(pack, other, 1)[0][-1] != alone[2][-1]


@pytest.fixture(scope="module")
def wide_pack(tmp_path_factory):
    """A pack of the size that ships: its matrices are large enough for kernels to differ by their shapes."""
    info = msgspec.structs.replace(tiny.INFO, height=64, width=128, steps=2)
    return packs.read_pack(tiny.make(tmp_path_factory.mktemp("packs") / "wide", info, UNetConfig()), "cpu")


def test_bytes_at_full_width_depend_on_neither_batch_nor_threads(wide_pack):
    layout = Raster.from_pixels(np.repeat(np.arange(4, dtype=np.uint8), 32)[None].repeat(64, 0))
    asked = [Generate(id=str(i), pack="wide", seed=i, layout=layout, prompt="", cross_guidance=1.0) for i in range(3)]
    before = torch.get_num_threads()
    drawn = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        drawn += [draw(wide_pack, asked, batch) for batch in (1, 2, 3)]
    torch.set_num_threads(before)
    assert all(other == drawn[0] for other in drawn[1:])
