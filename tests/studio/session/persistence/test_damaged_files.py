"""A kept picture that a crash or a power cut left damaged: the studio starts, says so and keeps the files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.interface.errors import BadFile
from studio.session.persistence import journal
from studio.session.persistence.journal import RECORD_PREFIX
from studio.session.persistence.state_storage import StateStorage
from tests.studio.conftest import OpenStudio
from tests.studio.session.persistence.test_projects import INFO
from tests.studio.studio_driver import StudioDriver


def leave_damaged_session(open_studio: OpenStudio, tmp_path: Path) -> Path:
    """The folder that a sitting leaves when it dies after three strokes, with the first result saved."""
    driver = open_studio().wait_until_ready()
    driver.generator.settings.set_live(False)
    with driver.qtbot.waitSignal(driver.session._autosave.saved):
        driver.session.tasks.start(driver.session.save_document())
    for column in (8, 20, 32):
        driver.stroke((column, 24), (column + 6, 24))
    shutil.copytree(tmp_path / "data", tmp_path / "copy", ignore=shutil.ignore_patterns("*.lock", "*.part"))
    driver.close()
    shutil.rmtree(tmp_path / "data")
    shutil.copytree(tmp_path / "copy", tmp_path / "data")
    return tmp_path / "data" / "picture"


def newest_journal(folder: Path) -> Path:
    """The journal of the strokes."""
    return max(folder.glob("journal-*"), key=lambda path: int(path.name.removeprefix("journal-")))


def record_ends(data: bytes) -> list[int]:
    """Where each record of a journal ends."""
    found = [0]
    while found[-1] < len(data):
        found.append(found[-1] + RECORD_PREFIX.size + RECORD_PREFIX.unpack_from(data, found[-1])[0])
    return found


def folders_put_aside(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "data").glob("picture-from-*"))


def start_and_paint(open_studio: OpenStudio) -> StudioDriver:
    """A studio that can be painted in, whatever it found."""
    driver = open_studio().wait_until_ready()
    driver.stroke((40, 4), (44, 4))
    driver.wait_until_idle()
    assert driver.document.painted[4, 42] == 3
    return driver


@pytest.mark.parametrize("damage", ["empty", "zeros", "half", "words"])
def test_a_damaged_picture_is_kept_aside_and_said(open_studio: OpenStudio, tmp_path: Path, damage: str) -> None:
    folder = leave_damaged_session(open_studio, tmp_path)
    file = folder / "picture.diptych"
    data = file.read_bytes()
    damaged = {"empty": b"", "zeros": bytes(len(data)), "half": data[: len(data) // 2], "words": b"words"}[damage]
    file.write_bytes(damaged)
    strokes = newest_journal(folder).read_bytes()
    driver = start_and_paint(open_studio)
    assert "The last picture cannot be restored" in driver.notice_text()
    assert str(folders_put_aside(tmp_path)[0]) in driver.notice_text()
    assert (folders_put_aside(tmp_path)[0] / "picture.diptych").read_bytes() == damaged
    assert strokes in [path.read_bytes() for path in folders_put_aside(tmp_path)[0].glob("journal-*")]
    driver.close()
    again = open_studio()
    assert "restored" not in again.notice_text()
    assert again.document.painted[4, 42] == 3
    assert len(folders_put_aside(tmp_path)) == 1


@pytest.mark.parametrize("damage", ["flipped", "other size"])
def test_the_strokes_before_a_damaged_one_come_back(open_studio: OpenStudio, tmp_path: Path, damage: str) -> None:
    folder = leave_damaged_session(open_studio, tmp_path)
    path = newest_journal(folder)
    data = bytearray(path.read_bytes())
    places = record_ends(bytes(data))
    names = [record.name for record in journal.read_records(path)]
    second = [index for index, name in enumerate(names) if name.startswith("Paint")][1]
    if damage == "flipped":
        data[places[second] + 40] ^= 1
    else:  # one that would be outside of this picture
        record = journal.read_records(path)[second]
        patch = record.patches[0]
        far = type(record)(
            record.name, (type(patch)(patch.plane, (90, 0, 91, 4), b"1234"),), record.state, record.origin
        )
        data[places[second] : places[second + 1]] = journal.encode_record(far)
    path.write_bytes(bytes(data))
    driver = open_studio()
    assert "restored without its newest edits" in driver.notice_text()
    assert driver.document.painted[24, 10] == 3
    assert driver.document.painted[24, 22] == 0
    assert (folders_put_aside(tmp_path)[0] / path.name).read_bytes() == bytes(data)
    driver.editor.undo()
    assert driver.document.painted[24, 10] == 0
    driver.editor.redo()
    driver.wait_until_ready()
    driver.close()
    again = open_studio()
    assert "restored" not in again.notice_text()
    assert again.document.painted[24, 10] == 3


def test_a_stroke_that_was_cut_off_is_no_damage(open_studio: OpenStudio, tmp_path: Path) -> None:
    folder = leave_damaged_session(open_studio, tmp_path)
    path = newest_journal(folder)
    path.write_bytes(path.read_bytes()[:-7])
    driver = open_studio()
    assert "edits" not in driver.notice_text()
    assert driver.document.painted[24, 22] == 3
    assert folders_put_aside(tmp_path) == []


def test_files_that_cannot_be_moved_stay_where_they_are(
    open_studio: OpenStudio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = leave_damaged_session(open_studio, tmp_path)
    (folder / "picture.diptych").write_bytes(b"words")
    with monkeypatch.context() as system:
        system.setattr(Path, "rename", refuse_rename)
        driver = start_and_paint(open_studio)
    assert str(folder) in driver.notice_text()
    driver.close()
    assert (folder / "picture.diptych").read_bytes() == b"words"
    assert open_studio().document.painted[4, 42] == 3


def refuse_rename(path: Path, target: Path) -> Path:
    raise PermissionError(13, "it is held by another program", str(path))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.floats(0, 1), flip=st.integers(0, 255), which=st.sampled_from(["picture", "journal"]), cut=st.booleans())
def test_whatever_is_in_the_files_loading_ends_in_a_picture_or_in_words(
    kept: Path, tmp_path: Path, at: float, flip: int, which: str, cut: bool
) -> None:
    root = tmp_path / "root"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(kept, root)
    path = root / "picture" / "picture.diptych" if which == "picture" else newest_journal(root / "picture")
    data = bytearray(path.read_bytes())
    place = int(at * (len(data) - 1))
    data[place] ^= flip
    path.write_bytes(bytes(data[:place] if cut else data))
    storage, error = StateStorage(root, INFO), None
    try:
        assert storage.load() is not None
    except BadFile as bad:
        error = bad
    finally:
        storage.close()
    assert (error is not None and bool(error.hint)) == bool(list(root.glob("picture-from-*")))


@pytest.fixture
def kept(open_studio: OpenStudio, tmp_path: Path) -> Path:
    """What a sitting left, in a folder of its own."""
    leave_damaged_session(open_studio, tmp_path)
    return tmp_path / "copy"
