"""What people have already: commands, packs, recipes, checkpoints and data sets of commit e46536f still work.

The files in tests/fixtures/compatibility were written by that commit; its README says how. Keys may be added to what
is written, and options and commands may get better names, but none may go: the old ones stay as hidden aliases. What
the studio keeps is in tests/studio/test_studio_compatibility.py.
"""

from __future__ import annotations

import json
import lzma
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import safetensors
import torch
import typer.main
from PIL import Image
from safetensors.torch import load_file

import engine
from engine.cli import app, main
from engine.interface.dataset.export_header import read_header as read_export_head
from engine.interface.dataset.manifest import read_lines as read_manifest
from engine.interface.dataset_reader import DatasetReader
from engine.packs.pack import read_pack_file
from engine.training.core.training_config import read_config as read_recipe

FIXTURES = Path(__file__).parent / "fixtures" / "compatibility"
COMMANDS: dict[str, Any] = json.loads((FIXTURES / "commands.json").read_text("utf-8"))
SOLVERS = "ddim ddim-ancestral ddpm ddpm-wide dpm++2m unipc heun euler-maruyama distilled gcdp gcdp-faulty"
FORMATS = "paired voc cityscapes ade20k coco imagefolder parquet webdataset"
MEASURED = "gcdp diffusers share studio pairs overhead"
CHOICES = [
    *(("sample", "--sampler", value, "--steps") for value in SOLVERS.split()),
    *(("sample", "--fit", value, "--steps") for value in ("crop", "stretch", "pad")),
    *(("sample", "--device", value, "--steps") for value in ("auto", "cuda", "mps", "cpu")),
    *(("export", "--sampler", value, "--count") for value in SOLVERS.split()),
    *(("export", "--format", value, "--count") for value in FORMATS.split()),
    *(("bench", "--only", value, "--device") for value in MEASURED.split()),
]
"""A command, its option, a value that it takes, and another option that is then given a wrong value."""
TAXONOMY = """
[taxonomy]
of = "street"
openers = ["a street"]
streets = true
mirror = [["car", "sky"]]
[[taxonomy.classes]]
name = "car"
colour = "#00008e"
plural = "cars"
synonyms = ["vehicle"]
hotkey = "1"
shades = {blue = "#0000ff"}
parts = ["car", "bus"]
unknown = true
[[taxonomy.classes]]
name = "sky"
colour = "#4682b4"
mass = true
"""
SAMPLE_RECORD = (
    "version pack device layout image keep_layout keep_image fit extend threshold guides prompt negative seed steps "
    "sampler resamplings corrections guidance cross_guidance height width"
)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A copy of the fixtures that is the working directory, with a pack that can be drawn with: “tiny”."""
    folder = tmp_path / "place"
    shutil.copytree(FIXTURES, folder)
    for packed in (*folder.glob("packs/*/weights.*.xz"), folder / "checkpoint.pt.xz"):
        unpack(packed.with_suffix(""))
    monkeypatch.chdir(folder)
    monkeypatch.setenv("DIPTYCH_PACKS", str(folder / "packs"))
    return folder


@pytest.fixture
def run(capsys) -> Callable[..., tuple[int, str, str]]:
    """Run a command line; gives its exit code, stdout and stderr."""

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


def unpack(*paths: Path) -> None:
    """Unpack the .xz files that lie beside these paths."""
    for path in paths:
        path.write_bytes(lzma.decompress(path.with_name(f"{path.name}.xz").read_bytes()))


def facts(path: Path) -> dict[str, Any]:
    """What a file of weights says of itself."""
    with safetensors.safe_open(path, "pt") as file:
        return json.loads(file.metadata()["facts"])


def plain(value: object) -> Any:
    """What a value is in JSON."""
    return json.loads(msgspec.json.encode(value, enc_hook=str))


def lost(old: Any, new: Any, where: str = "") -> list[str]:
    """Which keys and values of `old` are not in `new`; more keys are welcome."""
    if isinstance(old, dict) and isinstance(new, dict):
        found = [
            lost(value, new[key], f"{where}.{key}") if key in new else [f"{where}.{key}"] for key, value in old.items()
        ]
        return [one for some in found for one in some]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [one for index, value in enumerate(old) for one in lost(value, new[index], f"{where}[{index}]")]
    return [] if old == new else [f"{where} is {new!r} instead of {old!r}"]


def parameters(name: str) -> list[Any]:
    """The parameters of a command such as "packs list"."""
    command: Any = typer.main.get_command(app)
    for part in name.split():
        command = command.commands[part]
    return list(command.params)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_all_its_options(run, name):
    line: list[object] = []
    for option, known in COMMANDS[name]["options"].items():
        line += [] if option == "--help" else [option] if known["flag"] else [option, 1]
    code, out, err = run(*name.split(), *line, "--help")
    assert code == 0, err
    assert "Usage:" in out


@pytest.mark.parametrize("name", COMMANDS)
def test_options_are_of_the_same_kind_and_have_the_same_defaults(name):
    found = {option: one for one in parameters(name) for option in (*one.opts, *one.secondary_opts)}
    for option, known in COMMANDS[name]["options"].items():
        one = found[option]
        assert (one.is_flag, one.multiple) == (known["flag"], known["many"]), option
        assert known["required"] or not one.required, option
        if not one.hidden:
            assert plain(one.default) == known["default"], option

    arguments = [one for one in parameters(name) if one.param_type_name == "argument"]
    known = [(one["required"], one["many"]) for one in COMMANDS[name]["arguments"]]
    assert [(one.required, one.nargs != 1) for one in arguments] == known


@pytest.mark.parametrize(("command", "option", "value", "wrong"), CHOICES)
def test_every_choice_is_still_one(run, command, option, value, wrong):
    code, _, err = run(command, "--out", "out", option, value, wrong, "nonsense")
    assert code == 2
    assert f"'{wrong}'" in err, "the wrong option alone is complained of"
    assert f"'{option}'" not in err


def test_the_python_api_of_the_readme(place):
    assert engine.__version__
    pack = engine.load_pack("tiny", device="cpu")
    layout = np.full((16, 32), 255, np.uint8)
    layout[8:] = 0
    result = pack.sample(layout=layout, prompt="a car", negative="sky", seed=1, steps=2, sampler="ddim")
    assert (result.image.shape, result.image.dtype) == ((16, 32, 3), np.uint8)
    assert (result.layout.shape, result.layout.dtype) == ((16, 32), np.uint8)
    assert (result.layout[8:] == 0).all()
    assert result.layout.max() < 4
    image = pack.sample(image=result.image, seed=1).image
    assert (image == result.image).all()


def test_an_old_pack_is_whole_and_says_the_same_of_itself(place, run):
    code, out, err = run("packs", "verify", "tiny")
    assert code == 0, out + err
    old = json.loads((place / "packs" / "tiny" / "pack.json").read_text("utf-8"))
    assert not lost(old, plain(read_pack_file(place / "packs" / "tiny")))


def test_the_record_of_a_sample_has_its_keys(place, run):
    given = ("--pack", "tiny", "--prompt", "a car", "--guide", "areas:road=0.5", "--extend", "left=16")
    code, _, err = run("sample", *given, "--device", "cpu", "--out", "out")
    assert code == 0, err
    record = json.loads((place / "out" / "0001.json").read_text("utf-8"))
    assert set(SAMPLE_RECORD.split()) <= record.keys()
    assert (record["steps"], record["sampler"], record["guidance"]) == (4, "dpm++2m", 4.0)


def test_an_old_recipe_says_the_same(place):
    old = tomllib.loads((place / "recipe.toml").read_text("utf-8"))
    assert not lost(old, plain(read_recipe(place / "recipe.toml")))


def test_a_recipe_has_a_base_whose_tables_it_replaces(place):
    (place / "more.toml").write_text('base = "recipe.toml"\nsteps = 5\n[text]\nwidth = 16\n', "utf-8")
    config = plain(read_recipe(place / "more.toml"))
    assert (config["steps"], config["layout_steps"], config["text"]["width"]) == (5, 2, 16)
    assert config["text"]["context"] != 24


@pytest.mark.parametrize(
    "lines",
    [
        'optimiser = "adamw"',
        'process = {output = "epsilon"}\nloss = {layout = "cross_entropy"}',
        'process = {output = "v", kernel = "sum"}',
        'process = {image = {kind = "cosine"}, layout = {kind = "cosine", transitions = "uniform"}}',
        'process = {layout = {transitions = "absorbing"}}',
        'process = {layout = {transitions = "gaussian", width = 2.0}}',
        TAXONOMY,
    ],
)
def test_what_else_a_recipe_may_say(place, lines):
    (place / "more.toml").write_text(f'base = "recipe.toml"\nthin = []\n{lines}\n', "utf-8")
    assert not lost(tomllib.loads(lines), plain(read_recipe(place / "more.toml")))


def test_an_old_checkpoint_is_resumed_and_gives_a_pack_with_the_same_keys(place, run):
    (place / "run").mkdir()
    (place / "checkpoint.pt").rename(place / "run" / "checkpoint.pt")
    code, out, err = run("train", "recipe.toml")
    assert code == 0, out + err
    pack = json.loads((place / "run" / "pack" / "pack.json").read_text("utf-8"))
    assert pack["images_seen"] == 112 + 12, "its 12 images after the 112 that the checkpoint began with"
    old = json.loads((place / "packs" / "tiny" / "pack.json").read_text("utf-8"))
    for part in ("info", "data", "network", "text", "process"):
        assert not lost(old[part], pack[part], part)
    assert not lost(dict.fromkeys(old["pixels"]), dict.fromkeys(pack["pixels"]))
    (line,) = map(json.loads, (place / "run" / "log.jsonl").read_text("utf-8").splitlines())
    assert line["images"] == 12
    assert np.isfinite(list(line.values())).all()


def test_a_checkpoint_of_another_process_is_refused(place, run):
    (place / "run").mkdir()
    (place / "checkpoint.pt").rename(place / "run" / "checkpoint.pt")
    (place / "other.toml").write_text('base = "recipe.toml"\nloss = {layout = "bound", entropy = 0.1}\n', "utf-8")
    code, _, err = run("train", "other.toml")
    assert code == 1
    assert "checkpoint.pt" in err


@pytest.mark.parametrize(
    ("command", "pack", "name", "images"),
    [
        ("train-segmenter", "tiny", "segmenter", 16),
        ("train-clip", "tiny", "clip", 64),
        ("train-upscaler", "tiny", "upscaler", 8),
        ("distil", "plain", "distilled", 4),
    ],
)
def test_an_old_checkpoint_of_an_evaluator_is_finished(place, run, command, pack, name, images):
    folder = place / "packs" / pack
    file, old = folder / f"{name}.safetensors", folder / "old.safetensors"
    unpack(folder / f"{name}.safetensors.checkpoint", file)
    file.rename(old)
    if name != "segmenter":  # by which the others learn or are measured
        unpack(folder / "segmenter.safetensors")
    recipe = "recipe.toml" if pack == "tiny" else "plain.toml"
    code, out, err = run(command, recipe, "--pack", pack, "--images", images, "--device", "cpu")
    assert code == 0, out + err
    assert not lost(dict.fromkeys(facts(old)), dict.fromkeys(facts(file)))
    before, after = load_file(old), load_file(file)
    assert before.keys() == after.keys()
    for key, value in before.items():  # as the checkpoint has them, and not trained anew
        torch.testing.assert_close(after[key], value, rtol=0.01, atol=0.001, msg=key)


def test_old_evaluators_and_an_old_upscaler_serve_their_pack(place, run):
    unpack(*(place / "packs" / "tiny" / f"{name}.safetensors" for name in ("segmenter", "clip", "upscaler")))
    code, out, err = run("caption", "--pack", "tiny", "data/val/images/0.png", "--device", "cpu")
    assert code == 0, err
    assert len(out.splitlines()) == 1 + 3
    given = ("--pack", "tiny", "--prompt", "a car", "--device", "cpu")
    code, _, err = run("sample", *given, "--rank", "--full", "--out", "out")
    assert code == 0, err
    with Image.open(place / "out" / "0001_image.png") as image:
        assert image.size == (96, 48)
    assert "score" in json.loads((place / "out" / "0001.json").read_text("utf-8"))
    given = ("--count", 1, "--agreement", 0, "--apart", 1, "--device", "cpu")
    code, _, err = run("export", "--pack", "tiny", *given, "--out", "pairs")
    assert code == 0, err
    line, *_ = (place / "pairs" / "manifest.jsonl").read_text("utf-8").splitlines()
    assert {"agreement", "embedding"} <= json.loads(line)["quality"].keys()


def test_an_old_distilled_network_draws(place, run):
    unpack(place / "packs" / "plain" / "distilled.safetensors")
    given = ("--layout", "data/val/layouts/0.png", "--sampler", "distilled", "--device", "cpu")
    code, _, err = run("sample", "--pack", "plain", *given, "--out", "out")
    assert code == 0, err
    record = json.loads((place / "out" / "0.json").read_text("utf-8"))
    assert (record["sampler"], record["steps"]) == ("distilled", 4)


def test_an_old_classifier_guides(place, run):
    unpack(place / "classifier.safetensors")
    given = ("--prompt", "", "--guide", "classes:classifier.safetensors|car,-sky", "--device", "cpu")
    code, _, err = run("sample", "--pack", "tiny", *given, "--out", "out")
    assert code == 0, err


def test_an_old_probe_tells_its_classes(place, run):
    unpack(place / "probe.safetensors")
    given = ("--probe", "probe.safetensors", "--images", "data/val/images", "--device", "cpu")
    code, _, err = run("probe", "--pack", "tiny", *given, "--out", "out")
    assert code == 0, err
    assert {"0.png", "1.png", "0_unsure.png", "1_unsure.png"} <= {path.name for path in (place / "out").iterdir()}


def test_an_old_data_set_is_read(place):
    reader = DatasetReader(place / "export")
    assert [entry.name for entry in reader.entries] == ["000000004", "000000006"]
    halves = reader.halves(reader.entries[0])
    assert (halves.image == np.asarray(Image.open(place / "export" / "images" / "000000004.png"))).all()
    assert (halves.layout == np.asarray(Image.open(place / "export" / "layouts" / "000000004.png"))).all()


def test_an_old_data_set_is_verified_and_gone_on_with(place, run):
    code, out, err = run("export", "--out", "export", "--device", "cpu", "--verify")
    assert code == 0, err
    assert " 0 files" in out
    given = ("--caption-grammar", "--first-seed", 4, "--steps", 2, "--named", "--device", "cpu")
    code, out, err = run("export", "--pack", "tiny", "--count", 3, *given, "--out", "export")
    assert code == 0, err
    lines = [json.loads(line) for line in (place / "export" / "manifest.jsonl").read_text("utf-8").splitlines()]
    old = [json.loads(line) for line in (FIXTURES / "export" / "manifest.jsonl").read_text("utf-8").splitlines()]
    assert not lost(old, lines[: len(old)])
    pairs = [line for line in lines[len(old) :] if line["type"] == "pair"]
    assert min(line["request"]["seed"] for line in pairs) == 7
    assert not lost(dict.fromkeys(old[0]["request"]), dict.fromkeys(pairs[0]["request"]))


def test_every_key_of_a_manifest_is_read(place):
    folder = place / "export_all_keys"
    assert not lost(json.loads((folder / "export.json").read_text("utf-8")), plain(read_export_head(folder)))
    old = [json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines()]
    assert {line["type"] for line in old} == {"pair", "shard", "drop", "closed"}
    assert not lost(old, plain(list(read_manifest(folder / "manifest.jsonl"))))
