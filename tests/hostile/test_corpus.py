"""Every file of the corpus is answered by a sentence, within memory and time, and touches nothing outside."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.corpus import DOORS
from tests.hostile.door import CPU_SECONDS

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory and time are limited by Linux")


@pytest.mark.parametrize("door", DOORS)
def test_a_door_answers_every_hostile_file_with_its_sentence(door: str, tmp_path: Path) -> None:
    victim, inside = tmp_path / "victim", tmp_path / "inside"
    victim.write_text("mine")
    inside.mkdir()
    command = [sys.executable, "-m", "tests.hostile.door", door, str(inside)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0, f"after {len(answers)} answers: {run.stderr[-2000:]}"
    assert len(answers) == sum(1 for _ in DOORS[door]())
    for answer in answers:
        assert answer["kind"].startswith("engine.interface.errors."), answer
        assert re.search(answer["sentence"], answer["text"]), answer
        assert len(answer["text"]) <= 602, answer
        assert answer["seconds"] < CPU_SECONDS, answer
    assert "Traceback" not in run.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"victim", "inside"}
    assert victim.read_text() == "mine"
    assert not list(inside.iterdir()), "what a case wrote is gone with its folder"


def test_the_corpus_is_large_and_knows_each_case_once() -> None:
    names = [(door, case.name) for door, cases in DOORS.items() for case in cases()]
    assert len(names) >= 150
    assert len(set(names)) == len(names)
