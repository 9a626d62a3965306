"""Pairs are the same whoever draws them, even if some do not live to the end."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.export import workers as crew
from engine.interface.dataset.export_order import ExportOrder, FormatName
from engine.interface.errors import BadFile
from tests.engine.engine_subprocess import ROOT, TIMEOUT_SECONDS

has_ray = importlib.util.find_spec("ray") is not None and Path("/proc").is_dir()
needs_ray = pytest.mark.skipif(not has_ray, reason="needs Ray (the extra export) on Linux")


def test_two_processes_draw_what_one_does(make, contents):
    assert contents(make("two", 6, batch=1, workers=2)) == contents(make("one", 6))


@pytest.mark.skipif(os.name == "nt", reason="needs a signal that ends a process")
def test_a_process_that_dies_is_replaced(tiny_pack):
    order = ExportOrder(pack=str(tiny_pack), format=FormatName.paired, steps=2)
    seeds = [[index] for index in range(6)]
    with crew.InProcessWorker(order, "cpu", lambda pictures: None) as alone:
        expected = [pair.image.tobytes() for pairs in alone.draw(seeds) for pair in pairs]
    drawn = []
    with crew.start_processes(order, "cpu", 1, lambda pictures: None) as workers:
        for pairs in workers.draw(seeds):
            drawn += [pair.image.tobytes() for pair in pairs]
            if len(drawn) == 2:
                (victim,) = workers.workers[-1].pids()
                os.kill(victim, signal.SIGKILL)
    assert drawn == expected
    assert len(workers.workers) == 2


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes as Linux shows them")
def test_no_process_outlives_a_killed_export(tiny_pack, tmp_path):
    arguments = command(tiny_pack, tmp_path / "out", "--workers", 2, "--count", 4000)
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: lines_in(tmp_path / "out") >= 2, process)
    children = [pid for pid in descendants(process.pid) if alive(pid)]
    assert len(children) >= 2
    process.kill()
    process.wait()
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while any(alive(pid) for pid in children):
        assert time.monotonic() < deadline


def alive(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_what_is_wrong_in_a_process_is_told(make, tmp_path):
    (tmp_path / "given").mkdir()
    (tmp_path / "given" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(BadFile, match="broken"):
        make(workers=2, layouts=tmp_path / "given")


def command(pack, out, *arguments):
    """The command for a process of its own: Ray leaves sockets and children to the end of its process."""
    usual = ("--pack", pack, "--steps", 2, "--device", "cpu", "--batch", 1, "--out", out, *arguments)
    return [sys.executable, "-m", "engine.cli", "export", *map(str, usual)]


@needs_ray
def test_a_cluster_that_is_not_there_is_told(tiny_pack, tmp_path):
    run = subprocess.run(command(tiny_pack, tmp_path / "out", "--ray", "127.0.0.1:1"), cwd=ROOT, capture_output=True)
    assert run.returncode == 1
    assert b"no Ray cluster" in run.stderr


@needs_ray
@pytest.mark.timeout(900)  # Ray and each of its actors take a minute to start where two cores do other things
def test_two_actors_of_which_one_is_killed_draw_what_one_process_does(tiny_pack, tmp_path, make, contents):
    out = tmp_path / "ray"
    arguments = command(tiny_pack, out, "--ray", "local", "--workers", 2, "--count", 4000)
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(arguments, cwd=ROOT, stdout=log, stderr=log)
    try:
        until(lambda: lines_in(out) >= 4 and len(actors_under(process.pid)) == 2, process)
        first = actors_under(process.pid)
        os.kill(first[0], signal.SIGKILL)
        until(lambda: set(actors_under(process.pid)) - set(first), process)
        before = lines_in(out)
        until(lambda: lines_in(out) >= before + 8, process)
    finally:
        process.terminate()  # Ray makes an orderly end of it
        process.wait(TIMEOUT_SECONDS)
    count = lines_in(out) + 1
    assert contents(make("ray", count)) == contents(make("alone", count))


def until(condition, process):
    """Return once a condition holds; the process must not end before."""
    deadline = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < deadline
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.fail(f"the process ended with {process.wait(0.1)}")


def lines_in(folder):
    return (folder / "manifest.jsonl").read_bytes().count(b"\n") if (folder / "manifest.jsonl").is_file() else 0


def actors_under(pid):
    """The processes of our actors on a Ray that this process started, by the title that Ray gives them."""
    return [child for child in descendants(pid) if b"ray::RayActor" in command_of(child)]


def command_of(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def descendants(pid):
    """The processes that a process started, and those that they did, by /proc."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    found, new = set(), {pid}
    while new:
        new = {child for child, parent in parents.items() if parent in new} - found
        found |= new
    return sorted(found)
