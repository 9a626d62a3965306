"""`evaluate` on pictures whose truth is plain: all figures with floors and intervals, and nothing drawn twice."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest
import torch
from msgspec.structs import replace

from engine.cli import main
from engine.diffusion.sampling.solvers import SOLVERS
from engine.evaluators import segmenter
from engine.evaluators.segmenter import SegmenterMetadata
from engine.interface.errors import BadRequest, UnknownPack
from engine.metrics import evaluator_set, sweeps
from engine.metrics.candidates import Candidate, CandidateOptions, load_candidates, parse_candidate
from engine.metrics.evaluate import parse_task_names
from engine.metrics.evaluator_set import EvaluatorSet
from engine.metrics.generated_samples import CachedSampler, GeneratedSamples, candidate_request, task_requests
from engine.metrics.metric_tables import TaskMeasurement
from engine.metrics.real_pairs import read_real_pairs
from engine.metrics.references import References
from engine.network.segmenter_unet import SegmenterUNet
from engine.packs import companion_files
from engine.packs import pack as packs
from engine.packs.companion_files import PackCompatibility
from tests import tiny
from tests.engine import oracle_evaluators
from tests.engine.oracle_evaluators import ClassAreaClip, NearestColourSegmenter

TASKS = {
    "text": {
        *("fsd_layouts", "fsd_maps", "alignment", "recall", "recall_gain", "precision", "precision_gain"),
        *("drawn_recall", "drawn_recall_gain", "kid", "fd", "is", "clip_score", "r_precision"),
        *("near_features", "near_pixels", "copies"),
    },
    "layout": {"fsd_maps", "faithfulness", "kid", "fd", "is", "changed"},
    "image": {"fsd_layouts", "segmentation", "accuracy", "changed"},
    "region": {
        *("fsd_layouts", "fsd_maps", "alignment", "mended", "kid", "fd", "is", "clip_score", "r_precision", "changed"),
    },
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Fourteen training frames and six others."""
    return oracle_evaluators.write_tiny_street_folder(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def pack(tiny_pack):
    return packs.read_pack(tiny_pack, "cpu")


@pytest.fixture(scope="module")
def real(data, pack):
    return read_real_pairs(data, pack, 0)


@pytest.fixture
def judges(pack):
    return EvaluatorSet.of(pack, NearestColourSegmenter(), ClassAreaClip())


@pytest.fixture
def run(monkeypatch, capsys, tiny_pack, data):
    """`evaluate` of the tiny pack with the plain judges, at two steps; gives its exit code, stdout and stderr."""
    monkeypatch.setattr(
        evaluator_set,
        "load_evaluators",
        lambda pack, more=(): EvaluatorSet.of(pack, NearestColourSegmenter(), ClassAreaClip(), more),
    )

    def run(out, *more):
        command = ["evaluate", "--pack", tiny_pack, "--data", data, "--out", out, "--device", "cpu", *more]
        with pytest.raises(SystemExit) as left:
            main([str(part) for part in command])
        told = capsys.readouterr()
        return left.value.code or 0, told.out, told.err

    return run


def test_the_command_measures_everything_and_draws_nothing_twice(run, tiny_pack, tmp_path, monkeypatch):
    other = f"{tiny_pack}:steps=2,sampler=gcdp,resamplings=2"
    arguments = ("--against", other, "--against", f"{tiny_pack}:segment,steps=1", "--prompts", 1)
    code, out, _ = run(tmp_path / "out", *arguments)
    assert code == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    check_figures(report, [str(tiny_pack), other])
    assert report["features"] == ["CLIP image tower of “tiny”"]
    assert [one["contender"] for one in report["costs"] if one["task"] == "text"][2].endswith(":segment,steps=1")
    costs = {(one["task"], one["contender"]): one for one in report["costs"]}
    assert costs["layout", other]["evaluations"] == 4  # two steps, each drawn twice
    assert costs["text", other]["evaluations"] == 2  # nothing is given, so nothing is drawn again
    for one in costs.values():
        assert one["rows"] >= one["evaluations"]
        assert one["teraflops"] > 0
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert page.count("data:image/png;base64,") >= 12
    assert not re.findall(r'(?:src|href)="(?!data:)', page)
    assert out.count("layout → image, ") == 2
    before = {path.name for path in (tmp_path / "out" / "drawn").iterdir()}
    monkeypatch.setattr("engine.metrics.generated_samples.sample_candidate", None)  # whoever draws again fails
    assert run(tmp_path / "out", *arguments)[0] == 0
    assert {path.name for path in (tmp_path / "out" / "drawn").iterdir()} == before
    assert json.loads((tmp_path / "out" / "report.json").read_text("utf-8")) == report


def check_figures(report, names):
    """Every contender has every metric of its tasks, with numbers, an interval about it, and floors."""
    for task, metrics in TASKS.items():
        for name in names:
            found = [one for one in report["figures"] if (one["task"], one["contender"]) == (task, name)]
            assert {one["metric"] for one in found} == metrics
            for one in found:
                figure = one["figure"]
                assert figure["n"] == 6
                assert figure["low"] <= figure["value"] <= figure["high"], one
                assert one["floors"]
                assert all(math.isfinite(floor) for floor in one["floors"].values()), one
    assert all(one["figure"]["value"] == 0 for one in report["figures"] if one["metric"] == "changed")


def measured(real, judges, task, images, layouts):
    standards = References(real, judges, oracle_evaluators.CLASSES)
    return TaskMeasurement(standards, task, "perfect", GeneratedSamples(images, layouts, None))


def test_real_pictures_reach_every_ceiling(real, judges):
    """A contender that gives back the truth."""
    images, layouts = ([pair[half] for pair in real.val] for half in (0, 1))
    for task, better in (("text", "alignment"), ("layout", "faithfulness"), ("image", "segmentation")):
        found = {one.metric: one for one in measured(real, judges, task, images, layouts).entries}
        assert found[better].figure.value == 1
        for one in found.values():
            if one.metric in ("fd", "kid", "fsd_layouts", "fsd_maps"):
                assert one.figure.value <= 1e-6
            else:
                assert one.figure.value == pytest.approx(next(iter(one.floors.values())))


def test_copies_of_training_pictures_are_told(real, judges):
    images, layouts = ([pair[half] for pair in real.train[:6]] for half in (0, 1))
    one = measured(real, judges, "text", images, layouts)
    found = {entry.metric: entry.figure.value for entry in one.entries}
    assert found["near_features"] < 1e-6
    assert found["near_pixels"] == 0
    assert (one.references.training_frame(int(one.nearest_frames[0].row[2])) == images[2]).all()


def test_pictures_that_hear_the_caption_do_better_than_shuffled_ones(real, judges):
    images, layouts = ([pair[half] for pair in real.val] for half in (0, 1))
    own = {e.metric: e.figure.value for e in measured(real, judges, "text", images, layouts).entries}
    turned = measured(real, judges, "text", [*images[1:], images[0]], [*layouts[1:], layouts[0]])
    other = {e.metric: e.figure.value for e in turned.entries}
    assert own["recall"] == 1
    assert own["recall_gain"] > other["recall_gain"]
    assert own["clip_score"] > other["clip_score"]


def test_inpainting_hides_the_same_places_every_time_and_keeps_the_rest(real, pack):
    asked = task_requests("region", real, pack.info, 6)
    assert asked == task_requests("region", real, pack.info, 6)
    hidden = [np.asarray(one.keep_image.pixels()) == 0 for one in asked]
    assert all(0 < mask.mean() < 1 for mask in hidden)
    assert [one.keep_layout for one in asked] == [one.keep_image for one in asked]


def test_half_of_the_training_frames_against_the_other_half_shares_none(real):
    one, two = real.train_halves
    assert len(one) == len(two) == 6
    assert not {id(pair.image) for pair in one} & {id(pair.image) for pair in two}


def test_an_interrupted_run_goes_on_where_it_stopped(real, pack, judges, tmp_path):
    """Seventeen results are two batches; the second one is interrupted."""

    def stop(title, done, of):
        if done:
            raise KeyboardInterrupt

    who = Candidate("tiny", pack, CandidateOptions(steps=1), "digest")
    asked = task_requests("text", real, pack.info, 6) * 3
    with pytest.raises(KeyboardInterrupt):
        CachedSampler(tmp_path, judges.segmenter, stop).draw(who, "text", asked)
    (kept,) = tmp_path.iterdir()
    stamp = kept.stat().st_mtime_ns
    drawn = CachedSampler(tmp_path, judges.segmenter, lambda *_: None).draw(who, "text", asked)
    assert len(drawn.images) == 18
    assert kept.stat().st_mtime_ns == stamp
    assert len(list(tmp_path.iterdir())) == 2


def test_other_options_are_drawn_anew(real, pack, judges, tmp_path):
    studio = CachedSampler(tmp_path, judges.segmenter, lambda *_: None)
    who, asked = (
        Candidate("tiny", pack, CandidateOptions(steps=2), "digest"),
        task_requests("text", real, pack.info, 2),
    )
    every = [
        who,
        who.with_options(steps=1),
        who.with_options(lead=0.5),
        who.with_options(guidance=2.0),
        Candidate("tiny", pack, who.options, "2"),
    ]
    drawn = [studio.draw(one, "text", asked) for one in every]
    assert len(list(tmp_path.iterdir())) == len(every)
    assert (drawn[0].images[0] == drawn[4].images[0]).all()
    assert not any((drawn[0].images[0] == one.images[0]).all() for one in drawn[1:4])


def test_one_that_segments_draws_images_alone(real, pack, judges, tmp_path):
    who = Candidate("tiny", pack, CandidateOptions(steps=2, segment=True), "digest")
    drawn = CachedSampler(tmp_path, judges.segmenter, lambda *_: None).draw(
        who, "text", task_requests("text", real, pack.info, 2)
    )
    assert all(
        (a == b).all()
        for a, b in zip(drawn.layouts, NearestColourSegmenter().predict_layouts(drawn.images), strict=True)
    )


def test_another_segmenter_may_find_their_layouts(real, pack, judges, tmp_path):
    torch.manual_seed(0)
    network = SegmenterUNet(len(pack.info.classes))
    torch.nn.init.normal_(network.head.weight)
    facts = SegmenterMetadata(
        purpose=PackCompatibility.from_pack_file(pack.file),
        images_seen=0,
        held_out=0,
        accuracy=0.0,
        mean_iou=0.0,
        believed=(0.0, 0.0),
    )
    path = tmp_path / "other.safetensors"
    companion_files.save(path, network.state_dict(), facts)
    options = parse_candidate(f"{pack.folder}:segment={path},steps=2").options
    studio = CachedSampler(tmp_path, judges.segmenter, lambda *_: None)
    drawn = studio.draw(Candidate("tiny", pack, options, "digest"), "text", task_requests("text", real, pack.info, 2))
    other = segmenter.read(path, pack.file, pack.device)
    assert all((a == b).all() for a, b in zip(drawn.layouts, other.predict_layouts(drawn.images), strict=True))
    assert any(
        (a != b).any()
        for a, b in zip(drawn.layouts, NearestColourSegmenter().predict_layouts(drawn.images), strict=True)
    )


def test_gcdp_is_never_guided_towards_the_other_half(real, pack):
    gcdp = replace(pack.info, sampler="gcdp")
    asked = task_requests("image", real, pack.info, 1)[0]
    assert candidate_request(asked, gcdp, CandidateOptions(cross=3.0, resamplings=5)).cross_guidance == 1
    assert candidate_request(asked, gcdp, CandidateOptions(resamplings=5)).resamplings == 5
    assert candidate_request(asked, pack.info, CandidateOptions(cross=3.0)).cross_guidance == 3
    assert (
        candidate_request(
            task_requests("text", real, pack.info, 1)[0], gcdp, CandidateOptions(resamplings=5)
        ).resamplings
        == 1
    )


def test_contenders_are_read(tiny_pack):
    found = parse_candidate(f"{tiny_pack}:steps=100,resamplings=5,sampler=gcdp,guidance=3,cross=1.5,lead=0.2")
    assert found.folder == tiny_pack
    assert found.options == CandidateOptions(
        steps=100, resamplings=5, sampler="gcdp", guidance=3.0, cross=1.5, lead=0.2
    )
    assert parse_candidate(str(tiny_pack)).options == CandidateOptions()
    assert parse_candidate(f"{tiny_pack}:segment").options == CandidateOptions(segment=True)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("steps=0", "steps is “0”"),
        ("steps=ten", "whole number from 1 to 1000"),
        ("steps=4,steps=5", "“steps” twice"),
        ("sampler=magic", "no sampler “magic”"),
        ("guidance=nan", "guidance is “nan”"),
        ("segment=yes", "there is no file yes"),
        ("pace=3", "“pace=3” is no option"),
        ("steps", "“steps” is no option"),
        ("", "“” is no option"),
    ],
)
def test_options_that_make_no_sense_are_named(tiny_pack, options, says):
    with pytest.raises(BadRequest, match=re.escape(says)):
        parse_candidate(f"{tiny_pack}:{options}")


def test_contenders_that_cannot_be_compared_are_named(pack, tiny_pack, tmp_path):
    small = tiny.make(tmp_path / "small", replace(tiny.INFO, height=16))
    for against, says in (
        ([f"{tiny_pack}:steps=2"] * 2, "is given twice"),
        ([str(small)], "another size"),
        ([f"{tiny_pack}:segment,sampler=gcdp"], "draws both halves"),
        ([f"{tiny_pack}:sampler=distilled,cross=2"], "has no such options"),
        ([f"{tiny_pack}:sampler=distilled,segment"], "has no such options"),
    ):
        with pytest.raises(BadRequest, match=says):
            load_candidates(pack, "tiny", against)
    with pytest.raises(UnknownPack, match="moon"):
        load_candidates(pack, "tiny", ["moon:steps=3"])


def test_tasks_are_read():
    assert parse_task_names("image, text") == ("text", "image")
    with pytest.raises(BadRequest, match="no task “video”"):
        parse_task_names("text,video")


def test_sweeps_go_into_the_report_as_points_and_curves(run, tmp_path, monkeypatch):
    for name, value in (
        ("SOLVERS", ("ddim", "heun")),
        ("STEP_COUNTS", (1, 2)),
        ("FEW_STEP_COUNTS", (1,)),
        ("PICTURE_COUNT", 2),
        ("CROSS_GUIDANCES", (1.0, 2.0)),
    ):
        monkeypatch.setattr(sweeps, name, value)
    assert run(tmp_path, "--sweeps", "--tasks", "image", "--prompts", 0, "--count", 2)[0] == 0
    points = json.loads((tmp_path / "report.json").read_text("utf-8"))["sweeps"]
    steps = {(one["line"], one["x"]): one for one in points if (one["sweep"], one["task"]) == ("steps", "layout")}
    assert {key: one["evaluations"] for key, one in steps.items()} == {
        ("ddim", 1): 1,
        ("ddim", 2): 2,
        ("heun", 1): 1,
        ("heun", 2): 3,
    }
    assert all(one["figures"].keys() == {"faithfulness", "kid"} for one in steps.values())
    assert [one["x"] for one in points if one["sweep"] == "cross-guidance"] == [1, 2]
    layouts = {one["x"]: set(one["figures"]) for one in points if one["task"] == "image"}
    assert layouts == {steps: {"segmentation", "accuracy"} for steps in (1, 2)}
    assert (tmp_path / "report.html").read_text("utf-8").count("data:image/svg+xml;base64,") == 6


def test_too_few_pictures_are_told(run, tmp_path):
    code, _, err = run(tmp_path / "out", "--count", 1)
    assert code == 1
    assert "too few" in err
    assert not (tmp_path / "out").exists()


def test_every_solver_is_swept_over_its_steps():
    points = list(sweeps.sweep_settings(tiny.INFO))
    lines = {(one.task, one.line, one.x) for one in points if one.sweep == "steps"}
    drawn = {(task, name, n) for task in ("text", "layout") for name in SOLVERS for n in (4, 10, 20, 50)}
    assert lines == drawn | {("image", tiny.INFO.sampler, n) for n in (1, 2, 3, 4, 6, 10, 20, 50)}
    assert {one.sweep for one in points} == {"steps", "guidance", "cross-guidance", "lead"}
    few = list(sweeps.sweep_settings(replace(tiny.INFO, distilled=4)))
    assert {one.x for one in few if one.options.get("sampler") == "distilled"} == {1, 2, 3, 4, 6}
