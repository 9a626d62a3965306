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
from engine.interface.errors import BadConfig
from engine.interface.protocol import UNKNOWN, Generate, Raster
from engine.interface.raster import read_image
from engine.network.joint_unet import UNetConfig
from engine.packs import pack as packs
from engine.packs.pack_config import LayoutProcessConfig, ProcessConfig, ScheduleConfig
from engine.requests import generation
from engine.training.core.muon import orthogonalise
from engine.training.core.training_config import LossConfig, TaskMix, read_config, read_toml_with_base
from engine.training.joint.joint_trainer import JointTrainer, learning_rate_at
from engine.training.joint.objective import LossMeter
from tests.engine.street_pairs import small_train_config, write_street_folder


@pytest.fixture
def config(tmp_path):
    return small_train_config(write_street_folder(tmp_path / "data"), tmp_path / "run")


@pytest.fixture
def small_pack(config, tmp_path):
    """A pack whose tower knows the words of streets, as it is before training."""
    trainer = JointTrainer(msgspec.structs.replace(config, out=str(tmp_path / "first")))
    return trainer.export_pack()


def write(config, path):
    path.write_bytes(msgspec.toml.encode(config))
    return path


def run(trainer, count):
    for batch in trainer.batches.stream(trainer.step, count):
        trainer.train_step(batch, LossMeter())


def test_a_run_stopped_and_resumed_ends_in_the_same_weights(config):
    straight = JointTrainer(config)
    run(straight, 4)
    stopped = JointTrainer(config)
    stopped.out.mkdir()
    run(stopped, 2)
    stopped.save_checkpoint()
    resumed = JointTrainer(config)
    resumed.resume()
    assert resumed.images_seen == 8
    run(resumed, 2)
    for name, value in straight.model.state_dict().items():
        torch.testing.assert_close(resumed.model.state_dict()[name], value, rtol=0, atol=0)
    for name, value in straight.ema.state_dict().items():
        torch.testing.assert_close(resumed.ema.state_dict()[name], value, rtol=0, atol=0)


def test_the_loss_falls(config):
    config = msgspec.structs.replace(config, images=400)
    trainer = JointTrainer(config)
    losses = [float(trainer.train_step(batch, LossMeter())) for batch in trainer.batches.stream(0, 80)]
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
    trainer = JointTrainer(msgspec.structs.replace(config, embeddings=str(small_pack), images=400, **change))
    losses = [float(trainer.train_step(batch, LossMeter())) for batch in trainer.batches.stream(0, 60)]
    assert np.mean(losses[-15:]) < 0.9 * np.mean(losses[:15])
    pack = packs.read_pack(trainer.export_pack(), "cpu")
    assert pack.file.process == trainer.pack_file.process
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
    trainer = JointTrainer(msgspec.structs.replace(config, embeddings=str(small_pack), neighbours=4, process=process))
    lists = trainer.pack_file.process.layout.neighbours
    assert len(lists) == len(trainer.pack_file.info.classes)
    assert all(len(set(row)) == 4 and index not in row for index, row in enumerate(lists))


def test_a_tower_that_does_not_know_the_names_is_refused(config, tiny_pack):
    process = ProcessConfig(layout=LayoutProcessConfig(transitions="embedding"))
    with pytest.raises(BadConfig, match="sidewalk"):
        JointTrainer(msgspec.structs.replace(config, embeddings=str(tiny_pack), process=process))


def test_a_run_begins_with_a_packs_weights_and_keeps_what_its_words_mean(config, tmp_path):
    first = JointTrainer(msgspec.structs.replace(config, out=str(tmp_path / "first")))
    run(first, 2)
    pack = packs.read_pack(first.export_pack(), "cpu")
    classes = tuple(
        msgspec.structs.replace(words, synonyms=(*words.synonyms, f"{words.name} thing"))
        for words in taxonomy_classes("street")
    )
    taxonomy = Taxonomy(classes=classes, streets=True)
    more = JointTrainer(msgspec.structs.replace(config, start=str(pack.folder), taxonomy=taxonomy))
    for name, value in pack.network.state_dict().items():
        torch.testing.assert_close(more.ema.state_dict()[f"unet.{name}"], value.float(), rtol=0, atol=0)
    tower = more.model.tower
    assert len(tower.row_of_token) > len(pack.text_encoder.row_of_token), "it hears more words"
    prompt = ["a street with two cars, without sky"]
    with torch.no_grad():
        heard = [one(one.tokenize(prompt)) for one in (tower.eval(), pack.text_encoder)]
    torch.testing.assert_close(heard[0].tokens, heard[1].tokens)
    assert tower.unknown_words("a car thing") == ()
    assert pack.text_encoder.unknown_words("a car thing") == ("thing",)
    more.out.mkdir()
    run(more, 1)
    more.save_checkpoint()
    shutil.rmtree(pack.folder)
    resumed = JointTrainer(more.config)
    resumed.resume()
    assert packs.read_pack_file(resumed.export_pack()).images_seen == 3 * config.batch


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
        JointTrainer(msgspec.structs.replace(config, start=str(small_pack), **change))


def test_a_run_does_not_go_on_with_another_process_or_loss(config):
    trainer = JointTrainer(config)
    trainer.out.mkdir()
    trainer.save_checkpoint()
    JointTrainer(config).resume()
    for change in ({"process": ProcessConfig(output="epsilon")}, {"loss": LossConfig(min_snr=5.0)}):
        with pytest.raises(BadConfig, match="another process, loss or window"):
            JointTrainer(msgspec.structs.replace(config, **change)).resume()


def test_a_checkpoint_of_another_network_is_refused(config):
    trainer = JointTrainer(config)
    trainer.out.mkdir()
    trainer.save_checkpoint()
    other = JointTrainer(msgspec.structs.replace(config, network=UNetConfig(widths=(16, 128), blocks=(1, 1))))
    with pytest.raises(BadConfig, match="Choose another `out`"):
        other.resume()


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
    rates = [learning_rate_at(config, seen) / config.learning_rate for seen in (0, 96, 300, 750, 1000)]
    assert rates == pytest.approx([0.04, 1, 1, 0.5, 0])


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
