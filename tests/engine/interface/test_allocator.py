"""What a process pays for memory that it frees and takes again, in a process of its own."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

SCRIPT = """
import resource
import sys
import threading

import torch

from engine.interface.allocator import retain_freed_memory

if sys.argv[1] == "kept":
    retain_freed_memory()
sizes = ((3, 32), (32, 64), (64, 32), (32, 3))
network = torch.nn.Sequential(*(torch.nn.Conv2d(a, b, 3, padding=1) for a, b in sizes))


def draw():
    with torch.inference_mode():
        for _ in range(10):
            network(torch.zeros(1, 3, 128, 256))


counts = []
for _ in range(6):  # in a thread, as the engine does
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    thread = threading.Thread(target=draw)
    thread.start()
    thread.join()
    counts.append(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
print(min(counts))  # a machine that is short of memory may take pages back in between
"""


def pages(how: str) -> int:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("MALLOC_", "GLIBC_TUNABLES"))}
    done = subprocess.run([sys.executable, "-c", SCRIPT, how], capture_output=True, text=True, check=True, env=own)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="what is kept is kept by glibc")
def test_memory_that_was_freed_comes_back_without_new_pages() -> None:
    assert 3 * pages("kept") < pages("as it comes")
