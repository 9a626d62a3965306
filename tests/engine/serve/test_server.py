"""The real engine process with a tiny pack: results, previews, cancel, latest wins, and every typed error."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from engine import __version__
from engine.interface import pack_catalogue
from engine.interface.protocol import (
    PROTOCOL_VERSION,
    UNKNOWN,
    Cancel,
    Cancelled,
    Done,
    Failed,
    Generate,
    Raster,
    Ready,
    TracedStep,
)
from tests.engine.engine_subprocess import TIMEOUT_SECONDS, EngineSubprocess

numbers = itertools.count()
LONG = 1000
"""Steps of a job that is still running when the test acts."""


@pytest.fixture(scope="module")
def info(tiny_pack):
    return pack_catalogue.read_pack_info(tiny_pack)


@pytest.fixture(scope="module")
def engine(tiny_pack, tmp_path_factory):
    engine = EngineSubprocess.start_serving(tiny_pack, tmp_path_factory.mktemp("engine") / "log")
    engine.greeting = engine.next_event()
    yield engine
    engine.close()


@pytest.fixture
def ask(engine, tiny_pack):
    def ask(**given):
        rasters = {k: Raster.from_pixels(v) if isinstance(v, np.ndarray) else v for k, v in given.items()}
        request = Generate(**{"id": f"job {next(numbers)}", "pack": str(tiny_pack), "steps": 3} | rasters)
        engine.send(request)
        return request

    return ask


def a_layout(info):
    return np.random.default_rng(0).integers(0, len(info.classes), (info.height, info.width)).astype(np.uint8)


def an_image(info):
    return np.random.default_rng(1).integers(0, 256, (info.height, info.width, 3)).astype(np.uint8)


def test_it_greets_with_its_device_and_packs(engine, info):
    greeting = engine.greeting
    assert isinstance(greeting, Ready)
    assert (greeting.protocol, greeting.version, greeting.device) == (PROTOCOL_VERSION, __version__, "cpu")
    assert greeting.packs[0] == info


def test_layout_to_image_shows_both_halves_forming(engine, ask, info):
    layout = a_layout(info)
    request = ask(layout=layout, revision=9)
    previews, done = engine.wait_for_answer(request.id)
    assert isinstance(done, Done)
    assert previews[0].index == 1
    assert [p.index for p in previews] == sorted({p.index for p in previews})
    assert (previews[-1].index, previews[-1].eta) == (3, 0)
    assert {p.total for p in previews} == {3}
    assert all(p.eta >= 0 and p.revision == 9 for p in previews)
    for event in (*previews, done):
        assert event.image.pixels().shape == (info.height, info.width, 3)
        assert (event.layout.pixels() == layout).all()
    assert previews[0].image != done.image
    assert (done.revision, done.seconds > 0) == (9, True)


def test_a_trace_has_every_step_of_the_same_result_from_noise_to_the_picture(engine, ask, info):
    layout, given = a_layout(info), {"prompt": "", "seed": 3, "steps": 30}
    layout[:, 10:] = UNKNOWN
    plain = engine.wait_for_answer(ask(layout=layout, **given).id)[1]
    request = ask(layout=layout, trace=True, revision=2, **given)
    steps, done = engine.wait_for_answer(request.id)
    assert (done.image, done.layout) == (plain.image, plain.layout)
    assert all(type(step) is TracedStep and step.revision == 2 for step in steps)
    assert [(step.index, step.total) for step in steps] == [(index, 30) for index in range(1, 31)]
    for clocks in ([step.image_clock for step in steps], [step.layout_clock for step in steps]):
        assert clocks[0] == steps[0].top_clock
        assert clocks == sorted(clocks, reverse=True)
        assert clocks[-1] < clocks[0]
    assert steps[-1].image == done.image
    for step in steps:
        for ids in (step.noisy_layout.pixels(), step.layout.pixels()):
            assert (ids[:, :10] == layout[:, :10]).all()
            assert ((ids < len(info.classes)) | (ids == UNKNOWN)).all()
    for one, next_one in itertools.pairwise(steps):
        assert (one.noisy_image != next_one.noisy_image) == (next_one.image_clock < one.image_clock)


def test_what_is_given_has_clock_0_in_a_trace(engine, ask, info):
    image = an_image(info)
    steps, _ = engine.wait_for_answer(ask(image=image, trace=True).id)
    assert {step.image_clock for step in steps} == {0}
    assert all((step.noisy_image.pixels() == image).all() for step in steps)
    assert steps[0].layout_clock == steps[0].top_clock


def test_image_to_layout_keeps_every_pixel_of_the_image(engine, ask, info):
    image = an_image(info)
    previews, done = engine.wait_for_answer(ask(image=image).id)
    assert (done.image.pixels() == image).all()
    assert done.layout.pixels().max() < len(info.classes)
    assert len({p.layout.data for p in previews} | {bytes(info.height * info.width)}) > 1


def test_what_is_kept_in_either_half_comes_back_bit_for_bit(engine, ask, info):
    layout, image = a_layout(info), an_image(info)
    keep = np.zeros(layout.shape, np.uint8)
    keep[:, ::3] = 255
    layout[0, 0] = UNKNOWN
    _, done = engine.wait_for_answer(ask(layout=layout, keep_layout=keep, image=image, keep_image=keep).id)
    kept = keep > 0
    assert (done.image.pixels()[kept] == image[kept]).all()
    kept[0, 0] = False
    assert (done.layout.pixels()[kept] == layout[kept]).all()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(engine, ask):
    one, again, other = (engine.wait_for_answer(ask(prompt="", seed=seed).id)[1] for seed in (5, 5, 6))
    assert (one.image, one.layout) == (again.image, again.layout)
    assert one.image != other.image


def test_words_that_the_pack_never_heard_are_told(engine, ask):
    _, done = engine.wait_for_answer(ask(prompt="qwertz").id)
    assert done.unknown_words == ("qwertz",)


def test_cancel_means_now(engine, ask):
    request = ask(prompt="", steps=LONG, live=False)
    first = engine.wait_for_preview(request.id)
    engine.send(Cancel(id=request.id))
    previews, answer = engine.wait_for_answer(request.id)
    assert isinstance(answer, Cancelled)
    assert max([first.index, *(p.index for p in previews)]) < LONG


def test_the_latest_live_request_wins(engine, ask):
    old = ask(prompt="", steps=LONG, revision=1)
    engine.wait_for_preview(old.id)
    jobs = [old, ask(prompt="", steps=LONG, revision=2), ask(prompt="", revision=3)]
    answers = engine.wait_for_answers(*(job.id for job in jobs))
    assert [(type(answers[job.id]), answers[job.id].revision) for job in jobs] == [
        (Cancelled, 1),
        (Cancelled, 2),
        (Done, 3),
    ]


def test_a_live_request_runs_between_the_steps_of_a_long_job(engine, ask):
    export, waiting = ask(prompt="", steps=LONG, live=False), ask(prompt="", live=False)
    engine.wait_for_preview(export.id)
    stroke = ask(prompt="")
    assert isinstance(engine.wait_for_answers(stroke.id)[stroke.id], Done)
    engine.send(Cancel(id=export.id))
    answers = engine.wait_for_answers(export.id, waiting.id)
    assert [(id, type(answer)) for id, answer in answers.items()] == [(export.id, Cancelled), (waiting.id, Done)]


def test_previews_come_at_most_fifteen_times_a_second(engine, ask):
    begun = time.perf_counter()
    previews, _ = engine.wait_for_answer(ask(prompt="", steps=60, live=False).id)
    seconds = time.perf_counter() - begun
    assert (previews[0].index, previews[-1].index) == (1, 60)
    assert len(previews) <= 15 * seconds + 2


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("bad_class", lambda info: {"layout": np.full((info.height, info.width), len(info.classes), np.uint8)}),
        ("bad_size", lambda info: {"layout": an_image(info)}),
        ("bad_size", lambda info: {"image": an_image(info)[:-1]}),
        ("bad_size", lambda info: {"image": Raster(info.height, info.width, 3, b"short")}),
        ("bad_size", lambda info: {"layout": a_layout(info), "image": an_image(info)[:16, :16]}),
        ("bad_request", lambda info: {"keep_image": a_layout(info), "prompt": ""}),
        ("unknown_pack", lambda info: {"pack": "no such pack", "prompt": ""}),
        ("unknown_pack", lambda info: {"pack": "x" * 400, "prompt": ""}),
        ("nothing_to_do", lambda info: {"layout": a_layout(info), "image": an_image(info)}),
        ("nothing_given", lambda info: {}),
    ],
)
def test_every_bad_request_is_answered_and_the_engine_lives_on(engine, ask, info, code, change):
    request = ask(**change(info), revision=4)
    previews, answer = engine.wait_for_answer(request.id)
    assert isinstance(answer, Failed)
    assert (answer.code, answer.revision, previews) == (code, 4, [])
    assert answer.message
    assert answer.hint
    assert isinstance(engine.wait_for_answer(ask(prompt="", steps=1).id)[1], Done)


def test_a_pack_that_turns_out_broken_is_answered_and_the_engine_lives_on(engine, ask, tiny_pack, tmp_path):
    (tmp_path / "pack.json").write_bytes((tiny_pack / "pack.json").read_bytes())
    _, answer = engine.wait_for_answer(ask(pack=str(tmp_path), prompt="").id)
    assert (type(answer), answer.code) == (Failed, "bad_pack")
    assert isinstance(engine.wait_for_answer(ask(prompt="", steps=1).id)[1], Done)


def test_commands_before_it_is_ready_wait_and_the_end_of_stdin_ends_it_in_the_middle_of_a_job(tiny_pack, tmp_path):
    engine = EngineSubprocess.start_serving(tiny_pack, tmp_path / "log")
    plain = {"pack": str(tiny_pack), "prompt": ""}
    engine.send(
        Generate(id="older", steps=1, **plain),
        Generate(id="bad", pack="no such pack"),
        Generate(id="export", steps=1, live=False, **plain),
        Generate(id="newer", steps=1, **plain),
    )
    assert isinstance(engine.next_event(), Ready)
    answers = engine.wait_for_answers("older", "bad", "export", "newer")
    assert [(id, type(answer)) for id, answer in answers.items()] == [
        ("bad", Failed),
        ("older", Cancelled),
        ("newer", Done),
        ("export", Done),
    ]
    engine.send(Generate(id="long", steps=LONG, **plain))
    engine.wait_for_preview("long")
    engine.process.stdin.close()
    assert engine.process.wait(TIMEOUT_SECONDS) == 0
    engine.close()


def test_a_first_pack_that_is_not_there_is_said_before_it_leaves(tmp_path):
    engine = EngineSubprocess.start_serving("no such pack", tmp_path / "log")
    answer = engine.next_event()
    assert (type(answer), answer.id, answer.code) == (Failed, "", "unknown_pack")
    assert engine.next_event() is None
    assert engine.process.wait(TIMEOUT_SECONDS) == 1
    engine.close()
