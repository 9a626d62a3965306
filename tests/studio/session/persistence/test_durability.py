"""What a power cut leaves: files are forced to the disk in the order that keeps them whole, never by the window."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from engine.interface.atomic_files import write_atomically
from tests.studio.conftest import OpenStudio


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What was forced to the disk and whether the window's thread did it; it is really done, too."""
    calls: list[tuple[str, bool]] = []
    fsync, replace = os.fsync, Path.replace

    def noted(handle: int) -> None:
        name = str(Path(f"/proc/self/fd/{handle}").readlink())
        calls.append((name, threading.current_thread() is threading.main_thread()))
        fsync(handle)

    def moved(path: Path, target: Path) -> Path:
        calls.append((f"→ {target}", False))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Path, "replace", moved)
    return calls


linux = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="the names of open files are read from /proc")


@linux
def test_a_file_is_on_the_disk_before_it_takes_the_place_of_the_old_one(
    tmp_path: Path, forced: list[tuple[str, bool]]
) -> None:
    write_atomically(tmp_path / "it", b"new")
    assert [Path(name).suffix for name, _ in forced] == [".part", "", ""]
    assert forced[1][0] == f"→ {tmp_path / 'it'}"
    assert forced[2][0] == str(tmp_path)
    forced.clear()
    write_atomically(tmp_path / "it", b"newer", durable=False)
    assert len(forced) == 1


@linux
def test_a_sitting_forces_all_that_matters_and_the_window_never_waits_for_it(
    open_studio: OpenStudio, tmp_path: Path, forced: list[tuple[str, bool]]
) -> None:
    driver = open_studio().wait_until_ready()
    driver.stroke((20, 24), (30, 24))
    journal = tmp_path / "data" / "picture" / "journal-"
    driver.wait_until(lambda: any(name.startswith(str(journal)) for name, _ in forced))
    driver.wait_until_idle()
    driver.session.projects.save(tmp_path / "own.diptych")
    driver.wait_until(lambda: "Saved" in driver.notice_text())
    driver.session.projects.new()
    driver.close()
    moved = {Path(name[2:]).name for name, _ in forced if name.startswith("→")}
    assert {"picture.diptych", "own.diptych"} <= moved
    folders = {name for name, _ in forced if Path(name).is_dir()}
    assert {str(tmp_path), str(tmp_path / "data" / "picture")} <= folders
    assert [name for name, by_window in forced if by_window] == []
