"""The distilled network in use: its file, its few evaluations, what a request gets by it, and what it may not ask."""

from __future__ import annotations

import dataclasses
import shutil

import msgspec
import numpy as np
import pytest
import torch

from engine.diffusion.sampling.trajectory import TimestepSpacing
from engine.interface import pack_catalogue
from engine.interface.errors import BadPack, BadRequest
from engine.interface.protocol import UNKNOWN, Generate, Raster
from engine.metrics.cost import count_evaluations
from engine.packs import companion_files, few_step
from engine.packs import pack as packs
from engine.requests import generation
from engine.requests.pack_verification import evaluator_problems
from engine.requests.resolved_request import group_batchable
from engine.serve.jobs import RequestScheduler
from engine.serve.worker import ComputeWorker
from tests import tiny

HEIGHT, WIDTH = tiny.INFO.height, tiny.INFO.width
RANDOM = np.random.default_rng(0)
LAYOUT = RANDOM.integers(0, 4, (HEIGHT, WIDTH)).astype(np.uint8)
IMAGE = RANDOM.integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def folder(tiny_pack, tmp_path_factory):
    """A pack with a distilled network of random weights."""
    folder = tmp_path_factory.mktemp("distilled") / "tiny"
    shutil.copytree(tiny_pack, folder)
    return tiny.add_distilled(folder)


@pytest.fixture(scope="module")
def pack(folder):
    return packs.read_pack(folder, "cpu")


def request(**asked):
    rasters = {k: Raster.from_pixels(v) if isinstance(v, np.ndarray) else v for k, v in asked.items()}
    return Generate(**{"id": "one", "pack": "tiny", "sampler": "distilled", **rasters})


def draw(pack, *requests):
    *_, last = generation.generate_steps(pack, requests)
    return [(last.image(i), last.layout(i)) for i in range(len(requests))]


@pytest.mark.parametrize(
    ("asked", "steps"), [({"layout": LAYOUT}, 4), ({"layout": LAYOUT, "prompt": "a road, a car", "steps": 1}, 1)]
)
def test_it_takes_one_evaluation_for_each_of_its_steps(pack, asked, steps):
    with count_evaluations(pack.network) as own, count_evaluations(few_step.load_distilled(pack).network) as count:
        draw(pack, *(request(seed=seed, **asked) for seed in range(3)))
    assert (own.calls, count.calls, count.rows) == (0, steps, 3 * steps)


@pytest.mark.parametrize("asked", [{"prompt": "a road, no car"}, {"prompt": "a road", "negative": "car"}])
def test_what_is_unwanted_is_left_out_by_the_packs_own_network(pack, asked):
    one = request(steps=2, **asked)
    with count_evaluations(pack.network) as own, count_evaluations(few_step.load_distilled(pack).network) as count:
        (drawn,) = draw(pack, one)
    assert (own.calls, count.calls) == (tiny.INFO.steps, 0)
    plain = msgspec.structs.replace(one, sampler=None, steps=None)
    assert np.array_equal(drawn[0], draw(pack, plain)[0][0])
    resolved = [generation.resolve_for_pack(pack, asked) for asked in (one, plain, request(prompt="a road"))]
    for field in ("sampler", "steps", "guidance"):
        assert getattr(resolved[0], field) == getattr(resolved[1], field)
    assert group_batchable(resolved) == [[0, 1], [2]]


def test_it_draws_something_else_than_the_pack_and_the_same_every_time(pack):
    (mine,) = draw(pack, request(layout=LAYOUT, seed=3))
    (again,) = draw(pack, request(layout=LAYOUT, seed=3))
    (other,) = draw(pack, msgspec.structs.replace(request(layout=LAYOUT, seed=3), sampler="ddim"))
    assert np.array_equal(mine[0], again[0])
    assert not np.array_equal(mine[0], other[0])
    assert np.array_equal(mine[1], LAYOUT)


def test_the_noise_that_it_starts_from_counts(pack):
    """At T the network would be shown none of it; in one step every seed would draw the same picture."""
    first, second = draw(pack, *(request(layout=LAYOUT, seed=seed, steps=1) for seed in (1, 2)))
    assert not np.array_equal(first[0], second[0])


def test_what_is_kept_stays_and_company_changes_nothing(pack):
    keep = np.zeros((HEIGHT, WIDTH), np.uint8)
    keep[:, :20] = 255
    layout = LAYOUT.copy()
    layout[:8] = UNKNOWN
    given = {"layout": layout, "image": IMAGE, "keep_image": keep, "seed": 5}
    asked = [request(prompt=text, **given) for text in ("", "a car, a sky")]
    alone, together = [draw(pack, one)[0] for one in asked], draw(pack, *asked)
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one[0], other[0])
        assert np.array_equal(one[1], other[1])
        assert np.array_equal(one[0][keep > 0], IMAGE[keep > 0])
        assert np.array_equal(one[1][8:], LAYOUT[8:])
        assert (one[1] < 4).all()


def test_its_guidance_is_not_to_be_chosen(pack):
    for asked in ({"guidance": 3.0}, {"cross_guidance": 2.0}):
        with pytest.raises(BadRequest, match="built in"):
            draw(pack, request(layout=LAYOUT, **asked))
    fields = generation.resolve_for_pack(pack, request(prompt="")).record_fields
    recorded = {name: fields[name] for name in ("guidance", "cross_guidance")}
    assert len(draw(pack, request(layout=LAYOUT, **recorded))) == 1


def test_a_pack_without_one_says_what_makes_it(tiny_pack):
    with pytest.raises(BadPack, match=r"has no distilled\.safetensors") as told:
        draw(packs.read_pack(tiny_pack, "cpu"), request(layout=LAYOUT))
    assert "diptych-engine distil" in told.value.hint


def test_the_head_of_the_file_tells_its_steps(folder, tiny_pack):
    assert pack_catalogue.read_pack_info(folder).distilled == 4
    assert pack_catalogue.read_pack_info(tiny_pack).distilled == 0
    assert pack_catalogue.default_steps(pack_catalogue.read_pack_info(folder), "distilled", "nothing") == 4


def test_one_of_other_weights_is_refused(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "tiny")
    file = packs.read_pack_file(tmp_path / "tiny")
    pack = packs.read_pack(folder, "cpu")
    changed = {name: value + 0.1 for name, value in pack.network.state_dict().items()}
    packs.write_pack(tmp_path / "tiny", file, changed, pack.text_encoder)
    assert pack_catalogue.read_pack_info(tmp_path / "tiny").distilled == 0, "who trains anew has no student yet"
    shutil.copy(folder / pack_catalogue.DISTILLED_FILE, tmp_path / "tiny")
    assert evaluator_problems(folder) == []
    (problem,) = evaluator_problems(tmp_path / "tiny")
    assert "other weights" in problem


def test_the_engine_offers_it_only_if_it_works(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "tiny")
    facts, tensors = companion_files.read(
        folder / pack_catalogue.DISTILLED_FILE, few_step.DistilledMetadata, few_step.DISTIL_COMMAND
    )
    other = msgspec.structs.replace(facts, teacher="another")
    few_step.write_distilled(tmp_path / "tiny" / pack_catalogue.DISTILLED_FILE, tensors, other)
    for place, steps in ((folder, 4), (tmp_path / "tiny", 0)):
        ready = ComputeWorker(RequestScheduler(), lambda _: None, "cpu").start(str(place))
        assert ready.packs[0].distilled == steps


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        ({"image": IMAGE}, 1),
        ({"image": IMAGE, "keep_image": np.full((HEIGHT, WIDTH), 255, np.uint8)}, 1),
        ({"image": IMAGE, "steps": 5}, 5),
        ({"image": IMAGE, "keep_image": np.eye(HEIGHT, WIDTH, dtype=np.uint8)}, 3),
        ({"layout": LAYOUT}, 3),
        ({"prompt": "a road"}, 3),
        ({"image": IMAGE, "sampler": "gcdp"}, 3),
    ],
)
def test_a_layout_alone_takes_the_steps_that_the_pack_has_for_it(pack, asked, steps):
    few = dataclasses.replace(
        pack, file=msgspec.structs.replace(pack.file, info=msgspec.structs.replace(pack.info, layout_steps=1))
    )
    one = request(**{"sampler": None, **asked})
    assert len(list(generation.generate_steps(few, [one]))) == steps
    assert generation.resolve_for_pack(few, one).steps == steps


def test_a_path_that_starts_below_the_top_keeps_its_order():
    path = TimestepSpacing(1.5, 1.0, 0.999).clocks_at(1000, torch.linspace(1, 0, 5)[:, None]).flatten()
    assert (path[0], path[-1]) == (999, 0)
    assert (path.diff() < 0).all()
