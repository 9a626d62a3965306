"""Files that are there whole or not at all, and what killed processes leave of them."""

from __future__ import annotations

import os
import time

import pytest

from engine.interface.atomic_files import STALE_SECONDS, remove_stale_temporaries, replace_file, write_atomically
from engine.interface.errors import BadFile


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    for data in (b"one", b"two"):
        write_atomically(tmp_path / "new" / "file.txt", data)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["file.txt"]
    assert (tmp_path / "new" / "file.txt").read_bytes() == b"two"


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "file.txt").mkdir()
    (tmp_path / "file.txt" / "inside").touch()
    with pytest.raises(BadFile, match=r"file\.txt cannot be written"):
        write_atomically(tmp_path / "file.txt", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


def test_only_temporary_files_that_nobody_writes_any_more_are_removed(tmp_path):
    replace_file(tmp_path / "file.txt", b"data")
    stale, fresh = tmp_path / f".{'a' * 32}.part", tmp_path / f".{'b' * 32}.part"
    mine = tmp_path / ".notes.part"
    for path in (stale, fresh, mine):
        path.write_bytes(b"half")
    old = time.time() - STALE_SECONDS - 60
    for path in (stale, mine, tmp_path / "file.txt"):
        os.utime(path, (old, old))
    remove_stale_temporaries(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [fresh.name, mine.name, "file.txt"]
    remove_stale_temporaries(tmp_path / "nowhere")
