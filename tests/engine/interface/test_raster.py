"""Pictures in files and at other sizes: class ids are never blended, shifted, guessed or invented."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.interface import raster
from engine.interface.errors import BadFile
from engine.interface.protocol import UNKNOWN, ClassInfo

CLASSES = tuple(ClassInfo(n, c) for n, c in [("sky", "#4682b4"), ("road", "#804080"), ("car", "#00008e")])
IDS = (0, 1, 2, UNKNOWN)

fits = st.sampled_from(["crop", "stretch", "pad"])
sides = st.integers(1, 13)


def layouts(shape):
    return arrays.arrays(np.uint8, shape, elements=st.sampled_from(IDS))


def majority(layout, rows, columns):
    """The id with most pixels in each cell; in a tie the one that is rarer in the whole picture."""
    ids, counts = np.unique(layout, return_counts=True)
    rare_first = [int(i) for i in ids[np.argsort(counts, kind="stable")]]
    result = np.empty((layout.shape[0] // rows, layout.shape[1] // columns), np.uint8)
    for i, j in np.ndindex(*result.shape):
        cell = layout[i * rows : (i + 1) * rows, j * columns : (j + 1) * columns]
        result[i, j] = max(rare_first, key=lambda index: (cell == index).sum())
    return result


@given(st.data(), st.integers(1, 4), st.integers(1, 4), st.integers(1, 5), st.integers(1, 5))
def test_layouts_shrink_by_majority(data, height, width, rows, columns):
    layout = data.draw(layouts((height * rows, width * columns)))
    fitted = raster.fit_layout(layout, height, width, "stretch")
    assert (fitted.pixels == majority(layout, rows, columns)).all()
    assert fitted.inside.all()


@given(st.data(), sides, sides, fits)
def test_ids_are_never_invented(data, height, width, fit):
    layout = data.draw(layouts(st.tuples(sides, sides)))
    fitted = raster.fit_layout(layout, height, width, fit)
    assert fitted.pixels.shape == fitted.inside.shape == (height, width)
    assert set(fitted.pixels[fitted.inside].tolist()) <= set(layout.ravel().tolist())
    assert (fitted.pixels[~fitted.inside] == UNKNOWN).all()
    assert fitted.inside.any()
    assert fit == "pad" or fitted.inside.all()


@given(st.data(), fits)
def test_a_picture_of_the_right_size_stays_as_it_is(data, fit):
    layout = data.draw(layouts(st.tuples(sides, sides)))
    assert (raster.fit_layout(layout, *layout.shape, fit).pixels == layout).all()
    image = data.draw(arrays.arrays(np.uint8, (*layout.shape, 3)))
    fitted = raster.fit_image(image, *layout.shape, fit)
    assert (fitted.pixels == image).all()
    assert fitted.inside.all()


@given(st.data(), sides, sides, st.integers(1, 4))
def test_layouts_grow_without_a_shift(data, height, width, factor):
    layout = data.draw(layouts((height, width)))
    grown = raster.fit_layout(layout, height * factor, width * factor, "stretch").pixels
    assert (grown == layout.repeat(factor, 0).repeat(factor, 1)).all()


@given(st.data(), st.integers(1, 6), st.integers(1, 6), fits)
def test_both_halves_lie_on_the_same_grid(data, height, width, fit):
    """A black and white layout and the same as an image agree wherever the image is not on the fence."""
    size = st.tuples(st.integers(6, 20), st.integers(6, 20))
    layout = data.draw(arrays.arrays(np.uint8, size, elements=st.integers(0, 1)))
    cells, inside = raster.fit_layout(layout, height, width, fit)
    image = raster.fit_image(np.repeat(layout[..., None] * 255, 3, 2), height, width, fit)
    assert (image.inside == inside).all()
    grey = image.pixels[..., 0].astype(int)
    clear = inside & (abs(grey - 127.5) > 2)
    assert (cells[clear] == (grey > 127)[clear]).all()


def test_crop_takes_the_middle_and_pad_keeps_everything():
    wide = np.zeros((4, 12), np.uint8)
    wide[:, 4:8] = 1
    assert (raster.fit_layout(wide, 4, 4, "crop").pixels == 1).all()
    padded = raster.fit_layout(wide, 12, 12, "pad")
    assert (padded.pixels[4:8] == wide).all()
    assert padded.inside.sum() == wide.size
    assert (raster.fit_image(np.full((4, 12, 3), 9, np.uint8), 12, 12, "pad").pixels[:4] == 0).all()


def test_layouts_survive_a_file_with_their_palette(tmp_path):
    layout = np.random.default_rng(0).choice(np.array(IDS, np.uint8), (9, 17))
    path = tmp_path / "new" / "layout.png"
    raster.write_layout(path, layout, CLASSES)
    assert (raster.read_layout(path, CLASSES) == layout).all()
    with Image.open(path) as picture:
        assert picture.mode == "P"
        assert (np.asarray(picture.convert("RGB")) == raster.colourise(layout, CLASSES)).all()
    assert [p.name for p in path.parent.iterdir()] == ["layout.png"]


def test_images_survive_a_file(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (9, 17, 3), np.uint8)
    raster.write_image(tmp_path / "image.png", image)
    assert (raster.read_image(tmp_path / "image.png") == image).all()


def test_layouts_are_read_from_grey_ids_and_from_exact_colours(tmp_path):
    layout = np.array([[0, 1, 2, UNKNOWN]], np.uint8)
    Image.fromarray(layout).save(tmp_path / "grey.png")
    Image.fromarray(raster.colourise(layout, CLASSES)).save(tmp_path / "colours.png")
    for name in ("grey.png", "colours.png"):
        assert (raster.read_layout(tmp_path / name, CLASSES) == layout).all()


def test_photographs_are_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held sideways
    Image.new("RGB", (4, 2)).save(tmp_path / "photo.jpg", exif=exif)
    assert raster.read_image(tmp_path / "photo.jpg").shape == (4, 2, 3)


def test_a_mask_is_on_where_it_is_bright(tmp_path):
    Image.fromarray(np.array([[0, 127, 128, 255]], np.uint8)).save(tmp_path / "mask.png")
    assert raster.read_mask(tmp_path / "mask.png").tolist() == [[0, 0, 255, 255]]


def save(pixels, path):
    Image.fromarray(np.array(pixels, np.uint8)).save(path)


def test_a_class_id_that_is_none_is_named_with_its_place(tmp_path):
    save([[0, 1], [3, 2]], tmp_path / "l.png")
    with pytest.raises(BadFile, match=r"l\.png holds the class id 3 \(first at row 1, column 0\)"):
        raster.read_layout(tmp_path / "l.png", CLASSES)


def test_a_colour_that_is_no_class_is_named_with_its_place(tmp_path):
    save([[[0x46, 0x82, 0xB4], [0x47, 0x82, 0xB4]]], tmp_path / "l.png")
    with pytest.raises(BadFile, match=r"#4782b4 at row 0, column 1"):
        raster.read_layout(tmp_path / "l.png", CLASSES)


def test_a_format_that_holds_no_ids_is_named(tmp_path):
    Image.new("1", (3, 3)).save(tmp_path / "l.png")
    with pytest.raises(BadFile, match="pixel format 1"):
        raster.read_layout(tmp_path / "l.png", CLASSES)


@pytest.mark.parametrize("read", [raster.read_image, raster.read_mask])
def test_files_that_are_no_pictures_are_named(tmp_path, read):
    with pytest.raises(BadFile, match=r"There is no file .*none\.png"):
        read(tmp_path / "none.png")
    (tmp_path / "text.png").write_text("not a picture")
    with pytest.raises(BadFile, match=r"text\.png cannot be read"):
        read(tmp_path / "text.png")
    save(np.random.default_rng(0).integers(0, 256, (40, 40)), tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:700])
    with pytest.raises(BadFile, match=r"cut\.png cannot be read"):
        read(tmp_path / "cut.png")


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    (tmp_path / "taken.png").mkdir()
    (tmp_path / "taken.png" / "inside").touch()
    with pytest.raises(BadFile, match="cannot be written"):
        raster.write_image(tmp_path / "taken.png", np.zeros((2, 2, 3), np.uint8))
    (tmp_path / "file").touch()
    with pytest.raises(BadFile, match="cannot be written"):
        raster.write_image(tmp_path / "file" / "image.png", np.zeros((2, 2, 3), np.uint8))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "taken.png"]


def test_a_palette_that_another_program_sorted_is_read_by_its_colours(tmp_path):
    ids = np.array([[0, 1], [1, 255]], np.uint8)
    picture = Image.fromarray(ids).convert("P")
    table = np.zeros((256, 3), np.uint8)
    table[0], table[1] = raster.parse_hex_colour(CLASSES[1].colour), raster.parse_hex_colour(CLASSES[0].colour)
    picture.putpalette(table.tobytes())
    picture.save(tmp_path / "sorted.png")
    np.testing.assert_array_equal(raster.read_layout(tmp_path / "sorted.png", CLASSES), [[1, 0], [0, 255]])


def test_a_palette_of_other_colours_is_read_by_its_ids(tmp_path):
    ids = np.array([[0, 0], [0, 0]], np.uint8)
    picture = Image.fromarray(ids).convert("P")
    picture.putpalette(np.arange(256, dtype=np.uint8).repeat(3).tobytes())
    picture.save(tmp_path / "grey.png")
    np.testing.assert_array_equal(raster.read_layout(tmp_path / "grey.png", CLASSES), ids)


def test_sixteen_bits_are_scaled_and_not_cut_off(tmp_path):
    deep = np.array([[0, 257 * 100], [257 * 200, 65535]], np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    np.testing.assert_array_equal(raster.read_image(tmp_path / "deep.png")[..., 0], [[0, 100], [200, 255]])
    np.testing.assert_array_equal(raster.read_mask(tmp_path / "deep.png"), [[0, 0], [255, 255]])


def test_a_note_travels_in_the_file_and_does_not_touch_the_pixels(tmp_path):
    layout = np.array([[0, 1], [2, UNKNOWN]], np.uint8)
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    for data in (
        raster.encode_layout(layout, CLASSES, "größer ✓ " * 900),
        raster.encode_image(image, "größer ✓ " * 900),
    ):
        assert raster.read_png_note(data) == "größer ✓ " * 900
        assert len(data) < 3000
    assert (raster.decode_layout(raster.encode_layout(layout, CLASSES, "n"), CLASSES, "it") == layout).all()
    assert (raster.decode_image(raster.encode_image(image, "n"), "it") == image).all()


@pytest.mark.parametrize(
    "data", [b"", b"words", b"\x89PNG\r\n\x1a\n", raster.encode_image(np.zeros((1, 1, 3), np.uint8))]
)
def test_bytes_without_a_note_have_an_empty_one(data):
    assert raster.read_png_note(data) == ""


def test_a_note_that_swells_beyond_measure_is_refused():
    data = raster.encode_image(np.zeros((1, 1, 3), np.uint8), "x" * 2**26)
    assert len(data) < 100_000
    assert raster.read_png_note(data) == ""


def test_a_note_of_many_parts_comes_back_and_its_picture_opens_everywhere():
    note = "ö{" * 2**20
    data = raster.encode_image(np.full((2, 3, 3), 7, np.uint8), note)
    assert raster.read_png_note(data) == note
    assert (raster.decode_image(data, "it") == 7).all()
    with Image.open(BytesIO(data)) as picture:  # as others do, with Pillow's own limits
        picture.load()
        assert note.startswith(picture.info["diptych"])


def test_a_picture_with_a_longer_text_than_pillow_reads_is_read():
    info = PngInfo()
    info.add_itxt("comment", "x" * 2**22, zip=True)
    info.add_text("diptych", "a note")
    data = BytesIO()
    Image.new("RGB", (3, 2), (1, 2, 3)).save(data, "PNG", pnginfo=info)
    assert raster.decode_image(data.getvalue(), "it").tolist() == [[[1, 2, 3]] * 3] * 2
    assert raster.read_png_note(data.getvalue()) == "a note"


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 6])
def test_an_enlarged_layout_holds_ids_that_lie_there_or_beside(factor):
    layout = np.random.default_rng(0).integers(0, 4, (9, 13)).astype(np.uint8)
    layout[3, 4] = UNKNOWN
    large = raster.enlarge_layout(layout, factor)
    assert large.shape == (9 * factor, 13 * factor)
    around = np.pad(layout, 1, mode="edge")
    near = [around[1 + a : 10 + a, 1 + b : 14 + b] for a in (-1, 0, 1) for b in (-1, 0, 1)]
    assert np.any([one.repeat(factor, 0).repeat(factor, 1) == large for one in near], 0).all()


def test_enlarging_rounds_corners_and_keeps_thin_lines_and_single_pixels():
    rows, columns = np.mgrid[:64, :64]
    disc = ((rows - 30) ** 2 + (columns - 33) ** 2 < 26**2).astype(np.uint8)
    small = raster.fit_layout(disc, 16, 16).pixels
    large, plain = raster.enlarge_layout(small, 4), small.repeat(4, 0).repeat(4, 1)
    assert (large != disc).sum() < 0.7 * (plain != disc).sum()
    lines = np.zeros((9, 9), np.uint8)
    lines[:, 4], lines[2, 1] = 1, 2
    assert np.array_equal(raster.enlarge_layout(lines, 4)[::, 16:20], np.ones((36, 4)))
    assert (raster.enlarge_layout(lines, 4) == 2).sum() >= 8
