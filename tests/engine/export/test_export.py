"""An export is the same in any batch, stopped or not, and loses nothing that was whole."""

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

from engine.cli import main
from engine.export.dataset_verification import verify_dataset
from engine.export.progress_hooks import ProgressHooks
from engine.export.run import export_dataset
from engine.interface import pack_catalogue, raster
from engine.interface.dataset.export_order import ExportOrder, ExportRunOptions, FormatName
from engine.interface.errors import BadFile, BadRequest
from engine.interface.protocol import UNKNOWN, Generate, Raster
from engine.prompts import caption_grammar
from engine.prompts.caption_grammar import caption_openers
from engine.prompts.captions import MANY_PHRASES, MUCH_PHRASES
from tests.engine.engine_subprocess import ROOT, wait_until

FORMATS = [FormatName.paired, FormatName.coco]


def command(pack, out, *arguments):
    usual = ("--pack", pack, "--steps", 2, "--device", "cpu", "--out", out, *arguments)
    return [sys.executable, "-m", "engine.cli", "export", *map(str, usual)]


def lines(folder):
    return [json.loads(line) for line in (folder / "manifest.jsonl").read_text("utf-8").splitlines()]


def test_pairs_do_not_depend_on_their_batch(make, contents):
    assert contents(make("one", batch=1)) == contents(make("four", batch=4))


def test_a_set_made_in_parts_is_the_whole(make, contents):
    whole = contents(make("whole", 4))
    parts = contents(make("first", 2)) | contents(make("second", 2, first_seed=2))
    pairs = {name: data for name, data in whole.items() if "00000000" in name}
    assert len(pairs) == 12
    assert pairs == {name: data for name, data in parts.items() if "00000000" in name}


def test_shards_survive_a_stop_and_are_mended(make, contents):
    """Stopped between two shards, with pairs that are in none; then a shard and a file of the whole set are lost."""

    def written(kept, rejected):
        if kept == 5:
            raise Enough

    shards = {"format": FormatName.webdataset, "per_shard": 2}
    with pytest.raises(Enough):
        make("stopped", 7, watch=ProgressHooks(on_written=written), **shards)
    out = make("stopped", 7, **shards)
    before = contents(out)
    assert before == contents(make("straight", 7, batch=3, **shards))
    assert [line["type"] for line in lines(out)].count("shard") == 4
    assert not [name for name in before if name.startswith(".")]
    second, classes = "shards/train-000001.tar", "classes.json"
    (out / second).write_bytes(before[second][:100])
    (out / classes).unlink()
    assert verify_dataset(ExportRunOptions(out=out, device="cpu")).repaired == [second, classes]
    assert contents(out) == before


def test_staged_pairs_of_an_unfinished_shard_are_mended(make, tmp_path):
    def written(kept, rejected):
        if kept == 3:
            raise Enough

    with pytest.raises(Enough):
        make(watch=ProgressHooks(on_written=written), format=FormatName.webdataset, per_shard=4)
    staged = sorted((tmp_path / "out" / ".staged").iterdir())
    before = staged[0].read_bytes()
    staged[0].write_bytes(b"")
    assert verify_dataset(ExportRunOptions(out=tmp_path / "out", device="cpu")).repaired == [
        f".staged/{staged[0].name}"
    ]
    assert staged[0].read_bytes() == before


class Enough(Exception):
    pass


@pytest.mark.parametrize("form", FORMATS)
def test_stopped_and_gone_on_with_is_the_same(make, contents, tmp_path, form):
    def step(pictures):
        nonlocal done
        done += pictures
        if done > 3:
            raise Enough

    done = 0.0
    with pytest.raises(Enough):
        make("stopped", watch=ProgressHooks(on_step=step), format=form)
    assert 0 < len(lines(tmp_path / "stopped")) < 5
    assert contents(make("stopped", format=form)) == contents(make("straight", format=form))


def test_a_finished_export_draws_nothing_again(make, contents):
    before = contents(make())

    def step(pictures):
        raise Enough

    assert contents(make(watch=ProgressHooks(on_step=step))) == before


def test_killed_at_any_moment_it_loses_the_running_batches_only(tiny_pack, tmp_path, make, contents):
    out = tmp_path / "killed"
    arguments = command(tiny_pack, out, "--count", 400, "--batch", 2)
    process = subprocess.Popen(arguments, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wait_until(lambda: (out / "manifest.jsonl").is_file() and len(lines_so_far(out)) >= 4, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = {line["name"]: line["files"] for line in lines_so_far(out)}
    assert 4 <= len(kept) < 400
    for files in kept.values():
        assert all((out / name).stat().st_size for name in files)
    assert verify_dataset(ExportRunOptions(out=out, device="cpu")).repaired == []
    count = len(kept) + 3
    assert contents(make("killed", count)) == contents(make("straight", count))


def lines_so_far(folder):
    text = (folder / "manifest.jsonl").read_bytes()
    return [json.loads(line) for line in text[: text.rfind(b"\n") + 1].splitlines()]


def test_half_a_line_in_the_manifest_is_dropped(make, contents):
    straight = contents(make("straight"))
    out = make("torn")
    text = (out / "manifest.jsonl").read_bytes()
    end = text.index(b"\n", len(text) // 2) + 20
    (out / "manifest.jsonl").write_bytes(text[:end])
    assert contents(make("torn")) == straight


@pytest.mark.parametrize("form", FORMATS)
def test_verify_makes_what_is_lost_or_changed_again(make, contents, form):
    out = make(format=form)
    before = contents(out)
    pictures = sorted(name for name in before if "00000000" in name and name.endswith((".png", ".jpg")))
    (out / pictures[0]).unlink()
    (out / pictures[1]).write_bytes(before[pictures[1]][:50])
    (out / pictures[-1]).write_bytes(before[pictures[-2]])
    closing = next(name for name in before if name.endswith(("captions.jsonl", "captions_train2017.json")))
    (out / closing).write_bytes(b"")
    found = verify_dataset(ExportRunOptions(out=out, device="cpu"))
    assert set(found.repaired) == {pictures[0], pictures[1], pictures[-1], closing}
    assert found.pairs == 5
    assert contents(out) == before
    assert verify_dataset(ExportRunOptions(out=out, device="cpu")).repaired == []


def test_verify_says_so_if_something_comes_out_otherwise(make):
    out = make()
    text = (out / "manifest.jsonl").read_text("utf-8")
    digest = lines(out)[0]["files"]["images/000000000.png"]
    (out / "manifest.jsonl").write_text(text.replace(digest, "0" * 64), "utf-8")
    with pytest.raises(BadFile, match=r"images/000000000.png.*made on cpu"):
        verify_dataset(ExportRunOptions(out=out, device="cpu"))


def test_another_order_in_the_same_folder_is_refused(make):
    make(count=2)
    with pytest.raises(BadRequest, match="another steps"):
        make(count=2, steps=1)
    with pytest.raises(BadRequest, match="another first seed"):
        make(count=2, first_seed=1)


def test_a_folder_with_other_files_is_refused(make, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("x")
    with pytest.raises(BadFile, match=r"thesis\.tex"):
        make()


def test_two_exports_cannot_share_a_folder(make, tiny_pack, tmp_path):
    said = []

    def written(kept, rejected):
        if not said:
            run = subprocess.run(command(tiny_pack, tmp_path / "out"), cwd=ROOT, capture_output=True, text=True)
            said.append((run.returncode, run.stderr))

    make(count=3, watch=ProgressHooks(on_written=written))
    assert said[0][0] == 1
    assert "Another export is writing to" in said[0][1]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder that its owner may not write to")
def test_no_permission_is_said(make, tmp_path):
    (tmp_path / "out").mkdir(mode=0o500)
    with pytest.raises(BadFile, match="Permission denied"):
        make()


def test_a_file_in_the_way_is_said(make, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(BadFile, match="out cannot be written"):
        make()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs limits on the size of files")
def test_a_full_disk_is_said_and_gone_on_from(tiny_pack, tmp_path, make, contents):
    """The manifest is the file that grows, so a limit on the size of files is a disk that is full for its lines."""
    code = (
        "import resource, signal, sys; from engine.cli import main;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (12000, 12000)); main(sys.argv[1:])"
    )
    arguments = command(tiny_pack, tmp_path / "full", "--count", 40, "--batch", 2)[3:]
    run = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1
    assert "cannot be written (File too large)" in run.stderr.replace("\n", " ")
    whole = (tmp_path / "full" / "manifest.jsonl").read_bytes()
    assert whole.endswith(b"\n")
    assert whole.count(b"\n") >= 3
    count = whole.count(b"\n") + 2
    assert contents(make("full", count)) == contents(make("straight", count))


def test_a_changed_pack_is_refused(tiny_pack, tmp_path):
    pack, how = tmp_path / "pack", ExportRunOptions(out=tmp_path / "out", count=2, device="cpu")
    shutil.copytree(tiny_pack, pack)
    order = ExportOrder(pack=str(pack), format=FormatName.paired, steps=1)
    export_dataset(order, how)
    (pack / "pack.json").write_text((pack / "pack.json").read_text("utf-8") + " ")
    with pytest.raises(BadRequest, match="not the one"):
        export_dataset(order, ExportRunOptions(out=how.out, count=3, device="cpu"))


def test_given_layouts_are_kept_and_take_captions_in_turn(make, tiny_pack, tmp_path):
    info = pack_catalogue.read_pack_info(tiny_pack)
    for index in range(2):
        layout = np.full((info.height, info.width), index, np.uint8)
        raster.write_layout(tmp_path / "given" / f"{index}.png", layout, info.classes)
    (tmp_path / "captions.txt").write_text("a road\n\na car on the left\na tree\n", "utf-8")
    out = make(layouts=tmp_path / "given", prompts=tmp_path / "captions.txt", count=6)
    pairs = [(line["request"]["layout"], line["request"]["prompt"]) for line in lines(out)[:-1]]
    assert len(set(pairs)) == 6
    for line in lines(out)[:-1]:
        layout = raster.read_layout(out / "layouts" / f"{line['name']}.png", info.classes)
        assert (layout == int(line["request"]["layout"][0])).all()


def test_a_canvas_is_drawn_with_each_seed(make, tiny_pack, contents):
    """Half of a layout and a region of an image are kept, the rest differs from seed to seed."""
    info = pack_catalogue.read_pack_info(tiny_pack)
    layout = np.full((info.height, info.width), UNKNOWN, np.uint8)
    layout[:, : info.width // 2] = 1
    image = np.random.default_rng(0).integers(0, 256, (info.height, info.width, 3)).astype(np.uint8)
    keep = np.zeros(layout.shape, np.uint8)
    keep[:8] = 255
    given = {
        "layout": Raster.from_pixels(layout),
        "image": Raster.from_pixels(image),
        "keep_image": Raster.from_pixels(keep),
    }
    canvas = Generate(id="canvas", pack="tiny", prompt="a car", steps=2, seed=99, **given)
    out = make(count=3, canvas=canvas)
    drawn = []
    for name in ("000000000", "000000001", "000000002"):
        seen = raster.read_image(out / "images" / f"{name}.png")
        ids = raster.read_layout(out / "layouts" / f"{name}.png", info.classes)
        assert (seen[:8] == image[:8]).all()
        assert (ids[:, : info.width // 2] == 1).all()
        drawn.append(seen.tobytes())
    assert len(set(drawn)) == 3
    (out / "images" / "000000001.png").unlink()
    assert verify_dataset(ExportRunOptions(out=out, device="cpu")).repaired == ["images/000000001.png"]
    assert contents(out) == contents(make("again", 3, batch=3, canvas=canvas))


def test_the_command_says_what_it_made(tiny_pack, tmp_path, capsys):
    for arguments, said in (([], "holds 2 pairs, 2 of them new"), (["--verify"], "2 pairs were checked, 0 files")):
        with pytest.raises(SystemExit) as left:
            main(command(tiny_pack, tmp_path / "out", "--count", 2, *arguments)[3:])
        assert not left.value.code
        assert said in capsys.readouterr().out.replace("\n", " ")


def test_given_images_are_kept(make, tiny_pack, tmp_path):
    info = pack_catalogue.read_pack_info(tiny_pack)
    image = np.random.default_rng(0).integers(0, 256, (info.height, info.width, 3)).astype(np.uint8)
    raster.write_image(tmp_path / "given" / "a.png", image)
    out = make(images=tmp_path / "given", count=2)
    assert (raster.read_image(out / "images" / "000000001.png") == image).all()


def test_targets_go_round(make, tmp_path, contents):
    (tmp_path / "targets.json").write_text('[{"road": 0.5}, {"sky": 0.9, "car": 0.1}]')
    out = make(targets=tmp_path / "targets.json", count=3)
    assert [line["request"]["areas"]["shares"].keys() for line in lines(out)[:-1]] == [
        {"road"},
        {"sky", "car"},
        {"road"},
    ]
    assert contents(out) == contents(make("alone", 3, batch=1, targets=tmp_path / "targets.json"))


def test_captions_of_the_grammar_differ_and_come_again(make):
    one, other = make("one", 4, caption_grammar=True), make("other", 4, caption_grammar=True, batch=3)
    captions = [line["request"]["prompt"] for line in lines(one)[:-1]]
    assert len(set(captions)) > 1
    assert captions == [line["request"]["prompt"] for line in lines(other)[:-1]]


def test_captions_of_the_grammar_count_things_and_not_masses():
    street = pack_catalogue.read_pack_info(pack_catalogue.find_pack_folder("street"))
    captions = [caption_grammar.grammar_caption(seed, street) for seed in range(400)]
    masses = [one.name for one in street.classes if one.mass and one.name != "road"]  # captions begin with “a road”
    for name in masses:
        told = [caption.replace(",", "").split() for caption in captions if name in caption]
        before = {words[index - 1] for words in told for index, word in enumerate(words) if index and word == name}
        assert before & {much.split()[-1] for much in MUCH_PHRASES}
        assert not before & {"a", "one", "many"}
        assert not any(f"{name}s" in words for words in told)
    assert len(masses) > 2
    assert any(f"{many} cars" in caption for caption in captions for many in MANY_PHRASES)


def test_captions_of_the_grammar_begin_with_words_that_the_pack_knows():
    street = pack_catalogue.read_pack_info(pack_catalogue.find_pack_folder("street"))
    fields = msgspec.structs.replace(street, vocabulary=("a", "picture", "field"), openers=())
    assert "a city street" in caption_openers(street)
    assert caption_openers(fields) == ("a picture", "")
