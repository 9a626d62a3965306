"""A kept picture that a crash or a power cut left damaged: the studio starts, says so and keeps the files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import BadFile
from studio.session import journal
from studio.session.journal import PREFIX
from studio.session.storage import Storage
from tests.studio.conftest import MakeDesk
from tests.studio.desk import Desk
from tests.studio.test_projects import INFO


def sat(desk: MakeDesk, tmp_path: Path) -> Path:
    """The folder that a sitting leaves when it dies after three strokes, with the first result saved."""
    at = desk().ready()
    at.generator.set_live(False)
    with at.qtbot.waitSignal(at.session._keeper.saved):
        at.session.tasks.start(at.session.save_document())
    for column in (8, 20, 32):
        at.stroke((column, 24), (column + 6, 24))
    shutil.copytree(tmp_path / "data", tmp_path / "copy", ignore=shutil.ignore_patterns("*.lock"))
    at.close()
    shutil.rmtree(tmp_path / "data")
    shutil.copytree(tmp_path / "copy", tmp_path / "data")
    return tmp_path / "data" / "picture"


def newest(folder: Path) -> Path:
    """The journal of the strokes."""
    return max(folder.glob("journal-*"), key=lambda path: int(path.name.removeprefix("journal-")))


def ends(data: bytes) -> list[int]:
    """Where each record of a journal ends."""
    found = [0]
    while found[-1] < len(data):
        found.append(found[-1] + PREFIX.size + PREFIX.unpack_from(data, found[-1])[0])
    return found


def aside(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "data").glob("picture-from-*"))


def starts(desk: MakeDesk) -> Desk:
    """A studio that can be painted in, whatever it found."""
    at = desk().ready()
    at.stroke((40, 4), (44, 4))
    at.settled()
    assert at.document.painted[4, 42] == 3
    return at


@pytest.mark.parametrize("damage", ["empty", "zeros", "half", "words"])
def test_a_damaged_picture_is_kept_aside_and_said(desk: MakeDesk, tmp_path: Path, damage: str) -> None:
    folder = sat(desk, tmp_path)
    file = folder / "picture.diptych"
    data = file.read_bytes()
    damaged = {"empty": b"", "zeros": bytes(len(data)), "half": data[: len(data) // 2], "words": b"words"}[damage]
    file.write_bytes(damaged)
    strokes = newest(folder).read_bytes()
    at = starts(desk)
    assert "The last picture cannot be restored" in at.said()
    assert str(aside(tmp_path)[0]) in at.said()
    assert (aside(tmp_path)[0] / "picture.diptych").read_bytes() == damaged
    assert strokes in [path.read_bytes() for path in aside(tmp_path)[0].glob("journal-*")]
    at.close()
    again = desk()
    assert "restored" not in again.said()
    assert again.document.painted[4, 42] == 3
    assert len(aside(tmp_path)) == 1


@pytest.mark.parametrize("damage", ["flipped", "other size"])
def test_the_strokes_before_a_damaged_one_come_back(desk: MakeDesk, tmp_path: Path, damage: str) -> None:
    folder = sat(desk, tmp_path)
    path = newest(folder)
    data = bytearray(path.read_bytes())
    places = ends(bytes(data))
    names = [record.name for record in journal.read(path)]
    second = [index for index, name in enumerate(names) if name.startswith("Paint")][1]
    if damage == "flipped":
        data[places[second] + 40] ^= 1
    else:  # one that would be outside of this picture
        record = journal.read(path)[second]
        patch = record.patches[0]
        far = type(record)(
            record.name, (type(patch)(patch.plane, (90, 0, 91, 4), b"1234"),), record.state, record.origin
        )
        data[places[second] : places[second + 1]] = journal.encode(far)
    path.write_bytes(bytes(data))
    at = desk()
    assert "back without its newest edits" in at.said()
    assert at.document.painted[24, 10] == 3
    assert at.document.painted[24, 22] == 0
    assert (aside(tmp_path)[0] / path.name).read_bytes() == bytes(data)
    at.editor.undo()
    assert at.document.painted[24, 10] == 0
    at.editor.redo()
    at.ready()
    at.close()
    again = desk()
    assert "restored" not in again.said()
    assert again.document.painted[24, 10] == 3


def test_a_stroke_that_was_cut_off_is_no_damage(desk: MakeDesk, tmp_path: Path) -> None:
    folder = sat(desk, tmp_path)
    path = newest(folder)
    path.write_bytes(path.read_bytes()[:-7])
    at = desk()
    assert "edits" not in at.said()
    assert at.document.painted[24, 22] == 3
    assert aside(tmp_path) == []


def test_files_that_cannot_be_moved_stay_where_they_are(
    desk: MakeDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = sat(desk, tmp_path)
    (folder / "picture.diptych").write_bytes(b"words")
    with monkeypatch.context() as system:
        system.setattr(Path, "rename", refuse)
        at = starts(desk)
    assert str(folder) in at.said()
    at.close()
    assert (folder / "picture.diptych").read_bytes() == b"words"
    assert desk().document.painted[4, 42] == 3


def refuse(path: Path, target: Path) -> Path:
    raise PermissionError(13, "it is held by another program", str(path))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.floats(0, 1), flip=st.integers(0, 255), which=st.sampled_from(["picture", "journal"]), cut=st.booleans())
def test_whatever_is_in_the_files_loading_ends_in_a_picture_or_in_words(
    kept: Path, tmp_path: Path, at: float, flip: int, which: str, cut: bool
) -> None:
    root = tmp_path / "root"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(kept, root)
    path = root / "picture" / "picture.diptych" if which == "picture" else newest(root / "picture")
    data = bytearray(path.read_bytes())
    place = int(at * (len(data) - 1))
    data[place] ^= flip
    path.write_bytes(bytes(data[:place] if cut else data))
    storage, error = Storage(root, INFO), None
    try:
        assert storage.load() is not None
    except BadFile as bad:
        error = bad
    finally:
        storage.close()
    assert (error is not None and bool(error.hint)) == bool(list(root.glob("picture-from-*")))


@pytest.fixture
def kept(desk: MakeDesk, tmp_path: Path) -> Path:
    """What a sitting left, in a folder of its own."""
    sat(desk, tmp_path)
    return tmp_path / "copy"
