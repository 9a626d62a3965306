"""Each format, read back by the library that its users have."""

from __future__ import annotations

import gc
import json
import warnings
import xml.etree.ElementTree as ElementTree

import msgspec
import numpy as np
import pytest
from PIL import Image

from engine.interface import raster
from engine.interface.dataset.export_order import FormatName, PairRecord
from engine.interface.dataset.formats.cityscapes_format import TRAIN_ID_LABELS, CityscapesFormat
from engine.interface.dataset.formats.format_table import create_format
from engine.interface.dataset.formats.voc_format import voc_palette
from engine.interface.dataset.generated_pair import GeneratedPair
from engine.interface.errors import BadRequest
from engine.interface.protocol import UNKNOWN, ClassInfo, PackInfo
from engine.requests.python_api import load_pack
from tests import tiny

COUNT = 3


@pytest.fixture
def captions(tmp_path):
    (tmp_path / "captions.txt").write_text("a road\na car, „links“\na tree\n", "utf-8")
    return tmp_path / "captions.txt"


@pytest.fixture
def drawn(make, captions):
    """Export in a format; gives the folder and what must be in it: image, ids, caption and seed of each pair."""

    def drawn(form, **order):
        plain = make("plain", COUNT, prompts=captions)
        pairs = [json.loads(line) for line in (plain / "captions.jsonl").read_text("utf-8").splitlines()]
        for pair in pairs:
            pair["image"] = raster.read_image(plain / "images" / f"{pair['name']}.png")
            pair["ids"] = raster.read_layout(plain / "layouts" / f"{pair['name']}.png", tiny.INFO.classes)
        return make(form.value, COUNT, format=form, prompts=captions, **order), pairs

    return drawn


def close_to(jpeg, image):
    """Whether a JPEG shows a picture: noise of a tiny pack's kind loses most of what there is to lose."""
    return np.abs(np.asarray(jpeg).astype(int) - image).mean() < 8


def test_paired(drawn):
    out, pairs = drawn(FormatName.paired)
    classes = json.loads((out / "classes.json").read_text())["classes"]
    assert [one["name"] for one in classes] == [one.name for one in tiny.INFO.classes]
    for pair in pairs:
        with Image.open(out / "layouts" / f"{pair['name']}.png") as layout:
            assert layout.mode == "P"
            assert (np.asarray(layout) == pair["ids"]).all()
        request = json.loads((out / "requests" / f"{pair['name']}.json").read_text())
        assert (request["seed"], request["prompt"]) == (pair["seed"], pair["caption"])


def test_voc(drawn):
    from torchvision.datasets import VOCSegmentation

    out, pairs = drawn(FormatName.voc)
    found = VOCSegmentation(str(out), year="2012", image_set="train")
    assert len(found) == COUNT
    for (image, target), annotation, pair in zip(found, range(COUNT), pairs, strict=True):
        assert close_to(image, pair["image"])
        assert (np.asarray(target) == pair["ids"]).all()
        path = out / "VOCdevkit" / "VOC2012" / "Annotations" / f"{annotation:09d}.xml"
        root = ElementTree.parse(path).getroot()
        assert (root.findtext("caption"), root.findtext("seed")) == (pair["caption"], str(pair["seed"]))
        assert json.loads(root.findtext("request"))["steps"] == 2


def test_the_palette_is_voc_s():
    """As its development kit lists the first classes, and the void."""
    assert voc_palette()[[0, 1, 2, 3, 15, 20, 255]].tolist() == [
        [0, 0, 0],
        [128, 0, 0],
        [0, 128, 0],
        [128, 128, 0],
        [192, 128, 128],
        [0, 64, 128],
        [224, 224, 192],
    ]


def city_info():
    """A pack with four of the classes, in another order."""
    names = ("sky", "road", "bicycle", "car")
    return PackInfo(
        name="city", title="City", height=16, width=32, classes=tuple(ClassInfo(name, "#000000") for name in names)
    )


def test_cityscapes(tmp_path):
    from torchvision.datasets import Cityscapes as Reader

    random = np.random.default_rng(0)
    ids = random.choice([0, 1, 2, 3, UNKNOWN], (16, 32)).astype(np.uint8)
    image = random.integers(0, 256, (16, 32, 3)).astype(np.uint8)
    pair = GeneratedPair("000000007", image, ids, record(seed=1_000_007))
    files = CityscapesFormat(city_info()).pair_files(pair)
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    ((seen, (label_ids, colours)),) = Reader(tmp_path, "train", "fine", ["semantic", "color"])
    assert (np.asarray(seen) == image).all()
    known = {label.id: label for label in Reader.classes}
    by_name = {"sky": 0, "road": 1, "bicycle": 2, "car": 3}
    back = np.vectorize(lambda value: by_name.get(known[value].name, UNKNOWN))(np.asarray(label_ids))
    assert (back == ids).all()
    painted = np.array([known[value].color for value in np.asarray(label_ids).ravel()]).reshape(16, 32, 3)
    assert (np.asarray(colours)[..., :3] == painted).all()
    train = next(name for name in files if name.endswith("_labelTrainIds.png"))
    expected = np.vectorize(lambda value: known[value].train_id)(np.asarray(label_ids))
    assert (np.asarray(Image.open(tmp_path / train)) == expected).all()
    request = next(name for name in files if name.endswith("_request.json"))
    assert request == "request/train/diptych/diptych_000001_000007_request.json"
    assert json.loads(files[request])["seed"] == 1_000_007


def record(seed):
    return PairRecord(
        version="0",
        torch="2",
        pack="city",
        pack_sha256="",
        device="cpu",
        seed=seed,
        prompt="a car",
        steps=1,
        sampler="ddim",
        guidance=1.0,
        cross_guidance=1.0,
        height=16,
        width=32,
    )


def test_our_table_is_that_of_cityscapes():
    from torchvision.datasets import Cityscapes as Reader

    theirs = [label for label in Reader.classes if label.train_id in range(19)]
    theirs.sort(key=lambda label: label.train_id)
    assert [(one.name, one.id) for one in theirs] == [(one.name, one.label_id) for one in TRAIN_ID_LABELS]
    assert [raster.parse_hex_colour(one.colour) for one in TRAIN_ID_LABELS] == [one.color for one in theirs]


def test_cityscapes_refuses_other_classes(make):
    with pytest.raises(BadRequest, match="tree"):
        make(format=FormatName.cityscapes)


def test_ade20k(drawn):
    out, pairs = drawn(FormatName.ade20k)
    names = [line.split() for line in (out / "sceneCategories.txt").read_text().splitlines()]
    objects = [line.split("\t") for line in (out / "objectInfo.txt").read_text().splitlines()[1:]]
    assert objects == [[str(index), one.name] for index, one in enumerate(tiny.INFO.classes, 1)]
    captions = [json.loads(line) for line in (out / "captions.jsonl").read_text("utf-8").splitlines()]
    for (name, scene), caption, pair in zip(names, captions, pairs, strict=True):
        assert scene == "tiny"
        with Image.open(out / "images" / "training" / f"{name}.jpg") as image:
            assert close_to(image, pair["image"])
        with Image.open(out / "annotations" / "training" / f"{name}.png") as annotation:
            assert (np.asarray(annotation).astype(int) - 1 == pair["ids"]).all()
        assert (caption["caption"], caption["seed"]) == (pair["caption"], pair["seed"])


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # pycocotools' own
def test_coco(drawn):
    from pycocotools.coco import COCO

    out, pairs = drawn(FormatName.coco)
    found = COCO(out / "annotations" / "instances_train2017.json")
    captions = COCO(out / "annotations" / "captions_train2017.json")
    panoptic = json.loads((out / "annotations" / "panoptic_train2017.json").read_text("utf-8"))
    names = {one["id"]: one["name"] for one in found.loadCats(found.getCatIds())}
    ids = {one.name: index for index, one in enumerate(tiny.INFO.classes)}
    for number, pair, segments in zip(found.getImgIds(), pairs, panoptic["annotations"], strict=True):
        (image,) = found.loadImgs([number])
        assert (image["seed"], image["request"]["prompt"]) == (pair["seed"], pair["caption"])
        assert (raster.read_image(out / "train2017" / image["file_name"]) == pair["image"]).all()
        layout = np.full(pair["ids"].shape, UNKNOWN)
        for annotation in found.loadAnns(found.getAnnIds([number])):
            region = found.annToMask(annotation) > 0
            assert annotation["area"] == region.sum()
            layout[region] = ids[names[annotation["category_id"]]]
        assert (layout == pair["ids"]).all()
        (caption,) = captions.loadAnns(captions.getAnnIds([number]))
        assert caption["caption"] == pair["caption"]
        rgb = raster.read_image(out / "annotations" / "panoptic_train2017" / segments["file_name"]).astype(int)
        painted = rgb[..., 0] + 256 * rgb[..., 1] + 65536 * rgb[..., 2]
        assert {one["id"] for one in segments["segments_info"]} == set(np.unique(painted))
        for one in segments["segments_info"]:
            assert ((painted == one["id"]) == (pair["ids"] == ids[names[one["category_id"]]])).all()
            assert one["area"] == (painted == one["id"]).sum()


def test_coco_leaves_unknown_pixels_unlabelled():
    ids = np.full((16, 32), UNKNOWN, np.uint8)
    ids[:8] = 2
    files = create_format(FormatName.coco, tiny.INFO).pair_files(
        GeneratedPair("a", np.zeros((16, 32, 3), np.uint8), ids, record(0))
    )
    painted = raster.decode_image(files["annotations/panoptic_train2017/a.png"], "a")
    assert (painted[8:] == 0).all()
    assert (painted[:8, :, 0] == 3).all()


@pytest.fixture
def offline(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    return str(tmp_path / "cache")


def check_rows(rows, pairs):
    for row, pair in zip(rows, pairs, strict=True):
        assert (np.asarray(row["image"]) == pair["image"]).all()
        assert (np.asarray(row["layout"]) == pair["ids"]).all()
        assert (row["text"], row["seed"]) == (pair["caption"], pair["seed"])
        assert json.loads(row["request"])["prompt"] == pair["caption"]


def test_imagefolder(drawn, offline):
    import datasets

    out, pairs = drawn(FormatName.imagefolder)
    check_rows(datasets.load_dataset("imagefolder", data_dir=str(out), split="train", cache_dir=offline), pairs)


def test_parquet(drawn, offline):
    import datasets

    out, pairs = drawn(FormatName.parquet, per_shard=2)
    files = sorted(str(path) for path in (out / "data").iterdir())
    assert [path[-19:] for path in files] == ["train-00000.parquet", "train-00001.parquet"]
    check_rows(datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=offline), pairs)


def test_webdataset(drawn):
    out, pairs = drawn(FormatName.webdataset, per_shard=2)
    shards = str(out / "shards" / "train-{000000..000001}.tar")
    for row, raw, pair in zip(rows_of(shards, "pil"), rows_of(shards), pairs, strict=True):
        assert row["__key__"] == pair["name"]
        assert (np.asarray(row["png"]) == pair["image"]).all()
        assert row["txt"] == pair["caption"]
        assert row["json"]["seed"] == pair["seed"]
        assert (raster.decode_layout(raw["layout.png"], tiny.INFO.classes, "") == pair["ids"]).all()


def rows_of(shards, *decoders):
    """What webdataset reads, which leaves the last shard open."""
    import webdataset

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        rows = list(webdataset.WebDataset(shards, shardshuffle=False).decode(*decoders))
        gc.collect()
    return rows


def test_a_request_says_how_to_draw_its_pair_again(drawn, tiny_pack):
    out, _ = drawn(FormatName.paired)
    request = msgspec.json.decode((out / "requests" / "000000002.json").read_bytes(), type=PairRecord)
    pack = load_pack(str(tiny_pack), "cpu")
    result = pack.sample(prompt=request.prompt, seed=request.seed, steps=request.steps)
    assert (result.image == raster.read_image(out / "images" / "000000002.png")).all()
