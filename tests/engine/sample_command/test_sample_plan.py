"""Which results an order asks for: names, seeds, pairs, and what does not fit together."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.interface import raster
from engine.interface.errors import BadFile, BadRequest, BadSize, NothingToDo
from engine.interface.protocol import MAX_SEED, UNKNOWN, ClassInfo, PackInfo
from engine.sample_command import inputs
from engine.sample_command.plan import SampleOrder, plan_samples, read_named_prompts

CLASSES = (ClassInfo("sky", "#4682b4"), ClassInfo("road", "#804080"))
INFO = PackInfo(name="toy", title="Toy", height=16, width=32, classes=CLASSES)


def picture(path, height=16, width=32, value=100):
    raster.write_image(path, np.full((height, width, 3), value, np.uint8))
    return path


def layout(path, height=16, width=32, id=1):
    raster.write_layout(path, np.full((height, width), id, np.uint8), CLASSES)
    return path


def mask(path, pixels):
    Image.fromarray(np.asarray(pixels, np.uint8)).save(path)
    return path


@pytest.fixture
def folder(tmp_path):
    for name in ("c", "a", "b"):
        layout(tmp_path / "layouts" / f"{name}.png")
        picture(tmp_path / "images" / f"{name}.jpg.png").rename(tmp_path / "images" / f"{name}.jpg")
    (tmp_path / "layouts" / ".hidden.png").touch()
    (tmp_path / "layouts" / "notes.txt").touch()
    return tmp_path


def order(folder, **given):
    return SampleOrder(pack="toy", out=folder / "out", **given)


def named(samples):
    return [(sample.name, sample.seed) for sample in samples]


def test_without_files_results_are_numbered(tmp_path):
    samples = plan_samples(order(tmp_path, prompt="", count=3, seed=7))
    assert named(samples) == [("0001", 7), ("0002", 8), ("0003", 9)]


def test_one_file_names_its_results(tmp_path):
    path = layout(tmp_path / "street.png")
    assert named(plan_samples(order(tmp_path, layout=path, count=3))) == [
        ("street", 0),
        ("street_2", 1),
        ("street_3", 2),
    ]


def test_a_folder_gives_one_source_for_each_picture_in_order(folder):
    samples = plan_samples(order(folder, layout=folder / "layouts", count=2, seed=10))
    assert named(samples) == [("a", 10), ("a_2", 11), ("b", 12), ("b_2", 13), ("c", 14), ("c_2", 15)]
    assert [s.source.layout.name for s in samples[::2]] == ["a.png", "b.png", "c.png"]


def test_two_folders_are_paired_by_name(folder):
    samples = plan_samples(order(folder, layout=folder / "layouts", image=folder / "images"))
    assert [(s.source.layout.name, s.source.image.name) for s in samples] == [
        ("a.png", "a.jpg"),
        ("b.png", "b.jpg"),
        ("c.png", "c.jpg"),
    ]


@pytest.mark.parametrize(("lost", "here"), [("layouts/b.png", "layouts"), ("images/b.jpg", "images")])
def test_a_missing_partner_is_named(folder, lost, here):
    (folder / lost).unlink()
    with pytest.raises(BadFile, match=f"{here} has no picture “b”"):
        plan_samples(order(folder, layout=folder / "layouts", image=folder / "images"))


def test_one_file_goes_with_every_file_of_a_folder(folder):
    one = mask(folder / "mask.png", np.ones((16, 32)))
    samples = plan_samples(order(folder, layout=folder / "layouts", keep_layout=one))
    assert {sample.source.keep_layout for sample in samples} == {one}


def test_names_that_meet_are_refused(folder):
    layout(folder / "layouts" / "a_2.png")
    with pytest.raises(BadFile, match="“a_2”"):
        plan_samples(order(folder, layout=folder / "layouts", count=2))
    picture(folder / "layouts" / "a.bmp.png").rename(folder / "layouts" / "a.bmp")
    with pytest.raises(BadFile, match=r"a\.png and a\.bmp have the same name"):
        plan_samples(order(folder, layout=folder / "layouts"))


def test_an_input_is_never_overwritten(tmp_path):
    layout(tmp_path / "a.png")
    layout(tmp_path / "a_layout.png")
    with pytest.raises(BadFile, match="overwrite an input"):
        plan_samples(SampleOrder(pack="toy", out=tmp_path, layout=tmp_path))


def test_an_empty_folder_is_named(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadFile, match=r"no picture in .*empty"):
        plan_samples(order(tmp_path, image=tmp_path / "empty"))


def test_prompts_come_from_a_file_by_name(folder):
    (folder / "prompts").write_text("c\ta car\n\nb\t\na\ttwo words \n", "utf-8")
    samples = plan_samples(order(folder, layout=folder / "layouts", prompt=f"@{folder / 'prompts'}"))
    assert [(s.name, s.source.prompt) for s in samples] == [("a", "two words"), ("b", ""), ("c", "a car")]
    alone = plan_samples(order(folder, prompt=f"@{folder / 'prompts'}"))
    assert [(s.name, s.source.prompt) for s in alone] == [("c", "a car"), ("b", ""), ("a", "two words")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\tx\nb\tx\n", "no prompt for “c”"),
        ("a\tx\nb\tx\nc\tx\nd\tx\n", "“d”, which is not among the inputs"),
        ("a\tx\nb x\nc\tx\n", "line 2, is not NAME<tab>text"),
        ("a\tx\n../b\tx\n", "line 2, is not NAME<tab>text"),
        ("a\tx\na\ty\n", "line 2, has “a” again"),
    ],
)
def test_prompts_that_do_not_fit_are_named(folder, text, says):
    (folder / "prompts").write_text(text, "utf-8")
    with pytest.raises(BadFile) as caught:
        plan_samples(order(folder, layout=folder / "layouts", prompt=f"@{folder / 'prompts'}"))
    assert says in caught.value.message


def test_a_prompt_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(BadFile, match="nowhere"):
        read_named_prompts(tmp_path / "nowhere")
    (tmp_path / "latin").write_bytes(b"a\t\xe4\n")
    with pytest.raises(BadFile, match="latin"):
        read_named_prompts(tmp_path / "latin")
    (tmp_path / "empty").touch()
    with pytest.raises(BadFile, match="no prompts"):
        plan_samples(order(tmp_path, prompt=f"@{tmp_path / 'empty'}"))


def test_what_cannot_be_asked_for_is_named(tmp_path):
    path = mask(tmp_path / "m.png", np.ones((16, 32)))
    for given, says in [
        ({"keep_layout": path, "prompt": ""}, "needs its layout"),
        ({"keep_image": path, "prompt": ""}, "needs its image"),
        ({"prompt": "x" * 2001}, "2000 characters"),
        ({"prompt": "", "seed": MAX_SEED, "count": 2}, "seeds"),
    ]:
        with pytest.raises(BadRequest, match=says):
            plan_samples(order(tmp_path, **given))


def read(folder, **given):
    made = order(folder, **given)
    return inputs.read_request(made, plan_samples(made)[0], INFO, folder).request


def test_inputs_are_fitted_to_the_pack(tmp_path):
    request = read(tmp_path, layout=layout(tmp_path / "big.png", 40, 80), prompt="x", seed=3, steps=4)
    assert (request.layout.pixels() == np.ones((16, 32))).all()
    assert (request.keep_layout, request.image, request.keep_image) == (None, None, None)
    assert (request.prompt, request.seed, request.steps, request.live) == ("x", 3, 4, False)


def test_padding_is_unknown_and_to_be_generated(tmp_path):
    tall = {"layout": layout(tmp_path / "l.png", 32, 32), "image": picture(tmp_path / "i.png", 32, 32)}
    request = read(tmp_path, fit="pad", **tall)
    inside = np.zeros((16, 32), bool)
    inside[:, 8:24] = True
    assert (request.layout.pixels() == np.where(inside, 1, UNKNOWN)).all()
    assert ((request.keep_image.pixels() > 0) == inside).all()


def test_masks_are_fitted_like_their_input(tmp_path):
    half = np.zeros((32, 64))
    half[:, :32] = 255
    image = picture(tmp_path / "i.png", 32, 64)
    request = read(tmp_path, image=image, keep_image=mask(tmp_path / "m.png", half))
    assert (request.keep_image.pixels()[:, :16] > 0).all()
    assert (request.keep_image.pixels()[:, 16:] == 0).all()


def test_a_mask_of_another_size_is_named(tmp_path):
    given = {"image": picture(tmp_path / "i.png"), "keep_image": mask(tmp_path / "m.png", np.ones((16, 16)))}
    with pytest.raises(BadSize, match=r"m\.png has 16×16 pixels, its input has 16×32"):
        read(tmp_path, **given)


def test_a_request_that_cannot_be_drawn_is_named_after_its_input(tmp_path):
    given = {"layout": layout(tmp_path / "both.png"), "image": picture(tmp_path / "other.png")}
    with pytest.raises(NothingToDo, match="both: Both halves"):
        read(tmp_path, **given)


def test_without_inputs_earlier_results_are_not_overwritten(tmp_path):
    order = SampleOrder(pack="tiny", out=tmp_path, prompt="a", count=2)
    assert [sample.name for sample in plan_samples(order)] == ["0001", "0002"]
    (tmp_path / "0001_image.png").touch()
    (tmp_path / "0007.json").touch()
    assert [sample.name for sample in plan_samples(order)] == ["0008", "0009"]
