"""The upscaler, trained for real on small pictures whose detail the layout tells: it learns, goes on, is graded."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from engine.cli import app
from engine.evaluators import quality, segmenter
from engine.evaluators.segmenter import SegmenterMetadata
from engine.interface import pack_catalogue
from engine.interface.errors import BadConfig, BadPack
from engine.interface.raster import write_image, write_layout
from engine.network import upscaler_unet as network
from engine.network.segmenter_unet import SegmenterUNet
from engine.packs import companion_files
from engine.packs import pack as packs
from engine.packs.companion_files import PackCompatibility
from engine.requests import full_size
from engine.requests.full_size import UpscalerMetadata
from engine.training.core.training_config import ViewConfig
from engine.training.tasks import upscaler_task as training
from engine.training.tasks.evaluator_task import begin_training_run, read_validation_set
from engine.training.tasks.upscaler_task import UpscalerTask, degraded_image, degraded_layout, full_size_crops
from tests import tiny
from tests.engine.street_pairs import small_train_config

TAXONOMY = str(Path(tiny.__file__).with_name("tiny.toml"))
CLASSES = tiny.INFO.classes
HEIGHT, WIDTH = 2 * tiny.INFO.height, 2 * tiny.INFO.width


def pair(index):
    """A picture at full size: stripes that a low size cannot hold, upright in two classes and level in the others."""
    random = np.random.default_rng(index)
    layout = random.integers(0, 4, (4, 8)).astype(np.uint8).repeat(16, 0).repeat(16, 1)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    stripes = np.where(layout < 2, columns % 2, rows % 2)
    return np.repeat((90 + 70 * stripes)[..., None], 3, 2).astype(np.uint8), layout


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    for split, first, count in (("train", 0, 8), ("val", 100, 3)):
        for index in range(first, first + count):
            image, layout = pair(index)
            write_layout(folder / split / "layouts" / f"{index}.png", layout, CLASSES)
            write_image(folder / split / "images" / f"{index}.png", image)
    return folder


@pytest.fixture(scope="module")
def config(data):
    views = (ViewConfig(32), ViewConfig(40))
    return msgspec.structs.replace(small_train_config(data, data / "run"), taxonomy=TAXONOMY, views=views)


@pytest.fixture(scope="module", autouse=True)
def small():
    """Few crops at once and a slim network: these pictures are simple."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UpscalerTask, "batch", 4)
        patch.setattr(network, "WIDTHS", (16, 24, 32))
        patch.setattr(training, "CALIBRATION_CROPS", 16)
        yield


@pytest.fixture
def pack(tiny_pack, tmp_path):
    """A pack with a segmenter that has learned nothing."""
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_pack, folder)
    pack = packs.read_pack(folder, "cpu")
    facts = SegmenterMetadata(
        purpose=PackCompatibility.from_pack_file(pack.file),
        images_seen=0,
        held_out=0,
        accuracy=0.0,
        mean_iou=0.0,
        believed=(0.0, 0.0),
    )
    companion_files.save(folder / segmenter.FILE, SegmenterUNet(len(CLASSES)).state_dict(), facts)
    return pack


def begun(config, pack, tmp_path, images=4000):
    return begin_training_run(UpscalerTask, config, pack, images, tmp_path / "out")


def test_it_learns_detail_from_the_layout(config, pack, tmp_path):
    training_run, task = begun(config, pack, tmp_path, images=480)
    losses = list(training_run.train_steps(120))
    assert np.mean(losses[-20:]) < 0.7 * np.mean(losses[:20])
    training_run.use_averaged_weights()
    image, layout = pair(200)
    low = training.downscaled(image, 2)
    ready = task.build_upscaler().with_steps(1)
    *_, (_, _, told) = ready.upscale_image(low, layout, 0)
    *_, (_, _, untold) = ready.upscale_image(low, np.full_like(layout, 255), 0)
    plain = ready.standardisation.to_pixels(full_size.enlarge_bicubic(ready.standardise(low), 2)[0])
    assert quality.psnr(told, image) > quality.psnr(plain, image) + 1
    assert quality.psnr(told, image) > quality.psnr(untold, image) + 1


def test_a_run_stopped_and_resumed_ends_in_the_same_weights(config, pack, tmp_path):
    straight, stopped, resumed = (begun(config, pack, tmp_path)[0] for _ in range(3))
    list(straight.train_steps(3))
    list(stopped.train_steps(1))
    stopped.save_checkpoint()
    resumed.resume()
    list(resumed.train_steps(2))
    for name, value in straight.network.state_dict().items():
        torch.testing.assert_close(resumed.network.state_dict()[name], value, rtol=0, atol=0)
    for name, value in straight.ema.state_dict().items():
        torch.testing.assert_close(resumed.ema.state_dict()[name], value, rtol=0, atol=0)


def train(config, pack, *more):
    recipe = pack.folder.parent / "recipe.toml"
    recipe.write_bytes(msgspec.toml.encode(msgspec.to_builtins(config)))
    arguments = ["train-upscaler", recipe, "--pack", pack.folder, "--images", 8, "--device", "cpu", *more]
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_command_trains_grades_and_writes_what_the_pack_then_has(config, pack):
    result = train(config, pack)
    assert result.exit_code == 0, result.output
    path = pack.folder / pack_catalogue.UPSCALER_FILE
    facts, _ = companion_files.read(path, UpscalerMetadata, full_size.TRAIN_UPSCALER_COMMAND)
    assert (facts.factor, facts.images_seen, facts.held_out, len(facts.curve)) == (2, 8, 3, full_size.MAX_STEPS)
    distances = [one.distance for one in facts.curve]
    assert distances[facts.steps - 1] == min(distances)
    assert f"PSNR {facts.upscaled.psnr:.2f} dB" in result.output
    assert f"in {facts.steps} evaluations" in result.output
    assert pack_catalogue.read_pack_info(pack.folder).upscale == 2
    assert full_size.load_upscaler(pack).refine_options.steps == facts.steps
    assert not list(pack.folder.glob("*.checkpoint"))
    exam = read_validation_set(config, pack, 2)
    assert {image.shape for image in exam.images} == {(HEIGHT, WIDTH, 3)}
    again = train(config, pack, "--out", pack.folder / "again")
    assert again.exit_code == 0, again.output
    assert (pack.folder / "again").read_bytes() == path.read_bytes()


def test_without_a_segmenter_it_says_so_before_it_trains(config, pack):
    (pack.folder / segmenter.FILE).unlink()
    result = train(config, pack)
    assert isinstance(result.exception, BadPack)
    assert "has no segmenter.safetensors. Make it with diptych-engine train-segmenter." in str(result.exception)
    assert not (pack.folder / pack_catalogue.UPSCALER_FILE).exists()


def test_a_configuration_of_another_pack_is_refused(config, pack):
    other = msgspec.structs.replace(config, height=64, width=64, views=(ViewConfig(64),))
    result = train(other, pack)
    assert isinstance(result.exception, BadConfig)
    assert "has 32×64 pixels" in str(result.exception)


def test_crops_are_of_full_size_and_degrading_keeps_places_and_ids(config):
    frames = full_size_crops(config)
    assert {frame.views[0].layout.shape[0] for frame in frames.frames} == {64}
    assert all(len(frame.views) == 1 for frame in frames.frames)
    random = np.random.default_rng(0)
    drawn = frames.draw_pair(random)
    assert drawn.layout.shape == (64, 64)
    for _ in range(8):
        low = degraded_image(drawn.image, 2, random)
        assert low.shape == (32, 32, 3)
        assert np.abs(low.astype(float).mean() - drawn.image.mean()) < 4
        layout = degraded_layout(drawn.layout, 2, random)
        assert layout.shape == drawn.layout.shape
        assert set(np.unique(layout)) <= set(np.unique(drawn.layout))


def test_nearness_of_a_picture_to_itself_and_to_another(pack):
    image, layout = pair(0)
    judge = segmenter.load(pack)
    with torch.no_grad():
        for parameter in judge.network.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    other = np.clip(image.astype(int) + 25, 0, 255).astype(np.uint8)
    real = [training.DatasetPair(image, layout)]
    same, apart = (quality.image_quality(judge, 4, [one], real) for one in (image, other))
    assert (same.psnr, same.distance) == (100, 0)
    assert apart.psnr == pytest.approx(10 * np.log10(255**2 / 25**2))
    assert apart.distance > 0.01
    found = judge.predict_layouts([image])[0]
    assert same.accuracy == pytest.approx((found == layout).mean())
