"""Every form of data set, written as the form has it and read back; bad files named and counted; ids never guessed."""

from __future__ import annotations

import json
import logging
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from engine.data.pairs import FrameView, cut_pieces, read_pair
from engine.data.readers.dataset_source import classes_from_names, is_held_out
from engine.data.source_detection import open_dataset, split_items
from engine.data.taxonomy import ClassWords, Taxonomy, class_infos, layout_mapping, mirror_table, taxonomy_classes
from engine.interface.errors import BadConfig, BadFile
from engine.interface.protocol import UNKNOWN
from engine.prompts.captions import PRESENT, written_caption
from tests.engine import dataset_samples
from tests.engine.street_pairs import load_frames

MADE = layout_mapping(Taxonomy(classes=classes_from_names(dataset_samples.NAMES, dataset_samples.COLOURS)))
STREET = layout_mapping("street")
VIEW = [FrameView(16, columns=16)]


def numbered(name: str) -> int:
    return int(re.findall(r"\d+", name.replace("_000019", ""))[-1])


@pytest.mark.parametrize(
    ("make", "form", "count", "has_captions"),
    [
        (dataset_samples.write_paired_folders, "folders", 6, 1),
        (dataset_samples.write_colour_folders, "folders", 24, 0),
        (dataset_samples.write_voc, "VOC", 6, 0),
        (dataset_samples.write_ade20k, "ADE20K", 6, 0),
        (dataset_samples.write_coco_stuff, "COCO-Stuff", 6, 0),
        (dataset_samples.write_coco_panoptic, "COCO panoptic", 6, 1),
        (dataset_samples.write_camvid, "CamVid", 24, 0),
        (dataset_samples.write_camvid_folders, "CamVid", 6, 0),
        (dataset_samples.write_pix2pix, "side by side", 6, 0),
        (dataset_samples.write_image_folder, "image folder", 6, 1),
        (dataset_samples.write_parquet, "parquet", 6, 1),
        (dataset_samples.write_webdataset, "WebDataset", 6, 1),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_every_form_is_known_and_gives_the_ids_that_were_drawn(tmp_path, make, form, count, has_captions):
    if make in (dataset_samples.write_parquet, dataset_samples.write_webdataset):
        pytest.importorskip(
            {dataset_samples.write_parquet: "datasets", dataset_samples.write_webdataset: "webdataset"}[make]
        )
    make(tmp_path)
    source = open_dataset(tmp_path)
    assert source.format_name == form
    train, val = (split_items(tmp_path, split, MADE.file_classes) for split in ("train", "val"))
    assert len(train) + len(val) == count
    assert val
    assert not {item.name for item in train} & {item.name for item in val}
    if source.classes:
        assert [words.name for words in source.classes] == list(dataset_samples.NAMES)
    row = 0
    for item in [*train, *val]:
        row = row if make is dataset_samples.write_parquet else numbered(item.name)
        pair = read_pair(item, MADE)
        np.testing.assert_array_equal(pair.layout, dataset_samples.sample_layout(row))
        assert pair.image.shape == (24, 32, 3)
        assert make is dataset_samples.write_pix2pix or (pair.image == dataset_samples.sample_image(row)).all()
        assert item.captions == ((f"caption {row}",) if has_captions else ())
        row += 1


def test_label_ids_of_cityscapes_become_the_19_training_classes(tmp_path):
    dataset_samples.write_cityscapes(tmp_path)
    assert open_dataset(tmp_path).format_name == "Cityscapes"
    for item in [
        *split_items(tmp_path, "train", STREET.file_classes),
        *split_items(tmp_path, "val", STREET.file_classes),
    ]:
        np.testing.assert_array_equal(
            read_pair(item, STREET).layout, dataset_samples.sample_layout(numbered(item.name), 19)
        )


def test_training_ids_of_cityscapes_do_too(tmp_path):
    dataset_samples.write_cityscapes(tmp_path)
    for path in tmp_path.rglob("*_labelIds.png"):
        index = numbered(path.name.split("_gtFine")[0])
        dataset_samples.write_png(
            path.with_name(path.name.replace("labelIds", "labelTrainIds")), dataset_samples.sample_layout(index, 19)
        )
        path.unlink()
    for item in split_items(tmp_path, "train", STREET.file_classes):
        np.testing.assert_array_equal(
            read_pair(item, STREET).layout, dataset_samples.sample_layout(numbered(item.name), 19)
        )


def test_parts_of_faces_are_merged_in_order(tmp_path):
    dataset_samples.write_celebamask(tmp_path)
    source = open_dataset(tmp_path)
    how = layout_mapping(Taxonomy(classes=source.classes, mirror=source.mirror))
    items = [*source.split_items("train"), *source.split_items("val")]
    assert len(items) == 12
    for item in items:
        pair = read_pair(item, how)
        np.testing.assert_array_equal(pair.layout, dataset_samples.face_layout(int(item.name)))
        assert pair.image.shape == (24, 32, 3)
        assert item.captions == (f"caption {item.name}", "another")


def test_synonyms_come_with_the_names_of_ade20k(tmp_path):
    dataset_samples.write_ade20k(tmp_path)
    assert open_dataset(tmp_path).classes[2].synonyms == ("car thing",)


def test_what_is_no_data_set_is_told_what_is(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(BadFile, match=r"no data set of a known format.*Cityscapes"):
        open_dataset(tmp_path)
    with pytest.raises(BadFile, match="no folder"):
        open_dataset(tmp_path / "nowhere")


def many(at, count=110):
    for index in range(count):
        dataset_samples.write_png(
            at / "train" / "images" / f"{index:03}.png", dataset_samples.sample_image(index)[:8, :8]
        )
        dataset_samples.write_png(
            at / "train" / "layouts" / f"{index:03}.png", dataset_samples.sample_layout(index)[8:16, :8]
        )
    dataset_samples.write_png(at / "val" / "images" / "v.png", dataset_samples.sample_image(1))
    dataset_samples.write_png(at / "val" / "layouts" / "v.png", dataset_samples.sample_layout(1))
    return at / "train"


def no_layout(train, name):
    (train / "layouts" / f"{name}.png").unlink()


def no_image(train, name):
    (train / "images" / f"{name}.png").unlink()


def other_size(train, name):
    dataset_samples.write_png(train / "images" / f"{name}.png", dataset_samples.sample_image(0))


def broken(train, name):
    path = train / "layouts" / f"{name}.png"
    path.write_bytes(path.read_bytes()[:40])


def large_id(train, name):
    dataset_samples.write_png(train / "layouts" / f"{name}.png", np.full((8, 8), 4, np.uint8))


def unknown_colour(train, name):
    dataset_samples.write_png(train / "layouts" / f"{name}.png", np.full((8, 8, 3), 77, np.uint8))


def sixteen_bits(train, name):
    Image.fromarray(np.full((8, 8), 300, np.uint16)).save(train / "layouts" / f"{name}.png")


REASONS = [
    (no_layout, "has no layout"),
    (no_image, "has no image"),
    (other_size, "different sizes, 24×32 and 8×8"),
    (broken, "cannot be read"),
    (large_id, r"class id 4 \(first at row 0, column 0\)"),
    (unknown_colour, "colour #4d4d4d at row 0"),
    (sixteen_bits, "class id 300"),
]


@pytest.mark.parametrize(("spoil", "reason"), REASONS, ids=lambda value: getattr(value, "__name__", None))
def test_one_bad_pair_in_many_is_named_counted_and_left_out(tmp_path, caplog, spoil, reason):
    spoil(many(tmp_path), "042")
    with caplog.at_level(logging.WARNING):
        frames = load_frames(split_items(tmp_path, "train", MADE.file_classes), MADE, VIEW)
    assert len(frames) == 109
    assert re.search(f"042.*{reason}", caplog.messages[0])
    assert "1 of 110" in caplog.messages[1]


def test_the_run_stops_with_the_list_when_one_in_a_hundred_is_bad(tmp_path):
    train = many(tmp_path)
    broken(train, "007")
    large_id(train, "009")
    with pytest.raises(BadFile, match=r"2 of 110 pairs are bad: .*007\.png.*009\.png"):
        load_frames(split_items(tmp_path, "train", MADE.file_classes), MADE, VIEW)


def spoilt(tmp_path, make, spoil):
    make(tmp_path)
    spoil(tmp_path)
    bad = []
    for item in [item for split in ("train", "val") for item in open_dataset(tmp_path).split_items(split)]:
        try:
            read_pair(item, STREET if make is dataset_samples.write_cityscapes else MADE)
        except BadFile as error:
            bad.append(str(error))
    return bad


def first(at, pattern):
    return sorted(at.rglob(pattern))[0]


def drop_segment(at):
    path = at / "annotations" / "panoptic_train2017.json"
    value = json.loads(path.read_text())
    del value["annotations"][0]["segments_info"][0]
    path.write_text(json.dumps(value))


@pytest.mark.parametrize(
    ("make", "spoil", "reason"),
    [
        (
            dataset_samples.write_cityscapes,
            lambda at: dataset_samples.write_png(first(at, "*labelIds.png"), np.full((24, 32), 40, np.uint8)),
            "id 40",
        ),
        (
            dataset_samples.write_ade20k,
            lambda at: dataset_samples.write_png(first(at, "annotations/*/*.png"), np.full((24, 32), 9, np.uint8)),
            "id 9",
        ),
        (dataset_samples.write_coco_panoptic, drop_segment, "segment 30"),
        (dataset_samples.write_voc, lambda at: first(at, "SegmentationClass/*.png").unlink(), "There is no file"),
        (
            dataset_samples.write_camvid,
            lambda at: dataset_samples.write_png(first(at, "*_L.png"), np.full((24, 32, 3), 9, np.uint8)),
            "#090909",
        ),
        (
            dataset_samples.write_pix2pix,
            lambda at: dataset_samples.write_png(first(at, "*.jpg"), np.zeros((24, 33, 3), np.uint8)),
            "33 pixels",
        ),
    ],
    ids=["cityscapes", "ade20k", "panoptic", "voc", "camvid", "side_by_side"],
)
def test_each_form_names_its_bad_file(tmp_path, make, spoil, reason):
    bad = spoilt(tmp_path, make, spoil)
    assert len(bad) == 1
    assert reason in bad[0]


def test_a_row_without_a_layout_is_named(tmp_path):
    dataset_samples.write_image_folder(tmp_path)
    path = tmp_path / "train" / "metadata.jsonl"
    path.write_text(path.read_text() + '\n{"file_name": "0.png", "text": "half a pair"}')
    *_, last = split_items(tmp_path, "train", MADE.file_classes)
    with pytest.raises(BadFile, match=r"Line 5 of .*metadata\.jsonl names no file of a layout"):
        read_pair(last, MADE)


def test_a_part_that_no_class_has_is_named(tmp_path):
    dataset_samples.write_celebamask(tmp_path)
    path = first(tmp_path, "00000_*.png")
    path.rename(path.with_name("00000_beard.png"))
    source = open_dataset(tmp_path)
    item = next(item for split in ("train", "val") for item in source.split_items(split) if item.name == "0")
    with pytest.raises(BadFile, match="beard"):
        item.load_layout()


def test_colours_of_a_photograph_are_no_layout(tmp_path):
    """A lossy picture may be off a little, but not everywhere."""
    dataset_samples.write_pix2pix(tmp_path)
    both = np.concatenate([dataset_samples.sample_image(0), np.full((24, 32, 3), (250, 120, 120), np.uint8)], 1)
    Image.fromarray(both).save(tmp_path / "train" / "0.jpg")
    with pytest.raises(BadFile, match="which is no class's"):
        read_pair(split_items(tmp_path, "train", MADE.file_classes)[0], MADE)


def test_classes_in_another_order_or_number_are_refused(tmp_path):
    dataset_samples.write_paired_folders(tmp_path)
    with pytest.raises(BadFile, match="another order"):
        split_items(tmp_path, "train", MADE.file_classes[::-1])
    with pytest.raises(BadFile, match="has 4 classes, the taxonomy 3"):
        split_items(tmp_path, "train", MADE.file_classes[:3])


def test_the_split_is_a_hash_of_the_name_and_always_the_same():
    held_out = [index for index in range(200) if is_held_out(f"{index:04}")]
    assert held_out[:4] == [9, 11, 17, 18]  # a run that goes on must not learn what was held out before
    assert 10 <= len(held_out) <= 30


def test_a_cut_shard_is_named(tmp_path):
    pytest.importorskip("webdataset")
    dataset_samples.write_webdataset(tmp_path)
    path = first(tmp_path, "train-000001.tar")
    items = split_items(tmp_path, "train", MADE.file_classes)
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(BadFile, match=r"train-000001\.tar ends inside"):
        read_pair(items[-1], MADE)


def test_pieces_cover_a_large_frame_and_small_ones_stay_whole(tmp_path):
    dataset_samples.write_paired_folders(tmp_path)
    pair = read_pair(split_items(tmp_path, "train", MADE.file_classes)[0], MADE)
    pieces = cut_pieces(pair, 10, 10)
    assert [piece.layout.shape for piece in pieces] == [(10, 10)] * 6
    np.testing.assert_array_equal(pieces[0].layout, pair.layout[:10, :10])
    np.testing.assert_array_equal(pieces[-1].image, pair.image[-10:, -10:])
    assert cut_pieces(pair, 100, 16)[1].layout.shape == (24, 16)


@pytest.mark.parametrize(
    ("view", "frame", "size"),
    [
        (FrameView(64, 1.0), (150, 384), (64, 164)),
        (FrameView(64, 0.781, 128), (150, 384), (64, 128)),
        (FrameView(64, 1.0, 64), (544, 509), (68, 64)),
        (FrameView(64, 1.0, 64, 256), (1479, 2149), (370, 537)),
        (FrameView(64, 1.0, 64, 256), (200, 300), (64, 96)),
    ],
)
def test_a_window_fits_into_every_view(view, frame, size):
    assert view.size(*frame) == size


def test_mirrored_pictures_swap_the_classes_that_say_which_side():
    taxonomy = Taxonomy(
        classes=classes_from_names(["skin", "left eye", "right eye"]), mirror=(("left eye", "right eye"),)
    )
    assert mirror_table(taxonomy)[[0, 1, 2, UNKNOWN]].tolist() == [0, 2, 1, UNKNOWN]
    assert (mirror_table("street") == np.arange(256)).all()


RED, BLUE = ClassWords(name="a", colour="#ff0000"), ClassWords(name="b", colour="#0000ff")


@pytest.mark.parametrize(
    ("taxonomy", "says"),
    [
        (Taxonomy(classes=(RED,)), "1 classes"),
        (Taxonomy(classes=(RED, RED)), "name “a” occurs twice"),
        (Taxonomy(classes=(RED, ClassWords(name="b", colour="#FF0000"))), "colour “#ff0000” occurs twice"),
        (Taxonomy(classes=(RED, ClassWords(name="b", colour="blue"))), "“blue” in the taxonomy is no colour"),
        (Taxonomy(classes=(RED, BLUE), mirror=(("a", "c"),)), "“c”"),
        (Taxonomy(classes=(RED, BLUE), mirror=(("a", "b"), ("b", "a"))), "mirrored class “b” occurs twice"),
    ],
)
def test_a_taxonomy_that_makes_no_sense_is_named(taxonomy, says):
    with pytest.raises(BadConfig, match=says):
        taxonomy_classes(taxonomy)


def test_a_persons_caption_says_of_a_class_only_what_is_there():
    classes = classes_from_names(["road", "traffic light", "car"])
    layout = np.zeros((4, 4), np.uint8)
    layout[:2] = 1
    caption = written_caption("A car left of two traffic lights.", layout, classes, mirrored=True)
    assert caption.text == "A car right of two traffic lights."
    assert caption.mentions.tolist() == [0, PRESENT, 0]


def test_colours_are_given_where_the_data_have_none():
    infos = class_infos(classes_from_names([f"class_{index}" for index in range(200)]))
    assert len({info.colour for info in infos}) == 200


def test_nothing_outside_of_the_folder_is_needed(tmp_path):
    dataset_samples.write_paired_folders(tmp_path / "here")
    shutil.move(tmp_path / "here", tmp_path / "there")
    assert len(split_items(tmp_path / "there", "train", MADE.file_classes)) == 4
