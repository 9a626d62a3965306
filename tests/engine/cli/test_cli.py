"""The command line on real files: what it writes, what it says, and how it leaves."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys

import msgspec
import numpy as np
import pytest
from PIL import Image

from engine import __version__
from engine.cli import main
from engine.interface import pack_catalogue, raster
from engine.interface.protocol import UNKNOWN
from engine.metrics.contact_sheet import MIN_CELL_HEIGHT
from engine.metrics.report_pictures import GAP
from tests import tiny
from tests.engine.engine_subprocess import ROOT, TIMEOUT_SECONDS, wait_until


@pytest.fixture
def info(tiny_pack):
    return pack_catalogue.read_pack_info(tiny_pack)


@pytest.fixture
def run(capsys):
    """Run a command line; gives its exit code, stdout and stderr."""

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return left.value.code or 0, out, err

    return run


@pytest.fixture
def sample(run, tiny_pack, tmp_path):
    """`sample` with the tiny pack into tmp_path/out, two steps on the CPU."""

    def sample(*arguments):
        common = ("--pack", tiny_pack, "--device", "cpu", "--steps", 2, "--out", tmp_path / "out")
        return run("sample", *common, *arguments)

    return sample


@pytest.fixture
def made(tmp_path, info):
    """Input files of the pack's size, as their pixels: layout.png, image.png, left.png (a mask) and folders."""
    random = np.random.default_rng(0)
    layout = random.integers(0, len(info.classes), (info.height, info.width)).astype(np.uint8)
    layout[:2, :2] = UNKNOWN
    image = random.integers(0, 256, (info.height, info.width, 3)).astype(np.uint8)
    left = np.zeros(layout.shape, np.uint8)
    left[:, : info.width // 2] = 255
    raster.write_layout(tmp_path / "layout.png", layout, info.classes)
    raster.write_image(tmp_path / "image.png", image)
    Image.fromarray(left).save(tmp_path / "left.png")
    for name in "abc":
        raster.write_layout(tmp_path / "layouts" / f"{name}.png", layout, info.classes)
        raster.write_image(tmp_path / "images" / f"{name}.png", image)
    return {"layout": layout, "image": image, "left": left}


def files(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def pair(folder, name, info):
    image = raster.read_image(folder / f"{name}_image.png")
    layout = raster.read_layout(folder / f"{name}_layout.png", info.classes)
    return image, layout, json.loads((folder / f"{name}.json").read_text("utf-8"))


def test_text_gives_numbered_pairs(sample, tmp_path, info):
    code, out, _ = sample("--prompt", "", "--count", 2, "--seed", 4)
    assert code == 0
    assert str(tmp_path / "out") in out
    assert files(tmp_path / "out") == [
        f"{n}{end}" for n in ("0001", "0002") for end in (".json", "_image.png", "_layout.png")
    ]
    images = [pair(tmp_path / "out", name, info)[0] for name in ("0001", "0002")]
    assert images[0].shape == (info.height, info.width, 3)
    assert (images[0] != images[1]).any()
    assert pair(tmp_path / "out", "0002", info)[2]["seed"] == 5


def test_layout_gives_an_image_and_keeps_the_layout(sample, made, tmp_path, info):
    assert sample("--layout", tmp_path / "layout.png")[0] == 0
    _, layout, _ = pair(tmp_path / "out", "layout", info)
    known = made["layout"] != UNKNOWN
    assert (layout[known] == made["layout"][known]).all()
    with Image.open(tmp_path / "out" / "layout_layout.png") as picture:
        assert picture.mode == "P"


def test_image_gives_a_layout_and_keeps_the_image(sample, made, tmp_path, info):
    assert sample("--image", tmp_path / "image.png")[0] == 0
    image, layout, _ = pair(tmp_path / "out", "image", info)
    assert (image == made["image"]).all()
    assert layout.max() < len(info.classes)


def test_masks_choose_what_stays_of_both_halves(sample, made, tmp_path, info):
    masks = ("--keep-layout", tmp_path / "left.png", "--keep-image", tmp_path / "left.png")
    assert sample("--layout", tmp_path / "layout.png", "--image", tmp_path / "image.png", *masks)[0] == 0
    image, layout, _ = pair(tmp_path / "out", "layout", info)
    left = made["left"] > 0
    assert (image[left] == made["image"][left]).all()
    assert (image[~left] != made["image"][~left]).any()
    known = left & (made["layout"] != UNKNOWN)
    assert (layout[known] == made["layout"][known]).all()


def test_the_request_is_written_whole_and_repeats_the_result(sample, made, tiny_pack, tmp_path, info):
    words = ("--prompt", "a car", "--negative", "sky", "--guidance", 3, "--cross-guidance", 1.5, "--seed", 9)
    assert sample("--layout", tmp_path / "layout.png", "--fit", "stretch", *words)[0] == 0
    image, _, record = pair(tmp_path / "out", "layout", info)
    assert record == {
        "version": __version__,
        "pack": str(tiny_pack),
        "device": "cpu",
        "layout": str(tmp_path / "layout.png"),
        "image": None,
        "keep_layout": None,
        "keep_image": None,
        "fit": "stretch",
        "extend": "",
        "threshold": 0.0,
        "guides": [],
        "prompt": "a car",
        "negative": "sky",
        "seed": 9,
        "steps": 2,
        "sampler": "ddim",
        "resamplings": 1,
        "corrections": 0,
        "guidance": 3.0,
        "cross_guidance": 1.5,
        "height": info.height,
        "width": info.width,
    }
    shutil.rmtree(tmp_path / "out")
    assert sample("--layout", record["layout"], "--fit", record["fit"], *words)[0] == 0
    assert (pair(tmp_path / "out", "layout", info)[0] == image).all()


@pytest.mark.parametrize("given", [("--prompt", ""), ("--prompt", "a car"), ("--layout", "layout.png")])
def test_what_was_left_to_the_pack_is_written_out_and_repeats_the_result(
    run, made, tiny_pack, tmp_path, info, given, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    command = ("sample", "--pack", tiny_pack, *given, "--device", "cpu", "--out", tmp_path / "out")
    assert run(*command)[0] == 0
    name = "layout" if "--layout" in given else "0001"
    image, layout, record = pair(tmp_path / "out", name, info)
    assert (record["seed"], record["steps"]) == (0, info.steps)
    said = [x for key in ("steps", "guidance", "cross_guidance") for x in (f"--{key.replace('_', '-')}", record[key])]
    assert run(*command, *said)[0] == 0
    again = pair(tmp_path / "out", name, info)
    assert (again[0] == image).all()
    assert (again[1] == layout).all()
    assert again[2] == record


def test_folders_give_one_result_for_each_pair_with_progress(sample, made, tmp_path, info):
    (tmp_path / "prompts.txt").write_text("a\ta car\nb\t\nc\tsky\n", "utf-8")
    given = ("--layout", tmp_path / "layouts", "--image", tmp_path / "images", "--keep-image", tmp_path / "left.png")
    code, out, err = sample(*given, "--prompt", f"@{tmp_path / 'prompts.txt'}", "--count", 3)
    assert code == 0
    assert "9/9 images" in err
    assert "9 results" in out
    names = [f"{name}{end}" for name in "abc" for end in ("", "_2", "_3")]
    records = [pair(tmp_path / "out", name, info)[2] for name in names]
    assert len(files(tmp_path / "out")) == 27
    assert [record["seed"] for record in records] == list(range(9))
    assert [record["prompt"] for record in records[::3]] == ["a car", "", "sky"]


def test_a_result_does_not_depend_on_its_company(sample, made, tmp_path, info):
    assert sample("--layout", tmp_path / "layouts", "--count", 4)[0] == 0  # batches of 8 and 4
    last = pair(tmp_path / "out", "c_4", info)[0]
    assert sample("--layout", tmp_path / "layouts" / "c.png", "--seed", 11)[0] == 0
    assert (pair(tmp_path / "out", "c", info)[0] == last).all()


@pytest.mark.parametrize("fit", ["crop", "stretch", "pad"])
def test_inputs_of_other_sizes_are_fitted(sample, tmp_path, info, fit):
    raster.write_layout(tmp_path / "tall.png", np.zeros((60, 30), np.uint8), info.classes)
    raster.write_image(tmp_path / "photo.png", np.full((50, 90, 3), 200, np.uint8))
    for given in (("--layout", tmp_path / "tall.png"), ("--image", tmp_path / "photo.png")):
        assert sample(*given, "--fit", fit)[0] == 0
    image, layout, _ = pair(tmp_path / "out", "photo", info)
    assert image.shape == (info.height, info.width, 3)
    assert layout.shape == (info.height, info.width)
    kept = (image == 200).all(2)
    assert kept.all() if fit != "pad" else kept[:, info.width // 2].sum() < info.height or kept.sum() < kept.size


@pytest.mark.parametrize(("given", "steps"), [((), 5), (("--layout", "layout.png"), 3), (("--image", "image.png"), 1)])
def test_what_is_given_decides_how_many_steps_are_usual(run, made, tmp_path, given, steps, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pack = tiny.make(tmp_path / "few", msgspec.structs.replace(tiny.INFO, layout_steps=1, text_steps=5))
    command = ("sample", "--pack", pack, "--prompt", "a car", *given, "--device", "cpu", "--out", tmp_path / "out")
    assert run(*command)[0] == 0
    (record,) = [json.loads(path.read_text("utf-8")) for path in (tmp_path / "out").rglob("*.json")]
    assert record["steps"] == steps
    assert "(1 for the layout of an image, 5 for a picture from text alone)" in run("packs", "show", pack)[1]


def test_images_that_take_different_steps_are_drawn_in_one_run(run, tmp_path, info):
    pack = tiny.make(tmp_path / "few", msgspec.structs.replace(tiny.INFO, layout_steps=1))
    for name, width in (("narrow", 30), ("whole", info.width)):
        raster.write_image(tmp_path / "photos" / f"{name}.png", np.full((info.height, width, 3), 200, np.uint8))
    given = ("--image", tmp_path / "photos", "--fit", "pad")
    assert run("sample", "--pack", pack, *given, "--device", "cpu", "--out", tmp_path / "out")[0] == 0
    records = [pair(tmp_path / "out", name, info)[2] for name in ("narrow", "whole")]
    assert [record["steps"] for record in records] == [info.steps, 1]


def test_words_that_the_pack_never_heard_are_told(sample):
    code, _, err = sample("--prompt", "qwertz")
    assert code == 0
    assert "does not know: qwertz" in err


def bad_layout(tmp_path, info):
    Image.fromarray(np.full((info.height, info.width), len(info.classes), np.uint8)).save(
        tmp_path / "layouts" / "b.png"
    )
    return ("--layout", tmp_path / "layouts")


@pytest.mark.parametrize(
    ("says", "given"),
    [
        ("Paint something, give an image", lambda p, info: ()),
        ("There is no file", lambda p, info: ("--layout", p / "nowhere.png")),
        ("holds the class id", bad_layout),
        ("both halves", lambda p, info: ("--layout", p / "whole.png", "--image", p / "image.png")),
        ("has no picture “b”", lambda p, info: ("--layout", p / "layouts", "--image", p / "alone")),
        ("no prompt for", lambda p, info: ("--layout", p / "layouts", "--prompt", f"@{p / 'short.txt'}")),
        ("its input has", lambda p, info: ("--image", p / "image.png", "--keep-image", p / "small.png")),
        ("There is no device", lambda p, info: ("--prompt", "", "--device", "mps")),
        ("There is no pack", lambda p, info: ("--prompt", "", "--pack", "moon")),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(sample, made, tmp_path, info, says, given):
    raster.write_layout(tmp_path / "whole.png", np.zeros_like(made["layout"]), info.classes)
    raster.write_image(tmp_path / "alone" / "a.png", made["image"])
    Image.fromarray(made["left"][:-1]).save(tmp_path / "small.png")
    (tmp_path / "short.txt").write_text("a\tx\n", "utf-8")
    code, out, err = sample(*given(tmp_path, info))
    assert code == 1
    assert out == ""
    (line,) = [line for line in err.splitlines() if line.startswith("error: ")]
    assert says.lower() in line.lower()
    assert "Traceback" not in err
    assert files(tmp_path / "out") == []


def test_an_out_that_is_a_file_is_named(run, tiny_pack, tmp_path):
    (tmp_path / "taken").touch()
    code, _, err = run("sample", "--pack", tiny_pack, "--prompt", "", "--device", "cpu", "--out", tmp_path / "taken")
    assert code == 1
    assert f"error: {tmp_path / 'taken'} cannot be made" in err


@pytest.mark.parametrize(
    "wrong",
    [
        ("--steps", 0),
        ("--guidance", -1),
        ("--fit", "squeeze"),
        ("--device", "abacus"),
        ("--count", 0),
        ("--seed", "x"),
        ("--surprise",),
    ],
)
def test_wrong_usage_is_told_with_2(sample, tmp_path, wrong):
    code, _, err = sample("--prompt", "", *wrong)
    assert code == 2
    assert "Usage:" in err
    assert files(tmp_path / "out") == []


def test_packs_are_listed_shown_and_verified(run, tiny_pack, info, tmp_path, monkeypatch):
    shutil.copytree(tiny_pack, tmp_path / "packs" / "toy")
    (tmp_path / "packs" / "toy" / "CARD.md").write_text("# A toy\n", "utf-8")
    (tmp_path / "packs" / "broken").mkdir()
    (tmp_path / "packs" / "broken" / "pack.json").write_text("{}")
    monkeypatch.setenv("DIPTYCH_PACKS", str(tmp_path / "packs"))
    code, out, err = run("packs", "list")
    (line,) = [line for line in out.splitlines() if line.startswith("toy ")]
    assert code == 0
    assert line.split()[-1] == str(tmp_path / "packs" / "toy")
    assert f"{info.height}×{info.width}" in line
    assert "broken" in err
    code, out, _ = run("packs", "show", "toy")
    assert code == 0
    assert "# A toy" in out
    assert all(known.name in out for known in info.classes)
    assert run("packs", "verify", "toy")[0] == 0
    weights = next((tmp_path / "packs" / "toy").glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-100])
    code, out, _ = run("packs", "verify", "toy")
    assert code == 1
    assert weights.name in out
    assert run("packs", "show", "moon")[0] == 1


@pytest.mark.parametrize("factor", [1, 2])
def test_a_contact_sheet_shows_every_task_of_each_example_at_full_size(run, tiny_pack, info, tmp_path, factor):
    folder = shutil.copytree(tiny_pack, tmp_path / "toy")
    (tmp_path / "sheet.png").write_bytes(b"before")
    code, _, err = run("packs", "sheet", folder, "--out", tmp_path / "sheet.png", "--device", "cpu")
    assert code == 1
    assert "no example layouts" in err
    assert (tmp_path / "sheet.png").read_bytes() == b"before", "what was there is there"
    code, _, err = run("packs", "sheet", folder, "--out", tmp_path / "sheet.txt", "--device", "cpu")
    assert code == 1
    assert ".png" in err
    if factor > 1:
        tiny.add_upscaler(folder, factor)
    (folder / "examples").mkdir()
    random = np.random.default_rng(0)
    examples = [random.integers(0, len(info.classes), (info.height, info.width)).astype(np.uint8) for _ in range(2)]
    for index, layout in enumerate(examples):
        raster.write_layout(folder / "examples" / f"{index}.png", layout, info.classes)
    code, _, err = run("packs", "sheet", folder, "--out", tmp_path / "sheet.png" / "x.png", "--device", "cpu")
    assert code == 1
    assert "Traceback" not in err
    code, out, _ = run("packs", "sheet", folder, "--out", tmp_path / "new" / "sheet.png", "--device", "cpu")
    assert code == 0
    assert len(out.splitlines()) == 1 + len(examples)
    sheet = raster.read_image(tmp_path / "new" / "sheet.png")
    tall, wide = info.height * factor, info.width * factor
    times = max(1, MIN_CELL_HEIGHT // tall)
    sheet = sheet[::times, ::times]
    assert sheet.shape == (2 * (tall + GAP) - GAP, 7 * (wide + GAP) - GAP, 3)
    shown = raster.colourise(raster.enlarge_layout(examples[1], factor), info.classes)
    assert np.array_equal(sheet[tall + GAP :, :wide], shown)


def test_listing_packs_needs_no_torch(tmp_path):
    code = "import atexit, sys; from engine.cli import main; atexit.register(lambda: print('torch' in sys.modules)); "
    code += "main(['packs', 'list'])"
    listed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_SECONDS
    )
    assert listed.stdout.splitlines()[-1] == "False", listed.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_ctrl_c_leaves_with_130_and_whole_files(tiny_pack, tmp_path, info):
    arguments = [
        "--pack",
        tiny_pack,
        "--prompt",
        "",
        "--device",
        "cpu",
        "--count",
        5000,
        "--steps",
        1,
        "--out",
        tmp_path / "out",
    ]
    command = [sys.executable, "-m", "engine.cli", "sample", *map(str, arguments)]
    child = subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    wait_until((tmp_path / "out" / "0001.json").is_file, child)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=TIMEOUT_SECONDS)
    assert child.returncode == 130
    assert "Traceback" not in err
    for record in (tmp_path / "out").glob("*.json"):
        pair(tmp_path / "out", record.stem, info)
    assert not [name for name in files(tmp_path / "out") if name.startswith(".")]
