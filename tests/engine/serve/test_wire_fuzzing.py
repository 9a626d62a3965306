"""Two thousand frames that are nearly commands: every one is answered or waits, and none ends the reader."""

from __future__ import annotations

import itertools
from collections import Counter

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.wire_accounts import Accounts
from tests.hostile.wire_frames import commands, frames

EXAMPLES, FRAMES = 100, 20
OUTCOMES: Counter[str] = Counter()


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_frame_is_accounted_for(seed, tiny_pack, tmp_path):
    accounts = Accounts()
    whole = commands(str(tiny_pack), str(tmp_path / "out"))
    for body in itertools.islice(frames(seed, whole), FRAMES):
        accounts.handle(body)
    assert sum(accounts.outcomes.values()) == FRAMES
    OUTCOMES.update(accounts.outcomes)
    assert not (tmp_path / "out").exists(), "the reader writes nothing"


def test_whole_commands_are_what_they_are(tiny_pack, tmp_path):
    accounts = Accounts()
    for command in commands(str(tiny_pack), str(tmp_path / "out")):
        accounts.handle(msgspec.msgpack.encode(command))
    assert accounts.outcomes == {"waits": 10, "refused": 2, "without an answer": 3, "shutdown": 1}


def test_a_seed_gives_the_same_frames(tiny_pack, tmp_path):
    whole = commands(str(tiny_pack), str(tmp_path / "out"))
    first, second = (list(itertools.islice(frames(7, whole), 50)) for _ in range(2))
    assert first == second != list(itertools.islice(frames(8, whole), 50))
