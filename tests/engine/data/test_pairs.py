"""Reading pairs, telling them in words, and choosing regions of them."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

import engine.data.taxonomy
from engine.data.pairs import FrameView, LabelNoise, gamma_corrected, label_noise_to_unknown, list_items
from engine.data.region_masks import random_region
from engine.data.taxonomy import class_infos, layout_mapping, regular_plural, taxonomy_classes
from engine.interface.errors import BadConfig, BadFile
from engine.interface.prompt_words import split_words
from engine.interface.protocol import UNKNOWN
from engine.prompts.captions import (
    ABSENT,
    OUT_OF_VOCABULARY_WORD,
    PRESENT,
    Captioner,
    CaptionStyle,
    caption_vocabulary,
    side_phrases,
    split_prompt,
)
from engine.training.core.training_config import TASK_KINDS, TaskMix
from engine.training.joint.clock_draws import draw_clocks
from tests.engine.street_pairs import CAR, CLASSES, ROAD, SKY, load_frames, street_layout, write_street_folder

INFOS = class_infos(CLASSES)
STREET = layout_mapping("street")


def captioner() -> Captioner:
    return Captioner(CLASSES, np.full(len(CLASSES), 0.4), (80, 140), CaptionStyle.of_taxonomy("street"))


def captions(count: int):
    random = np.random.default_rng(0)
    image = np.full((48, 96, 3), 100, np.uint8)
    for index in range(count):
        layout = street_layout(index)
        yield layout, captioner().draw_caption(layout, image, random)


def test_pairs_are_read_with_their_ids_untouched(tmp_path):
    folder = write_street_folder(tmp_path) / "train"
    frames = load_frames(list_items(folder), STREET, [FrameView(48), FrameView(24), FrameView(48, 0.5)])
    assert len(frames) == 6
    np.testing.assert_array_equal(frames[3].views[0].layout, street_layout(3))
    assert frames[0].views[1].layout.shape == (24, 48)
    assert frames[0].views[2].image.shape == (48, 48, 3)
    for frame in frames:
        for pair in frame.views:
            assert set(np.unique(pair.layout)) <= {ROAD, 2, SKY, CAR, UNKNOWN}


def test_a_missing_half_is_named(tmp_path):
    folder = write_street_folder(tmp_path) / "train"
    (folder / "layouts" / "004.png").unlink()
    with pytest.raises(BadFile, match="004"):
        load_frames(list_items(folder), STREET, [FrameView(16)])


def test_a_folder_without_pairs_is_named(tmp_path):
    with pytest.raises(BadFile, match="images/ and layouts/"):
        list_items(tmp_path)


def test_one_bad_file_in_many_is_named_and_left_out(tmp_path, caplog):
    folder = write_street_folder(tmp_path, train=120) / "train"
    (folder / "images" / "007.png").write_bytes(b"no picture")
    with caplog.at_level(logging.WARNING):
        frames = load_frames(list_items(folder), STREET, [FrameView(16)])
    assert len(frames) == 119
    assert "007.png" in caplog.text


def test_too_many_bad_files_stop_the_run_with_their_list(tmp_path):
    folder = write_street_folder(tmp_path) / "train"
    (folder / "images" / "001.png").write_bytes(b"no picture")
    with pytest.raises(BadFile, match=r"1 of 6 pairs are bad: .*001\.png"):
        load_frames(list_items(folder), STREET, [FrameView(16)])


def test_gamma_keeps_black_and_white_and_lifts_the_middle():
    ramp = np.arange(256, dtype=np.uint8)
    lifted = gamma_corrected(ramp, 0.8)
    assert (lifted[0], lifted[255]) == (0, 255)
    assert (lifted >= ramp).all()
    assert lifted[128] == round(255 * (128 / 255) ** 0.8)


def test_captions_say_what_is_there_and_what_is_not():
    named = absent = 0
    for layout, caption in captions(300):
        counts = np.bincount(layout[layout != UNKNOWN], minlength=len(CLASSES))
        assert (counts[caption.mentions == PRESENT] >= 8).all()
        assert (counts[caption.mentions == ABSENT] == 0).all()
        for index in np.flatnonzero(caption.mentions):
            nouns = [*CLASSES[index].nouns(False), *CLASSES[index].nouns(True)]
            assert any(noun in caption.text for noun in nouns), (caption.text, CLASSES[index].name)
        named += bool((caption.mentions == PRESENT).any())
        absent += bool((caption.mentions == ABSENT).any())
    assert named > 250
    assert absent > 60


def test_every_word_of_a_caption_is_in_the_vocabulary():
    known = set(caption_vocabulary(CLASSES, CaptionStyle.of_taxonomy("street"))) | {",", ".", OUT_OF_VOCABULARY_WORD}
    assert OUT_OF_VOCABULARY_WORD not in caption_vocabulary(CLASSES)
    for _, caption in captions(300):
        assert set(split_words(caption.text)) <= known, caption.text


def test_places_are_told_by_where_the_pixels_are():
    columns = np.zeros(90, int)
    columns[:20] = 5
    assert "on the left" in side_phrases(columns)
    assert "on the right" in side_phrases(columns[::-1])
    columns[70:] = 5
    assert "on both sides" in side_phrases(columns)
    middle = np.zeros(90, int)
    middle[40:50] = 3
    assert "in the middle" in side_phrases(middle)


@pytest.mark.parametrize(
    ("noun", "plural"), [("car", "cars"), ("bus", "buses"), ("lorry", "lorries"), ("bay", "bays")]
)
def test_plurals(noun, plural):
    assert regular_plural(noun) == plural


@pytest.mark.parametrize(
    ("prompt", "wanted", "unwanted"),
    [
        ("a street with a car", "a street with a car", ""),
        ("a street, no cars", "a street", "cars"),
        ("No cars", "", "cars"),
        ("no cars and a bus on the left", "a bus on the left", "cars"),
        ("trees, without any people, open sky", "trees, open sky", "people"),
        ("a road with no traffic lights and no cars, dusk", "a road, dusk", "traffic lights, cars"),
        ("without visible trucks but sunny", "sunny", "trucks"),
        ("no cars or people. a wide street", "a wide street", "cars or people"),
        ("nobody knows, a piano", "nobody knows, a piano", ""),
        ("a street free of cars", "a street", "cars"),
        ("a street which is free of cars, a tree", "a street, a tree", "cars"),
        ("streets that are empty of people", "streets", "people"),
        ("not a single bus", "", "bus"),
        ("trees, there is no car", "trees", "car"),
        ("a road, there aren't any trucks here, sky", "a road, sky", "trucks"),
        ("nothing of terrain to be seen", "", "terrain"),
        ("there are not many cars", "there are not many cars", ""),
        ("a wall not far away, north of a road", "a wall not far away, north of a road", ""),
        ("", "", ""),
    ],
)
def test_what_is_not_wanted_is_taken_out_of_a_prompt(prompt, wanted, unwanted):
    assert split_prompt(prompt) == (wanted, unwanted)


def test_coarse_classes_are_made_of_all_fine_ones():
    how, coarse = layout_mapping("street8"), [words.name for words in taxonomy_classes("street8")]
    assert how.file_classes == INFOS
    found = {info.name: coarse[how.id_table[index]] for index, info in enumerate(INFOS)}
    assert found["road"] == found["sidewalk"] == "flat"
    assert found["rider"] == "human"
    assert found["bicycle"] == "vehicle"
    assert coarse[how.id_table[UNKNOWN]] == "void"
    assert len(set(found.values())) == 7
    assert np.array_equal(STREET.id_table, np.arange(256))


def test_coarse_layouts_are_read(tmp_path):
    files = list_items(write_street_folder(tmp_path, train=1) / "train")
    (((pair,), _),) = load_frames(files, layout_mapping("street8"), [FrameView(48)])
    assert sorted(np.unique(pair.layout)) == [0, 1, 2, 5, 7]


MISTAKES = [
    ('"road", ', ""),
    ('parts = ["sky"]', 'parts = ["sky", "road"]'),
    ('parts = ["sky"]', 'parts = ["sky"]\nunknown = true'),
]


@pytest.mark.parametrize("change", MISTAKES)
def test_parts_that_do_not_make_the_whole_are_named(tmp_path, change):
    text = (Path(engine.data.taxonomy.__file__).parent / "street8.toml").read_text("utf-8")
    assert change[0] in text
    (tmp_path / "bad.toml").write_text(text.replace(*change), "utf-8")
    with pytest.raises(BadConfig, match="each once"):
        layout_mapping(str(tmp_path / "bad.toml"))


def test_a_taxonomy_that_is_not_there_is_named():
    with pytest.raises(BadConfig, match="nowhere"):
        taxonomy_classes("nowhere")


def test_regions_are_neither_nothing_nor_everything_as_a_rule():
    random = np.random.default_rng(0)
    shares = [random_region(street_layout(0), random).mean() for _ in range(400)]
    assert np.mean([0.02 < share < 0.98 for share in shares]) > 0.9


def test_tasks_keep_unknown_at_the_end_clock_and_half_given_at_zero():
    random = np.random.default_rng(0)
    layout, kinds, mix = street_layout(1), set(), TaskMix(**dict.fromkeys(TASK_KINDS[:6], 1.0))
    for _ in range(400):
        draw = draw_clocks(layout, 1000, mix, random)
        kinds.add(draw.task_kind)
        assert (draw.layout_clocks[layout == UNKNOWN] == 1000).all()
        unknown = 1000 if draw.task_kind == "image_unknown" else draw.image_running
        assert set(np.unique(draw.image_clocks)) <= {0, unknown}
        assert (draw.image_running > 0) == (draw.image_has_loss and bool((draw.image_clocks > 0).any()))
        assert set(np.unique(draw.layout_clocks)) <= {0, 1000, draw.layout_running}
        if draw.task_kind == "layout_given":
            assert set(np.unique(draw.layout_clocks)) <= {0, 1000}
            assert draw.layout_running == 0
        if draw.task_kind == "image_given":
            assert (draw.image_clocks == 0).all()
        if draw.task_kind == "image_unknown":
            assert (draw.image_clocks == 1000).all()
            assert not draw.image_has_loss
    assert len(kinds) == 6


def test_what_is_in_doubt_becomes_unknown_and_nothing_else_changes():
    layout = street_layout(0)
    layout[20:30, 40:60] = CAR + 1  # a truck, as wide as it should be
    layout[20, 10:30] = CAR + 1  # a rim
    result = label_noise_to_unknown(layout, LabelNoise(border=2, thin=(CAR + 1,)))
    inner = np.zeros(layout.shape, bool)
    inner[2:-2, 2:-2] = True
    assert (result[~inner] == UNKNOWN).all()
    assert (result[20, 10:30] == UNKNOWN).all()
    rest = inner.copy()
    rest[20, 10:30] = False
    np.testing.assert_array_equal(result[rest], layout[rest])
