"""From a folder to a running training: the template that `train --init` writes, and that it runs as it is."""

from __future__ import annotations

import re
import tomllib

import msgspec
import numpy as np
import pytest

from engine.cli import main
from engine.data.taxonomy import taxonomy_classes
from engine.interface.prompt_words import split_words
from engine.interface.protocol import UNKNOWN
from engine.packs import pack as packs
from engine.prompts.captions import PRESENT, Captioner, CaptionStyle, caption_vocabulary
from engine.training.config_template import template_size
from engine.training.core.frames import TrainingFrames
from engine.training.core.training_config import read_config
from engine.training.joint.batches import BatchStream
from tests.engine import dataset_samples

TINY = """
device = "cpu"
compile = false
steps = 2
images = 4
batch = 2
network = { widths = [16, 64], blocks = [1, 1], condition = 32, layout_channels = 4 }
text = { width = 32, layers = 1, heads = 2, context = 24 }
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command line in an empty folder; gives its exit code, stdout and stderr."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return left.value.code or 0, out, err

    return run


def read(path):
    return tomllib.loads(path.read_text("utf-8"))


def smaller(path):
    """The template with a network that trains in seconds, and nothing else changed."""
    text = path.read_text("utf-8")
    kept = [line for line in text.splitlines() if line.split(" ")[0] not in ("images", "batch")]
    at = kept.index("[mix] # a layout is found in an image long before an image is drawn from a layout")
    path.write_text("\n".join([*kept[:at], TINY, *kept[at:]]), "utf-8")
    return path


def test_a_template_runs_as_it_is_and_its_pack_needs_nothing_else(run, tmp_path):
    dataset_samples.write_paired_folders(tmp_path / "My Data")
    code, out, err = run("train", "--init", tmp_path / "My Data")
    assert code == 0, err
    assert "4 pairs for training, 2 held out, 4 classes" in out
    template = tmp_path / "work" / "my-data.toml"
    assert "diptych-engine train my-data.toml" in out
    code, out, err = run("train", smaller(template))
    assert code == 0, err
    pack = packs.read_pack(tmp_path / "work" / "runs" / "my-data" / "pack", "cpu")
    assert [one.name for one in pack.info.classes] == list(dataset_samples.NAMES)
    assert pack.file.images_seen == 4
    template.unlink()
    assert taxonomy_classes(pack.file.data.taxonomy)[2].colour == dataset_samples.COLOURS[2]
    assert {"caption", "tree", "trees", "left"} <= set(pack.info.vocabulary)


@pytest.mark.parametrize(
    ("make", "classes"),
    [
        (dataset_samples.write_voc, 4),
        (dataset_samples.write_cityscapes, 19),
        (dataset_samples.write_ade20k, 4),
        (dataset_samples.write_coco_stuff, 4),
        (dataset_samples.write_coco_panoptic, 4),
        (dataset_samples.write_celebamask, 19),
        (dataset_samples.write_camvid, 4),
        (dataset_samples.write_pix2pix, 4),
        (dataset_samples.write_image_folder, 4),
        (dataset_samples.write_webdataset, 4),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_every_form_gets_a_template_whose_frames_are_the_data(run, tmp_path, make, classes):
    make(tmp_path / "data")
    assert run("train", "--init", tmp_path / "data", "--out", "t.toml")[0] == 0
    config = read_config(tmp_path / "work" / "t.toml")
    words = taxonomy_classes(config.taxonomy)
    assert len(words) == classes
    assert (config.height, config.width, config.cut) == (64, 80, 0)
    drawn = TrainingFrames(config, words).draw_pair(np.random.default_rng(0))
    assert set(np.unique(drawn.layout)) <= {*range(classes), UNKNOWN}
    assert drawn.layout.shape == (64, 80)
    if make is dataset_samples.write_cityscapes:
        assert CaptionStyle.of_taxonomy(config.taxonomy) == CaptionStyle.of_taxonomy("street")
        for here, there in zip(words, taxonomy_classes("street"), strict=True):
            assert (here.class_info(), here.nouns(True)) == (there.class_info(), there.nouns(True))


def test_classes_come_from_the_data_where_they_say_them(run, tmp_path):
    dataset_samples.write_paired_folders(tmp_path / "data")
    assert run("train", "--init", tmp_path / "data", "--out", tmp_path / "mine.toml")[0] == 0
    table = read(tmp_path / "mine.toml")
    assert [one["name"] for one in table["taxonomy"]["classes"]] == list(dataset_samples.NAMES)
    assert [one["colour"] for one in table["taxonomy"]["classes"]] == list(dataset_samples.COLOURS)
    assert table["taxonomy"]["mirror"] == [["car", "tree"]]
    assert "6 pairs have captions" in (tmp_path / "mine.toml").read_text()


def test_colours_become_nameless_classes(run, tmp_path):
    dataset_samples.write_colour_folders(tmp_path / "data")
    assert run("train", "--init", tmp_path / "data")[0] == 0
    classes = read(tmp_path / "work" / "data.toml")["taxonomy"]["classes"]
    assert [one["name"] for one in classes] == [f"class_{index}" for index in range(5)]
    assert {one["colour"] for one in classes} == {*dataset_samples.COLOURS, "#000000"}
    config = read_config(tmp_path / "work" / "data.toml")
    frames = TrainingFrames(config, taxonomy_classes(config.taxonomy))
    assert len(frames.frames) == 20  # of 24; the others are held out


def test_lossy_colours_become_as_many_classes_as_there_are(run, tmp_path):
    dataset_samples.write_pix2pix(tmp_path / "data")
    (tmp_path / "data" / "classes.json").unlink()
    assert run("train", "--init", tmp_path / "data")[0] == 0
    found = [one["colour"] for one in read(tmp_path / "work" / "data.toml")["taxonomy"]["classes"]]
    assert len(found) == 5
    for colour in (*dataset_samples.COLOURS, "#000000"):
        near = [
            np.abs(np.subtract(dataset_samples.rgb_of(colour), dataset_samples.rgb_of(one))).max() for one in found
        ]
        assert min(near) <= 3


def test_ids_keep_their_numbers_and_their_palette(run, tmp_path):
    dataset_samples.write_voc(tmp_path / "data")
    (tmp_path / "data" / "VOCdevkit" / "VOC2012" / "labelmap.txt").unlink()
    assert run("train", "--init", tmp_path / "data")[0] == 0
    classes = read(tmp_path / "work" / "data.toml")["taxonomy"]["classes"]
    assert [(one["name"], one["colour"]) for one in classes] == [
        (f"class_{index}", colour) for index, colour in enumerate(dataset_samples.COLOURS)
    ]


def test_palettes_that_disagree_are_read_by_their_colours(run, tmp_path):
    """Programs that save colours with a palette order it in each file as they like."""
    for index in range(24):
        layout = dataset_samples.sample_layout(index)
        layout[layout == UNKNOWN] = 0
        order = np.roll(np.arange(4), index)
        places = np.argsort(order).astype(np.uint8)
        dataset_samples.write_png(tmp_path / "data" / "images" / f"{index}.png", dataset_samples.sample_image(index))
        dataset_samples.write_png(
            tmp_path / "data" / "layouts" / f"{index}.png", places[layout], dataset_samples.colour_palette()[order]
        )
    assert run("train", "--init", tmp_path / "data")[0] == 0
    config = read_config(tmp_path / "work" / "data.toml")
    classes = taxonomy_classes(config.taxonomy)
    assert sorted(one.colour for one in classes) == sorted(dataset_samples.COLOURS)
    to_truth = np.array([dataset_samples.COLOURS.index(one.colour) for one in classes])
    config = msgspec.structs.replace(config, height=16, width=16, views=config.views[:1])
    frames = TrainingFrames(config, classes).frames
    shapes = {to_truth[frame.views[0].layout].tobytes() for frame in frames}
    assert len(shapes) == len(frames)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([(1024, 2048)] * 5, (64, 128, 0)),
        ([(512, 512)] * 5, (64, 64, 0)),
        ([(480, 640)] * 5 + [(640, 480)] * 2, (64, 80, 0)),
        ([(1024, 256)] * 3, (192, 64, 0)),
        ([(544, 509), (1479, 2149), (658, 682)], (64, 64, 256)),
    ],
)
def test_sizes_follow_the_frames(sizes, expected):
    assert template_size(sizes) == expected


def test_nothing_is_overwritten(run, tmp_path):
    dataset_samples.write_paired_folders(tmp_path / "data")
    (tmp_path / "work" / "data.toml").write_text("mine")
    code, _, err = run("train", "--init", tmp_path / "data")
    assert code == 1
    assert "data.toml is there already" in err
    assert (tmp_path / "work" / "data.toml").read_text() == "mine"


def ids_and_colours(at):
    dataset_samples.write_png(at / "layouts" / "0.png", dataset_samples.sample_layout(0))


def photographs(at):
    for path in (at / "layouts").iterdir():
        dataset_samples.write_png(path, dataset_samples.sample_image(0))


def one_id(at):
    for path in (at / "layouts").iterdir():
        dataset_samples.write_png(path, np.where(dataset_samples.sample_layout(0) > 1, 255, 0).astype(np.uint8))


def two_pairs(at):
    for path in sorted(at.rglob("*.png")):
        if int(path.stem) > 1:
            path.unlink()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (ids_and_colours, "Some layouts hold ids and others colours"),
        (photographs, "has 768 colours"),
        (one_id, r"hold the ids \[0\] and 255 for unknown"),
        (two_pairs, "too few to hold some out"),
    ],
)
def test_data_that_cannot_be_learned_from_are_told_why(run, tmp_path, spoil, says):
    dataset_samples.write_colour_folders(tmp_path / "data")
    (tmp_path / "data" / "labels").rename(tmp_path / "data" / "layouts")
    spoil(tmp_path / "data")
    code, _, err = run("train", "--init", tmp_path / "data")
    assert code == 1
    assert re.search(says, err), err
    assert not list((tmp_path / "work").iterdir())


@pytest.mark.parametrize("arguments", [(), ("a.toml", "--init", "b"), ("a.toml", "--out", "b.toml")])
def test_wrong_usage_is_told(run, arguments):
    code, _, err = run("train", *arguments)
    assert code == 2
    assert "--init" in err


def test_frames_are_mirrored_with_their_ids_and_captions(run, tmp_path):
    dataset_samples.write_paired_folders(tmp_path / "data")
    for index in dataset_samples.SPLITS["train"]:
        layout = np.full((24, 32), 2, np.uint8)
        layout[:, 16:] = 3  # “car” on the left and “tree” on the right, which change places
        dataset_samples.write_png(
            tmp_path / "data" / "train" / "layouts" / f"{index}.png", layout, dataset_samples.colour_palette()
        )
        dataset_samples.write_text(
            tmp_path / "data" / "train" / "captions.jsonl", '{"name": "0", "text": "a car on the left"}'
        )
    run("train", "--init", tmp_path / "data")
    config = read_config(tmp_path / "work" / "data.toml")
    config = msgspec.structs.replace(config, height=16, width=16, views=config.views[:1])
    classes = taxonomy_classes(config.taxonomy)
    frames = TrainingFrames(config, classes)
    batches = BatchStream(frames, classes, config)
    random, texts = np.random.default_rng(0), set()
    for _ in range(80):
        drawn = frames.draw_crop(random)
        assert (drawn.pair.layout[:, 0] <= drawn.pair.layout[:, -1]).all()
        caption = batches.draw_caption(drawn, drawn.pair.image, random)
        if drawn.captions and caption.text.startswith("a car on"):
            texts.add((drawn.mirrored, caption.text))
            assert (caption.mentions[2] == PRESENT) == bool((drawn.pair.layout == 2).sum() >= 8)
    assert {(False, "a car on the left"), (True, "a car on the right")} <= texts


def test_large_frames_are_seen_in_pieces_drawn_by_their_area(tmp_path):
    from engine.training.core.training_config import TrainConfig, ViewConfig

    for split, name, size in (("train", "small", 64), ("train", "large", 256), ("val", "v", 64)):
        at = tmp_path / split
        random = np.random.default_rng(size)
        dataset_samples.write_png(
            at / "images" / f"{name}.png", random.integers(0, 256, (size, size, 3)).astype(np.uint8)
        )
        dataset_samples.write_png(at / "layouts" / f"{name}.png", np.full((size, size), size == 256, np.uint8))
    config = TrainConfig(
        data=str(tmp_path), out="", name="", title="", licence="", height=16, width=16, views=(ViewConfig(16),), cut=64
    )
    frames = TrainingFrames(config, taxonomy_classes("street"))
    random = np.random.default_rng(0)
    drawn = [frames.draw_pair(random).layout for _ in range(300)]
    assert all(layout.shape == (16, 16) for layout in drawn)
    assert np.mean([layout[0, 0] == 1 for layout in drawn]) == pytest.approx(16 / 17, abs=0.05)
    assert frames.class_frequency[1] == pytest.approx(16 / 17)


def test_captions_name_the_shade_of_a_class():
    words = (
        *taxonomy_classes("street")[:1],
        msgspec.structs.replace(taxonomy_classes("street")[1], shades={"red": "#c02020", "dark blue": "#101060"}),
    )
    writer = Captioner(words, np.full(2, 0.5), (80, 140), CaptionStyle(("a picture",)))
    layout, random = np.ones((16, 16), np.uint8), np.random.default_rng(0)
    image = np.full((16, 16, 3), (20, 20, 80), np.uint8)
    texts = [writer.draw_caption(layout, image, random).text for _ in range(60)]
    assert any("dark blue sidewalk" in text for text in texts)
    assert not any("red" in split_words(text) or "street scene" in text for text in texts)
    assert {"dark", "blue", "picture"} <= set(caption_vocabulary(words, writer.style))
