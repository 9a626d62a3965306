"""What is kept and what is not: filters one by one, and exports that go on until enough has passed."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from PIL import Image

from engine.data.class_areas import class_area_percentages
from engine.export import quality_gate
from engine.export.dataset_verification import verify_dataset
from engine.export.progress_hooks import ProgressHooks
from engine.export.quality_gate import (
    GateEvaluators,
    KnownEmbeddings,
    QualityGate,
    layout_agreement,
    missing_named_classes,
    prompt_classes,
)
from engine.export.report import WorstRejected, build_report
from engine.export.run import export_dataset
from engine.interface.dataset import manifest
from engine.interface.dataset.export_order import (
    ExportOrder,
    ExportRunOptions,
    FormatName,
    PairFilters,
    PairQuality,
    PairRecord,
)
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.dataset.manifest import PairLine
from engine.interface.errors import BadPack, BadRequest
from engine.interface.protocol import UNKNOWN
from engine.interface.raster import colourise
from engine.metrics.frechet_distance import frechet_distance
from tests import tiny
from tests.engine import random_evaluators
from tests.engine.oracle_evaluators import (
    CAR,
    CLASSES,
    ROAD,
    SKY,
    TREE,
    ClassAreaClip,
    NearestColourSegmenter,
    tiny_street_layout,
    write_tiny_street_folder,
)

INFO = tiny.INFO


def record(prompt="", seed=0):
    return PairRecord(
        version="0", torch="2", pack="tiny", pack_sha256="", device="cpu", seed=seed, prompt=prompt, steps=1,
        sampler="ddim", guidance=1.0, cross_guidance=1.0, height=32, width=64,
    )  # fmt: skip


def pair(layout, shown=None, prompt="", name="a"):
    return GeneratedPair(name, colourise(layout if shown is None else shown, CLASSES), layout, record(prompt))


def gate(**filters):
    return QualityGate(
        PairFilters(**filters),
        INFO,
        GateEvaluators(NearestColourSegmenter(), ClassAreaClip()),
        KnownEmbeddings([], []),
    )


def test_agreement_is_the_share_of_known_pixels():
    layout = np.full((4, 4), ROAD, np.uint8)
    seen = layout.copy()
    seen[0], layout[3] = SKY, UNKNOWN
    assert layout_agreement(layout, seen) == pytest.approx(8 / 12, abs=1e-4)


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("a road with a car", {ROAD, CAR}),
        ("many vehicles on the street", {ROAD, CAR}),
        ("a road, no cars", {ROAD}),
        ("a road without a car and with trees", {ROAD, TREE}),
        ("skyscrapers and cartoons", set()),
        ("", set()),
    ],
)
def test_classes_are_named_by_their_words(prompt, named):
    assert set(prompt_classes(prompt, INFO)) == named


def test_a_class_is_there_from_eight_pixels():
    layout = np.full((32, 64), ROAD, np.uint8)
    layout[0, :7] = CAR
    assert missing_named_classes("a car on a road", layout, INFO) == ("car",)
    layout[0, 7] = CAR
    assert missing_named_classes("a car on a road", layout, INFO) == ()


def test_each_filter_rejects_what_it_is_for():
    road, sky = np.full((32, 64), ROAD, np.uint8), np.full((32, 64), SKY, np.uint8)
    found = gate(agreement=0.9, named=True, apart=0.99)(
        [
            pair(road, name="kept"),
            pair(road, shown=sky),
            pair(sky, prompt="a car"),
            pair(road),
            pair(sky, prompt="the sky"),
        ]
    )
    assert [one.rejected for one in found] == ["", "agreement", "named", "apart", ""]
    assert (found[1].agreement, found[2].missing, found[3].like) == (0.0, ("car",), "kept")


def test_pairs_like_the_reference_are_rejected(tmp_path):
    folder = write_tiny_street_folder(tmp_path) / "train"
    known = quality_gate.embed_reference(ClassAreaClip(), folder, INFO, 1.0)
    judge = QualityGate(PairFilters(apart=0.999), INFO, GateEvaluators(embedder=ClassAreaClip()), known)
    judged = judge([pair(tiny_street_layout(0)), pair(np.full_like(tiny_street_layout(0), CAR))])
    assert [one.rejected for one in judged] == ["apart", ""]
    assert judged[0].like in known.names


def test_the_worst_are_few_and_in_order():
    worst = WorstRejected()
    agreements = np.random.default_rng(0).permutation(20) / 20
    out = [worst.offer(str(share), PairQuality(agreement=share, rejected="agreement")) for share in agreements]
    assert worst.names() == {"agreement": [str(index / 20) for index in range(8)]}
    assert len([name for name in out if name]) == 12


def test_the_report_counts_classes_and_measures_the_distance(tmp_path):
    folder = write_tiny_street_folder(tmp_path) / "val"
    layouts = [tiny_street_layout(index) for index in range(5)]
    lines = [
        PairLine(name=str(i), files={}, request=record(), areas=tuple(np.bincount(ids.ravel(), minlength=4).tolist()))
        for i, ids in enumerate(layouts)
    ]
    report = build_report(lines, INFO, PairFilters(reference=folder))
    assert [one.pairs for one in report.classes] == [
        np.mean([(ids == index).any() for ids in layouts]) for index in range(4)
    ]
    assert sum(one.pixels for one in report.classes) == pytest.approx(1, abs=1e-4)
    truth = frechet_distance(
        class_area_percentages(layouts, 4),
        class_area_percentages([tiny_street_layout(index) for index in range(100, 106)], 4),
    )
    assert report.fsd == pytest.approx(truth, abs=1e-3)


NAMED = PairFilters(named=True)


@pytest.fixture
def captions(tmp_path):
    """Trees cover more than a third of a tiny pack's layouts, cars a fifth."""
    (tmp_path / "captions.txt").write_text("a tree\na car\n", "utf-8")
    return tmp_path / "captions.txt"


@pytest.fixture
def picky(monkeypatch):
    """Its layouts hold some of all classes, so here a class counts from a quarter of the pixels on."""
    monkeypatch.setattr(quality_gate, "MIN_CLASS_PIXELS", 512)


def test_exports_go_on_until_enough_pass_and_are_the_same_in_any_batch(make, contents, picky, captions):
    one = make("one", 4, batch=1, filters=NAMED, prompts=captions)
    other = make("other", 4, batch=3, filters=NAMED, prompts=captions)
    assert contents(one) == contents(other)
    report = json.loads((one / "report.json").read_text())
    assert report["pairs"] == 4
    assert report["rejected"]["named"] >= 1
    assert len(list((one / "images").iterdir())) == 4
    assert {path.stem for path in (one / "rejected").iterdir()} == set(report["worst"]["named"])
    with Image.open(one / "report.png") as picture:
        assert picture.width > 500
    assert verify_dataset(ExportRunOptions(out=one, device="cpu")).repaired == []


class Enough(Exception):
    pass


def test_a_filtered_export_that_was_stopped_is_the_same(make, contents, picky, captions):
    def written(kept, rejected):
        if kept + rejected == 3:
            raise Enough

    with pytest.raises(Enough):
        make("stopped", 4, filters=NAMED, prompts=captions, watch=ProgressHooks(on_written=written))
    stopped = make("stopped", 4, filters=NAMED, prompts=captions)
    assert contents(stopped) == contents(make("straight", 4, filters=NAMED, prompts=captions))


def test_filters_that_hardly_anything_passes_end_the_export(make, tmp_path, monkeypatch):
    monkeypatch.setattr(quality_gate, "MIN_CLASS_PIXELS", 32 * 64 + 1)
    monkeypatch.setattr("engine.export.dataset_writer.REJECTED_BEFORE_GIVING_UP", 6)
    (tmp_path / "captions.txt").write_text("a road\n", "utf-8")
    with pytest.raises(BadRequest, match="only 0 passed"):
        make(filters=NAMED, prompts=tmp_path / "captions.txt", steps=1)


def test_a_pack_without_judges_says_which_command_makes_them(make):
    with pytest.raises(BadPack, match="train-segmenter"):
        make(filters=PairFilters(agreement=0.5))
    with pytest.raises(BadPack, match="train-clip or train-segmenter"):
        make("other", filters=PairFilters(apart=0.5))


@pytest.fixture
def apart(tiny_pack, tmp_path):
    """Export pairs apart from each other, of a pack with a segmenter; gives the folder and its lines."""
    pack = tmp_path / "tiny"
    shutil.copytree(tiny_pack, pack)
    random_evaluators.add_random_segmenter(pack)

    def apart(name, count, threshold, batch=2):
        order = ExportOrder(pack=str(pack), format=FormatName.paired, steps=2, filters=PairFilters(apart=threshold))
        export_dataset(order, ExportRunOptions(out=tmp_path / name, count=count, batch=batch, device="cpu"))
        lines = [
            one for one in manifest.read_lines(tmp_path / name / manifest.MANIFEST_FILE) if isinstance(one, PairLine)
        ]
        return tmp_path / name, lines

    return apart


def test_without_a_clip_pair_the_segmenter_tells_likeness_and_it_is_said(apart, contents, tmp_path):
    _, lines = apart("all", 6, 1.0)
    usual = float(np.median([line.quality.nearest for line in lines[1:]]))
    one, lines = apart("one", 4, usual, batch=1)
    assert {line.quality.by for line in lines} == {"segmenter"}
    assert all((line.quality.nearest >= usual) == (line.quality.rejected == "apart") for line in lines)
    report = json.loads((one / "report.json").read_text("utf-8"))
    assert report["apart_by"] == "segmenter"
    assert report["rejected"]["apart"] >= 1
    assert contents(apart("other", 4, usual, batch=3)[0]) == contents(one)
    random_evaluators.add_random_clip(tmp_path / "tiny")  # what was begun without it goes on without it
    _, lines = apart("one", 5, usual)
    assert {line.quality.by for line in lines} == {"segmenter"}
    _, lines = apart("new", 2, 1.0)
    assert {line.quality.by for line in lines} == {"clip"}
