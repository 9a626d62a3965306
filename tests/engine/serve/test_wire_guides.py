"""Guides that name a file, a model or code: refused from a message, unless who started the engine allows them."""

from __future__ import annotations

import pytest

from engine.guides.guide_validation import refuse_external_guides
from engine.interface.errors import BadRequest
from engine.interface.protocol import (
    AreaGuide,
    ClassifierGuide,
    ClipGuide,
    CustomGuide,
    Done,
    Export,
    Failed,
    Generate,
    PaletteGuide,
)
from tests.engine.engine_subprocess import EngineSubprocess


def evil(folder):
    """A function that leaves a file when its module is read."""
    left = folder / "it-ran"
    code = f"import pathlib\npathlib.Path({str(left)!r}).touch()\ndef f(rgb, p):\n    return rgb.sum((1, 2, 3))\n"
    (folder / "evil.py").write_text(code)
    return left, CustomGuide(function=f"{folder / 'evil.py'}:f", scale=0.1)


@pytest.mark.parametrize(
    "guide",
    [
        CustomGuide(function="x.py:f"),
        ClipGuide(prompt="", model="ViT-B-32"),
        ClipGuide(prompt="", pretrained="x.pt"),
        ClassifierGuide(classifier="x.safetensors", present=("car",)),
    ],
)
def test_each_way_out_is_refused(guide):
    refuse_external_guides((AreaGuide(shares={"road": 1}), PaletteGuide(colours=()), ClipGuide(prompt="a car")))
    with pytest.raises(BadRequest, match="not taken from a message"):
        refuse_external_guides((ClipGuide(prompt="a car"), guide))


def test_the_engine_runs_no_code_that_a_message_names(tiny_pack, tmp_path):
    left, guide = evil(tmp_path)
    engine = EngineSubprocess.start_serving(tiny_pack, tmp_path / "log")
    try:
        engine.next_event()
        asked = Generate(id="one", pack=str(tiny_pack), prompt="", steps=2, guides=(guide,))
        engine.send(asked)
        _, answer = engine.wait_for_answer("one")
        engine.send(Export(id="two", pack=str(tiny_pack), out=str(tmp_path / "out"), count=1, canvas=asked))
        _, other = engine.wait_for_answer("two")
    finally:
        engine.close()
    for failed in (answer, other):
        assert isinstance(failed, Failed)
        assert (failed.code, "--allow-own-guides" in failed.hint) == ("bad_request", True)
    assert not left.exists()
    assert not (tmp_path / "out").exists()


def test_the_engine_runs_it_if_its_own_command_line_allows_it(tiny_pack, tmp_path):
    left, guide = evil(tmp_path)
    command = ["-m", "engine.cli", "serve", "--pack", str(tiny_pack), "--device", "cpu", "--allow-own-guides"]
    engine = EngineSubprocess(command, tmp_path / "log")
    engine.reader.start()
    try:
        engine.next_event()
        engine.send(Generate(id="one", pack=str(tiny_pack), prompt="", steps=2, guides=(guide,)))
        _, answer = engine.wait_for_answer("one")
    finally:
        engine.close()
    assert isinstance(answer, Done)
    assert left.exists()
