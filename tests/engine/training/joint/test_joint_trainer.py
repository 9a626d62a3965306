"""Training for real, on a few small pictures: it learns, it resumes exactly, and it writes a pack that draws."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from typer.testing import CliRunner

import engine.training
from engine.cli import app
from engine.data.taxonomy import Taxonomy, taxonomy_classes
from engine.interface.errors import BadConfig, BadFile
from engine.interface.protocol import UNKNOWN, Generate, Raster
from engine.interface.raster import read_image, write_image
from engine.network.joint_unet import UNetConfig
from engine.packs import pack as packs
from engine.packs.pack_config import LayoutProcessConfig, ProcessConfig, ScheduleConfig
from engine.requests import generation
from engine.training.core.muon import orthogonalise
from engine.training.core.optimisation import warmup_and_decay
from engine.training.core.training_config import LossConfig, TaskMix, read_config, read_toml_with_base
from engine.training.joint.joint_task import JointTask
from engine.training.joint.joint_trainer import begin_joint_run, train_pack
from tests.engine.street_pairs import small_train_config, write_street_folder


@pytest.fixture
def config(tmp_path):
    return small_train_config(write_street_folder(tmp_path / "data"), tmp_path / "run")


@pytest.fixture
def small_pack(config, tmp_path):
    """A pack whose tower knows the words of streets, as it is before training."""
    training_run, task = begin_joint_run(msgspec.structs.replace(config, out=str(tmp_path / "first")))
    return task.export_pack(training_run)


def write(config, path):
    path.write_bytes(msgspec.toml.encode(config))
    return path


def begun(config):
    """The run of a configuration, without its task."""
    return begin_joint_run(config)[0]


def test_a_run_stopped_and_resumed_ends_in_the_same_weights(config):
    straight = begun(config)
    losses = list(straight.train_steps(4))
    stopped = begun(config)
    assert list(stopped.train_steps(2)) == losses[:2]
    stopped.save_checkpoint()
    resumed = begun(config)
    resumed.resume()
    assert resumed.images_seen == 8
    assert list(resumed.train_steps(2)) == losses[2:]
    for name, value in straight.network.state_dict().items():
        torch.testing.assert_close(resumed.network.state_dict()[name], value, rtol=0, atol=0)
    for name, value in straight.ema.state_dict().items():
        torch.testing.assert_close(resumed.ema.state_dict()[name], value, rtol=0, atol=0)
    rates = [group["lr"] for optimiser in resumed.optimisers for group in optimiser.param_groups]
    assert rates == [group["lr"] for optimiser in straight.optimisers for group in optimiser.param_groups]


def test_the_loss_falls(config):
    losses = list(begun(msgspec.structs.replace(config, images=400)).train_steps(80))
    assert np.mean(losses[-15:]) < 0.75 * np.mean(losses[:15])


def test_the_command_trains_and_the_pack_it_writes_is_whole(config, tmp_path):
    result = CliRunner().invoke(app, ["train", str(write(config, tmp_path / "small.toml"))])
    assert result.exit_code == 0, result.output
    pack = tmp_path / "run" / "pack"
    (pack / "CARD.md").write_text("# Small\n")
    assert packs.pack_problems(pack) == []
    assert packs.read_pack_file(pack).images_seen == 32
    sheet = read_image(tmp_path / "run" / "sheet_0000032.png")
    assert sheet.shape[1] > sheet.shape[0]
    line = json.loads((tmp_path / "run" / "log.jsonl").read_text().splitlines()[-1])
    assert line["images"] == 32
    assert any(name.startswith("layout/clock") for name in line)


GCDP = {
    "mix": TaskMix(shared=1),
    "process": ProcessConfig(kernel="product", layout=LayoutProcessConfig(odds=1.0)),
    "loss": LossConfig(layout="bound"),
}


@pytest.mark.parametrize(
    ("change", "sampler"),
    [
        (GCDP, "gcdp"),
        ({"process": ProcessConfig(layout=LayoutProcessConfig(transitions="absorbing"))}, "ddim"),
        ({"process": ProcessConfig(layout=LayoutProcessConfig(transitions="gaussian", width=2.0))}, "unipc"),
        ({"process": ProcessConfig(layout=LayoutProcessConfig(transitions="embedding"))}, "dpm++2m"),
        ({"process": ProcessConfig(output="epsilon"), "loss": LossConfig(min_snr=5.0)}, "ddpm"),
        ({"process": ProcessConfig(output="x_0", image=ScheduleConfig(kind="linear"))}, "heun"),
    ],
    ids=["gcdp", "absorbing", "gaussian", "embedding", "epsilon", "x_0"],
)
def test_every_process_trains_and_its_pack_draws(config, small_pack, change, sampler):
    config = msgspec.structs.replace(config, embeddings=str(small_pack), images=400, **change)
    training_run, task = begin_joint_run(config)
    losses = list(training_run.train_steps(60))
    assert np.mean(losses[-15:]) < 0.9 * np.mean(losses[:15])
    pack = packs.read_pack(task.export_pack(training_run), "cpu")
    assert pack.file.process == task.pack_file.process
    layout = np.zeros((32, 64), np.uint8)
    layout[:, 40:] = UNKNOWN
    request = Generate(
        id="1", pack="small", layout=Raster.from_pixels(layout), sampler=sampler, resamplings=2, steps=4
    )
    *_, last = generation.generate_steps(pack, [request])
    state = last.step.state
    assert torch.equal(state.layout[0, 0, :, :40], torch.zeros(32, 40, dtype=torch.int64))
    assert int(state.layout.max()) < len(pack.info.classes)
    assert int(last.image(0).max()) > 0


def test_neighbours_are_written_into_the_pack(config, small_pack):
    process = ProcessConfig(layout=LayoutProcessConfig(transitions="embedding"))
    task = JointTask(msgspec.structs.replace(config, embeddings=str(small_pack), neighbours=4, process=process))
    lists = task.pack_file.process.layout.neighbours
    assert len(lists) == len(task.pack_file.info.classes)
    assert all(len(set(row)) == 4 and index not in row for index, row in enumerate(lists))


def test_a_tower_that_does_not_know_the_names_is_refused(config, tiny_pack):
    process = ProcessConfig(layout=LayoutProcessConfig(transitions="embedding"))
    with pytest.raises(BadConfig, match="sidewalk"):
        JointTask(msgspec.structs.replace(config, embeddings=str(tiny_pack), process=process))


def test_a_run_begins_with_a_packs_weights_and_keeps_what_its_words_mean(config, tmp_path):
    first, first_task = begin_joint_run(msgspec.structs.replace(config, out=str(tmp_path / "first")))
    list(first.train_steps(2))
    pack = packs.read_pack(first_task.export_pack(first), "cpu")
    classes = tuple(
        msgspec.structs.replace(words, synonyms=(*words.synonyms, f"{words.name} thing"))
        for words in taxonomy_classes("street")
    )
    taxonomy = Taxonomy(classes=classes, streets=True)
    more, more_task = begin_joint_run(msgspec.structs.replace(config, start=str(pack.folder), taxonomy=taxonomy))
    for name, value in pack.network.state_dict().items():
        torch.testing.assert_close(more.ema.module.state_dict()[f"unet.{name}"], value.float(), rtol=0, atol=0)
    tower = more.network.tower
    assert len(tower.row_of_token) > len(pack.text_encoder.row_of_token), "it hears more words"
    prompt = ["a street with two cars, without sky"]
    with torch.no_grad():
        heard = [one(one.tokenize(prompt)) for one in (tower.eval(), pack.text_encoder)]
    torch.testing.assert_close(heard[0].tokens, heard[1].tokens)
    assert tower.unknown_words("a car thing") == ()
    assert pack.text_encoder.unknown_words("a car thing") == ("thing",)
    list(more.train_steps(1))
    more.save_checkpoint()
    shutil.rmtree(pack.folder)
    resumed, resumed_task = begin_joint_run(more_task.config)
    resumed.resume()
    assert packs.read_pack_file(resumed_task.export_pack(resumed)).images_seen == 3 * config.batch


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"network": UNetConfig(widths=(16, 128), blocks=(1, 1))}, "in its network"),
        ({"taxonomy": "engine/data/street8.toml"}, "in its classes"),
        ({"process": ProcessConfig(output="epsilon")}, "in its process"),
    ],
)
def test_a_run_does_not_begin_with_a_pack_of_another_kind(config, small_pack, change, says):
    with pytest.raises(BadConfig, match=says):
        JointTask(msgspec.structs.replace(config, start=str(small_pack), **change))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"process": ProcessConfig(output="epsilon")}, "another process"),
        ({"loss": LossConfig(min_snr=5.0)}, "another loss"),
        ({"window": 2}, "window = 0"),
        ({"batch": 8}, "batch = 4"),
        ({"network": UNetConfig(widths=(16, 128), blocks=(1, 1))}, "does not fit"),
        ({"optimiser": "adamw"}, "does not fit"),
    ],
)
def test_a_run_is_not_resumed_with_other_settings(config, change, says):
    begun(config).save_checkpoint()
    begun(config).resume()
    with pytest.raises(BadConfig, match=f"{says}.*choose another `out`"):
        begun(msgspec.structs.replace(config, **change)).resume()


def test_a_run_is_not_resumed_with_other_data(config, tmp_path):
    begun(config).save_checkpoint()
    for path in (tmp_path / "data" / "train" / "images").iterdir():
        write_image(path, read_image(path) // 2)
    with pytest.raises(BadConfig, match=r"images in .* have changed: their mean is .* instead of"):
        begun(config).resume()


def test_the_standardisation_of_the_checkpoint_is_kept(config):
    first, task = begin_joint_run(config)
    pixels = task.pack_file.pixels
    shifted = msgspec.structs.replace(pixels, mean=tuple(value + 1e-5 for value in pixels.mean))
    task.pack_file = msgspec.structs.replace(task.pack_file, pixels=shifted)
    first.save_checkpoint()
    resumed, task = begin_joint_run(config)
    resumed.resume()
    assert task.pack_file.pixels == shifted
    assert task.objective.standardisation.mean.flatten().tolist() == pytest.approx(shifted.mean, abs=1e-7)


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda _: b"not a checkpoint", lambda _: b""])
def test_a_damaged_checkpoint_is_refused(config, damage):
    stopped = begun(config)
    stopped.save_checkpoint()
    stopped.checkpoint_path.write_bytes(damage(stopped.checkpoint_path.read_bytes()))
    with pytest.raises(BadConfig, match="is not a checkpoint, or it is damaged") as caught:
        begun(config).resume()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [[1, 2], {"step": 3}, torch.zeros(2)])
def test_a_foreign_checkpoint_is_refused(config, content):
    stopped = begun(config)
    stopped.save_checkpoint()
    torch.save(content, stopped.checkpoint_path)
    with pytest.raises(BadConfig, match="is not a checkpoint"):
        begun(config).resume()


def test_a_run_stopped_before_its_last_report_exports_the_checkpoint(config, tmp_path):
    stopped, task = begin_joint_run(config)
    list(stopped.train_steps(stopped.plan.steps))
    stopped.save_checkpoint()  # and then the process was killed
    train_pack(config, ())
    pack = task.out / "pack"
    assert packs.read_pack_file(pack).images_seen == config.images
    weights = packs.read_pack(pack, "cpu").network.state_dict()
    for name, value in stopped.ema.module.unet.state_dict().items():
        torch.testing.assert_close(weights[name], value.to(torch.bfloat16), rtol=0, atol=0)
    (pack / "distilled.safetensors").write_bytes(b"of this pack")
    train_pack(config, ())
    assert (pack / "distilled.safetensors").exists(), "a run that has ended leaves its pack as it is"


def test_an_output_that_is_a_file_is_refused(config):
    Path(config.out).write_bytes(b"")
    with pytest.raises(BadConfig, match="cannot be made a folder"):
        train_pack(config, ())


def test_a_disk_that_takes_no_more_is_an_error_of_the_file(config):
    resource = pytest.importorskip("resource", reason="limits of file sizes are those of Unix")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(BadFile, match=r"checkpoint\.pt cannot be written"):
            train_pack(config, ())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"height": 40}, "multiples of 16"),
        ({"batch": 1}, "batch 1"),
        ({"data": "nowhere"}, "nowhere"),
        ({"optimiser": "sgd"}, "optimiser"),
        ({"learning": 1}, "learning"),
        ({"mix": {}}, "no task"),
        ({"process": {"kernel": "product"}}, "product kernel"),
        ({"process": {"clocks": 0}}, "clocks"),
        ({"process": {"layout_pace": {"bend": 0.0}}}, "bend"),
        ({"process": {"layout": {"odds": -1.0}}}, "odds"),
        ({"process": {"layout": {"transitions": "magic"}}}, "transitions"),
    ],
)
def test_a_configuration_that_makes_no_sense_is_named(config, tmp_path, change, says):
    path = tmp_path / "bad.toml"
    path.write_bytes(msgspec.toml.encode({**msgspec.to_builtins(config), **change}))
    with pytest.raises(BadConfig, match=says):
        read_config(path)


def test_the_rate_warms_up_and_falls_to_nothing(config):
    config = msgspec.structs.replace(config, images=1000, warmup=100, decay=0.5)
    factor = warmup_and_decay(config.images, config.batch, config.warmup, config.decay)
    rates = [factor(images_seen // config.batch) for images_seen in (0, 96, 300, 752, 1000)]
    assert rates == pytest.approx([0.04, 1, 1, 0.496, 0])


@pytest.mark.parametrize("shape", [(2, 24, 60), (1, 60, 24)])
def test_muon_brings_all_singular_values_near_one(shape):
    matrices = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    values = torch.linalg.svdvals(orthogonalise(matrices).float())
    assert values.min() > 0.5
    assert values.max() < 1.4


@pytest.mark.parametrize(
    "path", sorted((Path(engine.training.__file__).parent / "recipes").rglob("*.toml")), ids=lambda path: path.stem
)
def test_the_shipped_configurations_make_sense(path, tmp_path):
    table = read_toml_with_base(path) | {"data": str(write_street_folder(tmp_path / "data"))}
    (tmp_path / path.name).write_bytes(msgspec.toml.encode(table))
    config = read_config(tmp_path / path.name)
    assert config.process.build(19).transitions.schedule.alpha_bar[-1] < 1e-3
    assert Path(config.out).name == path.stem
    assert (config.sampler == "gcdp") == (config.process.kernel == "product")


def test_a_configuration_says_only_what_differs_from_its_base(config, tmp_path):
    whole = msgspec.structs.replace(config, mix=TaskMix(joint=1.0, regions=1.0), images=64)
    (tmp_path / "base.toml").write_bytes(msgspec.toml.encode(msgspec.to_builtins(whole)))
    (tmp_path / "other.toml").write_text('base = "base.toml"\nimages = 96\n[mix]\nshared = 1\n', "utf-8")
    assert read_config(tmp_path / "other.toml") == msgspec.structs.replace(whole, images=96, mix=TaskMix(shared=1.0))
    (tmp_path / "base.toml").write_text('base = "other.toml"\n', "utf-8")
    with pytest.raises(BadConfig, match=r"other\.toml"):
        read_config(tmp_path / "other.toml")
