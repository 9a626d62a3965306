"""The renderer: what it may see, what it keeps, and that its bytes depend on the seed and the place alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.interface.protocol import UNKNOWN, Pixels
from engine.network.renderer_unet import HALO, STRIDE, RendererInput, RendererUNet
from engine.packs import pack as packs
from engine.packs.companion_files import PackCompatibility
from engine.packs.pack import Pack
from engine.requests import rendering
from engine.requests.full_size import KeptImage
from engine.requests.rendering import Renderer, position_noise
from tests import tiny

FACTOR, CLASSES = 2, len(tiny.INFO.classes)


@pytest.fixture(scope="module")
def network() -> RendererUNet:
    """One whose last layers say something, which fresh ones do not."""
    torch.manual_seed(0)
    network = RendererUNet(CLASSES)
    for name, parameter in network.named_parameters():
        if parameter.ndim == 4 and not parameter.abs().sum():
            torch.nn.init.normal_(parameter, std=0.05 if "head" in name else 0.02)
    return network.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def pack(tiny_pack) -> Pack:
    return packs.read_pack(tiny_pack, "cpu")


@pytest.fixture(scope="module")
def renderer(network: RendererUNet, pack: Pack) -> Renderer:
    copy = RendererUNet(CLASSES)
    copy.load_state_dict(network.state_dict())
    made = rendering.renderer_from_network(copy, pack.file, torch.device("cpu"), FACTOR)
    return replace(made, network=made.network.float())


def drawn(renderer: Renderer, low: Pixels, layout: Pixels, seed: int = 0, given: KeptImage | None = None) -> Pixels:
    *_, (done, total, image) = renderer.upscale_image(low, layout, seed, given)
    assert done == total
    assert image is not None
    return image


def some(height: int, width: int, seed: int = 0) -> tuple[Pixels, Pixels]:
    random = np.random.default_rng(seed)
    low = random.integers(0, 256, (height // FACTOR, width // FACTOR, 3)).astype(np.uint8)
    layout = random.integers(0, CLASSES, (height, width)).astype(np.uint8)
    layout[:4] = UNKNOWN
    return low, layout


def test_it_sees_no_further_than_its_halo(network: RendererUNet) -> None:
    side = 2 * HALO + 4 * STRIDE
    torch.manual_seed(1)
    given = RendererInput(
        torch.randn(1, 3, side, side),
        torch.randint(0, CLASSES, (1, 1, side, side)),
        torch.randn(1, 1, side, side),
        torch.zeros(1, 3, side, side),
        torch.zeros(1, 1, side, side, dtype=torch.bool),
    )
    other = given.base.clone()
    other[:, :, 0, 0] += 5
    changed = (network(replace(given, base=other)) - network(given)).abs().sum(1)[0] > 1e-6
    reached = changed.nonzero().amax(0)
    assert changed[0, 0]
    assert int(reached.max()) <= HALO
    assert int(reached.max()) > HALO // 2, "the halo is much too large"


def test_windows_make_what_the_whole_makes(renderer: Renderer) -> None:
    low, layout = some(256, 384)
    whole = drawn(replace(renderer, window=384), low, layout)
    windowed = drawn(replace(renderer, window=2 * HALO + 32), low, layout)
    apart = np.abs(whole.astype(int) - windowed)
    assert apart.max() <= 1  # sums of floats in another order
    assert (apart > 0).mean() < 1e-3
    alone = drawn(replace(renderer, network=lambda given: given.base), low, layout)  # type: ignore[arg-type]
    assert np.abs(whole.astype(int) - alone).mean() > 1, "the network says nothing"


def test_same_bytes_by_seed_and_others_by_another(renderer: Renderer) -> None:
    low, layout = some(64, 64)
    first = drawn(renderer, low, layout, 5)
    assert np.array_equal(first, drawn(renderer, low, layout, 5))
    assert not np.array_equal(first, drawn(renderer, low, layout, 6))


def test_what_is_kept_comes_back_bit_for_bit_and_tells_what_is_beside_it(renderer: Renderer) -> None:
    low, layout = some(64, 64)
    keep = np.zeros((64, 64), np.bool_)
    keep[:, :32] = True
    image = np.random.default_rng(3).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    result = drawn(renderer, low, layout, 0, KeptImage(image, keep))
    assert np.array_equal(result[keep], image[keep])
    other = drawn(renderer, low, layout, 0, KeptImage(255 - image, keep))
    assert not np.array_equal(result[~keep], other[~keep])
    hidden = image.copy()
    hidden[~keep] = 0
    assert np.array_equal(result, drawn(renderer, low, layout, 0, KeptImage(hidden, keep))), "it saw what was not kept"


def test_nothing_flickers_beyond_the_reach_of_a_stroke(renderer: Renderer) -> None:
    low, layout = some(64, 384)
    painted = layout.copy()
    painted[:, :8] = 1
    before, after = drawn(renderer, low, layout), drawn(renderer, low, painted)
    beyond = slice(8 + HALO, None)
    assert np.array_equal(before[:, beyond], after[:, beyond])
    assert not np.array_equal(before, after)


def test_noise_depends_on_seed_and_place_alone() -> None:
    small, large = position_noise(7, 16, 24), position_noise(7, 64, 48)
    assert torch.equal(small, large[:16, :24])
    assert not torch.equal(small, position_noise(8, 16, 24))
    many = position_noise(2**62 + 1, 256, 256)
    assert abs(float(many.mean())) < 0.02
    assert float(many.std()) == pytest.approx(1, abs=0.02)
    beside = torch.corrcoef(torch.stack([many[:, 1:].flatten(), many[:, :-1].flatten()]))[0, 1]
    assert abs(float(beside)) < 0.02
    assert float(many[0, 0]) == pytest.approx(float(position_noise(2**62 + 1, 1, 1)), abs=0)


def test_a_file_comes_back_as_it_was(renderer: Renderer, pack: Pack, tmp_path: Path) -> None:
    path = tmp_path / "renderer.safetensors"
    facts = rendering.RendererMetadata(
        purpose=PackCompatibility.from_pack_file(pack.file),
        images_seen=8,
        held_out=2,
        factor=FACTOR,
        photographs_told={},
        rendered_told={},
    )
    rendering.write_renderer(path, renderer.network, facts)
    read = rendering.read_renderer(path, pack.file, torch.device("cpu"))
    low, layout = some(64, 64)
    assert read.factor == FACTOR
    bf16 = replace(renderer, network=read.network)
    assert np.array_equal(drawn(read, low, layout), drawn(bf16, low, layout))
    assert path.stat().st_size < 6_000_000
