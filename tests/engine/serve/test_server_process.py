"""The process around the compute thread: pipes, priorities and exits. The work is a few lines, so no torch."""

from __future__ import annotations

import os
import signal
import sys

import msgspec
import pytest

from engine.interface import protocol
from engine.interface.protocol import (
    Cancel,
    Cancelled,
    ClassInfo,
    Failed,
    Generate,
    PackInfo,
    Preview,
    Ready,
    Shutdown,
)
from tests.engine.engine_subprocess import TIMEOUT_SECONDS, EngineSubprocess, wait_until

READY = "post(Ready(protocol=PROTOCOL_VERSION, version='0', device='cpu', packs=()))"
PROGRAM = """
import os, subprocess, sys, threading, time
from engine.interface.protocol import *
from engine.serve.server import cancelled_event, serve
def work(jobs, post):
{}
serve(work)
"""
IDLE = [READY, "while jobs.take(): pass"]
STUCK = [READY, "threading.Event().wait()"]  # like a step that takes forever


@pytest.fixture
def start(tmp_path):
    engines = []

    def start(lines, reading=True):
        body = "\n".join(f"    {line}" for line in lines)
        engines.append(EngineSubprocess(["-c", PROGRAM.format(body)], tmp_path / "log"))
        if reading:
            engines[-1].reader.start()
        return engines[-1]

    yield start
    for engine in engines:
        engine.close()


def test_stray_prints_go_to_stderr_and_stray_reads_find_nothing(start):
    engine = start(
        [
            "print('from print', flush=True)",
            "os.write(1, b'from fd 1\\n')",
            "subprocess.run([sys.executable, '-c', 'print(\"from a child\")'], check=True)",
            "print('stdin holds', os.read(0, 1), flush=True)",
            *IDLE,
        ]
    )
    assert isinstance(engine.next_event(), Ready)
    engine.process.stdin.close()
    assert engine.process.wait(TIMEOUT_SECONDS) == 0
    assert engine.next_event() is None
    assert engine.log.read_text().splitlines() == [
        "from print",
        "from fd 1",
        "from a child",
        "stdin holds b''",
    ]


@pytest.mark.parametrize("lines", [IDLE, STUCK], ids=["idle", "in the middle of a step"])
@pytest.mark.parametrize("how", ["end of stdin", "shutdown"])
def test_it_leaves_without_waiting_for_a_step(start, lines, how):
    engine = start(lines)
    engine.next_event()
    engine.send(Shutdown()) if how == "shutdown" else engine.process.stdin.close()
    assert engine.process.wait(TIMEOUT_SECONDS) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 130)])
def test_signals_end_it(start, number, code):
    engine = start(STUCK)
    engine.next_event()
    engine.process.send_signal(number)
    assert engine.process.wait(TIMEOUT_SECONDS) == code
    assert "Traceback" not in engine.log.read_text()


def test_it_leaves_when_nobody_reads_any_more(start):
    engine = start([READY, "while job := jobs.take(): post(cancelled_event(job.request))"], reading=False)
    engine.process.stdout.close()
    assert engine.process.wait(TIMEOUT_SECONDS) == 1


def test_a_crash_of_the_compute_thread_ends_it_with_a_report(start):
    engine = start([READY, "raise ValueError('nobody catches this')"])
    assert isinstance(engine.next_event(), Ready)
    assert engine.next_event() is None
    assert engine.process.wait(TIMEOUT_SECONDS) == 1
    assert "nobody catches this" in engine.log.read_text()


def test_a_length_over_the_limit_is_answered_and_ends_it(start):
    engine = start(IDLE)
    engine.next_event()
    engine.write((protocol.MAX_FRAME + 1).to_bytes(4, "big"))
    assert engine.next_event().code == "bad_frame"
    assert engine.next_event() is None
    assert engine.process.wait(TIMEOUT_SECONDS) == 1


def test_a_frame_cut_short_is_answered_and_ends_it(start):
    engine = start(IDLE)
    engine.next_event()
    engine.write(b"\0\0\0\x09half")
    engine.process.stdin.close()
    assert engine.next_event().code == "bad_frame"
    assert engine.process.wait(TIMEOUT_SECONDS) == 1


@pytest.mark.parametrize("body", [b"", b"\xc1", b"\x80", b"\x81\xa4type\xa4draw", b"x" * 1000])
def test_a_frame_that_is_no_message_is_answered_and_it_lives_on(start, body):
    engine = start(IDLE)
    engine.next_event()
    engine.write(len(body).to_bytes(4, "big") + body)
    answer = engine.next_event()
    assert isinstance(answer, Failed)
    assert (answer.id, answer.code) == ("", "bad_frame")
    engine.send(Generate(id="a", pack="no such pack", prompt=""))
    assert engine.next_event().code == "unknown_pack"


def test_the_compute_thread_never_waits_for_a_slow_reader(start):
    engine = start(
        [
            READY,
            "big = Raster(1000, 1000, 3, bytes(3_000_000))",
            "shown = lambda i: Preview(id='a', revision=0, index=i, total=200, eta=0, image=big, layout=big)",
            "for i in range(200): post(shown(i))",
            "post(Cancelled(id='a', revision=0))",
            "sys.stderr.write('all posted\\n')",
            "while jobs.take(): pass",
        ],
        reading=False,
    )
    wait_until(lambda: "all posted" in engine.log.read_text(), engine.process)  # 1.2 GB, had all been kept
    engine.reader.start()
    assert isinstance(engine.next_event(), Ready)
    seen = []
    while isinstance(event := engine.next_event(), Preview):
        seen.append(event.index)
    assert isinstance(event, Cancelled)
    assert seen[-1] == 199
    assert len(seen) < 10


def test_what_waits_is_cancelled_by_the_reader(start, tmp_path):
    classes = ClassInfo("sky", "#4682b4"), ClassInfo("road", "#804080")
    info = PackInfo(name="head", title="Only a head", height=32, width=32, classes=classes)
    (tmp_path / "pack.json").write_bytes(msgspec.json.encode({"info": info}))
    engine = start(STUCK)
    engine.next_event()
    for id in "ab":
        engine.send(Generate(id=id, pack=str(tmp_path), prompt="", revision=3))
    assert engine.next_event() == Cancelled(id="a", revision=3)
    engine.send(Cancel(id="nobody"), Cancel(id="b"))
    assert engine.next_event() == Cancelled(id="b", revision=3)


@pytest.mark.skipif(not hasattr(os, "nice"), reason="this system has no such priorities")
def test_it_steps_back_for_the_window(start):
    engine = start(["sys.stderr.write(str(os.nice(0)))", *IDLE])
    engine.next_event()
    assert int(engine.log.read_text()) >= min(19, os.nice(0) + 10)


def test_an_event_that_cannot_be_sent_is_answered_and_the_others_follow(start):
    engine = start(
        [
            READY,
            "big = Raster(4096, 4096, 3, bytes(3 * 2**24))",
            "ids = Raster(4096, 4096, 1, bytes(2**24))",
            "post(Done(id='large', revision=7, image=big, layout=ids, seconds=0.0))",
            "post(Done(id='odd', revision=1, image=object(), layout=ids, seconds=0.0))",
            "post(Failed(id='next', revision=0, code='x', message='y', hint='z'))",
            *IDLE[1:],
        ]
    )
    engine.next_event()
    large, odd, follows = engine.next_event(), engine.next_event(), engine.next_event()
    assert (type(large), large.id, large.revision, large.code) == (Failed, "large", 7, "bad_frame")
    assert (type(odd), odd.id, odd.revision, odd.code) == (Failed, "odd", 1, "internal")
    assert follows.id == "next"


def test_an_error_that_repeats_what_it_was_given_is_short(start):
    engine = start(IDLE)
    engine.next_event()
    body = msgspec.msgpack.encode({"type": "x" * (64 * 2**20 - 100)})
    engine.write(len(body).to_bytes(4, "big") + body)
    failed = engine.next_event()
    assert failed.code == "bad_frame"
    assert len(failed.message) <= 300
    assert len(failed.hint) <= 300


@pytest.mark.parametrize("depth", [1100, 500_000])
def test_a_frame_that_is_nested_deeply_is_answered(start, depth):
    engine = start(IDLE)
    engine.next_event()
    body = b"\x82\xa7unknown" + b"\x91" * depth + b"\xc0\xa4type\xa8generate"
    engine.write(len(body).to_bytes(4, "big") + body)
    assert "deep" in engine.next_event().message
    engine.send(Cancel(id="nobody"), Shutdown())
    assert engine.process.wait(TIMEOUT_SECONDS) == 0
