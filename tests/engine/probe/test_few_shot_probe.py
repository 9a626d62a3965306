"""A new class from a few marked images: by the command line, on a tiny pack and made pictures."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from PIL import Image

from engine.cli import main
from engine.evaluators.segmentation_scores import confusion_matrix, segmentation_score
from engine.interface.protocol import UNKNOWN, ClassInfo
from engine.interface.raster import read_layout, write_image, write_layout
from engine.packs import pack as packs
from engine.probe import network_features, pixel_classifier, pixel_samples

CLASSES = (ClassInfo("else", "#336699"), ClassInfo("balloon", "#ee8811"), ClassInfo("lamp", "#11aa44"))
COLOURS = np.array([[60, 90, 120], [230, 120, 30], [40, 200, 90]])


def scene(index, size=(32, 64)):
    """An image and its ids: a balloon and a lamp somewhere, each in its colour, with some noise."""
    random = np.random.default_rng(index)
    layout = np.zeros(size, np.uint8)
    for label in (1, 2):
        top, left = random.integers(0, size[0] - 18), random.integers(0, size[1] - 26)
        layout[top : top + 18, left : left + 26] = label
    image = COLOURS[layout] + random.integers(-12, 13, (*size, 3))
    return image.clip(0, 255).astype(np.uint8), layout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """marked/ with images 0 to 5 of which 0 to 2 are marked, 2 by strokes only."""
    root = tmp_path_factory.mktemp("marked")
    for index in range(6):
        image, layout = scene(index)
        write_image(root / "images" / f"{index}.png", image)
        if index == 2:
            strokes = np.full_like(layout, UNKNOWN)
            strokes[::6] = layout[::6]
            layout = strokes
        if index < 3:
            write_layout(root / "layouts" / f"{index}.png", layout, CLASSES)
    return root


@pytest.fixture
def run(capsys, tiny_pack):
    """Run `probe` with the tiny pack; gives its exit code, stdout and stderr."""

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(part) for part in ("probe", "--pack", tiny_pack, "--device", "cpu", *arguments)])
        out, err = capsys.readouterr()
        return left.value.code or 0, out, err

    return run


@pytest.fixture(scope="module")
def done(folder, tiny_pack, tmp_path_factory):
    """What three marked images come to on all six."""
    out = tmp_path_factory.mktemp("done")
    arguments = ("--marked", folder, "--images", folder / "images", "--out", out)
    with pytest.raises(SystemExit) as left:
        main([str(part) for part in ("probe", "--pack", tiny_pack, "--device", "cpu", *arguments)])
    assert not left.value.code
    return out


def test_three_marked_images_tell_the_others(done):
    pairs = [(scene(index)[1], read_layout(done / f"{index}.png", CLASSES)) for index in (3, 4, 5)]
    assert segmentation_score(confusion_matrix(pairs, len(CLASSES))).mean_iou > 0.9
    with Image.open(done / "4.png") as picture:
        assert picture.mode == "P"
        assert bytes(picture.getpalette()[3:6]) == bytes.fromhex("ee8811")


def test_its_report_says_how_sure_and_how_good(done):
    report = json.loads((done / "probe.json").read_text("utf-8"))
    assert report["marked"] == ["0", "1", "2"]
    assert 0.9 < report["left_out"]["mean_iou"] <= 1
    assert set(report["confidence"]) == set("012345")
    unsure = np.asarray(Image.open(done / "3_unsure.png"))
    assert unsure.shape == (32, 64)
    assert report["confidence"]["3"] == pytest.approx(1 - unsure.mean() / 255)
    edges = np.zeros((32, 64), bool)
    layout = scene(3)[1]
    edges[:, 1:] = layout[:, 1:] != layout[:, :-1]
    assert unsure[edges].mean() > 2 * unsure[~edges].mean()


def test_a_kept_probe_and_the_same_seed_give_the_same_bytes(done, folder, run, tmp_path):
    image = folder / "images" / "3.png"
    code, *_ = run("--probe", done / "probe.safetensors", "--images", image, "--out", tmp_path / "kept")
    assert code == 0
    code, *_ = run("--marked", folder, "--images", image, "--out", tmp_path / "again")
    assert code == 0
    for name in ("3.png", "3_unsure.png"):
        assert (tmp_path / "kept" / name).read_bytes() == (done / name).read_bytes()
        assert (tmp_path / "again" / name).read_bytes() == (done / name).read_bytes()
    assert (tmp_path / "again" / "probe.safetensors").read_bytes() == (done / "probe.safetensors").read_bytes()


def test_classes_can_be_named(folder, run, tmp_path):
    for half in ("images", "layouts"):
        (tmp_path / "named" / half).mkdir(parents=True)
        (tmp_path / "named" / half / "0.png").write_bytes((folder / half / "0.png").read_bytes())
    names = [{"id": i, "name": info.name, "color": info.colour} for i, info in enumerate(CLASSES)]
    (tmp_path / "named" / "classes.json").write_text(json.dumps({"classes": names}), "utf-8")
    given = ("--images", folder / "images" / "5.png", "--out", tmp_path / "out")
    assert run("--marked", tmp_path / "named", *given)[0] == 0
    report = json.loads((tmp_path / "out" / "probe.json").read_text("utf-8"))
    assert report["classes"] == ["else", "balloon", "lamp"]
    assert report["left_out"] is None  # one image is too few


def test_grey_layouts_get_colours_of_their_own(run, tmp_path):
    folder = marked(tmp_path, scene(0)[1])
    Image.fromarray(scene(0)[1]).save(tmp_path / "layouts" / "0.png")
    assert run("--marked", folder, "--images", folder / "images", "--out", tmp_path / "out")[0] == 0
    with Image.open(tmp_path / "out" / "0.png") as picture:
        colours = np.array(picture.getpalette()[:9]).reshape(3, 3)
        assert np.asarray(picture).max() == 2
    assert min(np.abs(colours[a] - colours[b]).sum() for a, b in ((0, 1), (0, 2), (1, 2))) > 100


def test_an_image_of_another_size_keeps_its_size(done, run, tmp_path):
    image, layout = scene(9, (100, 60))
    write_image(tmp_path / "tall.png", image)
    given = ("--images", tmp_path / "tall.png", "--out", tmp_path / "out")
    assert run("--probe", done / "probe.safetensors", *given)[0] == 0
    found = read_layout(tmp_path / "out" / "tall.png", CLASSES)
    assert found.shape == layout.shape
    assert (found == layout).mean() > 0.8


def marked(tmp_path, layout):
    """A folder with one marked image."""
    write_image(tmp_path / "images" / "0.png", scene(0)[0])
    write_layout(tmp_path / "layouts" / "0.png", layout, CLASSES)
    return tmp_path


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        (np.full((32, 64), UNKNOWN, np.uint8), "Nothing is marked"),
        (np.ones((32, 64), np.uint8), "mark class 1 only"),
        (np.zeros((10, 10), np.uint8), "10×10"),
    ],
)
def test_marks_that_say_nothing_are_named(run, tmp_path, layout, message):
    folder = marked(tmp_path, layout)
    code, _, err = run("--marked", folder, "--images", folder / "images", "--out", tmp_path / "out")
    assert code == 1
    assert message in err


def test_what_is_missing_or_broken_is_named(run, folder, done, tmp_path):
    out = ("--out", tmp_path / "out")
    images = ("--images", folder / "images")
    (tmp_path / "no.safetensors").write_bytes(b"nothing")
    for given, message in [
        ((*images,), "--marked or --probe"),
        (("--marked", folder), "--images"),
        (("--marked", tmp_path, *images), "images/ and layouts/"),
        (("--probe", tmp_path / "no.safetensors", *images), "no probe"),
        (("--marked", folder, *images, "--clocks", "1000"), "0 (clean) to 999"),
        (("--marked", folder, *images, "--clocks", "5,x"), "“x”"),
        (("--marked", folder, "--images", tmp_path / "empty"), "no pictures"),
        (("--study",), "--data"),
        (("--marked", folder, *images, "--out", folder / "layouts"), "another folder"),
    ]:
        code, _, err = run(*out, *given)
        assert code == 1
        assert message in err


def test_the_network_is_as_it_was_after_features_were_extracted(tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")
    network = network_features.ProbeFeatureExtractor(pack, (0, 100))
    image = scene(0)[0]
    first, second = network.feature_maps(image), network.feature_maps(image)
    assert torch.equal(first, second)
    assert first.shape == (network.channels, 32, 64)
    assert not any(module._forward_hooks for module in pack.network.modules())


def test_the_network_looks_at_an_image_in_its_own_shape(tiny_pack):
    pack = packs.read_pack(tiny_pack, "cpu")  # 32×64 pixels
    assert network_features.network_size(64, 128, pack) == (32, 64)
    assert network_features.network_size(500, 500, pack) == (48, 48)
    assert network_features.network_size(1000, 10, pack) == (448, 16)


def test_features_between_pixels_are_bilinear():
    maps = torch.arange(4.0).expand(1, 2, 4).contiguous()
    found = network_features.features_at(
        maps, np.array([[0, 1], [3, 6]]), (4, 8)
    )  # columns at 0.25 and 2.75 of the map's pixels
    assert found.flatten().tolist() == pytest.approx([0.25, 2.75])


def test_small_classes_are_learnt_from_as_much_as_large_ones():
    layout = np.zeros((50, 50), np.uint8)
    layout[:12, :12] = 1
    layout[40:] = UNKNOWN
    samples = pixel_samples.sample_marked_image(
        lambda image: torch.zeros(3, 16, 16), np.zeros((50, 50, 3), np.uint8), layout, 0
    )
    assert samples.learnt.labels.bincount().tolist() == [
        pixel_samples.PIXELS_PER_CLASS,
        pixel_samples.PIXELS_PER_CLASS,
    ]
    assert len(samples.measured.labels) == pixel_samples.MEASURED_PIXELS
    assert 0.02 < samples.measured.labels.float().mean() < 0.15  # as it is in the image: 144 of 2000


def test_a_classifier_separates_what_no_line_does():
    random = torch.Generator().manual_seed(0)
    points = torch.randn((600, 2), generator=random)
    labels = (points[:, 0] * points[:, 1] > 0).long()
    made = pixel_classifier.fit_classifier(points, labels, 2, seed=0)
    probs = made(points)
    assert probs.sum(1).tolist() == pytest.approx([1.0] * 600)
    assert (probs.argmax(1) == labels).float().mean() > 0.95


def test_a_study_measures_both_ways(run, tmp_path):
    for split, start, count in (("train", 0, 4), ("val", 10, 3)):
        for index in range(start, start + count):
            image, layout = scene(index)
            write_image(tmp_path / split / "images" / f"{index}.png", image)
            write_layout(tmp_path / split / "layouts" / f"{index}.png", layout, CLASSES)
    code, out, _ = run("--study", "--data", tmp_path, "--out", tmp_path / "out")
    assert code == 0
    report = json.loads((tmp_path / "out" / "study.json").read_text("utf-8"))
    assert [point["marked"] for point in report["curve"]] == [1, 2]
    assert report["unseen"] == 3
    for point in report["curve"]:
        assert len(point["features"]) == len(point["plain"]) == 3
    assert min(report["curve"][-1]["features"]) > 0.8
    assert "2 marked: mIoU" in out
    assert (tmp_path / "out" / "study.png").stat().st_size > 1000
