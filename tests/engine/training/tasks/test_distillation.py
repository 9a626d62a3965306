"""Distillation, for real on small pictures: its lessons are the sampler's own steps, and the student comes nearer."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from engine.cli import app
from engine.diffusion.process.denoiser import DiffusionState, Prediction, uninformative_estimate
from engine.diffusion.sampling.guidance import GuidanceWeights
from engine.diffusion.sampling.randomness import SeededNoise
from engine.diffusion.sampling.sampler import sample
from engine.diffusion.sampling.solvers import SOLVERS
from engine.diffusion.sampling.trajectory import SamplingTask
from engine.evaluators import segmenter
from engine.evaluators.segmenter import SegmenterMetadata
from engine.interface import pack_catalogue
from engine.interface.errors import BadConfig, BadPack
from engine.interface.raster import write_image, write_layout
from engine.network.segmenter_unet import SegmenterUNet
from engine.packs import companion_files, few_step
from engine.packs import pack as packs
from engine.packs.companion_files import PackCompatibility
from engine.packs.few_step import DistilledMetadata, DistilledSampling
from engine.requests.request_batch import sampler_settings
from engine.training.tasks import distillation
from engine.training.tasks.distillation import (
    DETERMINISTIC_SAMPLERS,
    TEACHER_STEPS_PER_STUDENT_STEP,
    DistillationTask,
    DistillationTrajectory,
    TeacherTarget,
    distillation_loss,
)
from engine.training.tasks.evaluator_task import begin_training_run
from tests import tiny
from tests.engine.street_pairs import small_train_config

TAXONOMY = str(Path(tiny.__file__).with_name("tiny.toml"))
HEIGHT, WIDTH = tiny.INFO.height, tiny.INFO.width


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder, random = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    for split, count in (("train", 8), ("val", 3)):
        for index in range(count):
            layout = random.integers(0, 4, (4, 8)).astype(np.uint8).repeat(12, 0).repeat(12, 1)
            write_layout(folder / split / "layouts" / f"{index}.png", layout, tiny.INFO.classes)
            write_image(folder / split / "images" / f"{index}.png", np.repeat(layout[..., None] * 60, 3, 2))
    return folder


@pytest.fixture(scope="module")
def config(data):
    return msgspec.structs.replace(small_train_config(data, data / "run"), taxonomy=TAXONOMY)


@pytest.fixture
def pack(tiny_pack, tmp_path):
    """A pack with a segmenter that has learned nothing, guided in both ways."""
    folder = tmp_path / "tiny"
    shutil.copytree(tiny_pack, folder)
    file = packs.read_pack_file(folder)
    info = msgspec.structs.replace(file.info, sampler="unipc", cross_guidance=2.0)
    (folder / "pack.json").write_bytes(msgspec.json.encode(msgspec.structs.replace(file, info=info)))
    facts = SegmenterMetadata(
        purpose=PackCompatibility.from_pack_file(file),
        images_seen=0,
        held_out=0,
        accuracy=0.0,
        mean_iou=0.0,
        believed=(0.0, 0.0),
    )
    companion_files.save(folder / segmenter.FILE, SegmenterUNet(4).state_dict(), facts)
    return packs.read_pack(folder, "cpu")


@torch.no_grad()
def task(pack, keep, texts=("a road", ""), text=(5.0, 1.0), cross=(1.0, 2.0)):
    """Two tasks whose layouts are given where `keep` is true, bool [H, W]."""
    generator = torch.Generator().manual_seed(1)
    keep_layout = torch.from_numpy(keep).expand(2, 1, HEIGHT, WIDTH)
    layout = torch.randint(0, 4, (2, 1, HEIGHT, WIDTH), generator=generator)
    nothing = torch.zeros_like(keep_layout)
    return SamplingTask(
        image=torch.zeros(2, 3, HEIGHT, WIDTH),
        keep_image=nothing,
        layout=torch.where(keep_layout, layout, 0),
        keep_layout=keep_layout,
        unknown=nothing,
        text=pack.text_encoder(pack.text_encoder.tokenize(list(texts))),
        negative=pack.empty_text_features.repeat_batch(2),
        seeds=[3, 4],
        weights=GuidanceWeights(torch.tensor(text), torch.tensor(cross)),
    )


def start(pack, asked, route):
    random = SeededNoise(asked.seeds, torch.device("cpu"))
    image = random.normal(3, HEIGHT, WIDTH)
    layout = torch.where(
        asked.keep_layout, asked.layout, pack.process.sample_layout_prior(random.uniform(1, HEIGHT, WIDTH))
    )
    return DiffusionState(image, layout, asked.clock_maps(pack.process, route.step_plans[0].clocks)), random


@torch.no_grad()
def test_a_lesson_is_what_the_guided_sampler_does_in_the_same_time(pack):
    asked = task(pack, np.ones((HEIGHT, WIDTH), np.bool_))
    route = DistillationTrajectory(pack, DistilledSampling(), asked)
    state, _ = start(pack, asked, route)
    lesson = route.teacher_target(0, state, uninformative_estimate(state, 4))
    settings = sampler_settings(
        replace(pack, file=DistilledSampling().apply_to(pack.file)),
        TEACHER_STEPS_PER_STUDENT_STEP * DistilledSampling().steps,
    )
    run = sample(pack.process, pack.network, asked, replace(settings, solver="unipc"))
    for _ in range(TEACHER_STEPS_PER_STUDENT_STEP):
        step = next(run)
    torch.testing.assert_close(lesson.image, step.state.image)
    assert not torch.allclose(lesson.image, state.image, atol=0.1)


@torch.no_grad()
def test_in_a_lesson_the_layout_waits_and_what_is_kept_stays(pack):
    keep = np.zeros((HEIGHT, WIDTH), np.bool_)
    keep[:16] = True
    asked = task(pack, keep)
    kept = torch.zeros_like(asked.keep_image)
    kept[..., :8] = True
    asked = replace(asked, keep_image=kept, image=torch.full_like(asked.image, 0.3))
    route = DistillationTrajectory(pack, DistilledSampling(), asked)
    state, random = start(pack, asked, route)
    here = replace(state, clocks=asked.clock_maps(pack.process, route.step_plans[2].clocks))
    here = replace(here, image=torch.where(kept, asked.image, here.image))
    seen = []
    hook = pack.network.register_forward_pre_hook(lambda _, told: seen.append(told[0]))
    lesson = route.teacher_target(2, here, uninformative_estimate(here, 4))
    hook.remove()
    assert torch.equal(lesson.image[:, :, :, :8], asked.image[:, :, :, :8])
    assert len(seen) == TEACHER_STEPS_PER_STUDENT_STEP
    for told in seen:
        assert torch.equal(told.layout[:2], here.layout)
        assert torch.equal(told.clocks.layout[:2], here.clocks.layout)
    clocks = [int(told.clocks.image_running[0]) for told in seen]
    assert (
        clocks
        == route.teacher_clocks.image[
            2 * TEACHER_STEPS_PER_STUDENT_STEP : 3 * TEACHER_STEPS_PER_STUDENT_STEP, 0
        ].tolist()
    )
    told = Prediction(random.normal(3, HEIGHT, WIDTH), random.normal(4, HEIGHT, WIDTH))
    after, _ = route.student_step(2, here, uninformative_estimate(here, 4), told, random)
    assert torch.equal(after.layout[:, :, :16], asked.layout[:, :, :16])
    assert torch.equal(after.image[:, :, :, :8], asked.image[:, :, :, :8])
    assert not torch.equal(after.layout, here.layout)


def test_the_teacher_stops_where_the_student_does(pack):
    route = DistillationTrajectory(pack, DistilledSampling(), task(pack, np.eye(HEIGHT, WIDTH) > 0))
    for half in ("image", "layout"):
        mine, smaller = getattr(route.student_clocks, half), getattr(route.teacher_clocks, half)
        assert torch.equal(mine, smaller[::TEACHER_STEPS_PER_STUDENT_STEP])
    assert route.student_clocks.image[0].tolist() == [999, 999]


@torch.no_grad()
def test_the_difference_is_that_of_v_and_the_divergence_of_the_transitions(pack):
    keep = np.zeros((HEIGHT, WIDTH), np.bool_)
    keep[:16] = True
    asked = task(pack, keep)
    route, process = DistillationTrajectory(pack, DistilledSampling(), asked), pack.process
    state, random = start(pack, asked, route)
    told = Prediction(random.normal(3, HEIGHT, WIDTH), random.normal(4, HEIGHT, WIDTH))
    other = Prediction(told.image_output + 0.5, random.normal(4, HEIGHT, WIDTH))
    leg = route.step_plans[2]
    here = replace(state, clocks=asked.clock_maps(process, leg.clocks))
    s, t = leg.next_clocks, leg.clocks
    double = DiffusionState(state.image.double(), state.layout, here.clocks)

    def goal(prediction):
        said = process.image_estimate(double.image, prediction.image_output.double(), t.image[:, None, None, None])
        a_s = process.image_schedule.alpha_bar_at(s.image[:, None, None, None], torch.float64)
        image = a_s.sqrt() * said.x_0 + (1 - a_s).sqrt() * said.epsilon
        chances = torch.zeros(2, 4, HEIGHT, WIDTH, dtype=torch.float64)
        head = prediction.logits.double().softmax(1)
        for y_0 in range(4):
            rows = [(t.layout[row], s.layout[row], state.layout[row, 0]) for row in (0, 1)]
            joint = torch.stack([ticks(process, *row, y_0) for row in rows])
            chances += head[:, y_0 : y_0 + 1] * joint / joint.sum(1, keepdim=True)
        return TeacherTarget(image.float(), chances.float())

    same = distillation_loss(process, asked, leg, here, told, goal(told))
    assert float(same) == pytest.approx(0, abs=1e-6)
    mine, true = goal(told).layout_probabilities.double(), goal(other).layout_probabilities.double()
    apart = (true * (true / mine).log()).sum(1)[:, 16:].sum() / (2 * HEIGHT * WIDTH) / np.log(4)
    found = distillation_loss(process, asked, leg, here, told, goal(other))
    assert float(found) == pytest.approx(0.25 + float(apart), rel=1e-4)


def ticks(process, t, s, y_t, y_0):
    """q(y_s | y_t, y_0) up to its sum, by Bayes' rule over the uniform chain, [K, H, W]."""
    a_t, a_s = (process.transitions.schedule.alpha_bar_at(clock, torch.float64) for clock in (t, s))
    step, y_s = a_t / a_s, torch.arange(4)[:, None, None]
    back = step * (y_t == y_s) + (1 - step) / 4
    return back * (a_s * (y_s == y_0) + (1 - a_s) / 4)


def begun(config, pack, tmp_path, images=400):
    return begin_training_run(DistillationTask, config, pack, images, tmp_path / "out")


def test_the_student_comes_nearer_to_its_teacher(config, pack, tmp_path, monkeypatch):
    """Along one path, for this teacher is a random one."""
    monkeypatch.setattr(DistillationTask, "learning_rate", 5e-3)
    training_run, student = begun(config, pack, tmp_path, images=80)
    asked = task(pack, np.ones((HEIGHT, WIDTH), np.bool_), text=(2.0, 1.0))
    monkeypatch.setattr(student, "loss", lambda _: torch.stack(list(student.step_losses(asked))).mean())
    losses = list(training_run.train_steps(20))
    assert min(losses[-3:]) < 0.6 * losses[0]


def test_a_run_stopped_and_resumed_ends_in_the_same_weights(config, pack, tmp_path):
    straight, stopped, resumed = (begun(config, pack, tmp_path)[0] for _ in range(3))
    list(straight.train_steps(2))
    list(stopped.train_steps(1))
    stopped.save_checkpoint()
    resumed.resume()
    list(resumed.train_steps(1))
    for name, value in straight.network.state_dict().items():
        torch.testing.assert_close(resumed.network.state_dict()[name], value, rtol=0, atol=0)


def train(config, pack, *more):
    recipe = pack.folder.parent / "recipe.toml"
    recipe.write_bytes(msgspec.toml.encode(msgspec.to_builtins(config)))
    arguments = ["distil", recipe, "--pack", pack.folder, "--images", 8, "--device", "cpu", *more]
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_command_trains_grades_and_writes_what_the_pack_then_has(config, pack):
    result = train(config, pack)
    assert result.exit_code == 0, result.output
    path = pack.folder / pack_catalogue.DISTILLED_FILE
    facts, _ = companion_files.read(path, DistilledMetadata, few_step.DISTIL_COMMAND)
    assert (facts.images_seen, facts.held_out, len(facts.curve)) == (8, 3, distillation.MAX_EVALUATIONS)
    assert facts.plan == DistilledSampling()
    assert facts.evaluations == 4, "three steps, and the one in the middle of the noise is guided"
    assert f"by 4 evaluations: {facts.curve[3].accuracy:.3f}" in result.output
    assert few_step.load_distilled(packs.read_pack(pack.folder, "cpu")).info.steps == 4
    assert not list(pack.folder.glob("*.checkpoint"))


def test_without_a_segmenter_it_says_so_before_it_trains(config, pack):
    (pack.folder / segmenter.FILE).unlink()
    result = train(config, pack)
    assert isinstance(result.exception, BadPack)
    assert "has no segmenter.safetensors" in str(result.exception)
    assert not (pack.folder / pack_catalogue.DISTILLED_FILE).exists()


@pytest.mark.parametrize("sampler", ["ddpm", "ddpm-wide", "ddim-ancestral", "euler-maruyama"])
def test_a_teacher_that_adds_noise_is_refused(config, pack, sampler):
    info = msgspec.structs.replace(pack.info, sampler=sampler)
    (pack.folder / "pack.json").write_bytes(msgspec.json.encode(msgspec.structs.replace(pack.file, info=info)))
    result = train(config, pack)
    assert isinstance(result.exception, BadConfig)
    assert f"is sampled by {sampler}" in str(result.exception)


@torch.no_grad()
@pytest.mark.parametrize("name", SOLVERS)
def test_a_sampler_is_deterministic_if_it_draws_no_noise(pack, monkeypatch, name):
    info = msgspec.structs.replace(pack.info, sampler=name)
    teacher = replace(pack, file=msgspec.structs.replace(pack.file, info=info))
    asked = task(pack, np.ones((HEIGHT, WIDTH), np.bool_))
    route = DistillationTrajectory(teacher, DistilledSampling(), asked)
    state, _ = start(pack, asked, route)
    normal, draws = SeededNoise.normal, []

    def count_draws(noise, *size):
        draws.append(size)
        return normal(noise, *size)

    monkeypatch.setattr(SeededNoise, "normal", count_draws)
    route.teacher_target(0, state, uninformative_estimate(state, 4))
    assert (not draws) == (name in DETERMINISTIC_SAMPLERS)
