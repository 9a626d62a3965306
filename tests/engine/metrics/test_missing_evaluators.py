"""`evaluate` of packs that lack a judge: what needs it is left out and named, the rest is measured."""

from __future__ import annotations

import json
import math
import shutil

import pytest
import torch

from engine.cli import main
from engine.evaluators import clip_pair
from engine.metrics.metric_entries import METRICS_BY_EVALUATOR
from tests.engine import oracle_evaluators, random_evaluators
from tests.engine.metrics.test_evaluate import TASKS

GAINS = {"recall": "recall_gain", "precision": "precision_gain"}
WITHOUT = {
    "segmenter": {*METRICS_BY_EVALUATOR["segmenter"], *GAINS.values()},
    "CLIP pair": {*METRICS_BY_EVALUATOR["features"], *METRICS_BY_EVALUATOR["clip"]},
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return oracle_evaluators.write_tiny_street_folder(tmp_path_factory.mktemp("data"))


ADD = {"segmenter": random_evaluators.add_random_segmenter, "CLIP pair": random_evaluators.add_random_clip}


@pytest.fixture
def run(tiny_pack, data, tmp_path, capsys):
    """`evaluate` of a tiny pack with these judges; gives its exit code, stdout, stderr and where the report is."""

    def run(*judges, more=()):
        pack, out = tmp_path / "tiny", tmp_path / "out"
        shutil.copytree(tiny_pack, pack, dirs_exist_ok=True)
        for judge in judges:
            ADD[judge](pack)
        command = ["evaluate", "--pack", pack, "--data", data, "--out", out, "--device", "cpu", "--prompts", 0]
        with pytest.raises(SystemExit) as left:
            main([str(part) for part in (*command, *more)])
        told = capsys.readouterr()
        return left.value.code or 0, told.out, told.err, out

    return run


@pytest.mark.parametrize("judges", [("segmenter", "CLIP pair"), ("segmenter",), ("CLIP pair",), ()], ids=str)
def test_what_needs_a_judge_that_is_not_there_is_left_out_and_named(run, judges):
    code, said, _, out = run(*judges)
    assert code == 0
    report = json.loads((out / "report.json").read_text("utf-8"))
    page = (out / "report.html").read_text("utf-8")
    gone = set().union(*(WITHOUT[judge] for judge in WITHOUT if judge not in judges))
    for task, metrics in TASKS.items():
        found = {one["metric"] for one in report["figures"] if one["task"] == task}
        assert found == metrics - gone
    assert all(math.isfinite(one["figure"]["value"]) for one in report["figures"])
    assert [one["judge"] for one in report["lacking"]] == [judge for judge in WITHOUT if judge not in judges]
    for judge, command in (("segmenter", "train-segmenter"), ("CLIP pair", "train-clip")):
        line = f"Not measured, as there is no {judge}: "
        for text in (said, page):
            assert (line in text and f"diptych-engine {command}" in text) == (judge not in judges)
    assert len(report["near"]) == 6  # without features by pixels, so that copies are always shown
    assert page.count("data:image/png;base64,") >= 9
    assert list(report["iou"]) == (list(TASKS) if "segmenter" in judges else ["image"])


def test_other_features_measure_distances_and_copies_in_place_of_the_pair(run, tmp_path):
    import open_clip

    weights = tmp_path / "weights.pt"
    with torch.random.fork_rng():
        torch.manual_seed(0)
        torch.save(open_clip.create_model("ViT-S-32-alt").state_dict(), weights)
    code, _, _, out = run("segmenter", more=("--features", f"ViT-S-32-alt={weights}", "--tasks", "text"))
    assert code == 0
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert {one["metric"] for one in report["figures"]} == TASKS["text"] - set(METRICS_BY_EVALUATOR["clip"])
    assert [tuple(one["metrics"]) for one in report["lacking"]] == [METRICS_BY_EVALUATOR["clip"]]
    by = {one["metric"]: one["features"] for one in report["figures"]}
    assert by["near_features"] == by["copies"] == by["kid"] == report["near"][0]["features"] != ""


def test_a_broken_judge_is_not_taken_for_none(run, tiny_pack, tmp_path):
    shutil.copytree(tiny_pack, tmp_path / "tiny")
    (tmp_path / "tiny" / clip_pair.FILE).write_bytes(b"nothing")
    code, _, err, _ = run()
    assert code == 1
    assert "clip.safetensors cannot be read" in err


def test_one_that_segments_needs_a_segmenter(run, tmp_path):
    code, _, err, _ = run(more=("--against", f"{tmp_path / 'tiny'}:segment"))
    assert code == 1
    assert "train-segmenter" in err
