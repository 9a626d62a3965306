"""What exported pairs are worth in training: three parts, equally long, on the same real pairs held out."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.cli import main
from engine.data.taxonomy import class_infos, taxonomy_classes
from engine.export.run import export_dataset
from engine.interface.dataset.export_order import ExportOrder, ExportRunOptions, FormatName
from engine.interface.raster import colourise, write_image, write_layout
from engine.packs import pack as packs
from engine.training.augmentation_study import AugmentationStudyOptions, exported_source, real_source
from engine.training.tasks.segmenter_task import SegmenterTask
from tests import tiny
from tests.engine import oracle_evaluators
from tests.engine.street_pairs import small_train_config

TAXONOMY = str(Path(tiny.__file__).with_name("tiny.toml"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Twenty training pairs and six others."""
    return oracle_evaluators.write_tiny_street_folder(tmp_path_factory.mktemp("data"), train=20)


@pytest.fixture(scope="module")
def config(data):
    return msgspec.structs.replace(small_train_config(data, data / "run"), taxonomy=TAXONOMY, gamma=0.8)


@pytest.fixture(scope="module")
def exported(tiny_pack, tmp_path_factory):
    """Seven pairs that the tiny pack drew, which are nonsense."""
    out = tmp_path_factory.mktemp("exported") / "out"
    order = ExportOrder(pack=str(tiny_pack), format=FormatName.paired, steps=1)
    export_dataset(order, ExportRunOptions(out=out, count=7, device="cpu"))
    return out


@pytest.fixture
def run(config, tiny_pack, tmp_path, monkeypatch, capsys):
    """`worth` in tiny batches; gives its exit code, stdout, stderr."""
    monkeypatch.setattr(SegmenterTask, "batch", 4)
    recipe = tmp_path / "small.toml"
    recipe.write_bytes(msgspec.toml.encode(config))

    def run(exported, out, *more):
        command = ["worth", recipe, "--exported", exported, "--pack", tiny_pack, "--out", out, "--device", "cpu"]
        with pytest.raises(SystemExit) as left:
            main([str(part) for part in (*command, *more)])
        said = capsys.readouterr()
        return left.value.code or 0, said.out, said.err

    return run


def test_three_parts_are_measured_and_trained_once(run, exported, tmp_path):
    out, arguments = tmp_path / "out", ("--share", 0.25, "--count", 6, "--images", 16)
    code, said, _ = run(exported, out, *arguments)
    assert code == 0
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert [(one["name"], one["real"], one["exported"]) for one in report["parts"]] == [
        ("real", 5, 0),
        ("both", 5, 6),
        ("exported", 0, 6),
    ]
    for one in report["parts"]:
        for key in ("mean_iou", "accuracy", "gain"):
            assert one[key]["low"] <= one[key]["value"] <= one[key]["high"]
            assert one[key]["n"] == report["held_out"] == 6
        assert one["gain"]["value"] == one["mean_iou"]["value"] - report["parts"][0]["mean_iou"]["value"]
    table = (out / "report.md").read_text("utf-8")
    assert table.strip() in said
    assert f"| both | 5 | 6 | {report['parts'][1]['mean_iou']['value']:.3f} (" in table

    judges = {path: path.read_bytes() for path in out.glob("*.safetensors")}
    assert {path.stem for path in judges} == {"real", "both", "exported"}
    assert len(set(judges.values())) == 3
    stamps = {path: path.stat().st_mtime_ns for path in judges}
    (out / "both.safetensors").unlink()
    (out / "report.json").unlink()
    assert run(exported, out, *arguments)[0] == 0
    assert {path for path in judges if path.stat().st_mtime_ns != stamps[path]} == {out / "both.safetensors"}
    assert {path: path.read_bytes() for path in judges} == judges
    assert json.loads((out / "report.json").read_text("utf-8")) == report

    code, _, err = run(exported, out, "--share", 0.25, "--count", 5, "--images", 16)
    assert code == 1
    assert "other pairs" in err
    assert "new folder" in err


def test_pairs_that_are_right_teach_what_real_ones_do(run, data, tmp_path):
    """Had ids been shifted, the part that never saw a real pair would fail."""
    code, _, _ = run(data, tmp_path / "out", "--share", 0.05, "--images", 80)
    assert code == 0
    parts = {one["name"]: one for one in json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["parts"]}
    assert parts["real"]["real"] == 1
    assert parts["exported"]["accuracy"]["value"] > 0.9


def test_more_pairs_than_there_are_is_told(run, exported, tmp_path):
    code, _, err = run(exported, tmp_path / "out", "--count", 8)
    assert code == 1
    assert "holds 7 pairs" in err
    assert not (tmp_path / "out").exists()


def test_the_share_hangs_on_the_seed_alone(config, tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")

    def pixels(seed):
        stock = real_source(msgspec.structs.replace(config, seed=seed), pack, 0.5)
        assert stock.gamma == pack.file.pixels.gamma
        return [frame.views[0].layout.tobytes() for frame in stock.frames.frames]

    assert pixels(1) == pixels(1) != pixels(2)
    assert len(pixels(1)) == 10


def test_exported_ids_are_taken_as_they_are(tmp_path):
    """Where a pack joins classes of its data, its exports have the joint ones, and all of their pixels count."""
    infos = class_infos(taxonomy_classes("street8"))
    ids = np.random.default_rng(0).integers(0, len(infos), (3, 32, 64)).astype(np.uint8)
    for index, layout in enumerate(ids):
        write_layout(tmp_path / "layouts" / f"{index}.png", layout, infos)
        write_image(tmp_path / "images" / f"{index}.png", colourise(layout, infos))
    config = small_train_config(tmp_path, tmp_path / "run")
    config = msgspec.structs.replace(config, taxonomy="street8", views=config.views[:1], border=3)
    stock = exported_source(config, AugmentationStudyOptions(tmp_path))
    assert stock.gamma == 1
    for frame, layout in zip(stock.frames.frames, ids, strict=True):
        assert (frame.views[0].layout == layout).all()
