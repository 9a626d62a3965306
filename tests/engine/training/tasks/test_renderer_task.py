"""The renderer, trained for real on small pictures with random features: it learns, goes on, is graded."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from torch import nn

from engine.interface.errors import BadConfig
from engine.interface.protocol import UNKNOWN
from engine.interface.raster import read_image
from engine.network.renderer_critics import LayoutDecoder, RendererCritics, class_shares, layout_loss
from engine.packs import pack as packs
from engine.requests import rendering
from engine.training.core.paired_augmentation import augment
from engine.training.core.renderer_config import RendererConfig
from engine.training.tasks import drawn_pictures, renderer_task
from engine.training.tasks.drawn_pictures import read_shards, split
from engine.training.tasks.renderer_training import RendererTraining
from tests import tiny
from tests.engine.street_pairs import small_train_config
from tests.engine.training.tasks.test_upscaler_task import pair as striped_pair

TAXONOMY = str(Path(tiny.__file__).with_name("tiny.toml"))
ROOT = Path(tiny.__file__).parent.parent


class RandomEyes(nn.Module):
    """A perceptual network of random convolutions."""

    strides, channels = (4, 8, 2), (8, 8, 3)

    def __init__(self) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        self.first = torch.randn(8, 3, 4, 4, generator=generator) / 7
        self.second = torch.randn(8, 8, 2, 2, generator=generator) / 6

    def forward(self, image):
        one = torch.relu(nn.functional.conv2d(image, self.first, stride=4))
        return [one, torch.relu(nn.functional.conv2d(one, self.second, stride=2)), nn.functional.avg_pool2d(image, 2)]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    from engine.interface.raster import write_image, write_layout

    folder = tmp_path_factory.mktemp("data")
    for name, first, count in (("train", 0, 12), ("val", 100, 2)):
        for index in range(first, first + count):
            image, layout = striped_pair(index)
            write_layout(folder / name / "layouts" / f"{index}.png", layout, tiny.INFO.classes)
            write_image(folder / name / "images" / f"{index}.png", image)
    return folder


@pytest.fixture
def config(data, tmp_path, monkeypatch):
    monkeypatch.setattr(drawn_pictures, "BATCH", 2)
    how = RendererConfig(
        images=48, batch=4, crop=(32, 64), drawn=8, critics_learn_from=1, critics_from=2, warmup=2, minutes=100,
        penalty_every=2, ema=0.5,
    )  # fmt: skip
    base = small_train_config(data, tmp_path / "runs" / "tiny")
    return msgspec.structs.replace(base, taxonomy=TAXONOMY, renderer=how, views=base.views[:1])


@pytest.fixture
def pack(tiny_pack, tmp_path):
    shutil.copytree(tiny_pack, tmp_path / "tiny")
    return packs.read_pack(tiny.add_distilled(tmp_path / "tiny"), "cpu")


def train(config, pack, out):
    return renderer_task.train_renderer(config, pack, out, (), eyes=RandomEyes())


def test_it_learns_and_leaves_a_renderer_a_sheet_and_a_log(config, pack, tmp_path):
    out = tmp_path / "renderer.safetensors"
    facts = train(config, pack, out)
    folder = renderer_task.run_folder(config)
    assert (facts.factor, facts.images_seen, facts.held_out) == (2, 48, 2)
    assert set(facts.rendered_told) == {"4", "8", "2"}
    line = msgspec.json.decode((folder / "log.jsonl").read_bytes().splitlines()[-1])
    assert {"pixels", "perceptual", "agreement", "adversarial", "reading", "penalty"} <= set(line)
    assert read_image(folder / "sheet-000012.png").shape == (2 * 64, 5 * 128, 3)
    renderer = rendering.read_renderer(out, pack.file, torch.device("cpu"))
    image, layout = striped_pair(100)
    small = image.reshape(32, 2, 64, 2, 3).mean((1, 3)).astype(np.uint8)
    *_, (_, _, rendered) = renderer.upscale_image(small, layout, 0)
    given = renderer.network_input(small, layout, 0, image, np.zeros(layout.shape, bool))
    enlarged = renderer.standardisation.to_pixels(given.base[0])
    assert not np.array_equal(rendered, enlarged)


def test_it_finds_the_detail_that_the_layout_tells(config, pack):
    """Stripes that the base does not hold stand upright in some classes and lie in others."""
    renderer = msgspec.structs.replace(config.renderer, critics_from=10**6, critics_learn_from=10**6, rate=2e-3)
    config = msgspec.structs.replace(config, renderer=msgspec.structs.replace(renderer, images=320))
    training = renderer_task.prepared(config, pack, renderer_task.run_folder(config), RandomEyes())
    terms = [training.train_step()["pixels"] for _ in range(60)]
    assert np.mean(terms[-8:]) < 0.8 * np.mean(terms[:4])


def test_a_run_that_was_stopped_comes_to_the_same(config, pack, tmp_path):
    whole = tmp_path / "whole.safetensors"
    train(config, pack, whole)
    folder = renderer_task.run_folder(config)
    (folder / "checkpoint.pt").unlink()
    training = renderer_task.prepared(config, pack, folder, RandomEyes())
    for _ in range(5):
        training.train_step()
    renderer_task.report(training, folder, {})
    parts = tmp_path / "parts.safetensors"
    train(config, pack, parts)
    one, other = (rendering.read_renderer(path, pack.file, torch.device("cpu")) for path in (whole, parts))
    for a, b in zip(one.network.parameters(), other.network.parameters(), strict=True):
        assert torch.equal(a, b)


def test_another_networks_checkpoint_is_named(config, pack, tmp_path):
    folder = renderer_task.run_folder(config)
    folder.mkdir(parents=True)
    torch.save({"network": {}}, folder / "checkpoint.pt")
    with pytest.raises(BadConfig, match=r"checkpoint.pt is not of this run.*Remove it"):
        train(config, pack, tmp_path / "renderer.safetensors")


def test_another_renderer_is_a_beginning_with_its_classes_if_they_are_the_same(config, pack):
    folder = renderer_task.run_folder(config)
    first = renderer_task.prepared(config, pack, folder, RandomEyes())
    for _ in range(3):
        first.train_step()
    other = RendererTraining(config.renderer, first.samples, RandomEyes(), 9)
    own, weights = other.network.layout.weight.clone(), first.averaged().state_dict()
    other.start_from(first.state() | {"classes": ["river"]})
    assert torch.equal(other.network.layout.weight, own)
    assert torch.equal(other.network.head.weight, weights["head.weight"])
    other.start_from(first.state())
    assert torch.equal(other.network.layout.weight, weights["layout.weight"])


def test_frames_held_out_are_not_trained_on(config):
    parts = split(config)
    names = {item.name for item in parts.held_out}
    assert names
    assert not names & {item.name for item in parts.train.items}
    assert len(names) + len(parts.train.items) == 12


def test_what_the_pack_draws_is_kept_with_its_real_pair(config, pack):
    folder = renderer_task.run_folder(config)
    renderer_task.prepared(config, pack, folder, RandomEyes())
    shards = dict(read_shards(folder / "drawn" / "train"))
    pictures = [one for shard in shards.values() for one in shard]
    assert len(pictures) == 8
    kept = [one for one in pictures if one.keep.any()]
    for one in kept:
        small = one.image.reshape(32, 2, 64, 2, 3).mean((1, 3))
        inside = one.keep > 0
        assert np.abs(one.base[inside] - small[inside]).max() <= 1
    assert [*read_shards(folder / "drawn" / "train", list(shards))] == []


def test_class_shares_are_those_of_counting():
    layout = torch.tensor([0, 1, 2, 3, UNKNOWN])[torch.randint(0, 5, (2, 1, 8, 12))]
    shares = class_shares(layout, 3, 4)
    for row, down, right, index in np.ndindex(2, 2, 3, 3):
        cell = layout[row, 0, 4 * down : 4 * down + 4, 4 * right : 4 * right + 4]
        assert float(shares[row, index, down, right]) == pytest.approx(float((cell == index).float().mean()))


def test_layouts_that_nobody_knows_carry_no_loss():
    shares = class_shares(torch.full((1, 1, 8, 8), UNKNOWN), 3, 4)
    assert float(layout_loss(torch.randn(1, 3, 2, 2), shares)) == 0


def test_heads_judge_by_the_classes_beside_them():
    torch.manual_seed(0)
    critics = RendererCritics((8, 8), (4, 8), 3, (1.0, 1.0))
    features = [torch.randn(1, 8, 4, 4), torch.randn(1, 8, 2, 2)]
    layouts = [critics.shares(torch.full((1, 1, 16, 16), index)) for index in (0, 1)]
    one, other = critics(critics.projected(features), *layouts)
    assert [tuple(logit.shape) for logit in one] == [(1, 1, 4, 4), (1, 1, 2, 2)]
    assert all(not torch.allclose(a, b) for a, b in zip(one, other, strict=True))
    decoder = LayoutDecoder((8, 8), 3, (1.0, 1.0))
    assert decoder(features).shape == (1, 3, 4, 4)


def test_both_pictures_and_their_layout_are_augmented_alike():
    random = np.random.default_rng(0)
    layout = torch.arange(16 * 32).reshape(1, 1, 16, 32) % 3
    marked = (layout / 2.0).expand(1, 3, 16, 32).contiguous()
    moved = 0
    for _ in range(20):
        seen = augment([marked, marked.clone()], layout, 7, random)
        assert torch.equal(*seen.pictures)
        known = seen.layout[0, 0] != 7
        grey = seen.pictures[0][0].mean(0)
        by_class = [grey[known & (seen.layout[0, 0] == index)] for index in range(3)]
        assert all(float(values.max() - values.min()) < 1e-4 for values in by_class if len(values))
        moved += int(not torch.equal(seen.layout, layout))
    assert moved > 10


def test_gradients_pass_through_the_augmentation():
    picture = torch.rand(2, 3, 16, 16, requires_grad=True)
    seen = augment([picture], torch.zeros(2, 1, 16, 16, dtype=torch.long), 3, np.random.default_rng(1))
    seen.pictures[0].square().sum().backward()
    assert float(picture.grad.abs().sum()) > 0


def test_training_never_looks_through_the_eyes_of_the_judges():
    judges = {"engine.metrics.photograph_features", "engine.metrics.photo_realism"}
    for path in (ROOT / "engine" / "training").rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert node.module not in judges, path
                names = {alias.name for alias in node.names}
                assert not (node.module == "engine.network.efficientnet_lite" and "load_pooled" in names), path
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "load_stages":
                assert isinstance(node.args[0], ast.Constant)
                assert node.args[0].value == 0, path
