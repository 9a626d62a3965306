"""Nothing that was finished is lost: the journal, and a studio that is really killed in the middle of a stroke."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.interface.errors import BadFile
from engine.interface.raster import write_image
from studio.domain.document import Document, DocumentStatus, ImageKind, Plane
from studio.session.connection.engine_client import EngineState
from studio.session.persistence import journal
from studio.session.persistence.journal import Journal, JournalRecord
from studio.session.persistence.project_file import NO_ORIGIN, PictureSnapshot, PictureState, SnapshotOrigin
from tests.studio.conftest import OpenStudio

KILLED_STUDIO = Path(__file__).parents[3] / "fakes" / "killed_studio.py"
ROOT = Path(__file__).parents[4]


def write_random_edits(path: Path, count: int, seed: int = 0) -> tuple[Document, list[Document]]:
    """A document before and after each of some edits that were written into a journal."""
    random, document = np.random.default_rng(seed), Document(8, 12)
    log = Journal(path, PictureSnapshot.capture(document, PictureState()))
    states = []
    for index in range(count):
        y, x = random.integers(0, 8), random.integers(0, 12)
        document.painted[y:, x:] = random.integers(0, 4)
        document.keep_image[y, :] = True
        document.image[:, x] = random.integers(1, 255, 3)
        document.status = DocumentStatus(ImageKind.GIVEN, fill_whole=bool(index % 2))
        assert log.append(f"edit {index}", document, PictureState(marks=document.status), NO_ORIGIN)
        states.append(PictureSnapshot.capture(document, PictureState(marks=document.status)))
    log.close()
    return document, states


def replay(records: list[JournalRecord]) -> Document:
    document = Document(8, 12)
    for record in records:
        record.apply(document)
    return document


def test_a_journal_gives_the_picture_back(tmp_path: Path) -> None:
    document, states = write_random_edits(tmp_path / "journal", 5)
    records = journal.read_records(tmp_path / "journal")
    assert [record.name for record in records] == [f"edit {index}" for index in range(5)]
    assert states[-1].matches(replay(records))
    assert states[2].matches(replay(records[:3]))
    assert document.status == replay(records).status


def test_nothing_is_written_if_nothing_has_changed(tmp_path: Path) -> None:
    document = Document(8, 12)
    log = Journal(tmp_path / "journal", PictureSnapshot.capture(document, PictureState()))
    assert not log.append("nothing", document, PictureState(), NO_ORIGIN)
    assert log.append("project", document, PictureState(), SnapshotOrigin("a.diptych"))
    document.painted[3, 4] = 1
    log.append("pixel", document, PictureState(), SnapshotOrigin("a.diptych"))
    log.close()
    assert [patch.box for patch in journal.read_records(tmp_path / "journal")[1].patches] == [(3, 4, 4, 5)]


@given(cut=st.integers(0, 3000), flip=st.none() | st.integers(0, 3000))
def test_what_is_whole_at_the_beginning_of_a_damaged_journal_is_read(
    tmp_path_factory: pytest.TempPathFactory, cut: int, flip: int | None
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.unlink(missing_ok=True)
    _, states = write_random_edits(path, 4)
    whole = path.read_bytes()
    ends = [0]
    while ends[-1] < len(whole):
        ends.append(ends[-1] + 8 + int.from_bytes(whole[ends[-1] : ends[-1] + 4], "big"))
    data = bytearray(whole[:cut])
    if flip is not None and flip < len(data):
        data[flip] ^= 0x40
    path.write_bytes(data)
    expected = sum(end <= min(len(data), len(data) if flip is None else flip) for end in ends[1:])
    records = journal.read_records(path)
    assert len(records) == expected
    if records:
        assert states[len(records) - 1].matches(replay(records))


def test_a_journal_of_another_size_is_refused(tmp_path: Path) -> None:
    write_random_edits(tmp_path / "journal", 1)
    with pytest.raises(BadFile, match="another size"):
        journal.read_records(tmp_path / "journal")[0].apply(Document(4, 4))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_kill_9_in_the_middle_of_a_stroke_loses_that_stroke_alone(
    open_studio: OpenStudio, pack: Path, tmp_path: Path
) -> None:
    environment = os.environ | {"DIPTYCH_ENGINE": f"{sys.executable} -c pass", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(KILLED_STUDIO), str(tmp_path / "data"), str(tmp_path / "config")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=tmp_path) as studio:
        assert studio.stdout is not None
        said = list(iter(lambda: studio.stdout.readline().strip(), "open"))
        studio.send_signal(signal.SIGKILL)
    assert studio.returncode == -signal.SIGKILL
    assert len(set(said)) == 3
    driver = open_studio()
    painted = driver.document.painted
    assert hashlib.sha256(painted.tobytes()).hexdigest() == said[-1]
    assert painted[16, 45] != driver.session.palette.default_class(), "the open stroke is the only one missing"
    for earlier in reversed(said[:-1]):
        driver.editor.undo()
        assert hashlib.sha256(painted.tobytes()).hexdigest() == earlier
    driver.editor.undo()
    assert driver.editor.history.undo_step is None
    assert driver.document.pixels(Plane.PAINTED)[4, 20] == 2


@pytest.mark.parametrize("end", ["close", "kill"])
def test_what_the_engine_had_not_answered_is_made_the_next_time(
    open_studio: OpenStudio, tmp_path: Path, end: str
) -> None:
    driver = open_studio().wait_until_ready()
    driver.close()
    slow = open_studio("--mute")
    slow.wait_until(lambda: slow.client.state is EngineState.READY)
    slow.stroke((20, 24), (30, 24))
    assert not slow.editor.history.undo_step.answered
    data = tmp_path / "data"
    if end == "kill":  # what a studio that dies now leaves behind
        shutil.copytree(data, tmp_path / "copy", ignore=shutil.ignore_patterns("*.lock", "*.part"))
    slow.close()
    if end == "kill":
        shutil.rmtree(data)
        shutil.copytree(tmp_path / "copy", data)
    open_studio("--mute").close()  # a sitting in which nothing came of it either
    again = open_studio()
    again.wait_until(lambda: len(again.engine_log("request")) == 1)
    again.wait_until_idle()
    assert again.document.painted[24, 25] == 3
    assert again.document.status.image is ImageKind.GENERATED
    again.close()
    last = open_studio()
    last.wait_until(lambda: last.client.state is EngineState.READY)
    assert not last.generator.running, "what was answered is not made again"
    assert last.engine_log("request") == []


def test_a_photograph_gets_its_layout_the_next_time(open_studio: OpenStudio, tmp_path: Path) -> None:
    driver = open_studio("--mute")
    write_image(tmp_path / "photo.png", np.full((32, 64, 3), 90, np.uint8))
    driver.session.files.open_image(tmp_path / "photo.png")
    driver.wait_until(lambda: driver.document.status.image is ImageKind.GIVEN)
    driver.close()
    again = open_studio()
    again.wait_until(lambda: again.document.status.fill_whole)
    assert (again.document.image == 90).all()


def test_with_live_off_nothing_is_made_that_nobody_asked_for(open_studio: OpenStudio) -> None:
    driver = open_studio().wait_until_ready()
    driver.click(driver.window.mode_bar.live_button)
    driver.stroke((20, 24), (30, 24))
    driver.close()
    again = open_studio()
    again.wait_until(lambda: again.client.state is EngineState.READY)
    assert not again.generator.running
