"""For the engine's tests: one tiny pack with random weights, written once."""

from __future__ import annotations

import os

import pytest

# As the command line does, and as early: the tests share the machine's cores with each other.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture(scope="session")
def tiny_pack(tmp_path_factory):
    """The folder of the pack."""
    from tests import tiny

    return tiny.make(tmp_path_factory.mktemp("packs") / "tiny")
